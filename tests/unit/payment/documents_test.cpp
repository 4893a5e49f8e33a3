// Receipts, invoices and credit notes: their numbers, and what they say.
#include "daemons/payment/documents.h"

#include <algorithm>

#include "common/base/time.h"
#include "daemons/payment/printed.h"
#include "tests/support/platform.h"
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

TEST_CASE("an invoice is made out once, and keeps seller and buyer as they were", "[payment]") {
  Till till;
  const auto order = sell(till);
  SetSeller seller;
  seller.organization_id = till.organization;
  seller.title = "Nile Nights GmbH";
  seller.tax_id = "DE123";
  till.bench.must(seller, &till.manager);
  CHECK(till.bench.refusal(seller, &till.door) == "role_missing");
  IssueInvoice wanted;
  wanted.order_id = order;
  wanted.title = "Müller & Söhne";
  wanted.address = "Gasse 1\n1010 Wien";
  CHECK(till.bench.refusal(wanted) == "unknown_order");
  const auto invoice = till.bench.must(wanted, &till.manager);
  CHECK(invoice.code.starts_with("I-"));
  CHECK(invoice.amount == Money{1190, "EUR"});
  CHECK(till.bench.refusal(wanted, &till.manager) == "invoice_exists");
  seller.title = "Another name";
  till.bench.must(seller, &till.manager);
  const auto snapshot = till.bench.store->snapshot();
  const auto parties =
      parties_of(snapshot->vault(), till.organization, order, DocumentKind::invoice);
  CHECK(parties.seller->title == "Nile Nights GmbH");
  CHECK(parties.buyer->address == "Gasse 1\n1010 Wien");
  CHECK(till.bench.everything_written().find("Müller") == std::string::npos);
  IssueInvoice unpaid = wanted;
  unpaid.order_id = till.hold({till.line(till.type, 1, 1190, 0, 1900)});
  CHECK(till.bench.refusal(unpaid, &till.manager) == "no_receipt");
  till.bench.check_rebuild();
}

TEST_CASE("a printed document names parties, taxes and total, and no other order's is shown",
          "[payment]") {
  Till till;
  const auto order = sell(till), other = sell(till);
  ReadDocumentPdf message{order, codes(till)[0]};
  const auto pdf = till.bench.must(message, &till.manager);
  CHECK(pdf.content_type == "application/pdf");
  if (const std::string reader = "/usr/bin/pdftotext"; access(reader.c_str(), X_OK) == 0) {
    Folder folder;
    const auto read = run_program({reader, "-layout", folder.write("r.pdf", pdf.body.data), "-"});
    for (const auto* text :
         {"Receipt R-2026-000001", "Seat", "Tax 19 % in it", "1.90 EUR", "11.90 EUR", "ABC"}) {
      CHECK(read.out.find(text) != std::string::npos);
    }
  }
  message.order_id = other;
  CHECK(till.bench.refusal(message, &till.manager) == "unknown_document");
  message.code = "R-1-1";
  CHECK(till.bench.refusal(message, &till.manager) == "unknown_document");
  const auto list = till.bench.must(ListOrderDocuments{order}, &till.manager);
  REQUIRE(list.items.size() == 1);
  CHECK(list.items[0].order_id == order);
}

TEST_CASE("a receipt lists what was bought, with discounts, fees and the tax that is added",
          "[payment]") {
  Till till;
  auto seat = till.line(till.type, 2, 1000, 50, 0);
  seat.discount = 300;
  seat.tax = tax_within(seat.total - 300, 1900);
  seat.total -= 300;
  auto net = till.line(till.reduced, 1, 1000, 0, 0);
  net.tax = 70;
  net.total += net.tax;
  const auto order = till.hold({seat, net});
  till.capture(order, 2870);
  const auto receipt = till.bench.must(ListDocuments{till.organization}, &till.manager).items[0];
  using Kind = DocumentLineKind;
  CHECK(receipt.lines == std::vector<DocumentLine>{{Kind::item, "Seat", 2, 1000, 300, 1900, 1700},
                                                   {Kind::item, "Seat", 1, 1000, 0, 700, 1000},
                                                   {.kind = Kind::fees, .amount = 100},
                                                   {.kind = Kind::tax, .rate = 700, .amount = 70}});
}

TEST_CASE("a credit note lists what goes, and the rest where money goes alone", "[payment]") {
  Till till;
  const auto seat = till.line(till.type, 1, 1190, 0, 1900);
  const auto order = till.hold({seat, till.line(till.type, 2, 500, 30, 1900)});
  till.capture(order, 2250);
  till.refund(order, 1000, {seat}, 60);  // Fees are kept.
  till.refund(order, 190, {seat});
  const auto list = till.bench.must(ListDocuments{till.organization}, &till.manager).items;
  REQUIRE(list.size() == 3);
  using Kind = DocumentLineKind;
  CHECK(list[1].lines == std::vector<DocumentLine>{{Kind::item, "Seat", 2, 500, 0, 1900, 1000},
                                                   {.kind = Kind::fees, .amount = 60},
                                                   {.kind = Kind::rest, .amount = -60}});
  CHECK(list[2].lines == std::vector<DocumentLine>{{.kind = Kind::rest, .amount = 190}});
}

TEST_CASE(
    "a document keeps the names of its day, and prints any script on as many sheets as need be",
    "[payment]") {
  DocumentView view;
  view.code = "R-2027-000001";
  view.amount = {100'000, "EUR"};
  view.split = {100'000, 0, {}};
  for (int i = 0; i < 100; ++i) {
    const auto* title = i % 2 == 0 ? "مقعد في الصالة" : "一階席 特別";
    view.lines.push_back({DocumentLineKind::item, title, 1, 1100, 100, 0, 1000});
  }
  const auto pdf = document_pdf(printed(view, {}, "ABC"));
  REQUIRE(pdf);
  CHECK(*pdf == *document_pdf(printed(view, {}, "ABC")));
  if (const std::string reader = "/usr/bin/pdftotext"; access(reader.c_str(), X_OK) == 0) {
    Folder folder;
    const auto read = run_program({reader, "-layout", folder.write("r.pdf", *pdf), "-"});
    CHECK(std::count(read.out.begin(), read.out.end(), '\f') >= 4);
    CHECK(read.out.find("特別") != std::string::npos);
    CHECK(read.out.find("1000.00 EUR") != std::string::npos);
  }
}
