#include "common/service/token.h"

#include <charconv>

#include "common/crypto/crypto.h"

namespace bilten {

namespace {

constexpr size_t kTokenMax = 1024;
constexpr int64_t kSecondsMax = kInstantMax / 1000;

Error refused(std::string reason, std::string detail) {
  return {Code::unauthenticated, std::move(reason), std::move(detail)};
}

// Reads a fixed text piece by piece; after the first mismatch everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  void literal(std::string_view expected) {
    ok_ = ok_ && rest_.starts_with(expected);
    if (ok_) rest_.remove_prefix(expected.size());
  }
  Id id() {
    const auto parsed = Id::parse(rest_.substr(0, 36));
    ok_ = ok_ && parsed.has_value();
    if (!ok_) return {};
    rest_.remove_prefix(36);
    return *parsed;
  }
  Instant seconds() {
    int64_t value = -1;
    const auto [end, fault] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    ok_ = ok_ && fault == std::errc() && value >= 0 && value <= kSecondsMax;
    if (!ok_) return {};
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return {value * 1000};
  }
  bool optional(std::string_view piece) {
    const bool is_there = rest_.starts_with(piece);
    if (is_there) rest_.remove_prefix(piece.size());
    return is_there;
  }
  bool boolean() {
    const bool value = rest_.starts_with("true");
    literal(value ? "true" : "false");
    return value;
  }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string token_payload(const api::user::Claims& claims) {
  return R"({"sub":")" + claims.person_id.text() + R"(","sid":")" + claims.session_id.text() +
         R"(","iat":)" + std::to_string(claims.issued_at.ms / 1000) + R"(,"exp":)" +
         std::to_string(claims.expires_at.ms / 1000) + R"(,"adm":)" +
         (claims.platform_admin ? "true" : "false") + (claims.is_device ? R"(,"dev":true)" : "") +
         R"(,"iss":"bilten"})";
}

std::optional<api::user::Claims> parse_token_payload(std::string_view json) {
  Scanner scanner(json);
  api::user::Claims claims;
  scanner.literal(R"({"sub":")");
  claims.person_id = scanner.id();
  scanner.literal(R"(","sid":")");
  claims.session_id = scanner.id();
  scanner.literal(R"(","iat":)");
  claims.issued_at = scanner.seconds();
  scanner.literal(R"(,"exp":)");
  claims.expires_at = scanner.seconds();
  scanner.literal(R"(,"adm":)");
  claims.platform_admin = scanner.boolean();
  claims.is_device = scanner.optional(R"(,"dev":true)");
  scanner.literal(R"(,"iss":"bilten"})");
  if (!scanner.done()) return std::nullopt;
  return claims;
}

Result<api::user::Claims> check_token(std::string_view token, UnixMillis now,
                                      const FindSigner& signer) {
  if (token.size() > kTokenMax) {
    return refused("bad_token", "The access token is too long; log in again.");
  }
  auto opened = crypto::open_token(token, signer);
  if (!opened) {
    Error error = std::move(opened.error());
    if (error.reason == "unknown_key") error.rests_on = "user";
    return error;
  }
  const auto claims = parse_token_payload(opened->payload_json);
  if (!claims) return refused("bad_token", "The access token's payload is not Bilten's.");
  if (claims->expires_at.ms <= now) {
    return refused("token_expired", "The access token has expired; get a fresh one.");
  }
  return *claims;
}

void TokenChecker::publish(std::shared_ptr<const Signers> signers) {
  std::lock_guard lock(mutex_);
  signers_ = std::move(signers);
}

Result<api::user::Claims> TokenChecker::check(std::string_view token, UnixMillis now) {
  const auto digest = crypto::hash({token});
  const std::string key(digest.data(), digest.size());
  std::shared_ptr<const Signers> known;
  {
    std::lock_guard lock(mutex_);
    if (auto claims = recall(key)) {
      if (claims->expires_at.ms > now) return *claims;
      return refused("token_expired", "The access token has expired; get a fresh one.");
    }
    known = signers_;
  }
  // Verifying takes tens of microseconds: not under the lock.
  auto claims = check_token(token, now, [&](std::string_view key_id) {
    const auto found = known->find(std::string(key_id));
    return found == known->end() ? std::nullopt : std::optional(found->second);
  });
  if (claims) {
    std::lock_guard lock(mutex_);
    remember(key, *claims);
  }
  return claims;
}

std::optional<api::user::Claims> TokenChecker::recall(const std::string& key) {
  if (const auto found = young_.find(key); found != young_.end()) return found->second;
  const auto found = old_.find(key);
  if (found == old_.end()) return std::nullopt;
  const auto claims = found->second;
  remember(key, claims);
  return claims;
}

void TokenChecker::remember(const std::string& key, const api::user::Claims& claims) {
  if (young_.size() >= kGenerationMax) old_ = std::exchange(young_, {});
  young_.insert_or_assign(key, claims);
}

}  // namespace bilten
