// Scenarios 4, 6, 7 and 9 with Stripe: the real processes against our server of Stripe's API, whose
// book says at the end what was charged and what went back.
#include "tests/support/payer.h"
#include "tests/support/stripe_account.h"

using namespace bilten::test;

namespace {

const std::string kSecret = StripeAccount::kWebhookSecret;

struct Shop : StripePlatform {
  Payer payer(int quantity = 1) {
    auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], quantity));
    INFO(order.text);
    REQUIRE(order.status == 201);
    return Payer(platform.url(), order.body);
  }
  void pay(Payer& payer, const std::string& outcome = "approve") {
    server.order("pay", {{"session", payer.session()}, {"outcome", outcome}});
  }
  Payer paid(int quantity = 1) {
    auto one = payer(quantity);
    one.begin();
    pay(one);
    REQUIRE(one.wait_for_order("paid"));
    return one;
  }
  std::string ticket_state(Payer& payer) {
    const auto path = "/v1/orders/" + payer.order_id() + "/tickets?secret=" + payer.secret();
    return guest.get(path).body["items"][0]["state"];
  }
  int64_t clearing() { return clearing_of(host); }
  // What operators say of Stripe.
  Finished call(const std::string& verb) const {
    return platform.ctl({"call", "payment", verb, R"({"provider": "stripe"})"});
  }
  // Its report, read and compared.
  json reconcile() const {
    CHECK(call("reconcile.run").status == 0);
    json report;
    REQUIRE(wait_until([&] {
      report = json::parse(call("reconcile.last").out, nullptr, false);
      return report.is_object() && report.value("phase", "") == "idle";
    }));
    return report;
  }
  // Of all organisations, and of what is the platform's alone.
  int64_t held_at(const std::string& whom) const {
    const auto told = platform.ctl({"call", "payment", "ledger.platform_balance", "{}"});
    const auto balance = json::parse(told.out);
    for (const auto& each : balance["accounts"]) {
      if (each["account"] == "clearing" && each["of"] == whom) return each["balance"];
    }
    return 0;
  }
  // What came and went, by Stripe's book.
  int64_t kept() const { return sum_of("charge", "amount_captured") - sum_of("refund", "amount"); }
  int64_t sum_of(const std::string& kind, const std::string& member) const {
    int64_t sum = 0;
    for (const auto& object : server.objects(kind)) {
      if (object["status"] != "failed") sum += object[member].get<int64_t>();
    }
    return sum;
  }
  void check_no_secret_is_told() const {
    const auto log = platform.log();
    CHECK(log.find(StripeServer::kKey) == std::string::npos);
    CHECK(log.find(kSecret) == std::string::npos);
  }

  Organizer host = organizer(platform.url());
  OnSale sale = on_sale(host, {type_body("Seat", 5000, 200)});
  Api guest{platform.url()};
};

}  // namespace

