#include "common/service/request.h"

#include <algorithm>

#include "common/service/access.h"
#include "common/service/token.h"

namespace bilten {

Status settle_person(Request& request, const Rows& rows, UnixMillis now) {
  if (!request.person && !request.token.empty()) {
    auto claims = check_token(request.token, now,
                              [&](std::string_view key_id) { return signer_of(rows, key_id); });
    if (!claims) return claims.error();
    request.person = *claims;
  }
  if (!request.person) {
    if (request.description().caller != Caller::person) return Done{};
    return Error{Code::unauthenticated, "token_needed", "Log in and send the access token."};
  }
  if (request.person->is_device && !request.description().devices) {
    return Error{Code::forbidden, "not_for_devices",
                 "A device may scan, and read the lists that it scans on; log in as a person."};
  }
  if (session_ended(rows, request.person->session_id)) {
    return Error{Code::unauthenticated, "session_ended", "The session was ended; log in again."};
  }
  return Done{};
}

bool must_wait(const Table& table, const Request& request, const Error& refusal) {
  return table.follows(refusal.rests_on) &&
         std::find(request.settled.begin(), request.settled.end(), refusal.rests_on) ==
             request.settled.end();
}

std::string poison_id(const Request& request) {
  const std::string_view hash(request.request_hash.data(), request.request_hash.size());
  return (request.command ? "c" : "q") + (request.key.empty() ? std::string(hash) : request.key);
}

Error cancelled() {
  return {Code::cancelled, "cancelled", "The caller gave up before the request was run."};
}

Error expired_in_queue() {
  return {Code::deadline_queued, "deadline_queued",
          "The time budget ended before the request was run; send it again."};
}

}  // namespace bilten
