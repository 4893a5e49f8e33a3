// What genuine webhooks mean, and which are no webhooks at all.
#include <catch2/catch.hpp>

#include "daemons/payment/provider_stripe.h"
#include "daemons/payment/stripe_reading.h"
#include "tests/unit/payment/stripe_webhooks.h"

using namespace bilten;
using namespace bilten::payment;
using namespace bilten::payment::test;
using nlohmann::json;
using EventKind = WebhookEvent::Kind;

namespace {

constexpr UnixMillis kNow = 1'764'129'600'000;
const std::string kPayment = "0194f0b0-0000-7000-8000-000000000001";
const std::string kRefund = "0194f0b0-0000-7000-8000-000000000002";

json session(const std::string& status, const std::string& payment_status) {
  return {{"id", "cs_test_1"},        {"amount_total", 2500},
          {"currency", "eur"},        {"metadata", {{"payment_id", kPayment}}},
          {"payment_intent", "pi_1"}, {"payment_status", payment_status},
          {"status", status},         {"url", nullptr}};
}

json refund(const std::string& status) {
  return {{"id", "re_1"},
          {"amount", 500},
          {"charge", "ch_1"},
          {"currency", "eur"},
          {"payment_intent", "pi_1"},
          {"status", status},
          {"metadata", {{"payment_id", kPayment}, {"refund_id", kRefund}}}};
}

json dispute(const std::string& status) {
  return {{"id", "dp_1"},
          {"amount", 2500},
          {"charge", "ch_1"},
          {"currency", "eur"},
          {"status", status},
          {"payment_intent", "pi_1"},
          {"evidence_details", {{"due_by", 1'764'900'000}}}};
}

WebhookEvent read(const std::string& type, const json& object) {
  const auto event = stripe::read_event(event_of(type, object), false);
  INFO(type << (event ? "" : event.error().detail));
  REQUIRE(event);
  CHECK(event->id == "evt_1");
  CHECK(event->type == type);
  CHECK(event->at == 1'764'129'600'000);
  return *event;
}

std::string refusal(const std::string& body, bool live = false) {
  const auto event = stripe::read_event(body, live);
  return event ? "read" : event.error().reason;
}

}  // namespace

TEST_CASE("what became of a session is what its events say", "[payment]") {
  struct Row {
    std::string type, status, payment_status;
    IntentState state;
  };
  const std::vector<Row> rows = {
      {"checkout.session.completed", "complete", "paid", IntentState::captured},
      {"checkout.session.completed", "complete", "unpaid", IntentState::pending},
      {"checkout.session.async_payment_succeeded", "complete", "paid", IntentState::captured},
      {"checkout.session.async_payment_failed", "complete", "unpaid", IntentState::failed},
      {"checkout.session.expired", "expired", "unpaid", IntentState::canceled},
  };
  for (const auto& row : rows) {
    const auto event = read(row.type, session(row.status, row.payment_status));
    CHECK(event.kind == EventKind::intent);
    CHECK(event.intent == row.state);
    CHECK(event.reference == "cs_test_1");
    CHECK(event.sub_reference == "pi_1");
    CHECK(event.payment_id == Id::parse(kPayment));
    CHECK(event.amount == Money{2500, "EUR"});
  }
}

TEST_CASE("a refund's events name the money, the refund and how it stands", "[payment]") {
  struct Row {
    std::string status;
    RefundState state;
  };
  for (const auto& row : std::vector<Row>{{"succeeded", RefundState::succeeded},
                                          {"pending", RefundState::pending},
                                          {"requires_action", RefundState::pending},
                                          {"failed", RefundState::failed},
                                          {"canceled", RefundState::failed}}) {
    const auto event = read("refund.updated", refund(row.status));
    CHECK(event.kind == EventKind::refund);
    CHECK(event.refund == row.state);
    CHECK(event.reference == "pi_1");
    CHECK(event.sub_reference == "re_1");
    CHECK(event.refund_id == Id::parse(kRefund));
    CHECK(event.amount == Money{500, "EUR"});
  }
  auto by_hand = refund("succeeded");
  by_hand["metadata"] = json::object();
  CHECK_FALSE(read("refund.created", by_hand).refund_id);
}

TEST_CASE("a dispute opens when it takes the money, and its end says who keeps it", "[payment]") {
  const auto opened = read("charge.dispute.funds_withdrawn", dispute("needs_response"));
  CHECK(opened.kind == EventKind::dispute_opened);
  CHECK(opened.reference == "pi_1");
  CHECK(opened.sub_reference == "dp_1");
  CHECK(opened.due_at == 1'764'900'000'000);
  CHECK(read("charge.dispute.closed", dispute("won")).won);
  CHECK_FALSE(read("charge.dispute.closed", dispute("lost")).won);
  CHECK(read("charge.dispute.closed", dispute("lost")).kind == EventKind::dispute_closed);
  CHECK(read("charge.dispute.closed", dispute("warning_closed")).kind == EventKind::other);
  CHECK(read("charge.dispute.created", dispute("needs_response")).kind == EventKind::other);
}

TEST_CASE("a type that is new to us is genuine and nothing to us", "[payment]") {
  for (const std::string type : {"payment_intent.succeeded", "v9.unheard.of", "charge.refunded"}) {
    CHECK(read(type, {{"id", "x"}}).kind == EventKind::other);
  }
}

TEST_CASE("a body that is no event of Stripe's is malformed, with the field that shows it",
          "[payment]") {
  auto without_amount = session("complete", "paid");
  without_amount["amount_total"] = nullptr;
  auto negative = refund("succeeded");
  negative["amount"] = "500";
  auto foreign = session("complete", "paid");
  foreign["currency"] = "zzz";
  auto huge = session("complete", "paid");
  huge["amount_total"] = INT64_MAX;
  const std::string good = event_of("checkout.session.completed", session("complete", "paid"));
  const std::vector<std::string> bodies = {
      "",
      "{",
      "null",
      "[]",
      "7",
      "\xff\xfe",
      "{}",
      good + good,
      good.substr(0, good.size() / 2),
      std::string(100'000, '['),
      std::string(10 << 20, ' '),
      event_of("checkout.session.completed", without_amount),
      event_of("refund.created", negative),
      event_of("checkout.session.completed", foreign),
      event_of("refund.created", nullptr),
      event_of("checkout.session.completed", huge),
      event_of("", refund("failed")),
      event_of("refund.created", refund("failed"), ""),
      event_of("refund.created", refund("failed"), std::string(300, 'e')),
      event_of("refund.created", json::array())};
  for (const auto& body : bodies) {
    INFO(body.substr(0, 200));
    CHECK(refusal(body) == "malformed_webhook");
  }
  const auto read = stripe::read_event(event_of("refund.created", negative), false);
  CHECK(read.error().detail == "/data/object/amount must be a whole number");
}

TEST_CASE("play money buys nothing where the key is for real money, nor the other way round",
          "[payment]") {
  const auto play = event_of("checkout.session.completed", session("complete", "paid"));
  const auto real = event_of("checkout.session.completed", session("complete", "paid"), "e", true);
  CHECK(refusal(play, true) == "wrong_mode");
  CHECK(refusal(real, false) == "wrong_mode");
  CHECK(refusal(real, true) == "read");
}

TEST_CASE("a webhook is read only when its signature fits", "[payment]") {
  const StripeProvider provider(
      {.access = {.key = "sk_test_canary"}, .webhook_secrets = {kSecret, "whsec_next"}});
  const auto body = event_of("checkout.session.completed", session("complete", "paid"));
  const auto good = signed_at(kNow, body);
  CHECK(provider.read_webhook({body, good}, kNow));
  CHECK(provider.read_webhook({body, signed_at(kNow, body, "whsec_next")}, kNow));
  CHECK(provider.read_webhook({body, ""}, kNow).error().reason == "bad_signature");
  CHECK(provider.read_webhook({"{}", good}, kNow).error().reason == "bad_signature");
  CHECK(provider.read_webhook({body, good}, kNow + 301'000).error().reason == "webhook_too_old");
  CHECK(provider.read_webhook({"{}", signed_at(kNow, "{}")}, kNow).error().reason ==
        "malformed_webhook");
}
