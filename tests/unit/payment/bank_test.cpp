// Bank statements as files.
#include "daemons/payment/bank.h"

#include <catch2/catch.hpp>

#include "common/base/time.h"

using namespace bilten;
using namespace bilten::payment;

namespace {

std::string camt(const std::string& entries) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">\n"
         "<BkToCstmrStmt><Stmt><Bal><Amt Ccy=\"EUR\">9.99</Amt></Bal>\n" +
         entries + "</Stmt></BkToCstmrStmt></Document>";
}

std::string entry(const std::string& amount, const std::string& inside,
                  const std::string& direction = "CRDT") {
  return "<Ntry><Amt Ccy=\"EUR\">" + amount + "</Amt><CdtDbtInd>" + direction +
         "</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2027-03-28</Dt></BookgDt>" + inside + "</Ntry>\n";
}

std::string refusal(const Result<BankStatement>& read) {
  return read ? "" : read.error().reason + " " + read.error().detail;
}

}  // namespace

TEST_CASE("an entry is read with its text, its references and who paid", "[payment]") {
  const auto read = read_camt(camt(entry(
      "35.70",
      "<AcctSvcrRef>B-1</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E2E</EndToEndId></Refs>"
      "<RltdPties><Dbtr><Nm>Jos&#233; &amp; Co</Nm></Dbtr></RltdPties>"
      "<RmtInf><Ustrd>Order K7QX</Ustrd><Ustrd>4M2P</Ustrd></RmtInf></TxDtls></NtryDtls>")));
  REQUIRE(read);
  REQUIRE(read->movements.size() == 1);
  const auto& movement = read->movements[0];
  CHECK(movement.amount == Money{3570, "EUR"});
  CHECK(movement.booked_at == *parse_rfc3339("2027-03-28T00:00:00Z"));
  CHECK(movement.text == "Order K7QX 4M2P");
  CHECK(movement.reference == "B-1");
  CHECK(movement.name == "José & Co");
  CHECK(movement.line == 4);
}

TEST_CASE("another root is refused, also one that ends where it begins", "[payment]") {
  CHECK(refusal(read_camt("<Html/>")) == "malformed_file Line 1: the root is no Document.");
  CHECK(refusal(read_camt("<Html></Html>")) == "malformed_file Line 1: the root is no Document.");
  CHECK(refusal(read_camt("<Document/>")).empty());
}

TEST_CASE("a batched entry is read payment by payment, newer versions and prefixes as well",
          "[payment]") {
  const std::string one =
      "<TxDtls><Amt Ccy=\"EUR\">1.00</Amt><Refs><EndToEndId>NOTPROVIDED"
      "</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>A</Nm></Pty></Dbtr>"
      "</RltdPties></TxDtls>";
  const std::string two =
      "<TxDtls><AmtDtls><TxAmt><Amt Ccy=\"EUR\">2.00</Amt></TxAmt></AmtDtls>"
      "</TxDtls>";
  const auto read = read_camt(camt(entry("3.00", "<NtryDtls>" + one + two + "</NtryDtls>")));
  REQUIRE(read);
  REQUIRE(read->movements.size() == 2);
  CHECK(read->movements[0].amount.amount == 100);
  CHECK(read->movements[0].name == "A");
  CHECK(read->movements[0].reference.empty());
  CHECK(read->movements[1].amount.amount == 200);
  const auto prefixed = read_camt(
      "<c:Document xmlns:c=\"x\"><c:Ntry><c:Amt Ccy=\"JPY\">100</c:Amt><c:CdtDbtInd>DBIT"
      "</c:CdtDbtInd><c:Sts><c:Cd>BOOK</c:Cd></c:Sts><c:BookgDt><c:DtTm>2027-03-28T10:00:00"
      "</c:DtTm></c:BookgDt></c:Ntry></c:Document>");
  REQUIRE(prefixed);
  REQUIRE(prefixed->movements.size() == 1);
  CHECK(prefixed->movements[0].amount == Money{-100, "JPY"});
}

