#include "common/net/address.h"

namespace bilten::net {

Result<Address> parse_address(std::string_view text, std::string_view default_principal) {
  Address address{std::string(default_principal), std::string(text)};
  const auto at = text.find('@');
  if (at != std::string_view::npos) {
    address.principal = text.substr(0, at);
    address.endpoint = text.substr(at + 1);
  }
  if (address.principal.empty() || !address.endpoint.starts_with("tcp://") ||
      address.endpoint.rfind(':') <= 6) {
    return Error{Code::invalid, "bad_address",
                 "\"" + std::string(text) + "\" is no address; write tcp://host:port, or " +
                     "principal@tcp://host:port where its key is not the usual one"};
  }
  return address;
}

}  // namespace bilten::net
