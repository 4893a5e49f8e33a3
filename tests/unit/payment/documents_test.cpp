// Receipts, invoices and credit notes: their numbers, and what they say.
#include "daemons/payment/documents.h"

#include "common/base/time.h"
#include "tests/unit/payment/till.h"

using namespace bilten;
using namespace bilten::test;
using namespace bilten::api::payment;

namespace {

std::vector<std::string> codes(Till& till) {
  std::vector<std::string> out;
  const auto list = till.bench.must(ListDocuments{till.organization}, &till.manager);
  for (const auto& each : list.items) out.push_back(each.code);
  return out;
}

Id sell(Till& till) {
  const auto order = till.hold({till.line(till.type, 1, 1190, 0, 1900)});
  till.capture(order, 1190);
  return order;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("a code is read as it is written, and nothing else is one", "[payment]") {
  const DocumentNumber number{DocumentKind::credit_note, 2027, 12};
  CHECK(code_of(number) == "C-2027-000012");
  CHECK(parse_document_code("C-2027-000012") == number);
  CHECK(parse_document_code("R-2027-1000000")->number == 1'000'000);
  for (const auto* wrong : {"", "C-2027-12", "X-2027-000012", "C-2027-00001a", "C-20-27000012",
                            "C-2027-0000000012", "C-2027--00012", "R-2027-999999999999999999999"}) {
    CHECK_FALSE(parse_document_code(wrong));
  }
}

TEST_CASE("numbers go up by one within kind and year, whatever is refused between", "[payment]") {
  Till till;
  till.bench.now = *parse_rfc3339("2027-12-31T23:00:00Z");
  const auto order = sell(till);
  till.capture(order, 1190, 7);  // Unapplied: no receipt.
  till.capture(order, 1190);     // The same again.
  sell(till);
  till.refund(order, 190, {till.line(till.type, 1, 1190, 0, 1900)});
  till.bench.now += 2 * kHour;
  sell(till);
  CHECK(codes(till) == Codes{"R-2027-000001", "R-2027-000002", "R-2028-000001", "C-2027-000001"});
  till.bench.check_rebuild();
}

TEST_CASE("two documents of one decision have two numbers", "[payment]") {
  Till till;
  const auto first = till.hold({till.line(till.type, 1, 1190, 0, 1900)});
  const auto second = till.hold({till.line(till.type, 1, 1190, 0, 1900)});
  till.book([&](Books& books, const Rows& rows) {
    book_capture(books, rows, till.movement(first, 1190));
    book_capture(books, rows, till.movement(second, 1190));
  });
  CHECK(codes(till).size() == 2);
  till.bench.check_rebuild();
}

TEST_CASE("a receipt has the tax of each rate, a credit note what goes back of it", "[payment]") {
  Till till;
  const auto seat = till.line(till.type, 1, 1190, 0, 1900);
  const auto order = till.hold({seat, till.line(till.reduced, 1, 1070, 0, 700)});
  till.capture(order, 2260);
  till.refund(order, 1070, {seat});
  const auto list = till.bench.must(ListDocuments{till.organization}, &till.manager).items;
  REQUIRE(list.size() == 2);
  CHECK(list[0].split == Split{2000, 0, {{700, 70}, {1900, 190}}});
  CHECK(list[1].split == Split{1000, 0, {{700, 70}}});
  CHECK(list[1].amount == Money{1070, "EUR"});
}
