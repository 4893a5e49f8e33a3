// evolve: how each fact of the user service changes its rows and timers.
#include "daemons/user/core.h"

#include "daemons/user/devices.h"

namespace bilten::user {
namespace {

using namespace api::user;

void apply(Rows&, const KeyAnnounced&) {}  // Rows of common/service/access.h.

void apply(Rows& rows, const SignedUp& fact) {
  rows.save(fact.person_id.view(), PersonRow{fact.mail_index, false, fact.at, fact.verify_until});
  rows.save(fact.mail_index.data, MailRow{fact.person_id});
  rows.set_timer(kSignUpTimer, fact.person_id.view(), fact.verify_until.ms);
}

void apply(Rows&, const VerificationWanted&) {}

void apply(Rows& rows, const Verified& fact) {
  auto person = rows.find<PersonRow>(fact.person_id.view());
  CHECK_INVARIANT(person);
  person->verified = true;
  rows.save(fact.person_id.view(), *person);
  rows.clear_timer(kSignUpTimer, fact.person_id.view());
}

void apply(Rows& rows, const SignUpLapsed& fact) {
  const auto person = rows.find<PersonRow>(fact.person_id.view());
  CHECK_INVARIANT(person && !person->verified);
  rows.erase<MailRow>(person->mail_index.data);
  rows.erase<PersonRow>(fact.person_id.view());
  rows.clear_timer(kSignUpTimer, fact.person_id.view());
}

void apply(Rows&, const ProfileChanged&) {}  // The name is in the vault.

void apply(Rows& rows, const LogInFailed& fact) {
  rows.save(fact.mail_index.data, FailuresRow{fact.failures, fact.blocked_until});
  rows.set_timer(kFailuresTimer, fact.mail_index.data, fact.at.ms + kFailuresFor);
}

void forget_failures(Rows& rows, const Bytes& mail_index) {
  rows.erase<FailuresRow>(mail_index.data);
  rows.clear_timer(kFailuresTimer, mail_index.data);
}

void apply(Rows& rows, const LogInFailuresForgotten& fact) {
  forget_failures(rows, fact.mail_index);
}

void apply(Rows& rows, const SessionStarted& fact) {
  const auto key = pair_key(fact.person_id, fact.session_id);
  rows.save(key, SessionRow{fact.at, fact.at, fact.expires_at, 0});
  rows.set_timer(kSessionTimer, key, fact.expires_at.ms);
  const auto person = rows.find<PersonRow>(fact.person_id.view());
  CHECK_INVARIANT(person);
  forget_failures(rows, person->mail_index);
}

void apply(Rows& rows, const SessionRefreshed& fact) {
  const auto key = pair_key(fact.person_id, fact.session_id);
  auto session = rows.find<SessionRow>(key);
  CHECK_INVARIANT(session && session->generation + 1 == fact.generation);
  session->generation = fact.generation;
  session->refreshed_at = fact.at;
  session->expires_at = fact.expires_at;
  rows.save(key, *session);
  rows.set_timer(kSessionTimer, key, fact.expires_at.ms);
}

void apply(Rows& rows, const SessionEnded& fact) {
  const auto key = pair_key(fact.person_id, fact.session_id);
  rows.erase<SessionRow>(key);
  rows.clear_timer(kSessionTimer, key);
}

void apply(Rows& rows, const OrganizationCreated& fact) {
  rows.save(fact.organization_id.view(), OrganizationRow{fact.title, fact.at, 0});
}

void apply(Rows& rows, const MemberJoined& fact) {
  auto organization = rows.find<OrganizationRow>(fact.organization_id.view());
  CHECK_INVARIANT(organization);
  const auto key = pair_key(fact.organization_id, fact.person_id);
  const auto before = rows.find<MemberRow>(key);
  const bool owned = before && before->role == Role::owner;
  const bool owns = fact.role == Role::owner;
  organization->owners += static_cast<uint32_t>(owns) - static_cast<uint32_t>(owned);
  CHECK_INVARIANT(organization->owners > 0);
  rows.save(fact.organization_id.view(), *organization);
  rows.save(key, MemberRow{fact.role});
  rows.save(pair_key(fact.person_id, fact.organization_id), MembershipRow{});
}

}  // namespace

void evolve(Rows& rows, std::string_view name, std::string_view body) {
  evolve_named<Fact>(rows, name, body, [](Rows& into, const auto& fact) { apply(into, fact); });
}

}  // namespace bilten::user
