#include "common/service/access.h"

namespace bilten {

namespace {

using api::user::KeyAnnounced;
using api::user::MemberJoined;
using api::user::Role;
using api::user::SessionEnded;

constexpr std::string_view kForgetTimer = "access.session";

struct SignerRow {
  static constexpr std::string_view table = "access.signer";
  Bytes public_key;
  static constexpr auto fields() {
    return field_list(field("public_key", &SignerRow::public_key, between(32, 32)));
  }
};

struct EndedSessionRow {
  static constexpr std::string_view table = "access.ended";
  Instant until;
  static constexpr auto fields() { return field_list(field("until", &EndedSessionRow::until)); }
};

struct MemberRow {
  static constexpr std::string_view table = "access.member";
  Role role = Role::viewer;
  static constexpr auto fields() { return field_list(field("role", &MemberRow::role)); }
};

// Each service records this for itself: rows and timers come from its own journal alone.
struct SessionForgotten {
  static constexpr std::string_view name = "access.session_forgotten";
  static constexpr Audience audience = Audience::internal;
  Id session_id;
  static constexpr auto fields() {
    return field_list(field("session_id", &SessionForgotten::session_id));
  }
};

std::string member_key(const Id& organization_id, const Id& person_id) {
  return std::string(RowKey().id(organization_id).id(person_id));
}

using AccessFact = std::variant<KeyAnnounced, SessionEnded, MemberJoined, SessionForgotten>;

void apply(Rows& rows, const KeyAnnounced& fact) {
  rows.save(fact.key_id, SignerRow{fact.public_key});
}

void apply(Rows& rows, const SessionEnded& fact) {
  rows.save(fact.session_id.view(), EndedSessionRow{fact.until});
  rows.set_timer(kForgetTimer, fact.session_id.view(), fact.until.ms);
}

void apply(Rows& rows, const MemberJoined& fact) {
  rows.save(member_key(fact.organization_id, fact.person_id), MemberRow{fact.role});
}

void apply(Rows& rows, const SessionForgotten& fact) {
  rows.erase<EndedSessionRow>(fact.session_id.view());
  rows.clear_timer(kForgetTimer, fact.session_id.view());
}

Effects forget_session(const Rows&, const Context&, std::string_view key) {
  const auto session_id = Id::from_bytes(key);
  CHECK_INVARIANT(session_id);
  Effects effects;
  effects.record(SessionForgotten{*session_id});
  return effects;
}

}  // namespace

std::optional<std::string> signer_of(const Rows& rows, std::string_view key_id) {
  if (key_id.empty() || key_id.size() > 64) return std::nullopt;
  auto row = rows.find<SignerRow>(key_id);
  if (!row) return std::nullopt;
  return std::move(row->public_key.data);
}

std::vector<std::pair<std::string, std::string>> signers(const Rows& rows, size_t max) {
  std::vector<std::pair<std::string, std::string>> all;
  rows.scan<SignerRow>("", "", max, [&](std::string_view key_id, const SignerRow& row) {
    all.emplace_back(key_id, row.public_key.data);
    return true;
  });
  return all;
}

bool session_ended(const Rows& rows, const Id& session_id) {
  return rows.has(EndedSessionRow::table, session_id.view());
}

std::optional<Role> role_of(const Rows& rows, const Id& organization_id, const Id& person_id) {
  const auto row = rows.find<MemberRow>(member_key(organization_id, person_id));
  if (!row) return std::nullopt;
  return row->role;
}

void note_user_fact(Rows& rows, std::string_view name, std::string_view body) {
  evolve_named<AccessFact>(rows, name, body,
                           [](Rows& into, const auto& fact) { apply(into, fact); });
}

std::vector<TableRow> access_reactions() {
  return {follow<KeyAnnounced>("user.key_announced"), follow<SessionEnded>("user.session_ended"),
          follow<MemberJoined>("user.member_joined")};
}

TableRow access_timer() {
  return timer(kForgetTimer, forget_session);
}

}  // namespace bilten
