#include "daemons/ticket/keys.h"

#include "daemons/ticket/rights.h"

namespace bilten::ticket {

using api::ticket::KeyRotated;
using api::ticket::RotateTicketKeys;
using api::ticket::TicketKey;

EventKeysRow find_keys(const Rows& rows, const Id& event_id) {
  return rows.find<EventKeysRow>(event_id.view()).value_or(EventKeysRow{});
}

bool has_key(const Rows& rows, const TicketCode& code) {
  return code.key_id <= find_keys(rows, code.event_id).current;
}

bool accepts_key(const Rows& rows, const TicketCode& code) {
  return code.key_id >= find_keys(rows, code.event_id).oldest_accepted;
}

TicketKey view_of_key(const Id& event_id, const EventKeysRow& keys, int64_t key_id,
                      std::string_view secret) {
  TicketKey view;
  view.key_id = key_id;
  view.public_key = {event_key(secret, event_id, static_cast<uint8_t>(key_id)).public_key};
  view.current = key_id == keys.current;
  view.accepted = key_id >= keys.oldest_accepted;
  if (view.current) view.since_at = keys.since;
  return view;
}

Decided<TicketKey> decide_rotate_keys(const Rows& rows, const Context& context,
                                      const RotateTicketKeys& message, std::string_view secret) {
  const auto event = find_own_event(rows, context.person, message.event_id, Role::manager);
  if (!event) return event.error();
  auto keys = find_keys(rows, message.event_id);
  if (keys.current == api::ticket::kKeyIdMax) {
    return Error{Code::conflict, "too_many_keys",
                 "An event has at most 255 keys, and this one has had them all."};
  }
  keys.current += 1;
  if (message.revoke_before) keys.oldest_accepted = keys.current;
  keys.since = Instant{context.now};
  Decision<TicketKey> decision;
  decision.record(KeyRotated{.organization_id = event->organization_id,
                             .event_id = message.event_id,
                             .key_id = keys.current,
                             .oldest_accepted = keys.oldest_accepted,
                             .person_id = context.person->person_id,
                             .at = *keys.since});
  decision.answer = view_of_key(message.event_id, keys, keys.current, secret);
  return decision;
}

void apply(Rows& rows, const KeyRotated& fact) {
  CHECK_INVARIANT(fact.key_id == find_keys(rows, fact.event_id).current + 1);
  rows.save(fact.event_id.view(),
            EventKeysRow{
                .current = fact.key_id, .oldest_accepted = fact.oldest_accepted, .since = fact.at});
}

}  // namespace bilten::ticket
