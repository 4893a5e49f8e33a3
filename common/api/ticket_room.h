// The contract of waiting rooms (docs/waiting-room.md).
#pragma once

#include "common/api/ticket_room_facts.h"

namespace bilten::api::ticket {

struct RoomView : RoomTerms {
  Id event_id;
  bool drawn = false;
  int64_t joined = 0, let_in = 0, passes_out = 0;
  Bytes seed_hash = {};
  std::optional<Bytes> seed = {};
  static constexpr auto fields() {
    constexpr auto count = between(0, INT64_MAX);
    return join_fields(
        field_list(field("event_id", &RoomView::event_id)), RoomTerms::fields(),
        field_list(field("drawn", &RoomView::drawn).doc("The order of who came early stands."),
                   field("joined", &RoomView::joined, count),
                   field("let_in", &RoomView::let_in, count),
                   field("passes_out", &RoomView::passes_out, count)
                       .doc("Given, not used yet and not lapsed."),
                   field("seed_hash", &RoomView::seed_hash, between(32, 32))
                       .doc("Of the seed of the draw, known from the start."),
                   field("seed", &RoomView::seed, between(32, 32)).doc("Once drawn.")));
  }
};

// `gathering`: the room is not open yet. `waiting`: behind `position` others. `starved`: the same,
// while every free ticket has a pass. `let_in`: an order may be made until pass_until.
enum class EntryState : uint8_t { gathering, waiting, starved, let_in, used, lapsed };
constexpr auto names_of(EntryState) {
  return std::array<std::string_view, 6>{"gathering", "waiting", "starved",
                                         "let_in",    "used",    "lapsed"};
}

struct EntryView {
  std::string token;
  EntryState state = EntryState::gathering;
  std::optional<int64_t> position = {}, wait_s = {};
  std::optional<Instant> pass_until = {};
  static constexpr auto fields() {
    return field_list(
        field("token", &EntryView::token, length(0, 64, Format::secret))
            .doc("Shown as queue_token when ordering."),
        field("state", &EntryView::state),
        field("position", &EntryView::position, between(1, INT64_MAX))
            .doc("1 is next. Of who was drawn it is estimated, to within a percent of them."),
        field("wait_s", &EntryView::wait_s, between(0, INT64_MAX))
            .doc("Seconds, at the room's rate; absent while starved."),
        field("pass_until", &EntryView::pass_until));
  }
};

struct SetRoom : RoomTerms {
  static constexpr std::string_view name = "ticket.room.set";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "PUT", .path = "/v1/events/{event_id}/waiting-room"},
      .refusals = {"unknown_event", "role_missing", "room_open"},
      .doc =
          "Lets people order an event's tickets in turn only, or changes at what rate: who comes "
          "before opens_at is drawn, who comes later waits behind. Managers and owners only."};
  using Answer = RoomView;
  Id event_id;
  static constexpr auto fields() {
    return join_fields(field_list(field("event_id", &SetRoom::event_id)), RoomTerms::fields());
  }
};

struct CloseRoom {
  static constexpr std::string_view name = "ticket.room.close";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "DELETE", .path = "/v1/events/{event_id}/waiting-room", .status = 204},
      .refusals = {"unknown_event", "role_missing", "no_waiting_room"},
      .doc = "Lets everybody order again. Managers and owners only."};
  using Answer = Nothing;
  Id event_id;
  static constexpr auto fields() { return field_list(field("event_id", &CloseRoom::event_id)); }
};

struct ReadRoom {
  static constexpr std::string_view name = "ticket.room";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/waiting-room"},
      .refusals = {"unknown_event", "no_waiting_room"},
      .doc = "An event's waiting room, for everyone."};
  using Answer = RoomView;
  Id event_id;
  static constexpr auto fields() { return field_list(field("event_id", &ReadRoom::event_id)); }
};

struct JoinRoom {
  static constexpr std::string_view name = "ticket.room.join";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST",
               .path = "/v1/events/{event_id}/waiting-room/entries",
               .status = 201},
      .refusals = {"unknown_event", "not_on_sale", "no_waiting_room"},
      .doc = "Waits for a pass. The token is told to who joins, and never again."};
  using Answer = EntryView;
  Id event_id;
  static constexpr auto fields() { return field_list(field("event_id", &JoinRoom::event_id)); }
};

struct ReadEntry {
  static constexpr std::string_view name = "ticket.room.entry";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/waiting-room/entry"},
      .refusals = {"unknown_event", "no_waiting_room", "unknown_queue_token"},
      .doc = "How far one has come who waits."};
  using Answer = EntryView;
  Id event_id;
  std::string token;
  static constexpr auto fields() {
    return field_list(field("event_id", &ReadEntry::event_id),
                      field("token", &ReadEntry::token, length(1, 64, Format::secret)));
  }
};

}  // namespace bilten::api::ticket
