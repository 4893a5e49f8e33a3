// Scenario 9 with money: refunds go back the way they came; disputes block tickets.
#include "tests/support/payer.h"

using namespace bilten::test;

namespace {

struct Sale {
  Platform platform;
  Organizer host = organizer(platform.url());
  OnSale sale = on_sale(host, {type_body("Seat", 5000, 9)});
  Api guest{platform.url()};

  Payer paid(const std::string& button, int quantity = 1) {
    auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], quantity));
    REQUIRE(order.status == 201);
    Payer payer(platform.url(), order.body);
    payer.begin();
    payer.press(button);
    REQUIRE(payer.wait_for_order("paid"));
    return payer;
  }
  json tickets(Payer& payer) {
    return guest.get("/v1/orders/" + payer.order_id() + "/tickets?secret=" + payer.secret())
        .body["items"];
  }
  Reply refund(Payer& payer, const json& body) {
    return host.api.post("/v1/orders/" + payer.order_id() + "/refunds", body);
  }
  std::string payments_of_host() const {
    return "/v1/organizations/" + host.organization_id + "/payments/attention";
  }
};

}  // namespace

TEST_CASE("a part, then the rest of an order's money goes back to who paid", "[s9][payment]") {
  Sale sale;
  auto payer = sale.paid("approve", 2);
  const auto tickets = sale.tickets(payer);
  auto part =
      sale.refund(payer, {{"ticket_ids", json::array({tickets[0]["id"]})}, {"reason", "goodwill"}});
  INFO(part.text);
  REQUIRE(part.status == 201);
  REQUIRE(payer.wait_for_payment("partially_refunded"));
  CHECK(payer.payment()["refunded"]["amount"] == 5000);
  REQUIRE(sale.refund(payer, {{"reason", "goodwill"}}).status == 201);
  REQUIRE(payer.wait_for_payment("refunded"));
  CHECK(sale.guest.get("/v1/sandbox/book").body["items"][0]["refunded"]["amount"] == 10'000);
}

TEST_CASE("a refund that fails waits for staff and is tried again", "[s9][payment]") {
  Sale sale;
  auto payer = sale.paid("refund_fails");
  REQUIRE(sale.refund(payer, {{"reason", "goodwill"}}).status == 201);
  REQUIRE(wait_until(
      [&] { return sale.host.api.get(sale.payments_of_host()).body["items"].size() == 1; }));
  CHECK(payer.payment()["state"] == "captured");
  const auto retry = "/v1/payments/" + payer.payment_id() + "/retry";
  CHECK(sale.host.api.post(retry, json::object()).status == 200);
  CHECK(payer.wait_for_payment("refunded"));
  CHECK(sale.host.api.get(sale.payments_of_host()).body["items"].empty());
}

TEST_CASE("a disputed order's tickets are blocked, and good again once the dispute is won",
          "[s9][payment]") {
  Sale sale;
  auto won = sale.paid("dispute_won"), lost = sale.paid("dispute_lost");
  const auto state = [&](Payer& payer) { return sale.tickets(payer)[0]["state"]; };
  REQUIRE(wait_until([&] { return state(won) == "blocked" && state(lost) == "blocked"; }, 15));
  CHECK(wait_until([&] { return state(won) == "valid"; }, 20));
  CHECK(wait_until([&] { return state(lost) == "refunded"; }, 20));
  CHECK(lost.wait_for_payment("refunded"));
  CHECK(won.payment()["state"] == "captured");
}

TEST_CASE("a transfer is marked received by staff, and sells", "[s9][payment]") {
  Sale sale;
  auto order =
      sale.guest.post("/v1/orders", order_body(sale.sale.event_id, sale.sale.type_ids[0], 1));
  REQUIRE(order.status == 201);
  const std::string id = order.body["id"], secret = order.body["secret"];
  auto payment = sale.guest.post("/v1/orders/" + id + "/payments",
                                 {{"secret", secret}, {"method", "transfer"}});
  INFO(payment.text);
  REQUIRE(payment.status == 201);
  CHECK(payment.body["reference_code"] == order.body["code"]);
  const auto receive = "/v1/payments/" + payment.body["id"].get<std::string>() + "/receive";
  CHECK(sale.host.api.post(receive, {{"amount", order.body["total"]}}).status == 200);
  CHECK(wait_until([&] {
    return sale.guest.get("/v1/orders/" + id + "?secret=" + secret).body["state"] == "paid";
  }));
}
