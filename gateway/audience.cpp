#include "gateway/audience.h"

#include "common/crypto/crypto.h"
#include "gateway/transcode.h"

namespace bilten::gateway {
namespace {

Error refused(std::string reason, std::string detail) {
  return {Code::unauthenticated, std::move(reason), std::move(detail)};
}

std::optional<api::user::Claims> claims_of(const std::string& payload) {
  const auto id = [&](std::string_view name) {
    const auto text = json_string_member(payload, name);
    return text ? Id::parse(*text) : std::nullopt;
  };
  const auto person = id("sub");
  const auto session = id("sid");
  const auto issued = json_integer_member(payload, "iat");
  const auto expires = json_integer_member(payload, "exp");
  if (!person || !session || !issued || !expires || *expires < 0 || *expires > kInstantMax / 1000) {
    return std::nullopt;
  }
  return api::user::Claims{*person, *session, {*issued * 1000}, {*expires * 1000}, false};
}

}  // namespace

Addressee addressee_of(Audience audience, const Value& body) {
  if (audience == Audience::everyone) return {audience, {}};
  const char* field = audience == Audience::organization ? "organization_id" : "person_id";
  const auto value = body.find(field);
  const auto id = value ? Id::from_bytes(value->bytes()) : std::nullopt;
  return id ? Addressee{audience, *id} : Addressee{};
}

void AudienceBook::take(std::string_view name, std::string_view body) {
  if (name == api::user::KeyAnnounced::name) {
    const auto fact = decode<api::user::KeyAnnounced>(body);
    const std::lock_guard lock(mutex_);
    if (fact) keys_[fact->key_id] = fact->public_key.data;
  } else if (name == api::user::SessionEnded::name) {
    const auto fact = decode<api::user::SessionEnded>(body);
    const std::lock_guard lock(mutex_);
    if (fact) ended_[fact->session_id] = fact->until.ms;
  } else if (name == api::user::MemberJoined::name) {
    const auto fact = decode<api::user::MemberJoined>(body);
    const std::lock_guard lock(mutex_);
    if (fact) members_.emplace(fact->organization_id, fact->person_id);
  }
}

Result<api::user::Claims> AudienceBook::check(std::string_view token, UnixMillis now) const {
  auto opened = crypto::open_token(token, [&](std::string_view key_id) {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(key_id);
    return found == keys_.end() ? std::nullopt : std::optional(found->second);
  });
  if (!opened) return opened.error();
  const auto claims = claims_of(opened->payload_json);
  if (!claims) return refused("bad_token", "The access token is not one of this platform.");
  if (claims->expires_at.ms <= now) {
    return refused("token_expired", "The access token has expired; get a fresh one.");
  }
  if (is_ended(claims->session_id)) {
    return refused("session_ended", "The session has ended; log in again.");
  }
  return *claims;
}

bool AudienceBook::is_ended(const Id& session) const {
  const std::lock_guard lock(mutex_);
  return ended_.contains(session);
}

bool AudienceBook::may_see(const std::optional<Id>& person, const Addressee& addressee) const {
  if (addressee.audience == Audience::everyone) return true;
  if (!person) return false;
  if (addressee.audience == Audience::person) return addressee.id == *person;
  if (addressee.audience != Audience::organization) return false;
  const std::lock_guard lock(mutex_);
  return members_.contains({addressee.id, *person});
}

}  // namespace bilten::gateway
