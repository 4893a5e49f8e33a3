// The ledger over HTTP: what was paid and given back stands in it to the cent, as the provider's
// book has it.
#include "tests/support/payer.h"

using namespace bilten::test;

namespace {

struct Books {
  Platform platform;
  Organizer host = organizer(platform.url());
  OnSale sale = on_sale(host, {taxed()});

  static json taxed() {
    auto type = type_body("Seat", 11'900, 9);
    type["tax_rate"] = 1900;
    type["fee_amount"] = 595;
    return type;
  }
  Payer paid(int quantity) {
    Api guest(platform.url());
    auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], quantity));
    REQUIRE(order.status == 201);
    Payer payer(platform.url(), order.body);
    payer.begin();
    payer.press("approve");
    REQUIRE(payer.wait_for_order("paid"));
    return payer;
  }
  std::string path(const std::string& what) const {
    return "/v1/organizations/" + host.organization_id + what;
  }
  int64_t balance(const std::string& account) {
    const auto all = host.api.get(path("/ledger/trial-balance")).body;
    int64_t sum = 0, found = 0;
    for (const auto& each : all["accounts"]) {
      sum += each["balance"].get<int64_t>();
      if (each["account"] == account) found = each["balance"];
    }
    CHECK(sum == 0);
    return found;
  }
};

}  // namespace

TEST_CASE("a sale and its refund stand in the ledger to the cent, as in the provider's book",
          "[payment]") {
  Books books;
  const auto set = books.platform.ctl(
      {"call", "payment", "fee_policy.set", R"({"currency": "EGP", "rate": 250, "fixed": 50})"});
  REQUIRE(set.status == 0);
  auto payer = books.paid(2);
  CHECK(books.balance("clearing") == 24'990);
  CHECK(books.balance("tax") == -3990);
  CHECK(books.balance("buyer_fees") == -1000);
  CHECK(books.balance("platform_fees") == -695);
  CHECK(books.balance("organizer_payable") == -19'305);

  const auto tickets = books.host.api.get("/v1/orders/" + payer.order_id() + "/tickets").body;
  auto refund = books.host.api.post("/v1/orders/" + payer.order_id() + "/refunds",
                                    {{"ticket_ids", json::array({tickets["items"][0]["id"]})}});
  INFO(refund.text);
  REQUIRE(refund.status == 201);
  REQUIRE(wait_until([&] { return books.balance("clearing") == 12'495; }, 20));
  CHECK(books.balance("refunds") == 0);
  CHECK(books.balance("tax") == -1995);
  CHECK(books.balance("platform_fees") == -348);

  int64_t book = 0;
  const auto listed = payer.api().get("/v1/sandbox/book").body["items"];
  for (const auto& each : listed) {
    book += each["captured"]["amount"].get<int64_t>() - each["refunded"]["amount"].get<int64_t>();
  }
  CHECK(book == books.balance("clearing"));
}

TEST_CASE("an organiser reads the ledger, and a buyer the order's documents alone", "[payment]") {
  Books books;
  auto payer = books.paid(1);
  const auto csv = books.host.api.get(books.path("/ledger/entries.csv"));
  CHECK(csv.status == 200);
  CHECK(csv.text.find(R"("tax","1900","","19.95","EGP")") != std::string::npos);
  const auto days =
      books.host.api.get(books.path("/ledger/statement?event_id=" + books.sale.event_id));
  CHECK(days.body["items"].size() == 4);
  CHECK(payer.api().get(books.path("/ledger/entries")).status == 401);

  const auto order = "/v1/orders/" + payer.order_id();
  const auto secret = "?secret=" + payer.secret();
  const auto invoice = payer.api().post(
      order + "/invoice", {{"secret", payer.secret()}, {"name", "Lina"}, {"address", "Cairo"}});
  INFO(invoice.text);
  REQUIRE(invoice.status == 201);
  const auto documents = payer.api().get(order + "/documents" + secret).body["items"];
  REQUIRE(documents.size() == 2);
  for (const auto& each : documents) {
    int64_t sum = 0;
    for (const auto& line : each["lines"]) sum += line["amount"].get<int64_t>();
    CHECK(each["amount"]["amount"] == sum);
    CHECK(each["lines"][0]["quantity"] == 1);
    const auto pdf = payer.api().get(order + "/documents/" + each["code"].get<std::string>() +
                                     "/document.pdf" + secret);
    CHECK(pdf.text.substr(0, 5) == "%PDF-");
  }
  CHECK(payer.api().get(order + "/documents").status == 404);
}
