// The ledger as people read it.
#include "common/api/payment.h"
#include "daemons/payment/csv_text.h"
#include "tests/unit/payment/till.h"

using namespace bilten;
using namespace bilten::test;
using namespace bilten::api::payment;

namespace {

void sell(Till& till, int count) {
  for (int i = 0; i < count; ++i) {
    const auto order = till.hold({till.line(till.type, 1, 1190, 0, 1900)});
    till.capture(order, 1190);
    till.bench.now += kDayMillis;
  }
}

}  // namespace

TEST_CASE("only owners and managers read a ledger, and strangers do not know of it", "[payment]") {
  Till till;
  const ReadTrialBalance message{till.organization};
  CHECK(till.bench.refusal(message, &till.manager).empty());
  CHECK(till.bench.refusal(message, &till.door) == "role_missing");
  CHECK(till.bench.refusal(message, &till.stranger) == "unknown_organization");
  CHECK(till.bench.refusal(ListEntries{till.organization}, &till.door) == "role_missing");
  CHECK(till.bench.refusal(ReadStatement{till.organization}, &till.door) == "role_missing");
  CHECK(till.bench.refusal(ExportEntries{till.organization}, &till.door) == "role_missing");
  CHECK(till.bench.refusal(ListFeePolicies{till.organization}, &till.door) == "role_missing");
}

TEST_CASE("a trial balance says as of which entry it is, and both sides are equal", "[payment]") {
  Till till;
  sell(till, 3);
  const auto now = till.bench.must(ReadTrialBalance{till.organization}, &till.manager);
  CHECK(now.as_of == 3);
  REQUIRE(now.totals.size() == 1);
  CHECK(now.totals[0].debits == 3570);
  CHECK(now.totals[0].credits == 3570);
  CHECK(now.accounts.size() == 3);
  const auto then = till.bench.must(ReadTrialBalance{till.organization, 1}, &till.manager);
  CHECK(then.as_of == 1);
  CHECK(then.totals[0].debits == 1190);
  CHECK(till.bench.must(ReadPlatformBalance{}).totals[0].credits == 3570);
  CHECK(till.bench.must(ReadTrialBalance{id_of(2)}, &till.stranger).accounts.empty());
}

TEST_CASE("the statement of an account goes back line by line with its balance", "[payment]") {
  Till till;
  sell(till, 3);
  ListAccountLines message{till.organization};
  message.currency = "EUR";
  message.limit = 2;
  const auto page = till.bench.must(message, &till.manager);
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[0].number == 3);
  CHECK(page.items[0].balance == -3000);
  CHECK(page.items[0].kind == EntryKind::capture);
  message.cursor = page.next_cursor;
  const auto rest = till.bench.must(message, &till.manager);
  REQUIRE(rest.items.size() == 1);
  CHECK(rest.items[0].balance == -1000);
  CHECK_FALSE(rest.next_cursor);
}

TEST_CASE("entries are listed in order, and say which one undid them", "[payment]") {
  Till till;
  sell(till, 3);
  till.book([&](Books& books, const Rows&) { books.undo(till.organization, 2); });
  const auto all = till.bench.must(ListEntries{till.organization}, &till.manager);
  REQUIRE(all.items.size() == 4);
  CHECK(all.items[1].reversed_by == 4);
  CHECK(all.items[3].reverses == 2);
  const auto later = till.bench.must(ListEntries{till.organization, 3}, &till.manager);
  REQUIRE(later.items.size() == 1);
  CHECK(later.items[0].number == 4);
}

TEST_CASE("a statement has each day of each event, and sums to the trial balance", "[payment]") {
  Till till;
  sell(till, 2);
  ReadStatement message{till.organization};
  const auto all = till.bench.must(message, &till.manager);
  REQUIRE(all.items.size() == 6);
  CHECK(all.items[0].event_id == till.event_id);
  CHECK(all.items[0].day < all.items[5].day);
  int64_t sum = 0;
  for (const auto& each : all.items) sum += each.debits - each.credits;
  CHECK(sum == 0);
  message.event_id = id_of(77);
  CHECK(till.bench.must(message, &till.manager).items.empty());
}

TEST_CASE("an export has a line for each posting, in units of the currency", "[payment]") {
  Till till;
  sell(till, 2);
  const auto csv = till.bench.must(ExportEntries{till.organization, 1}, &till.manager).body.data;
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 4);
  CHECK(csv.starts_with("number,at,kind,event_id,"));
  CHECK(csv.find(",ref,,clearing,sandbox,11.90,,EUR\r\n") != std::string::npos);
  CHECK(csv.find(",ref,,tax,1900,,1.90,EUR\r\n") != std::string::npos);
}

TEST_CASE("a cell that a spreadsheet would run is plain text, a number stays one", "[payment]") {
  std::string csv;
  add_csv_line(csv, {"=1+1", "+1", "-x", "@a", "a,b", "say \"x\"", CsvCell::number("-5"), ""});
  CHECK(csv == "'=1+1,'+1,'-x,'@a,\"a,b\",\"say \"\"x\"\"\",-5,\r\n");
}
