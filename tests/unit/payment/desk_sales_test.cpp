// What the box office takes and hands back, in the ledger.
#include "daemons/payment/desk_sales.h"

#include "tests/unit/payment/till.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Desk : Till {
  void sell(const Id& order_id, const std::vector<Line>& lines) {
    api::ticket::Sold fact{};
    fact.organization_id = organization;
    fact.event_id = event_id;
    fact.order_id = order_id;
    fact.code = "ABCDEFGHJK";
    fact.buyer.data = std::string(16, 'b');
    fact.lines = lines;
    for (const auto& each : lines) fact.total.amount += each.total;
    fact.total.currency = currency;
    fact.ticket_ids = {id_of(70)};
    fact.at = {bench.now};
    bench.react(fact);
  }
  void issue(const Id& order_id, api::ticket::PaidBy paid_by) {
    api::ticket::BoxOfficeIssued fact{};
    fact.organization_id = organization;
    fact.event_id = event_id;
    fact.order_id = order_id;
    fact.kind = api::ticket::BoxOfficeKind::box_office;
    fact.paid_by = paid_by;
    fact.at = {bench.now};
    bench.react(fact);
  }
  void give_back(const Id& order_id, int64_t amount, const std::vector<Line>& left) {
    api::ticket::Refunded fact{};
    fact.organization_id = organization;
    fact.event_id = event_id;
    fact.order_id = order_id;
    fact.refund_id = id_of(90);
    fact.amount = {amount, currency};
    fact.lines = left;
    fact.at = {bench.now};
    bench.react(fact);
  }
};

}  // namespace

TEST_CASE("what staff sells is booked at once, with its tax, and what is handed back leaves",
          "[payment]") {
  Desk desk;
  const auto order = id_of(150);
  const auto one = desk.line(desk.type, 1, 11'900, 0, 1900);
  const auto two = desk.line(desk.type, 2, 11'900, 0, 1900);
  desk.sell(order, {two});
  CHECK(desk.balances().empty());
  desk.issue(order, api::ticket::PaidBy::cash);
  CHECK(desk.balances() == Balances{{"clearing/onsite-own", 23'800},
                                    {"organizer_payable", -20'000},
                                    {"tax/1900", -3800}});
  desk.give_back(order, 11'900, {one});
  CHECK(desk.balances() == Balances{{"clearing/onsite-own", 11'900},
                                    {"organizer_payable", -10'000},
                                    {"tax/1900", -1900}});
  desk.give_back(order, 11'900, {});
  CHECK(desk.balances().empty());
  desk.bench.check_rebuild();
}

TEST_CASE("imported and complimentary tickets move no money here", "[payment]") {
  Desk desk;
  const auto line = desk.line(desk.type, 1, 11'900, 0, 1900);
  desk.sell(id_of(150), {line});  // An import: nobody says that staff took anything.
  desk.sell(id_of(151), {line});
  desk.issue(id_of(152), api::ticket::PaidBy::none);
  desk.issue(id_of(150), api::ticket::PaidBy::card);  // Of an order that was passed over.
  CHECK(desk.balances().empty());
  desk.give_back(id_of(150), 11'900, {});
  CHECK(desk.balances().empty());
  desk.bench.check_rebuild();
}
