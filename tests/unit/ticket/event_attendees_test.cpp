// The attendees of an event for spreadsheets.
#include "common/api/ticket_attendees.h"
#include "common/api/ticket_questions.h"
#include "common/base/csv.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

using Cells = std::vector<std::string>;

struct Office : Shop {
  Office() : type_id(add_type(0, 5000)) {}

  ReadAttendeesCsv csv() const {
    ReadAttendeesCsv message;
    message.event_id = event_id;
    return message;
  }
  std::vector<Cells> lines(const ReadAttendeesCsv& message) {
    const auto content = bench.must(message, &manager);
    CHECK(content.content_type == "text/csv; charset=utf-8");
    std::vector<Cells> lines;
    CsvReader reader(content.body.data);
    CsvRecord record;
    while (reader.next(record)) {
      CHECK_FALSE(record.fault);
      lines.push_back(record.cells);
    }
    return lines;
  }
  Id ask(const std::string& label, AskedPer per) {
    AddQuestion message;
    message.event_id = event_id;
    message.label.plain = label;
    message.kind = QuestionKind::text;
    message.per = per;
    return bench.must(message, &manager).id;
  }

  Id type_id;
};

const Cells kColumns{"ticket_id",  "name",  "email",       "ticket_type",
                     "order_code", "state", "admitted_at", "other_answers"};

}  // namespace

TEST_CASE("the table of attendees has a line a ticket, with when it was let in", "[ticket]") {
  Office shop;
  const auto order = shop.buy(shop.type_id, 2);
  shop.buy(shop.add_type(100, 10));  // Held: no ticket yet.
  shop.bench.must(shop.scan(shop.code_of(order)), &shop.door);
  auto lines = shop.lines(shop.csv());
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == kColumns);
  CHECK(lines[1] == Cells{order.ticket_ids[0].text(), "Nadia Fathy", "nadia@example.org", "Stalls",
                          order.code, "used", rfc3339(shop.bench.now), ""});
  CHECK(lines[2] == Cells{order.ticket_ids[1].text(), "Nadia Fathy", "nadia@example.org", "Stalls",
                          order.code, "valid", "", ""});
  CHECK(shop.bench.refusal(shop.csv(), &shop.door) == "role_missing");
}

TEST_CASE("each question has a column, and answers to one that was removed are kept", "[ticket]") {
  Office shop;
  const auto meal = shop.ask("Meal", AskedPer::ticket);
  const auto bus = shop.ask("=Bus", AskedPer::order);
  const auto gone = shop.ask("Size", AskedPer::ticket);
  auto basket = shop.basket({{shop.type_id, 1}});
  AttendeeGiven attendee;
  attendee.full_name = "@nadia";
  attendee.answers = {{meal, "=1+1"}, {gone, "XL"}};
  basket.items[0].attendees = {attendee};
  basket.answers = {{bus, "two\nlines, \"quoted\""}};
  shop.bench.must(basket);
  shop.bench.must(RemoveQuestion{gone}, &shop.manager);
  const auto lines = shop.lines(shop.csv());
  REQUIRE(lines.size() == 2);
  CHECK(Cells(lines[0].begin() + 7, lines[0].end()) == Cells{"Meal", "'=Bus", "other_answers"});
  CHECK(lines[1][1] == "'@nadia");
  CHECK(Cells(lines[1].begin() + 7, lines[1].end()) ==
        Cells{"'=1+1", "two\nlines, \"quoted\"", "Size: XL"});
}

TEST_CASE("parts of the table have each ticket once, also from the middle of an order",
          "[ticket]") {
  Office shop;
  std::vector<Cells> all;
  for (int i = 0; i < 5; ++i) {
    auto basket = shop.basket({{shop.type_id, 1 + i}});
    basket.buyer.email = "buyer" + std::to_string(i) + "@example.org";
    shop.bench.must(basket);
  }
  all = shop.lines(shop.csv());
  REQUIRE(all.size() == 16);
  for (const int64_t limit : {1, 4, 15, 100}) {
    auto message = shop.csv();
    message.limit = limit;
    auto joined = shop.lines(message);
    for (;;) {
      message.after = Id::parse(joined.back()[0]);
      const auto part = shop.lines(message);
      if (part.empty()) break;
      CHECK(part.size() <= static_cast<size_t>(limit));
      joined.insert(joined.end(), part.begin(), part.end());
    }
    CHECK(joined == all);
  }
  auto message = shop.csv();
  message.after = id_of(99);
  CHECK(shop.bench.refusal(message, &shop.manager) == "unknown_ticket");
}

TEST_CASE("a table that is too large for one answer is refused whole, and had in parts",
          "[ticket]") {
  Office shop;
  const auto question = shop.ask("Why", AskedPer::order);
  for (int i = 0; i < 110; ++i) {
    auto basket = shop.basket({{shop.type_id, 10}});
    basket.answers = {{question, std::string(1000, 'x')}};
    shop.bench.must(basket);
  }
  CHECK(shop.bench.refusal(shop.csv(), &shop.manager) == "too_large");
  auto message = shop.csv();
  message.limit = 10'000;
  size_t count = shop.lines(message).size() - 1;
  CHECK(count < 1100);
  const auto first = shop.lines(message);
  message.after = Id::parse(first.back()[0]);
  count += shop.lines(message).size();
  CHECK(count == 1100);
}
