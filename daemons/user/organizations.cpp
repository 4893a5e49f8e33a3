// Organisations and their members.
#include "daemons/user/core.h"

namespace bilten::user {

Decided<api::user::OrganizationView> decide_create_organization(
    const Rows& rows, const Context& context, const api::user::CreateOrganization& message) {
  const auto& person_id = context.person->person_id;
  if (!rows.has(PersonRow::table, person_id.view())) {
    return Error{Code::unauthenticated, "unknown_person", "This account is gone; sign up again."};
  }
  const auto organization_id = context.fresh_id();
  const Instant now{context.now};
  Decision<api::user::OrganizationView> decision;
  decision.record(api::user::OrganizationCreated{organization_id, person_id, now, message.title});
  decision.record(api::user::MemberJoined{organization_id, person_id, Role::owner});
  decision.answer = {organization_id, message.title, now, Role::owner};
  return decision;
}

Decided<api::user::MemberView> decide_add_member(const Keys& keys, const Rows& rows,
                                                 const Context& context,
                                                 const api::user::AddMember& message) {
  const auto organization = rows.find<OrganizationRow>(message.organization_id.view());
  const auto asker =
      rows.find<MemberRow>(pair_key(message.organization_id, context.person->person_id));
  if (!organization || !asker) {
    return Error{Code::not_found, "unknown_organization", "You are in no such organisation."};
  }
  if (asker->role != Role::owner) {
    return Error{Code::forbidden, "role_missing", "Only an owner may add members; ask one."};
  }
  const auto mail = rows.find<MailRow>(keys.mail_index(message.email).data);
  const auto person = mail ? rows.find<PersonRow>(mail->person_id.view()) : std::nullopt;
  if (!person || !person->verified) {
    return Error{Code::not_found, "unknown_account",
                 "No verified account has this address; its owner signs up first."};
  }
  const auto member = rows.find<MemberRow>(pair_key(message.organization_id, mail->person_id));
  const bool steps_down = member && member->role == Role::owner && message.role != Role::owner;
  if (steps_down && organization->owners == 1) {
    return Error{Code::conflict, "last_owner",
                 "An organisation needs an owner: make somebody else one first."};
  }
  Decision<api::user::MemberView> decision;
  const bool same = member && member->role == message.role;
  if (!same) {
    decision.record(
        api::user::MemberJoined{message.organization_id, mail->person_id, message.role});
  }
  decision.answer = {mail->person_id, view_of(context.vault, mail->person_id, *person).display_name,
                     message.role};
  return decision;
}

}  // namespace bilten::user
