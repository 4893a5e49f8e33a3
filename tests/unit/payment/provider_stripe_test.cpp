// The Stripe port against our server of Stripe's API, by real HTTP: what goes well.
#include "tests/unit/payment/stripe_shop.h"

using namespace bilten;
using namespace bilten::payment;
using namespace bilten::payment::test;

TEST_CASE("an intent is opened for exactly its amount, and its page is the buyer's to see",
          "[payment]") {
  Shop shop;
  const auto view = shop.opened(1);
  CHECK(view.state == IntentState::pending);
  CHECK(view.amount == Money{2500, "EUR"});
  REQUIRE(view.redirect_url);
  CHECK(view.redirect_url->starts_with(shop.server.url() + "/c/pay/"));
  const auto sessions = shop.server.objects("checkout.session");
  REQUIRE(sessions.size() == 1);
  CHECK(sessions[0]["client_reference_id"] == test_id(1).text());
  CHECK(sessions[0]["metadata"]["payment_id"] == test_id(1).text());
  CHECK(sessions[0]["success_url"] == "https://tickets.example/orders/1");
  CHECK(sessions[0]["payment_method_types"] == json({"card"}));
  const auto requests = shop.server.requests("/v1/checkout/sessions");
  REQUIRE(requests.size() == 1);
  CHECK(requests[0]["version"] == std::string(stripe::kVersion));
  CHECK(requests[0]["key"] == "open-1");
}

TEST_CASE("a paid intent is captured, and its money has an id of its own", "[payment]") {
  Shop shop;
  const auto view = shop.paid(1);
  CHECK(view.amount == Money{2500, "EUR"});
  CHECK_FALSE(view.redirect_url);
  CHECK(view.money_reference == shop.server.objects("payment_intent").at(0)["id"]);
  CHECK(shop.provider.capture(view.reference, "capture-1")->state == IntentState::captured);
}

TEST_CASE("until the buyer has paid, a look-up says how far they have come", "[payment]") {
  Shop shop;
  const auto view = shop.opened(1);
  const auto state_after = [&](const std::string& outcome) {
    shop.server.order("pay", {{"session", view.reference}, {"outcome", outcome}});
    return shop.provider.look_up(view.reference)->state;
  };
  CHECK(state_after("decline") == IntentState::pending);  // Another card may follow.
  CHECK(state_after("3ds") == IntentState::requires_action);
  CHECK(state_after("3ds_fail") == IntentState::pending);
  CHECK(state_after("async") == IntentState::pending);
  CHECK(state_after("async_fail") == IntentState::failed);
}

TEST_CASE("an ended intent takes no money, and one that was paid before says so", "[payment]") {
  Shop shop;
  const auto open = shop.opened(1);
  CHECK(shop.provider.cancel(open.reference, "end-1")->state == IntentState::canceled);
  CHECK(shop.provider.cancel(open.reference, "end-1-again")->state == IntentState::canceled);
  const auto paid = shop.paid(2);
  const auto ended = shop.provider.cancel(paid.reference, "end-2");
  REQUIRE(ended);
  CHECK(ended->state == IntentState::captured);
}

TEST_CASE("a refund goes to the money by the intent's reference or the money's", "[payment]") {
  Shop shop;
  const auto paid = shop.paid(1);
  auto order = shop.refund_of(paid, 1);
  const auto first = shop.provider.refund(order);
  REQUIRE(first);
  CHECK(first->state == RefundState::succeeded);
  CHECK(first->amount == Money{500, "EUR"});
  order = shop.refund_of(paid, 2);
  order.reference = paid.money_reference;
  CHECK(shop.provider.refund(order));
  order = shop.refund_of(paid, 3);
  order.reference = shop.server.objects("charge").at(0)["id"];
  CHECK(shop.provider.refund(order));
  CHECK(shop.server.objects("charge").at(0)["amount_refunded"] == 1500);
}

TEST_CASE("a refund that was made is found however late it is asked for again", "[payment]") {
  Shop shop;
  const auto paid = shop.paid(1);
  const std::string charge = shop.server.objects("charge").at(0)["id"];
  const auto by_hand = [&](int count) {
    for (int i = 0; i < count; ++i) {
      shop.server.order("refund_by_hand", {{"charge", charge}, {"amount", 1}});
    }
  };
  by_hand(110);
  const auto order = shop.refund_of(paid, 1);
  const auto first = shop.provider.refund(order);
  REQUIRE(first);
  by_hand(110);
  shop.server.order("clock", {{"advance_s", 3 * 24 * 3600}});  // Its key is forgotten.
  CHECK(shop.provider.refund(order)->reference == first->reference);
  CHECK(shop.server.objects("refund").size() == 221);
}

