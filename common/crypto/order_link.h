// The secret in a guest's link to an order. The ticket service hands it out; each service that
// serves guests of an order knows it again by the key that the mesh shares.
#pragma once

#include <string>
#include <string_view>

#include "common/base/id.h"
#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten {

// 32 characters that only the mesh's key can make.
inline std::string order_secret(std::string_view mesh_key, const Id& order_id) {
  return base64url(
      std::string_view(crypto::keyed_hash(mesh_key, "order link", order_id.view())).substr(0, 24));
}

}  // namespace bilten
