// How orders are paid: what payers, staff and the provider do, as people and machines outside do
// it.
#include "common/api/payment.h"
#include "tests/sim/shop.h"

namespace bilten::sim {

using namespace api::payment;
using api::ticket::OrderView;

namespace {

constexpr uint32_t kLooks = 8;  // For where to pay, until a payer gives up.
constexpr SteadyMicros kLookAgain = 150 * kMillisecond;

Payer payer_of(Paying paying) {
  switch (paying) {
    case Paying::declined: return Payer::declines;
    case Paying::challenged: return Payer::is_challenged;
    case Paying::left: return Payer::leaves;
    case Paying::slow: return Payer::is_slow;
    case Paying::late: return Payer::is_late;
    case Paying::less: return Payer::pays_less;
    case Paying::otherwise: return Payer::pays_otherwise;
    default: return Payer::approves;
  }
}

}  // namespace

void Shop::set_fee_policy() {
  SetFeePolicy policy;
  policy.currency = "EGP";
  policy.rate = static_cast<int64_t>(random_.below(600));
  policy.fixed = static_cast<int64_t>(random_.below(60));
  policy.bearer = random_.below(2) == 0 ? FeeBearer::buyer : FeeBearer::organizer;
  policy.returned = random_.below(2) == 0;
  found(policy, nullptr, [](auto&) {});
}

void Shop::pay(uint32_t buyer, const OrderView& order, Paying paying) {
  const bool by_hand = paying == Paying::by_hand;
  open_payment(buyer, order, by_hand ? Method::transfer : Method::card,
               [=, this](const PaymentView& payment) {
                 if (by_hand) return receive(payment);
                 look_where_to_pay(buyer, order, payment.id, paying, kLooks);
               });
}

void Shop::open_payment(uint32_t buyer, const OrderView& order, Method method,
                        std::function<void(const PaymentView&)> then) {
  OpenPayment message;
  message.order_id = order.id;
  message.secret = order.secret;
  message.method = method;
  auto& operation = add(Wish::pay, std::string(OpenPayment::name), encode(message));
  operation.then = [then = std::move(then)](const std::string& answer) {
    then(*decode<PaymentView>(answer));
  };
  send(operation, buyer);
}

void Shop::look_where_to_pay(uint32_t buyer, const OrderView& order, const Id& payment_id,
                             Paying paying, uint32_t looks) {
  auto& operation = add(Wish::look, std::string(ReadPayment::name),
                        encode(ReadPayment{payment_id, order.secret}));
  operation.call.ext.idempotency_key.clear();
  operation.then = [=, this](const std::string& answer) {
    const auto payment = *decode<PaymentView>(answer);
    if (payment.redirect_url) return on_page(buyer, order, *payment.redirect_url, paying);
    if (payment.state != PaymentState::opening || looks == 0) return;
    world_.after(kLookAgain,
                 [=, this] { look_where_to_pay(buyer, order, payment_id, paying, looks - 1); });
  };
  send(operation, buyer);
}

// Who pays twice finds another way to pay, and still has the page open.
void Shop::on_page(uint32_t buyer, const OrderView& order, const std::string& page, Paying paying) {
  if (paying != Paying::twice) return provider_.pay(page, payer_of(paying));
  open_payment(buyer, order, Method::transfer, [=, this](const PaymentView& payment) {
    provider_.pay(page, Payer::approves);
    receive(payment);
  });
}

void Shop::receive(const PaymentView& payment) {
  ReceivePayment message;
  message.payment_id = payment.id;
  message.amount = payment.amount;
  if (random_.below(8) == 0) message.amount.amount += 1;
  as_staff(message);
}

template <class Message>
void Shop::as_staff(const Message& message) {
  auto& operation = add(Wish::staff, std::string(Message::name), encode(message));
  operation.person = &manager_;
  operation.then = [this](auto&) { ++world_.coverage.by_staff; };
  send(operation, 0);
}

void Shop::look_after_money(uint32_t which, bool releases) {
  const auto found = insight_.find_attention(which);
  if (!found) return;
  switch (found->kind) {
    case AttentionKind::review:
      if (releases) return as_staff(ReleasePayment{{found->payment_id}});
      return as_staff(ReturnPayment{{found->payment_id}});
    case AttentionKind::refund:
      if (!found->by_hand) return as_staff(RetryPayment{{found->payment_id}});
      return as_staff(GiveBack{{found->payment_id}, found->id});
    case AttentionKind::task: return as_staff(RetryPayment{{found->payment_id}});
    case AttentionKind::dispute:
    case AttentionKind::account:
    case AttentionKind::report: return;
  }
}

// It comes through the gateway, without a key.
void Shop::bring(const Hook& hook, bool is_genuine) {
  TakeWebhook message;
  message.provider = "stripe";
  message.raw_body.data = hook.body;
  message.header_stripe_signature = hook.signature;
  auto& operation = add(is_genuine ? Wish::hook : Wish::forged_hook, std::string(TakeWebhook::name),
                        encode(message));
  operation.call.ext.idempotency_key.clear();
  operation.call.idempotent = false;
  send(operation, static_cast<uint32_t>(random_.below(kBuyers)));
}

// Whoever does not hear that it was taken tells again.
void Shop::not_taken(const Operation& operation) {
  if (operation.wish != Wish::hook || operation.answer) return;
  const auto message = *decode<TakeWebhook>(operation.call.body);
  provider_.repeat({message.raw_body.data, *message.header_stripe_signature});
}

void Shop::act_on_money(const Action& action) {
  switch (action.deed) {
    case Deed::look_after_money: return look_after_money(action.b, action.value == 1);
    case Deed::refund_by_hand: return provider_.refund_by_hand(action.b, action.value == 1);
    case Deed::dispute: return provider_.dispute(action.b, action.value == 1);
    default:
      if (const auto hook = provider_.forge(action.b)) bring(*hook, false);
  }
}

}  // namespace bilten::sim
