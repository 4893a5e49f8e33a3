#include "daemons/payment/provider_stripe.h"

#include "daemons/payment/stripe_amounts.h"
#include "daemons/payment/stripe_reading.h"
#include "daemons/payment/stripe_signature.h"

namespace bilten::payment {
namespace {

using namespace stripe;

const std::string kSessionsPath = "/v1/checkout/sessions", kRefundsPath = "/v1/refunds";
constexpr int kKeysMax = 3, kRefundPagesMax = 10;
constexpr const char* kPageItems = "100";

template <class View>
Result<View> or_garbled(Result<View> view) {
  if (!view) return garbled(view.error());
  return view;
}

// An answer of 5xx is kept under its idempotency key for a day, as any other: then the next key is
// tried. `ask` must find by itself what an earlier key may have done.
template <class Ask>
auto ask_with_keys(const std::string& key, const Ask& ask) {
  auto answer = ask(key);
  for (int n = 2; n <= kKeysMax; ++n) {
    if (answer || answer.error().reason != "provider_kept_failure") break;
    answer = ask(key + "-" + std::to_string(n));
  }
  return answer;
}

Error no_reference(const std::string& reference) {
  return {Code::not_found, "provider_unknown",
          "\"" + reference.substr(0, 40) + "\" is no id of Stripe's"};
}

}  // namespace

StripeProvider::StripeProvider(StripeOptions options)
    : options_(std::move(options)), api_(options_.access) {}

Result<Form> StripeProvider::session_form(const Intent& intent) const {
  const auto amount = amount_of(intent.amount);
  if (!amount) return amount.error();
  const auto& return_url = intent.return_url.empty() ? options_.return_url : intent.return_url;
  const auto payment_id = intent.payment_id.text(), words = "Order " + intent.order_code;
  Form form{{"mode", "payment"},
            {"client_reference_id", payment_id},
            {"success_url", return_url},
            {"cancel_url", return_url},
            {"metadata[payment_id]", payment_id},
            {"metadata[order_id]", intent.order_id.text()},
            {"payment_intent_data[description]", words},
            {"payment_intent_data[metadata][payment_id]", payment_id},
            {"payment_intent_data[metadata][order_id]", intent.order_id.text()},
            {"line_items[0][quantity]", "1"},
            {"line_items[0][price_data][currency]", amount->currency},
            {"line_items[0][price_data][unit_amount]", std::to_string(amount->units)},
            {"line_items[0][price_data][product_data][name]", words}};
  for (size_t i = 0; i < options_.methods.size(); ++i) {
    form.emplace_back("payment_method_types[" + std::to_string(i) + "]", options_.methods[i]);
  }
  return form;
}

// A session that an unheard answer left behind can be paid by nobody: its address is known to none.
Result<IntentView> StripeProvider::open(const Intent& intent) {
  const auto form = session_form(intent);
  if (!form) return form.error();
  const auto session = ask_with_keys(intent.key, [&](const std::string& key) {
    return read<Session>(api_.post(kSessionsPath, *form, key));
  });
  if (!session) return session.error();
  return or_garbled(view_of(*session));
}

Result<IntentView> StripeProvider::look_up(const std::string& reference) {
  if (!is_object_id(reference)) return no_reference(reference);
  const auto session = read<Session>(api_.get(kSessionsPath + "/" + reference));
  if (!session) return session.error();
  if (session->payment_status == "paid" || !session->payment_intent) {
    return or_garbled(view_of(*session));
  }
  const auto intent =
      read<stripe::PaymentIntent>(api_.get("/v1/payment_intents/" + *session->payment_intent));
  if (!intent) return intent.error();
  return or_garbled(view_of(*session, intent->status));
}

Result<IntentView> StripeProvider::capture(const std::string& reference, const std::string&) {
  return look_up(reference);
}

Result<IntentView> StripeProvider::cancel(const std::string& reference, const std::string& key) {
  if (!is_object_id(reference)) return no_reference(reference);
  const auto ended = ask_with_keys(key, [&](const std::string& each) {
    return read<Session>(api_.post(kSessionsPath + "/" + reference + "/expire", {}, each));
  });
  if (ended) return or_garbled(view_of(*ended));
  // Paid or expired already: how it stands is the answer.
  if (ended.error().reason == "provider_refused") return look_up(reference);
  return ended.error();
}

Result<std::pair<std::string, std::string>> StripeProvider::money_of(const std::string& reference) {
  using Named = std::pair<std::string, std::string>;
  if (!is_object_id(reference)) return no_reference(reference);
  if (reference.starts_with("ch_")) return Named("charge", reference);
  if (reference.starts_with("pi_")) return Named("payment_intent", reference);
  const auto session = read<Session>(api_.get(kSessionsPath + "/" + reference));
  if (!session) return session.error();
  if (!session->payment_intent) {
    return Error{Code::conflict, "not_captured", "Nothing was paid in " + reference};
  }
  return Named("payment_intent", *session->payment_intent);
}

Result<std::optional<RefundView>> StripeProvider::find_refund(
    const std::pair<std::string, std::string>& money, const RefundOrder& order) {
  Form query{money, {"limit", kPageItems}};
  for (int pages = 0; pages < kRefundPagesMax; ++pages) {
    const auto page = read<Page<Refund>>(api_.get(kRefundsPath, query));
    if (!page) return page.error();
    for (const auto& refund : page->data) {
      if (!refund.metadata || refund.metadata->refund_id != order.refund_id.text()) continue;
      auto view = or_garbled(view_of(refund));
      if (!view) return view.error();
      const bool is_past = view->state == RefundState::failed && refund.metadata->key != order.key;
      if (!is_past) return std::optional(std::move(*view));
    }
    if (!page->has_more || page->data.empty()) return std::optional<RefundView>();
    query.resize(2);
    query.emplace_back("starting_after", page->data.back().id);
  }
  return Error{Code::conflict, "too_many_refunds", "This payment has over 1,000 refunds."};
}

Result<RefundView> StripeProvider::refund(const RefundOrder& order) {
  const auto amount = amount_of(order.amount);
  if (!amount) return amount.error();
  const auto money = money_of(order.reference);
  if (!money) return money.error();
  const Form form{*money,
                  {"amount", std::to_string(amount->units)},
                  {"metadata[refund_id]", order.refund_id.text()},
                  {"metadata[payment_id]", order.payment_id.text()},
                  {"metadata[key]", order.key}};
  return ask_with_keys(order.key, [&](const std::string& key) -> Result<RefundView> {
    auto made = find_refund(*money, order);
    if (!made) return made.error();
    if (*made) return std::move(**made);
    const auto refund = read<Refund>(api_.post(kRefundsPath, form, key));
    if (!refund) return refund.error();
    return or_garbled(view_of(*refund));
  });
}

Result<WebhookEvent> StripeProvider::read_webhook(const RawWebhook& webhook, UnixMillis now) const {
  const auto genuine =
      check_signature(webhook.signature, webhook.body, options_.webhook_secrets, now);
  if (!genuine) return genuine.error();
  return read_event(webhook.body, api_.live());
}

}  // namespace bilten::payment
