// Scenario 9, disputes: what speaks for the organiser is gathered, shown and given to the bank.
#include <map>

#include "tests/support/payer.h"
#include "tests/support/stripe_account.h"

using namespace bilten::test;

namespace {

struct Sale {
  explicit Sale(const std::vector<std::string>& arguments) : platform({.extra = arguments}) {}

  Payer payer() {
    const auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
    INFO(order.text);
    REQUIRE(order.status == 201);
    return Payer(platform.url(), order.body);
  }
  Payer paid_at(const StripeServer& server) {
    auto payer = this->payer();
    payer.begin();
    server.order("pay", {{"session", payer.session()}});
    REQUIRE(payer.wait_for_order("paid"));
    return payer;
  }
  json ticket(Payer& payer) {
    const auto path = "/v1/orders/" + payer.order_id() + "/tickets?secret=" + payer.secret();
    return guest.get(path).body["items"][0];
  }
  Reply evidence(Payer& payer) {
    return host.api.get("/v1/payments/" + payer.payment_id() + "/evidence");
  }
  Reply give(Payer& payer, const json& body) {
    return host.api.post("/v1/payments/" + payer.payment_id() + "/evidence", body);
  }
  bool wait_for_evidence(Payer& payer, const std::string& state) {
    return wait_until([&] { return evidence(payer).body.value("state", "") == state; }, 20);
  }

  Platform platform;
  Organizer host = organizer(platform.url());
  OnSale sale = on_sale(host, {type_body("Seat", 5000, 9)});
  Api guest{platform.url()};
};

}  // namespace

TEST_CASE("evidence of a ticket that was scanned goes to Stripe with who bought it, once",
          "[s9][stripe]") {
  const StripeServer server;
  const StripeAccount account(server);
  Sale sale(account.arguments());
  account.register_endpoint(sale.platform.url());
  auto payer = sale.paid_at(server);
  CHECK(sale.evidence(payer).code() == "not_disputed");
  const auto scanned = sale.host.api.post("/v1/check-ins", {{"code", sale.ticket(payer)["code"]},
                                                            {"check_in_list_id", sale.sale.list_id},
                                                            {"nonce", "first"}});
  INFO(scanned.text);
  REQUIRE(scanned.status == 201);
  const auto resend = "/v1/orders/" + payer.order_id() + "/resend";
  REQUIRE(sale.guest.post(resend, {{"secret", payer.secret()}}).status == 202);

  server.order("dispute", {{"charge", server.objects("charge").at(0)["id"]}});
  REQUIRE(sale.wait_for_evidence(payer, "gathered"));
  const auto shown = sale.evidence(payer);
  INFO(shown.text);
  CHECK(shown.body.contains("due_at"));
  CHECK(shown.body["tickets"][0]["admissions"].size() == 1);
  CHECK(shown.body["resends_asked_at"].size() == 1);
  CHECK(shown.text.find("guest@example.org") == std::string::npos);
  CHECK(sale.give(payer, {{"more", "They danced."}, {"submit", true}}).status == 200);
  REQUIRE(sale.wait_for_evidence(payer, "submitted"));
  CHECK(sale.give(payer, {{"more", "And sang."}}).code() == "evidence_submitted");
  const auto dispute = server.objects("dispute").at(0);
  CHECK(dispute["status"] == "under_review");
  CHECK(dispute["evidence_details"]["submission_count"] == 1);
  CHECK(dispute["evidence"]["customer_email_address"] == "guest@example.org");
  CHECK(dispute["evidence"]["uncategorized_text"] == "They danced.");
  const std::string log = dispute["evidence"]["access_activity_log"];
  CHECK(log.find(sale.ticket(payer)["id"].get<std::string>()) != std::string::npos);
}

TEST_CASE("money that a bank takes again after its refund is answered by the refund, and lost once",
          "[s9][stripe]") {
  const StripeServer server;
  const StripeAccount account(server);
  Sale sale(account.arguments());
  account.register_endpoint(sale.platform.url());
  auto payer = sale.paid_at(server);
  const auto refund =
      sale.host.api.post("/v1/orders/" + payer.order_id() + "/refunds", {{"reason", "goodwill"}});
  INFO(refund.text);
  REQUIRE(refund.status == 201);
  REQUIRE(payer.wait_for_payment("refunded"));

  server.order("dispute", {{"charge", server.objects("charge").at(0)["id"]}});
  REQUIRE(sale.wait_for_evidence(payer, "gathered"));
  const std::string reference = server.objects("refund").at(0)["id"];
  const auto shown = sale.evidence(payer).body;
  REQUIRE(shown["refunds"].size() == 1);
  CHECK(shown["refunds"][0]["reference"] == reference);
  CHECK(shown["amount"]["amount"] == 5'000);
  const auto organization = "/v1/organizations/" + sale.host.organization_id;
  const auto attention = sale.host.api.get(organization + "/payments/attention").body["items"];
  REQUIRE(attention.size() == 1);
  CHECK(attention[0].contains("due_at"));
  REQUIRE(sale.give(payer, {{"submit", true}}).status == 200);
  REQUIRE(sale.wait_for_evidence(payer, "submitted"));
  const auto dispute = server.objects("dispute").at(0);
  const std::string words = dispute["evidence"]["uncategorized_text"];
  CHECK(words.find("50.00 EGP") != std::string::npos);
  CHECK(words.find(reference) != std::string::npos);

  server.order("close_dispute", {{"dispute", dispute["id"]}, {"status", "lost"}});
  const auto balances = [&] {
    std::map<std::string, int64_t> out;
    const auto read = sale.host.api.get(organization + "/ledger/trial-balance").body;
    for (const auto& each : read["accounts"]) {
      if (each["balance"] != 0) out[each["account"]] = each["balance"];
    }
    return out;
  };
  const std::map<std::string, int64_t> lost{{"clearing", -5'000}, {"organizer_payable", 5'000}};
  CHECK(wait_until([&] { return balances() == lost; }, 20));
  CHECK(server.objects("refund").size() == 1);
}

TEST_CASE("the sandbox is given evidence, also by a service that was killed over it",
          "[s9][payment]") {
  Sale sale(set_arguments({"payment.sandbox_slow_s=3600"}));
  auto payer = sale.payer();
  payer.begin();
  payer.press("dispute_lost");
  REQUIRE(sale.wait_for_evidence(payer, "gathered"));
  sale.platform.crash("ticket");
  CHECK(sale.give(payer, {{"submit", true}}).status == 200);
  sale.platform.crash("payment");
  REQUIRE(wait_until([&] { return sale.platform.is_ready(); }, 60));
  REQUIRE(sale.wait_for_evidence(payer, "submitted"));
  CHECK(sale.guest.get("/v1/sandbox/book").body["items"][0]["has_evidence"] == true);
}
