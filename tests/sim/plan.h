// What is done to the platform in one run, by whom and when: made from the seed at once, so that a
// failing run can be tried again with parts of it left out.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace bilten::sim {

constexpr uint32_t kBuyers = 3;

enum class Deed : uint8_t {
  // Of people.
  order,             // a: buyer, b: ticket type, value: how many.
  order_twice,       // The same, by two buyers at once under one key.
  rush,              // value: how many orders at once.
  confirm,           // a: buyer, b: which order.
  cancel,            // a: buyer, b: which order.
  admit,             // a: buyer, b: which order. Each of its tickets is scanned at two doors.
  refund,            // a: buyer, b: which order, value: 1 one of its tickets, else all.
  rotate_keys,       // Codes are signed by another key from now on.
  pay,               // a: buyer, b: which order, value: a Paying.
  look_after_money,  // By staff. b: which of what needs it, value: 1 lets what came count.
  refund_by_hand,    // At the provider. a: 0 in the own account, b: which payment, value: 1 all
                     // of it.
  dispute,           // a: as above, b: which payment, value: 1 won.
  pay_out,           // By the platform's operator. value: 1 what was set aside is not sent.
  forge,             // Webhooks about an intent, a: as above, b: which.
  move_event,        // Off sale for `length`.
  open_own_account,  // Of the organisation: what is paid from then on goes there.
  // Faults, over when `length` has passed.
  kill_daemon,        // a: daemon.
  die_before_commit,  // a: daemon.
  die_after_commit,   // a: daemon.
  fill_disk,          // a: daemon.
  slow_disk,          // a: daemon. Each commit takes up to a second.
  jump_clock,         // a: daemon, value: milliseconds. For good.
  kill_broker,        // a: broker.
  stop_daemon,        // a: daemon. In order.
  stop_broker,        // a: broker. In order.
  break_link,         // a: member, b: broker, value: 1 with notice.
  double_link,        // a: member, b: broker. Its old connection stands while it has a new one.
  slow_link,          // a: member, b: broker. What it sends comes after what others send.
  partition,          // a: member, b: broker, value: bit 0 to the broker, bit 1 from it.
  slow_network,
  lose_publications,
};

// How an order is paid.
enum class Paying : uint8_t {
  approved,
  declined,
  challenged,  // And then approved or declined.
  left,
  slow,       // The bank thinks for some seconds.
  late,       // Or until after the hold.
  less,       // One minor unit is missing.
  otherwise,  // In another currency.
  by_hand,    // A transfer, that staff marks as received.
  twice,      // By card and by a transfer.
};
inline constexpr uint32_t kPayings = 10;

struct Action {
  SteadyMicros at = 0;
  Deed deed = Deed::order;
  uint32_t a = 0, b = 0;
  SteadyMicros length = 0;
  int64_t value = 0;
  uint32_t number = 0;  // Of the whole plan: a part of it keeps the numbers.
};

inline bool is_about_money(Deed deed) {
  return deed >= Deed::look_after_money && deed <= Deed::forge;
}

// Daemons and members by number: user, event, ticket, reader, payment, then the buyers, then the
// brokers as those that dial each other.
constexpr uint32_t kUser = 0, kEvent = 1, kTicket = 2, kReader = 3, kPayment = 4, kDaemons = 5;
constexpr uint32_t kFirstBroker = kDaemons + kBuyers;

struct Plan {
  uint64_t seed = 0;
  uint32_t brokers = 1;
  bool takes_money = false;       // The payment daemon runs, and orders are paid.
  uint32_t provider_trouble = 0;  // Of a thousand calls to the provider so many go wrong.
  std::array<uint32_t, kFirstBroker> joins{};  // By member: bits of the brokers that it joins.
  uint32_t queue_max = 1024;                   // Requests of a service that wait at a broker.
  uint32_t credit = 16;                        // Of the ticket daemon, for each broker.
  size_t high_water = 64;                      // Frames in a connection.
  std::vector<Action> actions;                 // By time.

  std::vector<uint32_t> joined_by(uint32_t member) const;
};

Plan make_plan(uint64_t seed);
// When the last fault is over.
SteadyMicros end_of(const Plan& plan);
std::string words_of(const Action& action);

}  // namespace bilten::sim
