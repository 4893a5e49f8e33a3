#include "tests/sim/services.h"

#include "common/api/ticket_facts.h"
#include "common/crypto/crypto.h"
#include "common/service/token.h"
#include "daemons/ticket/service.h"

namespace bilten::sim {

namespace {

using api::user::Role;

constexpr UnixMillis kDay = 86'400'000;
constexpr const char* kKeyId = "sim-key";

Id id_of(uint8_t number) {
  Id id;
  id.bytes[15] = number;
  return id;
}

const Id kOrganization = id_of(1), kManager = id_of(11), kDoor = id_of(12), kEvent = id_of(100);

const crypto::SigningKey& token_key() {
  static const auto kKey = crypto::signing_key(std::string(32, 't'));
  return kKey;
}

std::string token_of(const Id& person) {
  api::user::Claims claims;
  claims.person_id = person;
  claims.session_id = id_of(200);
  claims.expires_at = {4'000'000'000'000};
  return crypto::make_token(token_payload(claims), kKeyId, token_key());
}

Service owner(const char* name, std::vector<FactDescription> facts) {
  return {.name = name,
          .doc = "Announces what the script says.",
          .facts = std::move(facts),
          .table = {},
          .evolve = [](Rows&, std::string_view, std::string_view) {}};
}

template <class... Fact>
std::vector<TableRow> follow_all(const std::variant<Fact...>*) {
  return {ReactionRow{std::string(Fact::name), {}}...};
}

Service reader() {
  auto service = owner("reader", {});
  service.table = follow_all(static_cast<const api::ticket::Facts*>(nullptr));
  return service;
}

template <class Fact>
Fact of_event(api::event::State state, int64_t version, UnixMillis now) {
  Fact fact;
  fact.event_id = kEvent;
  fact.organization_id = kOrganization;
  fact.at = {now};
  fact.terms = {.version = version,
                .state = state,
                .visibility = api::event::Visibility::listed,
                .currency = "EGP",
                .timezone = "Africa/Cairo",
                .starts_at = {now + 10 * kDay},
                .ends_at = {now + 11 * kDay},
                .doors_at = {now - kDay},
                .capacity = 1'000'000};
  return fact;
}

}  // namespace

const Table& user_table() {
  static const Table kTable(owner("user", describe_facts<api::user::Fact>()));
  return kTable;
}

const Table& event_table() {
  static const Table kTable(owner("event", describe_facts<api::event::Fact>()));
  return kTable;
}

const Table& ticket_table() {
  static const Table kTable(ticket::service({}, {std::string(32, 's'), std::string(32, 'm')}));
  return kTable;
}

const Table& reader_table() {
  static const Table kTable(reader());
  return kTable;
}

const std::string& manager_token() {
  static const auto kToken = token_of(kManager);
  return kToken;
}

const std::string& door_token() {
  static const auto kToken = token_of(kDoor);
  return kToken;
}

Id event_id() {
  return kEvent;
}

Effects opening_of_user() {
  Effects effects;
  effects.record(api::user::KeyAnnounced{kKeyId, {token_key().public_key}});
  effects.record(api::user::MemberJoined{kOrganization, kManager, Role::manager});
  effects.record(api::user::MemberJoined{kOrganization, kDoor, Role::door_staff});
  return effects;
}

Effects opening_of_event(UnixMillis now) {
  using api::event::State;
  auto drafted = of_event<api::event::Drafted>(State::draft, 1, now);
  drafted.details.title.plain = "Nile Jazz Night";
  drafted.details.venue = {"Opera House", "El Borg", "Cairo", "EG", {}, {}, 1'000'000};
  Effects effects;
  effects.record(drafted);
  effects.record(of_event<api::event::Published>(State::published, 2, now));
  return effects;
}

Effects event_moves(bool on_sale, int64_t version, UnixMillis now) {
  using api::event::State;
  Effects effects;
  if (on_sale) {
    effects.record(of_event<api::event::Published>(State::published, version, now));
  } else {
    effects.record(of_event<api::event::Unpublished>(State::draft, version, now));
  }
  return effects;
}

}  // namespace bilten::sim
