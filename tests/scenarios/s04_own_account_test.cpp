// Scenarios 4, 7 and 9 of two organisations, one with an account of its own at Stripe: the real
// processes against our server of Stripe's API, whose accounts know nothing of each other. What the
// account reports is compared, and what its organiser owes the platform is paid.
#include "common/base/clock.h"
#include "common/base/time.h"
#include "tests/support/payer.h"
#include "tests/support/stripe_account.h"

using namespace bilten::test;

namespace {

const std::string kOwnKey = "sk_test_canary_of_an_organizer", kOwnSecret = "whsec_canary_of_theirs";

struct Shop {
  std::vector<std::string> arguments() const {
    auto all = account.arguments();
    for (const auto& word : set_arguments({"stripe.accounts_file=" + accounts_file})) {
      all.push_back(word);
    }
    return all;
  }
  // What an operator does for an organisation that brings its own account.
  void give_account(const std::string& key) {
    account.keep("accounts.toml", "[" + own_host.organization_id + "]\nkey = \"" + key +
                                      "\"\nwebhook_secrets = [\"" + kOwnSecret + "\"]\n");
    platform.restart("payment");
    REQUIRE(wait_until([&] { return platform.is_ready(); }, 30));
  }
  std::string hook(const std::string& rest = {}) const {
    return platform.url() + "/v1/webhooks/stripe" + rest;
  }
  Payer payer(Organizer& seller) {
    const auto sale = on_sale(seller, {type_body("Seat", 5000, 9)});
    event_id = sale.event_id;
    const auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
    INFO(order.text);
    REQUIRE(order.status == 201);
    return Payer(platform.url(), order.body);
  }
  static void pay(const StripeServer& at, Payer& payer) {
    at.order("pay", {{"session", payer.session()}});
  }
  json attention() { return read_own("/payments/attention")["items"]; }
  // What the organisation with an account of its own reads of itself.
  json read_own(const std::string& path) {
    return own_host.api.get("/v1/organizations/" + own_host.organization_id + path).body;
  }
  // What operators say.
  Finished call(const std::string& verb, const json& message) const {
    return platform.ctl({"call", "payment", verb, message.dump()});
  }
  // The last event that was put on sale is over.
  void end_event(Organizer& seller) const {
    const auto soon = bilten::SystemClock().wall_ms() + 2000;
    const auto moved = seller.api.patch(
        "/v1/events/" + event_id,
        {{"starts_at", bilten::rfc3339(soon)}, {"ends_at", bilten::rfc3339(soon + 1000)}});
    INFO(moved.text);
    REQUIRE(moved.status == 200);
  }

  StripeServer server{{"--account", kOwnKey}};
  StripeServer own = server.at(kOwnKey);
  StripeAccount account{server};
  std::string accounts_file = account.keep("accounts.toml", "");
  Platform platform{{.extra = arguments()}};
  Organizer host = organizer(platform.url()), own_host = organizer(platform.url(), "Cairo Jazz");
  Api guest{platform.url()};
  std::string event_id;
};

// What the account reports agrees with the ledger, and its organiser sees that.
void check_report(Shop& shop) {
  const auto& organization = shop.own_host.organization_id;
  CHECK(shop.call("reconcile.run", {{"provider", "stripe-" + organization}}).status == 0);
  json report;
  REQUIRE(wait_until([&] {
    report = shop.read_own("/ledger/reconciliation");
    return report.value("phase", "") == "idle";
  }));
  CHECK(report["organization_id"] == organization);
  CHECK(report["failure"] == "");
  CHECK(report["matched"] == 2);  // A charge, a refund.
  CHECK(report["open"] == 0);
  CHECK(shop.own_host.api
            .get("/v1/organizations/" + shop.host.organization_id + "/ledger/reconciliation")
            .status == 404);
}

}  // namespace

