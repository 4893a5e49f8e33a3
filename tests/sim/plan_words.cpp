// What is done, in words: for the story of a seed that fails.
#include <array>
#include <cstdio>

#include "tests/sim/plan.h"

namespace bilten::sim {

namespace {

std::string count_of(const char* what, int64_t number) {
  return std::string(what) + " " + std::to_string(number);
}

std::string name_of(uint32_t member) {
  static constexpr std::array kNames{"user",    "event",   "ticket",  "reader",
                                     "payment", "buyer 0", "buyer 1", "buyer 2"};
  return member < kFirstBroker ? kNames[member] : count_of("broker", member - kFirstBroker);
}

constexpr std::array<const char*, kPayings> kPayingWords{
    "",          " and is declined",         " and is challenged",   ", and leaves", " slowly",
    " too late", " a little less than that", " in another currency", " by transfer", " twice"};

std::string words_of_people(const Action& action) {
  const auto buyer = count_of("buyer", action.a), chosen = count_of("order", action.b);
  const auto tickets = std::to_string(action.value) + " of " + count_of("type", action.b);
  switch (action.deed) {
    case Deed::order: return buyer + " orders " + tickets;
    case Deed::order_twice: return buyer + " and the next order " + tickets + " under one key";
    case Deed::rush: return "all buyers together send " + count_of("orders:", action.value);
    case Deed::confirm: return buyer + " pays for " + chosen;
    case Deed::cancel: return buyer + " cancels " + chosen;
    case Deed::admit: return "the tickets of " + chosen + " are scanned twice";
    case Deed::refund:
      return buyer + " gives back " + (action.value == 1 ? "a ticket of " : "all of ") + chosen;
    case Deed::pay:
      return buyer + " pays for " + chosen + kPayingWords[static_cast<size_t>(action.value)];
    case Deed::look_after_money: return "staff looks after money";
    case Deed::refund_by_hand: return "money goes back by hand at the provider";
    case Deed::dispute: return "a payment is disputed";
    case Deed::pay_out: return "the operator pays out";
    case Deed::forge: return "a webhook is forged";
    case Deed::open_own_account: return "the organisation has an account of its own from now on";
    case Deed::rotate_keys: return "the event's key is rotated";
    default: return "the event is taken off sale and put back";
  }
}

std::string words_of_link(const Action& action) {
  const auto link = "between " + name_of(action.a) + " and " + count_of("broker", action.b);
  if (action.deed == Deed::break_link) {
    return "the connection " + link + (action.value ? " breaks" : " breaks unnoticed");
  }
  if (action.deed == Deed::double_link) return "the connection " + link + " is made a second time";
  if (action.deed == Deed::slow_link) return "frames take long " + link;
  constexpr std::array kWays{"", " to the broker", " from the broker", ""};
  return "nothing passes " + link + kWays[static_cast<size_t>(action.value)];
}

std::string words_of_fault(const Action& action) {
  if (action.deed == Deed::slow_network) return "the network is slow";
  if (action.deed == Deed::lose_publications) return "publications are lost";
  if (action.deed == Deed::kill_broker) return count_of("broker", action.a) + " is killed";
  if (action.deed == Deed::stop_broker)
    return count_of("broker", action.a) + " is stopped in order";
  const std::string daemon = name_of(action.a);
  switch (action.deed) {
    case Deed::stop_daemon: return daemon + " is stopped in order";
    case Deed::kill_daemon: return daemon + " is killed";
    case Deed::die_before_commit: return daemon + " dies before its next commit lasts";
    case Deed::die_after_commit: return daemon + " dies after its next commit, unheard";
    case Deed::fill_disk: return daemon + " finds no space";
    case Deed::slow_disk: return daemon + "'s disk is slow";
    case Deed::jump_clock: return daemon + "'s clock jumps, ms: " + std::to_string(action.value);
    default: return words_of_link(action);
  }
}

}  // namespace

std::string words_of(const Action& action) {
  char stamp[48];
  std::snprintf(stamp, sizeof stamp, "%3u. %9.4f s  ", action.number,
                static_cast<double>(action.at - kSecond) / kSecond);
  std::string words = stamp + (action.deed <= Deed::open_own_account ? words_of_people(action)
                                                                     : words_of_fault(action));
  if (action.length > 0) {
    words += ", for " + std::to_string(action.length / kMillisecond) + " ms";
  }
  return words;
}

}  // namespace bilten::sim
