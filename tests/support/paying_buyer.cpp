#include "tests/support/paying_buyer.h"

namespace bilten::test {
namespace {

constexpr int64_t kSoonMs = 50, kPatientMs = 300;

// The call ended, and saying it again would change nothing.
bool is_settled(const Reply& reply) {
  return reply.status == 404 || reply.status == 409;
}

}  // namespace

bool PayingBuyer::step(Api& api, const PressButton& press) {
  if (is_finished_ || Clock::now() < look_at_) return false;
  if (order_id_.empty()) return order(api);
  if (waits_for_page_) return look_for_page(api);
  if (done_ < habit_.size()) return act(api, press);
  return look_at_order(api);
}

bool PayingBuyer::order(Api& api) {
  const auto reply = api.post("/v1/orders", wish_, key_);
  if (reply.status == 201) {
    order_id_ = reply.body["id"];
    secret_ = reply.body["secret"];
    key_ = fresh_key();
    return true;
  }
  if (!is_settled(reply)) return not_yet(kSoonMs);
  return is_finished_ = true;
}

bool PayingBuyer::act(Api& api, const PressButton& press) {
  constexpr std::string_view kFirst = "first:";
  const auto word = habit_[done_];
  if (word == "card" || word == "transfer") return begin(api, word);
  if (word == "failed") return look_at_payment(api);
  const bool is_first = word.starts_with(kFirst);
  const auto& page = is_first ? pages_.front() : pages_.back();
  const std::string button(is_first ? word.substr(kFirst.size()) : word);
  return press(api, page, button) ? next() : not_yet(kSoonMs);
}

bool PayingBuyer::begin(Api& api, std::string_view method) {
  const json body{{"secret", secret_}, {"method", method}};
  const auto reply = api.post("/v1/orders/" + order_id_ + "/payments", body, key_);
  if (is_settled(reply)) {  // Too late: the order is over, or paid.
    done_ = habit_.size();
    return true;
  }
  if (reply.status != 201) return not_yet(kSoonMs);
  payment_id_ = reply.body["id"];
  payment_state_ = reply.body["state"];
  waits_for_page_ = method == "card";
  return waits_for_page_ || next();
}

bool PayingBuyer::look_for_page(Api& api) {
  const auto reply = api.get("/v1/payments/" + payment_id_ + "?secret=" + secret_);
  if (reply.status != 200) return not_yet(kSoonMs);
  payment_state_ = reply.body["state"];
  if (reply.body.contains("redirect_url")) {
    pages_.push_back(reply.body["redirect_url"]);
    waits_for_page_ = false;
    return next();
  }
  if (payment_state_ != "failed") return not_yet(kSoonMs);
  waits_for_page_ = false;  // The hold ended before there was a page.
  done_ = habit_.size();
  return true;
}

bool PayingBuyer::look_at_payment(Api& api) {
  const auto reply = api.get("/v1/payments/" + payment_id_ + "?secret=" + secret_);
  if (reply.status == 200) payment_state_ = reply.body["state"];
  return payment_state_ == "failed" ? next() : not_yet(kSoonMs);
}

bool PayingBuyer::look_at_order(Api& api) {
  const auto reply = api.get("/v1/orders/" + order_id_ + "?secret=" + secret_);
  if (reply.status != 200) return not_yet(kSoonMs);
  order_state_ = reply.body["state"];
  if (order_state_ == "held") return not_yet(kPatientMs);
  return is_finished_ = true;
}

std::string PayingBuyer::describe() const {
  const auto doing = done_ < habit_.size() ? std::string(habit_[done_]) : "waits for its order";
  return "order " + order_id_ + ", payment " + payment_id_ + ": " + doing + ", told " +
         payment_state_;
}

bool PayingBuyer::next() {
  ++done_;
  key_ = fresh_key();
  return true;
}

bool PayingBuyer::not_yet(int64_t milliseconds) {
  look_at_ = Clock::now() + std::chrono::milliseconds(milliseconds);
  return false;
}

}  // namespace bilten::test
