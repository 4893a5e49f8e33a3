// Scenario 4 with money: a guest pays for two tickets in the sandbox and enters by one of them.
#include "tests/support/payer.h"

using namespace bilten::test;

TEST_CASE("a guest pays, once, what the quote said, and has tickets that the door admits",
          "[s4][payment]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Seat", 12'550, 5)});
  Api guest(platform.url());
  auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 2));
  REQUIRE(order.status == 201);
  Payer payer(platform.url(), order.body);
  const auto offered = payer.begin({{"return_url", "https://shop.example/thanks"}});
  CHECK(offered["amount"] == order.body["total"]);
  CHECK(payer.begin()["id"] == offered["id"]);

  const auto page = guest.get(offered["redirect_url"]);
  CHECK(page.headers.at("content-type") == "text/html; charset=utf-8");
  CHECK(page.text.find("251.00 EGP") != std::string::npos);
  CHECK(page.text.find(order.body["code"].get<std::string>()) != std::string::npos);
  CHECK(page.text.find("<script") == std::string::npos);
  const auto challenged = payer.press("challenge");
  CHECK(challenged.status == 200);
  CHECK(challenged.text.find("It is me") != std::string::npos);
  CHECK(payer.wait_for_payment("requires_action"));
  const auto approved = payer.press("approve");
  CHECK(approved.text.find("Paid.") != std::string::npos);
  CHECK(approved.text.find("https://shop.example/thanks") != std::string::npos);
  REQUIRE(payer.wait_for_order("paid"));
  CHECK(payer.payment()["state"] == "captured");

  const auto path = "/v1/orders/" + payer.order_id() + "/tickets?secret=" + payer.secret();
  const auto tickets = guest.get(path).body["items"];
  REQUIRE(tickets.size() == 2);
  const json scan{
      {"code", tickets[0]["code"]}, {"check_in_list_id", sale.list_id}, {"nonce", fresh_key()}};
  CHECK(host.api.post("/v1/check-ins", scan).status == 201);

  // The provider's book, the ledger and the order agree.
  const auto book = guest.get("/v1/sandbox/book").body["items"];
  REQUIRE(book.size() == 1);
  CHECK(book[0]["captured"] == order.body["total"]);
  CHECK(clearing_of(host) == 25'100);
  CHECK(platform.stop() == 0);
}

TEST_CASE("a payment that a killed daemon began is made once, however often it is killed",
          "[s4][s15][payment]") {
  Platform platform({.extra = {"--set", "payment.sandbox_lost_answers=30"}});
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Seat", 1000, 50)});
  Api guest(platform.url());
  std::vector<Payer> payers;
  for (int i = 0; i < 2; ++i) {
    auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
    REQUIRE(order.status == 201);
    payers.emplace_back(platform.url(), order.body);
  }
  for (auto& payer : payers) {
    auto begun = payer.api().post("/v1/orders/" + payer.order_id() + "/payments",
                                  {{"secret", payer.secret()}});
    CHECK(begun.status == 201);
    platform.crash("payment");
    REQUIRE(wait_until([&] { return guest.get("/v1/sandbox/book").status == 200; }, 30));
    payer.begin(json::object(), 60);
    CHECK(payer.payment()["id"] == begun.body["id"]);
    payer.press("twice");
    platform.crash("payment");
    REQUIRE(wait_until([&] { return guest.get("/v1/sandbox/book").status == 200; }, 30));
  }
  for (auto& payer : payers) CHECK(payer.wait_for_order("paid", 60));
  const auto book = guest.get("/v1/sandbox/book").body["items"];
  CHECK(book.size() == payers.size());
  for (const auto& entry : book) CHECK(entry["captured"]["amount"] == 1000);
  CHECK(platform.stop() == 0);
  CHECK(platform.ctl({"rebuild", "--verify"}).status == 0);
}