TEST_CASE("a refund on its way is pending, and one that came back has failed", "[payment]") {
  Shop shop;
  const auto paid = shop.paid(1);
  shop.server.order("refunds_are", {{"status", "pending"}});
  auto order = shop.refund_of(paid, 1);
  const auto pending = shop.provider.refund(order);
  REQUIRE(pending);
  CHECK(pending->state == RefundState::pending);
  shop.server.order("end_refund", {{"refund", pending->reference}, {"status", "failed"}});
  const auto failed = shop.provider.refund(order);
  REQUIRE(failed);
  CHECK(failed->state == RefundState::failed);
  CHECK(failed->failure == "failed");
  order.key = "refund-1-of-staff";  // Tried anew, once.
  const auto again = shop.provider.refund(order);
  REQUIRE(again);
  CHECK(again->state == RefundState::pending);
  CHECK(again->reference != failed->reference);
  CHECK(shop.provider.refund(order)->reference == again->reference);
}

TEST_CASE("evidence of a dispute is kept until it is submitted, then no more is heard",
          "[payment]") {
  Shop shop;
  shop.paid(1);
  const auto dispute =
      shop.server.order("dispute", {{"charge", shop.server.objects("charge").at(0)["id"]}});
  const std::string id = dispute["id"];
  Evidence evidence{.product_description = "Two tickets & a seat",
                    .service_date = "2026-11-26",
                    .access_log = "Scanned 20:01 at gate 2\n",
                    .refund_policy = {},
                    .customer_email = {},
                    .customer_name = {},
                    .more = {}};
  CHECK(shop.provider.give_evidence(id, evidence, false, "evidence-1"));
  CHECK(shop.server.objects("dispute").at(0)["evidence"]["product_description"] ==
        "Two tickets & a seat");
  CHECK(shop.provider.give_evidence(id, evidence, true, "evidence-2"));
  CHECK(shop.server.objects("dispute").at(0)["status"] == "under_review");
  const auto late = shop.provider.give_evidence(id, evidence, true, "evidence-3");
  CHECK(late.error().reason == "provider_refused");
  evidence.more = std::string(20'001, 'x');
  CHECK(shop.provider.give_evidence(id, evidence, true, "evidence-4").error().reason ==
        "evidence_too_long");
  CHECK(shop.provider.give_evidence("../balance", {}, true, "k").error().reason ==
        "provider_unknown");
}

TEST_CASE("the lines of a report add up to what the provider's book says, page by page",
          "[payment]") {
  Shop shop(20'000);
  for (int number = 1; number <= 120; ++number) {
    const auto view = shop.paid(number);
    if (number % 10 == 0) REQUIRE(shop.provider.refund(shop.refund_of(view, number)));
  }
  const auto payout = shop.server.order("pay_out", {{"currency", "eur"}});
  int64_t net = 0, charges = 0, refunds = 0, paid_out = 0;
  int pages = 0;
  ReportQuery query{.payout = payout["id"], .from = {}, .cursor = {}};
  do {
    const auto page = shop.provider.balance_lines(query);
    REQUIRE(page);
    ++pages;
    for (const auto& line : page->items) {
      CHECK(line.net.amount == line.amount.amount - line.fee.amount);
      net += line.net.amount;
      if (line.category == "charge") {
        charges += line.amount.amount;
        CHECK(line.payment_id);
        CHECK(line.money_reference.starts_with("pi_"));
      }
      if (line.category == "refund") {
        refunds += line.amount.amount;
        CHECK(line.refund_id);
      }
      if (line.category == "payout") paid_out += line.amount.amount;
    }
    query.cursor = page->next;
  } while (!query.cursor.empty());
  CHECK(pages == 2);
  CHECK(net == 0);
  CHECK(charges == 120 * 2500);
  CHECK(refunds == -12 * 500);
  CHECK(paid_out == -payout["amount"].get<int64_t>());
  const auto payouts = shop.provider.payouts({});
  REQUIRE(payouts);
  REQUIRE(payouts->items.size() == 1);
  CHECK(payouts->items[0].reference == payout["id"]);
  CHECK(payouts->items[0].amount.amount == -paid_out);
}
