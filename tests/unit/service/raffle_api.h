// The contract of the example service of docs/write-a-daemon.md: raffles of organisations.
#pragma once

#include <variant>

#include "common/wire/contract.h"

namespace bilten::api::raffle {

enum class State : uint8_t { open, closed };
constexpr auto names_of(State) {
  return std::array<std::string_view, 2>{"open", "closed"};
}

struct RaffleView {
  Id id, organization_id;
  State state = State::open;
  int64_t entries = 0;
  std::optional<int64_t> winner;
  static constexpr auto fields() {
    return field_list(field("id", &RaffleView::id),
                      field("organization_id", &RaffleView::organization_id),
                      field("state", &RaffleView::state),
                      field("entries", &RaffleView::entries, between(0, 1'000'000)),
                      field("winner", &RaffleView::winner, between(1, 1'000'000))
                          .doc("The number of the entry that won."));
  }
};

// Opens a raffle; a manager of the organisation may.
struct Open {
  static constexpr std::string_view name = "raffle.open";
  static constexpr Contract contract{.kind = Kind::command,
                                     .caller = Caller::person,
                                     .http = {.method = "POST",
                                              .path = "/v1/raffles",
                                              .status = 201,
                                              .location = "/v1/raffles/{id}"},
                                     .refusals = {"not_a_manager", "closes_in_the_past"},
                                     .doc = "Opens a raffle."};
  using Answer = RaffleView;
  Id organization_id;
  int64_t number = 0;
  Instant closes_at;
  static constexpr auto fields() {
    return field_list(
        field("organization_id", &Open::organization_id),
        field("number", &Open::number, between(1, 1000)).doc("The number one has to guess."),
        field("closes_at", &Open::closes_at));
  }
};

// Takes part, if the number is guessed. A wrong guess is refused, and counted.
struct Enter {
  static constexpr std::string_view name = "raffle.enter";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::anyone,
      .http = {.method = "POST", .path = "/v1/raffles/{raffle_id}/entries", .status = 201},
      .refusals = {"unknown_raffle", "raffle_closed", "wrong_guess"},
      .doc = "Takes part in a raffle."};
  struct Answer {
    int64_t entry = 0;
    static constexpr auto fields() {
      return field_list(field("entry", &Answer::entry, between(1, 1'000'000)));
    }
  };
  Id raffle_id;
  std::string email;
  int64_t guess = 0;
  static constexpr auto fields() {
    return field_list(field("raffle_id", &Enter::raffle_id),
                      field("email", &Enter::email, length(3, 254, Format::email)),
                      field("guess", &Enter::guess, between(1, 1000)));
  }
};

// Shows a raffle.
struct Raffle {
  static constexpr std::string_view name = "raffle.raffle";
  static constexpr Contract contract{.kind = Kind::query,
                                     .caller = Caller::anyone,
                                     .http = {.method = "GET", .path = "/v1/raffles/{raffle_id}"},
                                     .refusals = {"unknown_raffle"},
                                     .doc = "Shows a raffle."};
  using Answer = RaffleView;
  Id raffle_id;
  static constexpr auto fields() { return field_list(field("raffle_id", &Raffle::raffle_id)); }
};

// ---- facts ----

struct Opened {
  static constexpr std::string_view name = "raffle.opened";
  static constexpr Audience audience = Audience::everyone;
  static constexpr std::string_view doc = "A raffle can be entered.";
  Id raffle_id, organization_id;
  Instant closes_at;
  static constexpr auto fields() {
    return field_list(field("raffle_id", &Opened::raffle_id),
                      field("organization_id", &Opened::organization_id),
                      field("closes_at", &Opened::closes_at));
  }
};

struct Entered {
  static constexpr std::string_view name = "raffle.entered";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "Someone takes part. Who: in the vault.";
  Id raffle_id, organization_id;
  int64_t entry = 0;
  static constexpr auto fields() {
    return field_list(field("raffle_id", &Entered::raffle_id),
                      field("organization_id", &Entered::organization_id),
                      field("entry", &Entered::entry, between(1, 1'000'000)));
  }
};

struct GuessedWrong {
  static constexpr std::string_view name = "raffle.guessed_wrong";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "Someone guessed another number.";
  Id raffle_id;
  static constexpr auto fields() {
    return field_list(field("raffle_id", &GuessedWrong::raffle_id));
  }
};

struct Closed {
  static constexpr std::string_view name = "raffle.closed";
  static constexpr Audience audience = Audience::everyone;
  static constexpr std::string_view doc = "The raffle is over; the winner is drawn.";
  Id raffle_id;
  int64_t winner = 0;
  static constexpr auto fields() {
    return field_list(
        field("raffle_id", &Closed::raffle_id),
        field("winner", &Closed::winner, between(0, 1'000'000)).doc("0: nobody took part."));
  }
};

using Fact = std::variant<Opened, Entered, GuessedWrong, Closed>;

}  // namespace bilten::api::raffle