TEST_CASE("a card is refused, asked for more, and taken once; ledger and Stripe's book agree",
          "[s4][s6][stripe]") {
  Shop shop;
  shop.server.order("copies", {{"copies", 2}});  // Every webhook comes twice.
  auto payer = shop.payer(2);
  const auto offered = payer.begin({{"return_url", "https://shop.example/thanks"}});
  const std::string page = offered["redirect_url"];
  CHECK(page.starts_with(shop.server.url() + "/c/pay/"));
  shop.pay(payer, "decline");
  shop.pay(payer, "3ds");
  shop.pay(payer, "3ds_fail");
  CHECK(payer.order()["state"] == "held");
  shop.pay(payer);
  REQUIRE(payer.wait_for_order("paid"));
  CHECK(payer.wait_for_payment("captured"));
  CHECK(shop.ticket_state(payer) == "valid");
  CHECK(shop.kept() == 10'000);
  CHECK(shop.clearing() == 10'000);
  const auto intents = shop.server.objects("payment_intent");
  REQUIRE(intents.size() == 1);
  CHECK(intents[0]["metadata"]["payment_id"] == payer.payment_id());
  CHECK(shop.platform.stop() == 0);
  shop.check_no_secret_is_told();
}

TEST_CASE("webhooks that are forged, late, doubled and in another order make one payment each",
          "[s7][stripe]") {
  Shop shop;
  const auto path = "/v1/webhooks/stripe";
  const auto forged =
      shop.guest.send("POST", path, "{}", {}, {"Stripe-Signature: t=1,v1=" + std::string(64, '0')});
  CHECK(forged.code() == "bad_signature");
  CHECK(shop.guest.send("POST", path, "{}", {}).status >= 400);
  CHECK(shop.guest.send("POST", path, std::string(10 << 20, ' '), {}).status == 413);

  shop.server.order("hold_webhooks");
  std::vector<Payer> payers;
  for (int i = 0; i < 4; ++i) {
    payers.push_back(shop.payer());
    payers.back().begin();
    shop.pay(payers.back());
  }
  shop.platform.crash("broker");
  shop.server.order("release_webhooks", {{"order", "reverse"}, {"copies", 3}});
  for (auto& payer : payers) CHECK(payer.wait_for_order("paid", 60));
  CHECK(shop.kept() == 20'000);
  CHECK(shop.clearing() == 20'000);
  shop.check_no_secret_is_told();
}

TEST_CASE("answers that are lost and a killed service charge nobody twice", "[s15][stripe]") {
  Shop shop;
  auto unheard = shop.payer();  // Of whom no webhook will tell.
  unheard.begin();
  shop.server.order("hold_webhooks");
  shop.pay(unheard);
  shop.server.order("drop_webhooks");
  const std::vector<std::string> faults = {"timeout_after", "cut_after",  "500_after",
                                           "500_kept",      "garbage",    "429",
                                           "503",           "half_answer"};
  std::vector<Payer> payers;
  for (const auto& fault : faults) {
    INFO(fault);
    shop.server.fault(fault, "/v1/checkout/sessions", fault == "cut_after" ? 2 : 1, "POST", 3);
    payers.push_back(shop.payer());
    auto& payer = payers.back();
    auto begun = payer.api().post("/v1/orders/" + payer.order_id() + "/payments",
                                  {{"secret", payer.secret()}});
    CHECK(begun.status == 201);
    if (fault == "timeout_after" || fault == "429") shop.platform.crash("payment");
    REQUIRE(wait_until([&] { return shop.platform.is_ready(); }, 60));
    payer.begin();
    shop.pay(payer);
  }
  for (auto& payer : payers) CHECK(payer.wait_for_order("paid", 60));
  if (shop.can_turn) shop.clock.set(31);  // It is looked up 30 s after it was offered.
  CHECK(unheard.wait_for_order("paid", 60));
  const auto total = static_cast<int64_t>(payers.size() + 1) * 5000;
  CHECK(shop.kept() == total);
  CHECK(shop.clearing() == total);
  shop.check_no_secret_is_told();
}

TEST_CASE("money goes back once, whatever becomes of Stripe's answers", "[s9][stripe]") {
  Shop shop;
  const std::vector<std::string> faults = {"timeout_after", "cut_after", "500_kept", "garbage"};
  std::vector<Payer> payers;
  for (size_t i = 0; i < faults.size(); ++i) payers.push_back(shop.paid());
  for (size_t i = 0; i < faults.size(); ++i) {
    shop.server.fault(faults[i], "/v1/refunds", faults[i] == "cut_after" ? 2 : 1, "POST", 3);
    const auto asked = shop.host.api.post("/v1/orders/" + payers[i].order_id() + "/refunds",
                                          {{"reason", "goodwill"}});
    INFO(faults[i] << " " << asked.text);
    CHECK(asked.status == 201);
    CHECK(payers[i].wait_for_payment("refunded", 60));
  }
  CHECK(shop.kept() == 0);
  CHECK(shop.clearing() == 0);
  CHECK(shop.server.objects("refund").size() == faults.size());
  shop.check_no_secret_is_told();
}

TEST_CASE("a cancelled event's refunds wait where Stripe says so, and each comes once",
          "[s9][stripe]") {
  Shop shop;
  std::vector<Payer> payers;
  payers.reserve(10);
  for (int i = 0; i < 10; ++i) payers.push_back(shop.paid());
  shop.server.fault("429", "/v1/refunds", 3);
  shop.server.fault("timeout_after", "/v1/refunds", 1, "POST", 3);
  const auto event = "/v1/events/" + shop.sale.event_id;
  REQUIRE(shop.host.api.post(event + "/cancel", json::object()).status == 200);
  const auto begun = shop.host.api.post(event + "/refunds", json::object());
  INFO(begun.text);
  REQUIRE(begun.status == 202);
  for (auto& payer : payers) CHECK(payer.wait_for_payment("refunded", 60));
  const auto money = shop.host.api.get(event + "/refunds/money").body["items"][0];
  CHECK(money["returned"] == json{{"refunds", 10}, {"amount", 50'000}});
  CHECK(shop.kept() == 0);
  CHECK(shop.clearing() == 0);
  CHECK(shop.server.objects("refund").size() == payers.size());
}

TEST_CASE("a dispute at Stripe blocks the tickets until it is won", "[s9][stripe]") {
  Shop shop;
  auto payer = shop.paid();
  const auto dispute =
      shop.server.order("dispute", {{"charge", shop.server.objects("charge").at(0)["id"]}});
  REQUIRE(wait_until([&] { return shop.ticket_state(payer) == "blocked"; }));
  shop.server.order("close_dispute", {{"dispute", dispute["id"]}, {"status", "won"}});
  CHECK(wait_until([&] { return shop.ticket_state(payer) == "valid"; }));

  auto refunded = shop.paid();
  shop.server.order("refund_by_hand",
                    {{"charge", shop.server.objects("charge").at(1)["id"]}, {"amount", 5000}});
  CHECK(refunded.wait_for_payment("refunded"));

  // Stripe's report agrees with the ledger line by line, and says what it kept.
  const auto report = shop.reconcile();
  CHECK(report["open"] == 0);
  CHECK(report["matched"] == 4);  // Two charges, a dispute, a refund.
  int64_t fees = 0;
  for (const auto& line : shop.server.objects("balance_transaction")) {
    fees += line["fee"].get<int64_t>();
  }
  CHECK(fees > 0);
  CHECK(shop.clearing() == 5000 - fees);

  // What Stripe sends to the platform's bank is booked, and what comes back.
  const auto payout = shop.server.order("pay_out", {{"currency", "egp"}});
  CHECK(shop.reconcile()["open"] == 0);
  CHECK(shop.held_at("stripe") == 0);
  CHECK(shop.held_at("bank") == 5000 - fees);
  shop.server.order("return_payout", {{"payout", payout["id"]}});
  CHECK(shop.reconcile()["open"] == 0);
  CHECK(shop.held_at("stripe") == 5000 - fees);
  CHECK(shop.held_at("bank") == 0);
}
