// What the ticket service announces of waiting rooms (docs/waiting-room.md).
#pragma once

#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::ticket {

// Where an entry stands in line: keys of it sort as they are let in. One byte, 0 for who came
// before the opening and 1 for who came later; 8 bytes, of the first their draw, of the others
// their number as they came; the entry's id.
inline constexpr size_t kTurnBytes = 25;

struct RoomTerms {
  Instant opens_at;
  int64_t per_minute = 600;
  int64_t pass_minutes = 10;
  bool operator==(const RoomTerms&) const = default;
  static constexpr auto fields() {
    return field_list(
        field("opens_at", &RoomTerms::opens_at)
            .doc("Who comes before is drawn, who comes later waits behind them."),
        field("per_minute", &RoomTerms::per_minute, between(1, 600'000))
            .or_default()
            .doc("The most that are let in; fewer while fewer tickets are free than passes out."),
        field("pass_minutes", &RoomTerms::pass_minutes, between(1, 120))
            .or_default()
            .doc("How long who was let in has to make one order."));
  }
};

struct RoomOpened {
  static constexpr std::string_view name = "ticket.room_opened";
  static constexpr Audience audience = Audience::everyone;
  static constexpr std::string_view doc =
      "Ordering an event's tickets needs a pass of its waiting room. seed_hash binds the draw "
      "before anybody came.";
  Id organization_id, event_id;
  int64_t number = 1;  // Of the event's rooms; entries of an earlier one are void.
  RoomTerms terms;
  Bytes seed_hash;  // BLAKE2b-256 of "room seed" and the seed (crypto::hash).
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &RoomOpened::organization_id),
                      field("event_id", &RoomOpened::event_id),
                      field("number", &RoomOpened::number, between(1, INT64_MAX)),
                      field("terms", &RoomOpened::terms),
                      field("seed_hash", &RoomOpened::seed_hash, between(32, 32)),
                      field("at", &RoomOpened::at));
  }
};

struct RoomChanged {
  static constexpr std::string_view name = "ticket.room_changed";
  static constexpr Audience audience = Audience::everyone;
  static constexpr std::string_view doc = "A waiting room lets people in on other terms.";
  Id organization_id, event_id;
  RoomTerms terms;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &RoomChanged::organization_id),
                      field("event_id", &RoomChanged::event_id),
                      field("terms", &RoomChanged::terms), field("at", &RoomChanged::at));
  }
};

struct RoomClosed {
  static constexpr std::string_view name = "ticket.room_closed";
  static constexpr Audience audience = Audience::everyone;
  static constexpr std::string_view doc = "Ordering an event's tickets needs no pass any more.";
  Id organization_id, event_id;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &RoomClosed::organization_id),
                      field("event_id", &RoomClosed::event_id), field("at", &RoomClosed::at));
  }
};

// Not published: a turn is nobody's to know before the draw.
struct RoomJoined {
  static constexpr std::string_view name = "ticket.room_joined";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "Somebody waits in a waiting room.";
  Id event_id;
  Bytes turn;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("event_id", &RoomJoined::event_id),
                      field("turn", &RoomJoined::turn, between(kTurnBytes, kTurnBytes)),
                      field("at", &RoomJoined::at));
  }
};

struct RoomDrawn {
  static constexpr std::string_view name = "ticket.room_drawn";
  static constexpr Audience audience = Audience::everyone;
  static constexpr std::string_view doc =
      "The order of who came before the opening stands: seed tells how it was drawn.";
  Id organization_id, event_id;
  int64_t early = 0;  // So many were drawn.
  Bytes seed;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &RoomDrawn::organization_id),
                      field("event_id", &RoomDrawn::event_id),
                      field("early", &RoomDrawn::early, between(0, INT64_MAX)),
                      field("seed", &RoomDrawn::seed, between(32, 32)),
                      field("at", &RoomDrawn::at));
  }
};

struct RoomLetIn {
  static constexpr std::string_view name = "ticket.room_let_in";
  static constexpr Audience audience = Audience::everyone;
  static constexpr std::string_view doc =
      "The next in line have passes, up to the turn `last`: who subtracts let_in from their place "
      "knows their position. count 0: nobody could be let in, for every free ticket has a pass.";
  Id organization_id, event_id;
  int64_t count = 0;   // This time.
  int64_t let_in = 0;  // All in all.
  std::optional<Bytes> last;
  Instant at, lapse_at;
  static constexpr auto fields() {
    return field_list(field("organization_id", &RoomLetIn::organization_id),
                      field("event_id", &RoomLetIn::event_id),
                      field("count", &RoomLetIn::count, between(0, INT64_MAX)),
                      field("let_in", &RoomLetIn::let_in, between(0, INT64_MAX)),
                      field("last", &RoomLetIn::last, between(kTurnBytes, kTurnBytes)),
                      field("at", &RoomLetIn::at), field("lapse_at", &RoomLetIn::lapse_at));
  }
};

struct RoomPassUsed {
  static constexpr std::string_view name = "ticket.room_pass_used";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A pass was good for an order.";
  Id event_id, order_id;
  Bytes turn;
  static constexpr auto fields() {
    return field_list(field("event_id", &RoomPassUsed::event_id),
                      field("order_id", &RoomPassUsed::order_id),
                      field("turn", &RoomPassUsed::turn, between(kTurnBytes, kTurnBytes)));
  }
};

struct RoomPassesLapsed {
  static constexpr std::string_view name = "ticket.room_passes_lapsed";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "Passes given together were not used in time.";
  Id event_id;
  int64_t number = 1;
  Bytes last;  // The last turn that was let in with them.
  static constexpr auto fields() {
    return field_list(field("event_id", &RoomPassesLapsed::event_id),
                      field("number", &RoomPassesLapsed::number, between(1, INT64_MAX)),
                      field("last", &RoomPassesLapsed::last, between(kTurnBytes, kTurnBytes)));
  }
};

using RoomFacts = std::variant<RoomOpened, RoomChanged, RoomClosed, RoomJoined, RoomDrawn,
                               RoomLetIn, RoomPassUsed, RoomPassesLapsed>;

}  // namespace bilten::api::ticket
