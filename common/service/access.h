// Who may do what, as every service knows it: signing keys, ended sessions and memberships, in rows
// that follow three facts of user. The runtime keeps them; cores ask.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/api/user.h"
#include "common/service/handlers.h"
#include "common/store/rows.h"

namespace bilten {

// The public key of a key id; nothing: not announced (yet).
std::optional<std::string> signer_of(const Rows& rows, std::string_view key_id);
// All keys announced so far, at most `max`, as (key id, public key).
std::vector<std::pair<std::string, std::string>> signers(const Rows& rows, size_t max);
// True while tokens of this session must be refused, though they verify.
bool session_ended(const Rows& rows, const Id& session_id);
// The person's role in the organisation; nothing: not a member.
std::optional<api::user::Role> role_of(const Rows& rows, const Id& organization_id,
                                       const Id& person_id);

// Applies a fact to the rows above; other facts are passed over. The runtime calls it for each fact
// of a journal before the service's own evolve. Twice is as good as once.
void note_user_fact(Rows& rows, std::string_view name, std::string_view body);

// Rows for a daemon that follows user. The runtime adds them to every service but user.
std::vector<TableRow> access_reactions();
// The timer that forgets an ended session once none of its tokens can live. Added to every service.
TableRow access_timer();

}  // namespace bilten