TEST_CASE(
    "an organisation's own account takes and gives back its money, and says nothing of others'",
    "[s4][s7][s9][stripe]") {
  Shop shop;
  shop.give_account(kOwnKey);
  const auto own_hook = shop.hook("/" + shop.own_host.organization_id);
  shop.own.order("endpoint", {{"url", own_hook}, {"secret", kOwnSecret}});
  auto own_payer = shop.payer(shop.own_host), payer = shop.payer(shop.host);
  own_payer.begin();
  Shop::pay(shop.own, own_payer);
  REQUIRE(own_payer.wait_for_order("paid"));
  CHECK(shop.own.objects("charge").size() == 1);

  // The platform's events, signed by the organisation's secret, at the organisation's address.
  const auto crossing = shop.server.order("endpoint", {{"url", own_hook}, {"secret", kOwnSecret}});
  payer.begin();
  Shop::pay(shop.server, payer);
  REQUIRE(wait_until([&] { return !shop.server.order("sent")["deliveries"].empty(); }));
  CHECK(shop.server.order("sent")["deliveries"][0]["status"] == 200);
  CHECK(payer.payment()["state"] == "pending");
  shop.server.order("endpoint", {{"url", shop.hook()}, {"secret", StripeAccount::kWebhookSecret}});
  for (const auto& event : shop.server.objects("event")) {
    shop.server.order("resend", {{"event", event["id"]}});
  }
  REQUIRE(payer.wait_for_order("paid"));

  const auto asked = shop.own_host.api.post("/v1/orders/" + own_payer.order_id() + "/refunds",
                                            {{"reason", "goodwill"}});
  INFO(asked.text);
  REQUIRE(asked.status == 201);
  CHECK(own_payer.wait_for_payment("refunded"));
  CHECK(shop.own.objects("refund").size() == 1);
  CHECK(shop.server.objects("refund").empty());
  CHECK(clearing_of(shop.own_host) == 0);
  CHECK(clearing_of(shop.host) == 5000);
  const auto methods = "/v1/organizations/" + shop.own_host.organization_id + "/payment-methods";
  CHECK(shop.own_host.api.get(methods).body["items"][0]["account"] == "organization");
  CHECK_FALSE(shop.guest.get(methods).body["items"][0].contains("account"));
  check_report(shop);
  CHECK(shop.platform.stop() == 0);
  for (const auto& secret : {kOwnKey, kOwnSecret}) {
    CHECK(shop.platform.log().find(secret) == std::string::npos);
  }
}

TEST_CASE("an own account whose key is wrong ends payments with what to do, and staff sees it",
          "[s4][stripe]") {
  Shop shop;
  const auto check_config = [&] {
    std::vector<std::string> words{binary("bilten-payment"), "--check-config"};
    const auto arguments = shop.arguments();
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_program(words);
  };
  shop.account.keep("accounts.toml", "[nobody]\nkey = \"" + kOwnKey + "\"\n");
  CHECK(check_config().status == 78);
  CHECK(check_config().out.find("accounts.toml:1") != std::string::npos);
  CHECK(check_config().out.find(kOwnKey) == std::string::npos);
  shop.give_account("sk_test_wrong");
  CHECK(check_config().status == 0);
  auto payer = shop.payer(shop.own_host);
  const auto begun =
      shop.guest.post("/v1/orders/" + payer.order_id() + "/payments", {{"secret", payer.secret()}});
  REQUIRE(begun.status == 201);
  const auto path =
      "/v1/payments/" + begun.body["id"].get<std::string>() + "?secret=" + payer.secret();
  REQUIRE(wait_until([&] { return shop.guest.get(path).body["state"] == "failed"; }));
  CHECK(shop.guest.get(path).body["fail_reason"] == "account_refused");
  REQUIRE(shop.attention().size() == 1);
  CHECK(shop.attention()[0]["kind"] == "account");
  CHECK(shop.attention()[0]["reason"] == "provider_refuses_us");
  shop.give_account(kOwnKey);
  payer.begin();
  CHECK(shop.attention().empty());
}

TEST_CASE("who sells by an account of their own owes the platform its fees, until they are sent",
          "[s4][stripe]") {
  Shop shop;
  shop.give_account(kOwnKey);
  shop.own.order("endpoint",
                 {{"url", shop.hook("/" + shop.own_host.organization_id)}, {"secret", kOwnSecret}});
  const auto& organization = shop.own_host.organization_id;
  CHECK(shop.call("fee_policy.set", {{"currency", "EGP"}, {"rate", 1000}}).status == 0);
  CHECK(shop.call("payout_terms.set", {{"organization_id", organization}, {"days", 0}}).status ==
        0);
  auto payer = shop.payer(shop.own_host);
  payer.begin();
  Shop::pay(shop.own, payer);
  REQUIRE(payer.wait_for_order("paid"));
  CHECK(shop.read_own("/debts")["owed"].empty());
  shop.end_event(shop.own_host);
  json owed;
  REQUIRE(wait_until([&] {
    owed = shop.read_own("/debts")["owed"];
    return !owed.empty();
  }));
  CHECK(owed == json::array({{{"amount", 500}, {"currency", "EGP"}}}));
  const auto receive = [&](int64_t amount) {
    return shop.call("debt.receive", {{"organization_id", organization},
                                      {"amount", {{"amount", amount}, {"currency", "EGP"}}},
                                      {"reference", "SEPA-1"}});
  };
  const auto refused = receive(501);
  CHECK(refused.status != 0);
  CHECK(refused.out.find("5.00 EGP") != std::string::npos);
  CHECK(receive(500).status == 0);
  CHECK(receive(500).status == 0);  // The same money.
  const auto debts = shop.read_own("/debts");
  CHECK(debts["owed"].empty());
  REQUIRE(debts["items"].size() == 1);
  CHECK(debts["items"][0]["reference"] == "SEPA-1");
  CHECK(clearing_of(shop.own_host) == 500);
}
