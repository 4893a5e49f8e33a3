// One of a rush of buyers who pay: orders a ticket, is sent to the provider's page, and does there
// what its habit is, whatever fails on the way. It takes one step at a time, so that one thread has
// many of them under way.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/api.h"

namespace bilten::test {

// Presses a button of that page, in the sandbox's words. False: it was not heard; press again.
using PressButton =
    std::function<bool(Api& api, const std::string& page, const std::string& button)>;

// What a buyer does, one word after the other:
//   card, transfer    begins to pay so; card: waits for the page
//   failed            waits until that payment has failed
//   first:BUTTON      presses on the first page that it was sent to
//   BUTTON            presses on the newest
// and then waits for what becomes of its order.
using Habit = std::vector<std::string_view>;

class PayingBuyer {
 public:
  using Clock = std::chrono::steady_clock;

  PayingBuyer(Habit habit, json order) : habit_(std::move(habit)), wish_(std::move(order)) {}

  // The next step, where it is time for one. True: it came on by it.
  bool step(Api& api, const PressButton& press);

  // Told how it ended: nothing to be had any more, paid, or over.
  bool is_finished() const { return is_finished_; }
  // Did all that it is going to do; what is left is to wait.
  bool has_acted() const { return is_finished_ || done_ == habit_.size(); }
  const std::string& order_id() const { return order_id_; }  // Empty: none was made.
  // What it is at, for messages: "order ..., payment ...: card, told opening".
  std::string describe() const;
  const std::string& secret() const { return secret_; }
  const std::string& order_state() const { return order_state_; }  // As it was last told.

 private:
  bool order(Api& api);
  bool act(Api& api, const PressButton& press);
  bool begin(Api& api, std::string_view method);
  bool look_for_page(Api& api);
  bool look_at_payment(Api& api);
  bool look_at_order(Api& api);
  bool next();
  // Nothing new: it looks again after that time.
  bool not_yet(int64_t milliseconds);

  const Habit habit_;
  const json wish_;
  size_t done_ = 0;  // Words of the habit.
  std::string key_ = fresh_key();
  std::string order_id_, secret_, order_state_, payment_id_, payment_state_;
  std::vector<std::string> pages_;
  bool waits_for_page_ = false, is_finished_ = false;
  Clock::time_point look_at_{};
};

}  // namespace bilten::test
