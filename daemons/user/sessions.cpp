// Sessions: log-in with delay and lock, rotating refresh tokens, the end of a session.
#include <array>

#include "daemons/user/core.h"
#include "daemons/user/password.h"

namespace bilten::user {
namespace {

using api::user::Tokens;

// How long an address waits after its nth wrong password in a row. From the fifth on that is a
// lock; it is never for good, or anybody could lock anybody out.
constexpr std::array<UnixMillis, 5> kDelays = {1'000, 2'000, 5'000, 10'000, 30 * kMinute};
constexpr uint32_t kLockAt = kDelays.size();

UnixMillis delay_after(uint32_t failures) {
  return kDelays[std::min<size_t>(failures, kDelays.size()) - 1];
}

// Signing costs some 25 us of the batch. It cannot be prepared, since the session has no id before,
// and argon2 bounds log-ins to a few dozen a second.
Tokens tokens_for(const Keys& keys, const Context& context, const Keys::RefreshToken& refresh,
                  const PersonRow& person) {
  api::user::Claims claims;
  claims.person_id = refresh.person_id;
  claims.session_id = refresh.session_id;
  claims.issued_at.ms = context.now / 1000 * 1000;  // Tokens know whole seconds.
  claims.expires_at.ms = claims.issued_at.ms + kAccessFor;
  return {keys.access_token(claims), keys.refresh_token(refresh),
          claims.expires_at,         Instant{context.now + kRefreshFor},
          refresh.session_id,        view_of(context.vault, refresh.person_id, person)};
}

api::user::SessionEnded ended(const Id& person_id, const Id& session_id, UnixMillis now) {
  return {session_id, person_id, Instant{now + kAccessFor}};
}

Decided<Tokens> wrong_credentials(const Rows& rows, const Context& context, const Bytes& index,
                                  const std::optional<MailRow>& mail) {
  const auto before = rows.find<FailuresRow>(index.data).value_or(FailuresRow{});
  api::user::LogInFailed fact;
  fact.mail_index = index;
  if (mail) fact.person_id = mail->person_id;
  fact.at.ms = context.now;
  fact.failures = before.count + 1;
  const auto delay = delay_after(fact.failures);
  fact.blocked_until.ms = context.now + delay;

  Decision<Tokens> decision;
  decision.record(fact);
  decision.problem = Error{Code::unauthenticated, "wrong_credentials",
                           "No account has this address and password. Check both, and try again "
                           "after a moment."};
  decision.problem->retry_after_ms = static_cast<uint32_t>(delay);
  return decision;
}

Error bad_refresh_token() {
  return {Code::unauthenticated, "bad_token", "This refresh token is not good; log in again."};
}

}  // namespace

std::optional<Error> blocked(const Rows& rows, const Bytes& mail_index, UnixMillis now) {
  const auto failures = rows.find<FailuresRow>(mail_index.data);
  if (!failures || failures->blocked_until.ms <= now) return std::nullopt;
  const bool lock = failures->count >= kLockAt;
  Error error{Code::too_many, lock ? "locked" : "too_many_attempts",
              lock ? "Too many wrong passwords: this address is locked for 30 minutes."
                   : "Wait a moment before the next attempt."};
  error.retry_after_ms = static_cast<uint32_t>(failures->blocked_until.ms - now);
  return error;
}

Decided<Tokens> decide_log_in(const Keys& keys, const Rows& rows, const Context& context,
                              const api::user::LogIn& message) {
  const auto index = keys.mail_index(message.email);
  if (auto error = blocked(rows, index, context.now)) return *error;
  const auto& check = std::any_cast<const PasswordCheck&>(context.prepared);
  if (!check.looked_at) {  // Blocked when it came, free a moment later.
    Error error{Code::too_many, "too_many_attempts", "Wait a moment before the next attempt."};
    error.retry_after_ms = 1'000;
    return error;
  }
  const auto mail = rows.find<MailRow>(index.data);
  if (!check.matches || !mail || mail->person_id != check.person_id) {
    return wrong_credentials(rows, context, index, mail);
  }
  const auto person = rows.find<PersonRow>(mail->person_id.view());
  CHECK_INVARIANT(person);
  if (!person->verified) {
    return Error{Code::forbidden, "unverified",
                 "Open the link that was mailed to this address first."};
  }
  const Keys::RefreshToken refresh{mail->person_id, context.fresh_id(), 0};
  Decision<Tokens> decision;
  decision.answer = tokens_for(keys, context, refresh, *person);
  decision.record(api::user::SessionStarted{refresh.session_id, refresh.person_id,
                                            Instant{context.now},
                                            decision.answer.refresh_expires_at});
  return decision;
}

Decided<Tokens> decide_refresh(const Keys& keys, const Rows& rows, const Context& context,
                               const api::user::Refresh& message) {
  auto refresh = keys.open_refresh_token(message.refresh_token);
  if (!refresh) return bad_refresh_token();
  const auto session = rows.find<SessionRow>(pair_key(refresh->person_id, refresh->session_id));
  const auto person = rows.find<PersonRow>(refresh->person_id.view());
  if (!session || !person || session->expires_at.ms <= context.now) return bad_refresh_token();

  Decision<Tokens> decision;
  if (refresh->generation != session->generation) {
    // A token that was spent shows up again: one of its two holders is a thief.
    decision.record(ended(refresh->person_id, refresh->session_id, context.now));
    decision.problem = Error{Code::unauthenticated, "token_reused",
                             "This refresh token was used before, so the session has been ended; "
                             "log in again."};
    return decision;
  }
  ++refresh->generation;
  decision.answer = tokens_for(keys, context, *refresh, *person);
  decision.record(
      api::user::SessionRefreshed{refresh->session_id, refresh->person_id, Instant{context.now},
                                  decision.answer.refresh_expires_at, refresh->generation});
  return decision;
}

Decided<Nothing> decide_end_session(const Rows& rows, const Context& context,
                                    const api::user::EndSession& message) {
  const auto& person_id = context.person->person_id;
  if (!rows.has(SessionRow::table, pair_key(person_id, message.session_id))) {
    return Error{Code::not_found, "unknown_session", "You have no such session; it may be over."};
  }
  Decision<Nothing> decision;
  decision.record(ended(person_id, message.session_id, context.now));
  return decision;
}

Effects decide_session_due(const Rows&, const Context& context, std::string_view key) {
  const auto person_id = Id::from_bytes(key.substr(0, 16));
  const auto session_id = Id::from_bytes(key.substr(16));
  CHECK_INVARIANT(person_id && session_id);
  Effects effects;
  effects.record(ended(*person_id, *session_id, context.now));
  return effects;
}

Effects decide_failures_due(const Rows&, const Context&, std::string_view mail_index) {
  Effects effects;
  effects.record(api::user::LogInFailuresForgotten{Bytes{std::string(mail_index)}});
  return effects;
}

}  // namespace bilten::user
