// Access tokens: one payload form, minted by user and checked by everyone (architecture, section
// 6).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/api/user.h"
#include "common/base/clock.h"
#include "common/base/result.h"

namespace bilten {

// The JSON payload of a token, in the one form that check_token accepts. Times are whole seconds.
std::string token_payload(const api::user::Claims& claims);
// Strict: the members of token_payload in its order, nothing else.
std::optional<api::user::Claims> parse_token_payload(std::string_view json);

// The public key of a key id, or nothing.
using FindSigner = std::function<std::optional<std::string>(std::string_view key_id)>;

// Signature, form and time (no leeway). Refusals, all Code::unauthenticated: bad_token,
// token_expired; unknown_key rests on user, whose next fact may announce it.
Result<api::user::Claims> check_token(std::string_view token, UnixMillis now,
                                      const FindSigner& signer);

// The same with a memory: a verified token is not verified again while it lives. Any thread.
class TokenChecker {
 public:
  using Signers = std::unordered_map<std::string, std::string>;  // key id -> public key

  // Keys known from now on; takes effect for the next check.
  void publish(std::shared_ptr<const Signers> signers);
  Result<api::user::Claims> check(std::string_view token, UnixMillis now);

 private:
  static constexpr size_t kGenerationMax = 8192;  // Tokens; two generations are kept.
  using Seen = std::unordered_map<std::string, api::user::Claims>;  // By the token's hash.

  std::optional<api::user::Claims> recall(const std::string& key);
  void remember(const std::string& key, const api::user::Claims& claims);

  std::mutex mutex_;
  std::shared_ptr<const Signers> signers_ = std::make_shared<const Signers>();
  Seen young_, old_;
};

}  // namespace bilten
