#include "daemons/user/service.h"

#include "common/service/access.h"
#include "common/service/paging.h"
#include "daemons/user/core.h"
#include "daemons/user/devices.h"

namespace bilten::user {
namespace {

using namespace api::user;

constexpr size_t kPairBytes = 32;
constexpr size_t kSignersMax = 100;

// One page of rows whose keys are `owner` and another id: `view(other id, row)` makes an item.
template <class Row, class Views, class View>
Result<Views> page_of(const Rows& rows, const Id& owner, const std::optional<std::string>& cursor,
                      uint32_t limit, View view) {
  auto after = key_after(cursor, owner.view(), kPairBytes);
  if (!after) return after.error();
  Views views;
  std::string last;
  rows.scan<Row>(owner.view(), *after, limit + 1, [&](std::string_view key, const Row& row) {
    if (views.items.size() == limit) {
      views.next_cursor = cursor_at(last);
      return false;
    }
    last = key;
    views.items.push_back(view(*Id::from_bytes(key.substr(16)), row));
    return true;
  });
  return views;
}

Error unknown_organization() {
  return {Code::not_found, "unknown_organization", "You are in no such organisation."};
}

Result<PersonView> me(const Reader& reader, const Me&) {
  const auto& person_id = reader.person->person_id;
  const auto person = reader.rows.find<PersonRow>(person_id.view());
  if (!person) {
    return Error{Code::unauthenticated, "unknown_person", "This account is gone; sign up again."};
  }
  return view_of(reader.vault, person_id, *person);
}

Result<SessionViews> sessions(const Reader& reader, const Sessions& message) {
  return page_of<SessionRow, SessionViews>(
      reader.rows, reader.person->person_id, message.cursor, message.limit,
      [&](const Id& session_id, const SessionRow& row) {
        return SessionView{session_id, session_id == reader.person->session_id, row.created_at,
                           row.refreshed_at, row.expires_at};
      });
}

Result<OrganizationView> organization(const Reader& reader, const Organization& message) {
  const auto& organization_id = message.organization_id;
  const auto row = reader.rows.find<OrganizationRow>(organization_id.view());
  const auto member =
      reader.rows.find<MemberRow>(pair_key(organization_id, reader.person->person_id));
  if (!row || !member) return unknown_organization();
  return OrganizationView{organization_id, row->title, row->created_at, member->role};
}

Result<OrganizationViews> organizations(const Reader& reader, const Organizations& message) {
  return page_of<MembershipRow, OrganizationViews>(
      reader.rows, reader.person->person_id, message.cursor, message.limit,
      [&](const Id& organization_id, const MembershipRow&) {
        const auto view = organization(reader, Organization{organization_id});
        CHECK_INVARIANT(view);  // Membership rows go with member rows.
        return *view;
      });
}

Result<MemberViews> members(const Reader& reader, const Members& message) {
  const auto asker = pair_key(message.organization_id, reader.person->person_id);
  if (!reader.rows.has(MemberRow::table, asker)) return unknown_organization();
  return page_of<MemberRow, MemberViews>(
      reader.rows, message.organization_id, message.cursor, message.limit,
      [&](const Id& person_id, const MemberRow& row) {
        const auto view = view_of(reader.vault, person_id, PersonRow{});
        return MemberView{person_id, view.display_name, row.role};
      });
}

Result<DeviceViews> devices(const Reader& reader, const Devices& message) {
  const auto allowed = need_manager(reader.rows, *reader.person, message.organization_id);
  if (!allowed) return allowed.error();
  return page_of<DeviceRow, DeviceViews>(reader.rows, message.organization_id, message.cursor,
                                         message.limit, view_of_device);
}

// RFC 8037, appendix A.2. Key ids are hex and public keys base64url: nothing needs escaping.
Result<Content> key_set(const Reader& reader, const KeySet&) {
  std::string json = R"({"keys":[)";
  for (const auto& [key_id, public_key] : signers(reader.rows, kSignersMax)) {
    if (json.back() == '}') json += ',';
    json += R"({"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":")" + key_id +
            R"(","x":")" + base64url(public_key) + R"("})";
  }
  return Content{"application/json", Bytes{json + "]}"}, 60};
}

Result<VerificationMail::Answer> verification_mail(const Keys& keys, const Reader& reader,
                                                   const VerificationMail& message) {
  const auto person = reader.rows.find<PersonRow>(message.person_id.view());
  if (!person) return Error{Code::not_found, "unknown_person", "No such account, or no more."};
  if (person->verified) {
    return Error{Code::conflict, "already_verified", "This account needs no mail any more."};
  }
  const auto view = view_of(reader.vault, message.person_id, *person);
  return VerificationMail::Answer{view.email, view.display_name,
                                  keys.verification_token(message.person_id), person->verify_until};
}

// Binds the keys, so that the table below reads as one line a message.
template <class Function>
auto with(const Keys& keys, Function function) {
  return [&keys, function](const auto&... arguments) { return function(keys, arguments...); };
}

}  // namespace

Service service(const Keys& keys, const Config& config, const PasswordHasher& hasher) {
  const auto sign_up = [&](const Rows& rows, const Context& context, const SignUp& message) {
    return decide_sign_up(keys, config, rows, context, message);
  };
  const auto hash_new = [&keys, hasher](const Reader& reader, const SignUp& message) {
    return hash_new_password(keys, reader, message, hasher);
  };
  const auto check_given = [&keys, hasher](const Reader& reader, const LogIn& message) {
    return check_given_password(keys, reader, message, hasher);
  };
  return {
      "user",
      "Accounts, sessions and organisations.",
      describe_facts<Fact>(),
      {
          command<SignUp>("user.sign_up", hash_new, sign_up),
          command<Verify>("user.verify", with(keys, decide_verify)),
          query<VerificationMail>("user.verification_mail", with(keys, verification_mail)),
          query<Me>("user.me", me),
          command<ChangeProfile>("user.change_profile", decide_change_profile),
          command<LogIn>("user.log_in", check_given, with(keys, decide_log_in)),
          command<Refresh>("user.refresh", with(keys, decide_refresh)),
          query<Sessions>("user.sessions", sessions),
          command<EndSession>("user.end_session", decide_end_session),
          query<KeySet>("user.key_set", key_set),
          command<CreateOrganization>("user.create_organization", decide_create_organization),
          query<Organization>("user.organization", organization),
          query<Organizations>("user.organizations", organizations),
          command<AddMember>("user.add_member", with(keys, decide_add_member)),
          query<Members>("user.members", members),
          command<AddDevice>("user.device.add", with(keys, decide_add_device)),
          query<Devices>("user.devices", devices),
          query<ReadDeviceQr>("user.device.qr", with(keys, device_qr)),
          command<RollDevice>("user.device.roll", with(keys, decide_roll_device)),
          command<RevokeDevice>("user.device.revoke", decide_revoke_device),
          command<EnrolDevice>("user.device.enrol", with(keys, decide_enrol_device)),
          command<RenewDevice>("user.device.renew", with(keys, decide_renew_device)),
          timer(kSignUpTimer, decide_sign_up_due),
          timer(kSessionTimer, decide_session_due),
          timer(kFailuresTimer, decide_failures_due),
      },
      evolve,
  };
}

}  // namespace bilten::user