TEST_CASE("entries that are not booked are passed over, wrong ones told by line", "[payment]") {
  auto pending = entry("1.00", "");
  pending.replace(pending.find("BOOK"), 4, "PDNG");
  const auto read = read_camt(camt(pending + entry("1.005", "") + entry("5.00", "", "X") +
                                   entry("abc", "") + entry("7.00", "")));
  REQUIRE(read);
  CHECK(read->movements.size() == 1);
  REQUIRE(read->faults.size() == 3);
  CHECK(read->faults[0].line == 5);
  CHECK(read->faults[1].line == 6);
}

TEST_CASE("a file that is no statement is refused with its line and reason", "[payment]") {
  CHECK(refusal(read_camt("")).starts_with("malformed_file Line 1: "));
  CHECK(refusal(read_camt("<html></html>")).find("no Document") != std::string::npos);
  CHECK(refusal(read_camt(camt("<Ntry>"))).find("Line 4: mismatched tag") != std::string::npos);
  CHECK(refusal(read_camt("<!DOCTYPE a [<!ENTITY b \"c\">]><Document/>")).find("document type") !=
        std::string::npos);
  std::string deep;
  for (int i = 0; i < 50; ++i) deep += "<a>";
  CHECK(refusal(read_camt(camt(deep))).find("too deep") != std::string::npos);
  CHECK(read_camt("<Document/>")->movements.empty());
}

TEST_CASE("a long text is cut between characters", "[payment]") {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "é";
  const auto read = read_camt(camt(entry("1.00", "<AddtlNtryInf>x" + text + "</AddtlNtryInf>")));
  REQUIRE(read);
  REQUIRE(read->movements.size() == 1);
  CHECK(read->movements[0].text.size() == kBankTextMax - 1);
}

TEST_CASE("amounts are read as banks write them", "[payment]") {
  CHECK(read_bank_amount("1.234,56", "EUR") == 123456);
  CHECK(read_bank_amount("-1,234.56", "EUR") == -123456);
  CHECK(read_bank_amount("1.234.567,00", "EUR") == 123456700);
  CHECK(read_bank_amount("1.234.567", "EUR") == 123456700);
  CHECK(read_bank_amount("+12,5", "EUR") == 1250);
  CHECK(read_bank_amount("1200", "JPY") == 1200);
  CHECK(read_bank_amount("1.234", "KWD") == 1234);
  for (const auto* wrong : {"", "-", "1.2.3", "1,23,4.5", "12.345", "1e3", "--1", ",123,456"}) {
    CHECK_FALSE(read_bank_amount(wrong, "EUR"));
  }
  CHECK_FALSE(read_bank_amount("1", "XXX"));
}

TEST_CASE("a bank's CSV is read by the names of its columns", "[payment]") {
  const auto read = read_bank_csv(
      "Buchungstag;Auftraggeber;Verwendungszweck;Betrag\r\n"
      "28.03.2027;Jos\xc3\xa9;\"Order K7QX4M2P; danke\";1.190,00\r\n"
      "31.02.2027;A;B;1,00\r\n"
      "28.03.2027;A;B;zehn\r\n",
      "EUR");
  REQUIRE(read);
  REQUIRE(read->movements.size() == 1);
  CHECK(read->movements[0].amount == Money{119'000, "EUR"});
  CHECK(read->movements[0].text == "Order K7QX4M2P; danke");
  REQUIRE(read->faults.size() == 2);
  CHECK(read->faults[0].line == 3);
  CHECK(read->faults[1].reason.find("EUR") != std::string::npos);
  CHECK(refusal(read_bank_csv("a,b\n1,2\n", "EUR")).find("date and amount") != std::string::npos);
  CHECK(refusal(read_bank_csv("", "EUR")).starts_with("malformed_file"));
}
