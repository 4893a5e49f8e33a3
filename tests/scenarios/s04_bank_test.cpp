// Scenario 4 by bank transfer: statements pay orders, and what fits none waits for staff.
#include "tests/support/payer.h"

using namespace bilten::test;

namespace {

// An order that a guest means to pay by transfer.
struct Transfer {
  json order, payment;
  std::string code() const { return payment["reference_code"]; }
};
Transfer transfer(Api& guest, const OnSale& sale) {
  Transfer made;
  made.order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1)).body;
  const auto path = "/v1/orders/" + made.order["id"].get<std::string>() + "/payments";
  auto begun = guest.post(path, {{"secret", made.order["secret"]}, {"method", "transfer"}});
  INFO(begun.text);
  REQUIRE(begun.status == 201);
  made.payment = begun.body;
  return made;
}

std::string camt_entry(const std::string& amount, const std::string& text) {
  return "<Ntry><Amt Ccy=\"EGP\">" + amount +
         "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>"
         "<NtryDtls><TxDtls><RmtInf><Ustrd>" +
         text + "</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n";
}

}  // namespace

TEST_CASE("statements of a bank pay orders, once, and staff matches the rest", "[s4][payment]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Seat", 12'550, 20)});
  Api guest(platform.url());
  const auto statements = "/v1/organizations/" + host.organization_id + "/bank-statements";
  const auto send = [&](const std::string& file, const std::string& type) {
    return host.api.send("POST", statements, file, {}, {"Content-Type: " + type});
  };
  const auto is_paid = [&](const Transfer& made) {
    const auto path = "/v1/orders/" + made.order["id"].get<std::string>() +
                      "?secret=" + made.order["secret"].get<std::string>();
    return wait_until([&] { return guest.get(path).body.value("state", "") == "paid"; }, 20);
  };
  const auto by_csv = transfer(guest, sale), by_camt = transfer(guest, sale),
             by_hand = transfer(guest, sale);

  const auto csv =
      "Buchungstag;Betrag;Währung;Verwendungszweck;Auftraggeber\n20.11.2026;125,50;"
      "EGP;Karte " +
      by_csv.code().substr(0, 5) + " " + by_csv.code().substr(5) +
      ";Lina\n20.11.2026;125,50;EGP;Nile Night;Omar\n31.02.2026;1,00;EGP;;\n";
  // The payment service reads of orders a moment after they are made, and waits for it here.
  const auto report = send(csv, "text/csv");
  INFO(report.text);
  REQUIRE(report.status == 200);
  REQUIRE(report.body["movements"].size() == 2);
  CHECK(report.body["movements"][0]["outcome"] == "matched");
  CHECK(report.body["movements"][0]["payment_id"] == by_csv.payment["id"]);
  CHECK(report.body["movements"][1]["reason"] == "unknown_reference");
  CHECK(report.body["faults"][0]["line"] == 4);
  CHECK(is_paid(by_csv));
  CHECK(send(csv, "text/csv").body["known"] == 2);

  const auto camt = "<?xml version=\"1.0\"?>\n<Document><BkToCstmrStmt><Stmt>\n" +
                    camt_entry("125.50", "order " + by_camt.code()) + camt_entry("x", "odd") +
                    "</Stmt></BkToCstmrStmt></Document>";
  const auto read = send(camt, "application/xml");
  INFO(read.text);
  CHECK(read.body["movements"][0]["outcome"] == "matched");
  CHECK(read.body["faults"][0]["line"] == 4);
  CHECK(is_paid(by_camt));
  const auto cut = send(camt.substr(0, camt.size() - 20), "application/xml");
  CHECK(cut.status == 400);
  CHECK(cut.code() == "malformed_file");

  const auto waiting =
      host.api.get("/v1/organizations/" + host.organization_id + "/bank-movements?state=review");
  REQUIRE(waiting.body["items"].size() == 1);
  CHECK(waiting.body["items"][0]["name"] == "Omar");
  const auto movement = "/v1/bank-movements/" + waiting.body["items"][0]["id"].get<std::string>();
  CHECK(host.api.post(movement + "/match", {{"order_code", by_hand.code()}}).status == 200);
  CHECK(is_paid(by_hand));
  CHECK(host.api.post(movement + "/dismiss", json::object()).code() == "movement_closed");
  CHECK(clearing_of(host) == 3 * 12'550);

  // A file as long as may be is taken in steps; a longer one is refused.
  std::string big = "date;amount;currency;text\n";
  const auto words = " " + std::string(60, 'x') + "\n";
  while (big.size() < 999'000) big += "2026-11-20;1.00;EGP;" + std::to_string(big.size()) + words;
  const auto step = send(big, "text/csv");
  INFO(step.text.substr(0, 300));
  CHECK(step.status == 200);
  CHECK(step.body["next"] == 500);
  CHECK(send(big + std::string(2000, ' '), "text/csv").status == 413);
  CHECK(platform.stop() == 0);
}
