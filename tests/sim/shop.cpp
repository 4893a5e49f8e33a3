#include "tests/sim/shop.h"

#include <algorithm>
#include <array>

namespace bilten::sim {

using namespace api::ticket;

namespace {

constexpr SteadyMicros kGrace = 60 * kMillisecond;  // Beyond the budget, until a call must end.
constexpr uint32_t kAnswerTwicePerMille = 150;      // Who asks again though there was an answer.
constexpr SteadyMicros kAgain = 50 * kMillisecond;  // Until then a type may be on sale.

// A no that these calls may never get.
bool is_our_fault(const Error& error) {
  static constexpr std::array kNever{Code::internal,    Code::invalid,  Code::denied,
                                     Code::bad_frame,   Code::version,  Code::too_large,
                                     Code::unsupported, Code::forbidden};
  const bool bad_code = std::find(kNever.begin(), kNever.end(), error.code) != kNever.end();
  return bad_code || error.reason == "key_reused" || error.reason == "nonce_reused" ||
         error.reason == "invalid";
}

// What succeeded and is repeated under its key has the same answer. Not so what only says how
// something stands: who asks for a payment that is open already is shown that one.
bool leaves_a_trace(Wish wish) {
  return wish != Wish::read_tickets && wish != Wish::look && wish != Wish::pay;
}

// No two calls of a run have the same.
std::string trace_of(uint64_t number) {
  std::string trace(25, '\0');
  for (size_t i = 0; i < sizeof number; ++i) trace[i] = static_cast<char>(number >> (8 * i));
  return trace;
}

std::string words_of(const Error& error) {
  return std::string(word(error.code)) + " (" + error.reason + ": " + error.detail + ")";
}

}  // namespace

std::string mail_of(uint32_t number) {
  return "buyer" + std::to_string(number) + "@example.org";
}

Shop::Shop(World& world, Network& network, const Plan& plan, Insight& insight, Accounts& accounts)
    : world_(world),
      insight_(insight),
      accounts_(accounts),
      takes_money_(plan.takes_money),
      random_(plan.seed ^ 0x73686F70) {
  for (auto* account : accounts.both()) {
    account->on_hook = [this, account](const Hook& hook) { bring(*account, hook, Wish::hook); };
  }
  for (uint32_t i = 0; i < kBuyers; ++i) {
    buyers_.push_back(std::make_unique<Member>(world, network, "gateway",
                                               std::vector<std::string>{},
                                               plan.joined_by(kDaemons + i), Member::Handlers{}));
    buyers_.back()->start(world.wall_ms(), {});
  }
}

void Shop::act(const Action& action) {
  const bool orders = action.deed == Deed::order || action.deed == Deed::order_twice;
  if (orders) {
    std::vector<uint32_t> buyers{action.a};
    if (action.deed == Deed::order_twice) buyers.push_back((action.a + 1) % kBuyers);
    return order(action.b, action.value, buyers);
  }
  if (action.deed == Deed::rush) {
    for (uint32_t i = 0; i < action.value; ++i) order(i % kTypes, 1, {i % kBuyers});
    return;
  }
  if (action.deed == Deed::move_event) return move_event(action.length);
  if (action.deed == Deed::rotate_keys) return rotate_keys();
  if (is_about_money(action.deed)) return act_on_money(action);
  if (orders_.empty()) return;
  const auto chosen = orders_[action.b % orders_.size()];
  if (action.deed == Deed::confirm) confirm(action.a, chosen);
  if (action.deed == Deed::pay) pay(action.a, chosen, static_cast<Paying>(action.value));
  if (action.deed == Deed::cancel) cancel(action.a, chosen);
  if (action.deed == Deed::admit) read_tickets(action.a, chosen);
  if (action.deed == Deed::refund) refund(action.a, chosen, action.value != 1);
}

void Shop::ask_fresh() {
  if (!is_open()) return world_.after(kAgain, [this] { ask_fresh(); });
  first_fresh_ = operations_.size();
  for (uint32_t buyer = 0; buyer < kBuyers; ++buyer) order(kTypes - 1, 1, {buyer}, true);
}

bool Shop::fresh_done() const {
  if (!first_fresh_) return false;
  const auto first = operations_.begin() + static_cast<std::ptrdiff_t>(*first_fresh_);
  return std::all_of(first, first + kBuyers,
                     [](const auto& operation) { return operation.answer.has_value(); });
}

Operation& Shop::add(Wish wish, std::string name, std::string body) {
  auto& operation = operations_.emplace_back();
  operation.number = static_cast<uint32_t>(operations_.size() - 1);
  operation.wish = wish;
  operation.call.name = std::move(name);
  operation.call.body = std::move(body);
  operation.call.budget_ms = 300 + static_cast<uint32_t>(random_.below(2000));
  operation.call.idempotent = random_.below(4) > 0;
  operation.call.ext.idempotency_key.resize(16);
  random_.fill(operation.call.ext.idempotency_key.data(), 16);
  return operation;
}

void Shop::order(uint32_t type, int64_t quantity, const std::vector<uint32_t>& buyers,
                 bool stubborn) {
  if (!is_open()) return;
  Order message;
  message.event_id = event_id_;
  message.items = {{*types_[type], quantity}};
  message.buyer = {mail_of(static_cast<uint32_t>(operations_.size())), "Nadia Fathy"};
  if (type == 1 && random_.below(2) == 0) message.promo_code = kPromoCode;
  auto& operation = add(Wish::order, std::string(Order::name), encode(message));
  operation.stubborn = stubborn;
  for (const auto buyer : buyers) send(operation, buyer);
}

void Shop::confirm(uint32_t buyer, const OrderView& order) {
  ConfirmOrder message{order.id, {}};
  random_.fill(message.payment_id.bytes.data(), message.payment_id.bytes.size());
  auto& operation = add(Wish::confirm, std::string(ConfirmOrder::name), encode(message));
  operation.order_id = order.id;
  send(operation, buyer);
}

void Shop::cancel(uint32_t buyer, const OrderView& order) {
  auto& operation = add(Wish::cancel, std::string(CancelOrder::name),
                        encode(CancelOrder{order.id, order.secret}));
  operation.order_id = order.id;
  send(operation, buyer);
}

void Shop::read_tickets(uint32_t buyer, const OrderView& order) {
  auto& operation = add(Wish::read_tickets, std::string(ListOrderTickets::name),
                        encode(ListOrderTickets{order.id, order.secret}));
  operation.call.ext.idempotency_key.clear();
  operation.order_id = order.id;
  send(operation, buyer);
}

void Shop::scan(uint32_t buyer, const TicketView& ticket) {
  const auto list = insight_.find_list();
  if (!list || !ticket.code) return;
  CheckIn message;
  message.code = *ticket.code;
  message.check_in_list_id = *list;
  message.nonce = "nonce-" + std::to_string(operations_.size());
  auto& operation = add(Wish::scan, std::string(CheckIn::name), encode(message));
  operation.person = &door_;
  operation.call.request_class = Class::critical;
  operation.nonce = message.nonce;
  operation.ticket_id = ticket.id;
  send(operation, buyer);
}

void Shop::refund(uint32_t buyer, const OrderView& order, bool whole) {
  RefundOrder message;
  message.order_id = order.id;
  message.secret = order.secret;
  if (!whole && !order.ticket_ids.empty()) message.ticket_ids = {{order.ticket_ids.front()}};
  auto& operation = add(Wish::refund, std::string(RefundOrder::name), encode(message));
  operation.order_id = order.id;
  send(operation, buyer);
}

void Shop::rotate_keys() {
  if (!is_open()) return;
  RotateTicketKeys message;
  message.event_id = event_id_;
  auto& operation = add(Wish::rotate_keys, std::string(RotateTicketKeys::name), encode(message));
  operation.person = &manager_;
  send(operation, 0);
}

void Shop::send(Operation& operation, uint32_t buyer) {
  if (operation.attempts_left > 0) --operation.attempts_left;
  ++operation.open;
  ++open_;
  if (world_.telling()) tell(operation, buyer, "asks for");
  const auto due = world_.now() + int64_t{operation.call.budget_ms} * kMillisecond + kGrace;
  const auto ends = std::make_shared<int>(0);
  const bool repeat = operation.answer.has_value();
  net::Call call = operation.call;
  call.ext.traceparent = trace_of(++sends_);
  if (operation.person) call.ext.claims = operation.person->token;
  buyers_[buyer]->call(std::move(call), [=, this, &operation](net::Answer answer) {
    if (++*ends > 1) return world_.fail("a call ended twice");
    if (world_.now() > due) world_.fail("a call ended long after its budget");
    --operation.open;
    --open_;
    ended(operation, buyer, repeat, answer);
  });
  world_.at(due + 1, [=, this, number = operation.number] {
    if (*ends == 0) world_.fail("call " + std::to_string(number) + " has not ended in its budget");
  });
}

void Shop::ended(Operation& operation, uint32_t buyer, bool repeat, const net::Answer& answer) {
  if (world_.telling()) {
    tell(operation, buyer,
         answer.code == Code::ok ? "has" : "hears " + words_of(answer.error) + " to");
  }
  bool again = false;
  if (answer.code == Code::ok) {
    const bool is_first = !operation.answer;
    const bool must_equal = leaves_a_trace(operation.wish);
    if (operation.wish == Wish::forged_hook) return world_.fail("a forged webhook was taken");
    if (!is_first && must_equal && *operation.answer != answer.body) {
      return world_.fail("operation " + std::to_string(operation.number) +
                         " was answered in two ways under one key");
    }
    operation.answer = answer.body;
    if (is_first) succeeded(operation, buyer);
    again = is_first && world_.happens(kAnswerTwicePerMille);
  } else {
    check_refusal(operation, repeat, answer.error);
    if (ran(answer.code) == Ran::unknown) operation.may_have_run = true;
    if (ran(answer.code) == Ran::no) check_not_run(operation);
    again = (operation.stubborn && !operation.answer) || ran(answer.code) != Ran::yes;
    if (answer.code == Code::unauthenticated && operation.person && !operation.answer) {
      again = true;
      // Of the token alone: an earlier send of the same call may have run before it ended.
      operation.may_have_run = operation.may_have_run || operation.call.idempotent;
      log_in(*operation.person, [] {});
    }
  }
  if (answer.code != Code::ok && operation.refused) return operation.refused();
  if (!again || (operation.attempts_left == 0 && !operation.stubborn)) return;
  ++open_;
  world_.after(world_.between(10 * kMillisecond, 400 * kMillisecond), [=, this, &operation] {
    --open_;
    send(operation, buyer);
  });
}

// "It did not run" is believed: of all attempts so far, none may have made the order.
void Shop::check_not_run(const Operation& operation) {
  const bool all_know = !operation.may_have_run && !operation.answer && operation.open == 0;
  if (operation.wish != Wish::order || !all_know) return;
  if (insight_.has_order(mail_of(operation.number))) {
    world_.fail("operation " + std::to_string(operation.number) +
                " was told that it did not run, and the order exists");
  }
}

void Shop::check_refusal(const Operation& operation, bool repeat, const Error& error) {
  if (error.reason == "sold_out") ++world_.coverage.sold_out;
  if (error.reason == "bad_signature") ++world_.coverage.forged;
  if (is_our_fault(error)) {
    world_.fail("operation " + std::to_string(operation.number) + " (" + operation.call.name +
                ") was refused: " + words_of(error));
  }
  const bool late = error.code == Code::unauthenticated;  // The token is over, and says no more.
  if (repeat && ran(error.code) == Ran::yes && !late && leaves_a_trace(operation.wish)) {
    world_.fail("operation " + std::to_string(operation.number) +
                " succeeded, and its repeat was refused: " + words_of(error));
  }
}

void Shop::succeeded(Operation& operation, uint32_t buyer) {
  const auto& body = *operation.answer;
  if (operation.then) operation.then(body);
  auto& met = world_.coverage;
  if (operation.wish == Wish::refund) ++met.refunded;
  if (operation.wish == Wish::rotate_keys) ++met.keys_rotated;
  if (operation.wish == Wish::order) {
    const auto order = *decode<OrderView>(body);
    if (order.discount.amount > 0) ++met.by_promo;
    // Where money is taken, people come back to what costs some, and half of them pay at once.
    const bool is_free = order.total.amount == 0;
    if (!takes_money_ || !is_free) orders_.push_back(order);
    if (takes_money_ && !is_free && random_.below(2) == 0) pay(buyer, order, Paying::approved);
  } else if (operation.wish == Wish::read_tickets) {
    const auto list = decode<ListOf<TicketView>>(body);
    for (const auto& ticket : list->items) {
      scan(buyer, ticket);
      scan((buyer + 1) % kBuyers, ticket);
    }
  }
}

void Shop::tell(const Operation& operation, uint32_t buyer, const std::string& what) {
  world_.tell("buyer " + std::to_string(buyer) + " " + what + " operation " +
              std::to_string(operation.number) + ", " + operation.call.name);
}

}  // namespace bilten::sim
