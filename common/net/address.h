// Where a broker or another server of the mesh listens, and whose key it must show.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace bilten::net {

struct Address {
  std::string principal;  // Its public key in the key folder is the only one accepted.
  std::string endpoint;   // "tcp://10.0.0.2:5570"
  bool operator==(const Address&) const = default;
};

// "tcp://host:port" or "principal@tcp://host:port". Refused as `bad_address`, with what is wrong.
Result<Address> parse_address(std::string_view text, std::string_view default_principal);

}  // namespace bilten::net
