// Webhooks as Stripe makes them, for tests.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten::payment::test {

inline const std::string kSecret = "whsec_canary_of_a_test";

inline std::string signed_at(UnixMillis now, const std::string& body,
                             const std::string& secret = kSecret) {
  const auto time = std::to_string(now / 1000);
  return "t=" + time + ",v1=" + hex(crypto::hmac_sha256(secret, time + "." + body));
}

// An event around an object.
inline std::string event_of(const std::string& type, const nlohmann::json& object,
                            const std::string& id = "evt_1", bool live = false) {
  return nlohmann::json{{"id", id},         {"object", "event"}, {"created", 1'764'129'600},
                        {"livemode", live}, {"type", type},      {"data", {{"object", object}}}}
      .dump();
}

}  // namespace bilten::payment::test
