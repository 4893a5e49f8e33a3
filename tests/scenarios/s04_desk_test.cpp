// Scenario 4 at the box office: what staff takes and hands back itself is in the ledger too.
#include "tests/support/payer.h"

using namespace bilten::test;

TEST_CASE("cash of the box office is in the ledger, and what is handed back leaves it",
          "[s4][payment]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Seat", 12'550, 20)});
  const auto sell = [&](const std::string& kind, const std::string& paid_by) {
    const json items = {{{"ticket_type_id", sale.type_ids[0]}, {"quantity", 2}}};
    auto sold = host.api.post("/v1/events/" + sale.event_id + "/box-office-orders",
                              {{"kind", kind}, {"paid_by", paid_by}, {"items", items}});
    INFO(sold.text);
    REQUIRE(sold.status == 201);
    return sold.body;
  };
  sell("comp", "none");
  const auto order = sell("box_office", "cash");
  CHECK(wait_until([&] { return clearing_of(host) == 25'100; }));
  const auto path = "/v1/orders/" + order["id"].get<std::string>();
  const auto documents = host.api.get(path + "/documents");
  INFO(documents.text);
  REQUIRE(documents.body["items"].size() == 1);
  CHECK(documents.body["items"][0]["kind"] == "receipt");
  CHECK(host.api.post(path + "/refunds", {{"reason", "goodwill"}}).status == 201);
  CHECK(wait_until([&] { return clearing_of(host) == 0; }));
  CHECK(platform.stop() == 0);
}
