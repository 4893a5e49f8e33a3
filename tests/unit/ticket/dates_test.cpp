// Types for dates of an event: how long they sell, and what becomes of what was sold.
#include "daemons/ticket/dates.h"

#include "common/api/payment_facts.h"
#include "common/base/zones.h"
#include "daemons/ticket/code.h"
#include "daemons/ticket/stock.h"
#include "tests/unit/ticket/run_shop.h"

namespace bilten::test {
namespace {

RefundOrder by_buyer(const OrderView& order) {
  RefundOrder message;
  message.order_id = order.id;
  message.secret = order.secret;
  return message;
}

ExchangeTicket exchange(const OrderView& order, const Id& type_id) {
  ExchangeTicket message;
  message.ticket_id = order.ticket_ids.at(0);
  message.ticket_type_id = type_id;
  message.secret = order.secret;
  return message;
}

std::vector<Id> ids_of(const ListOf<TicketTypeView>& list) {
  std::vector<Id> ids;
  for (const auto& item : list.items) ids.push_back(item.id);
  return ids;
}

}  // namespace

TEST_CASE_METHOD(RunShop, "a type may be for one date of its event, and shows it", "[dates]") {
  const auto view = bench.must(ReadType{of_first});
  CHECK(view.date_id == first);
  CHECK(view.date.value().starts_at == dates[first].starts_at);
  CHECK_FALSE(view.date->cancelled);
  CHECK(view.date->starts_local.has_value());
  CHECK_FALSE(bench.must(ReadType{of_all}).date);
  CHECK(bench.must(offer_for(second), &manager).date.value().ends_at == dates[second].ends_at);

  const auto unknown = bench.send(offer_for(id_of(9)), &manager);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().reason == "unknown_date");
  CHECK(unknown.error().rests_on == "event");  // It may have been added a moment ago.
  cancel(second);
  CHECK(reason(offer_for(second), &manager) == "date_cancelled");
  CHECK(bench.must(ReadType{of_second}).date.value().cancelled);
  bench.check_rebuild();
}

TEST_CASE_METHOD(RunShop, "the date of another event is none of a type's", "[dates]") {
  const auto other = draft(id_of(101));
  auto message = offer_for(first);
  message.event_id = other;
  CHECK(reason(message, &manager) == "unknown_date");
}

TEST_CASE_METHOD(RunShop, "types are listed by date, page by page", "[dates]") {
  ListTypes message;
  message.event_id = event_id;
  CHECK(ids_of(bench.must(message)) == std::vector<Id>{of_first, of_second, of_all});
  message.date_id = second;
  CHECK(ids_of(bench.must(message)) == std::vector<Id>{of_second});
  message.date_id.reset();
  message.limit = 2;
  const auto page = bench.must(message);
  CHECK(ids_of(page) == std::vector<Id>{of_first, of_second});
  message.cursor = page.next_cursor;
  CHECK(ids_of(bench.must(message)) == std::vector<Id>{of_all});
  message.cursor = "AAAA";
  CHECK(reason(message) == "invalid");
}

TEST_CASE_METHOD(RunShop, "a type is repeated for other dates as it is, for all or for none",
                 "[dates]") {
  const auto third = add_date(3, 4 * kDay), fourth = add_date(4, 5 * kDay);
  buy(of_first, 2);
  RepeatType message{of_first, {third, fourth}};
  CHECK(bench.refusal(message, &viewer) == "role_missing");
  const auto made = bench.must(message, &manager).items;
  REQUIRE(made.size() == 2);
  CHECK(made[1].date_id == fourth);
  const auto view = bench.must(ReadType{made[1].id});
  CHECK(view.date_id == fourth);
  CHECK(view.title.plain == "Stalls");
  CHECK(view.quantity == 10);
  CHECK(view.available == 10);
  const auto before = bench.head().seq;
  cancel(fourth);
  CHECK(reason(message, &manager) == "date_cancelled");
  message.date_ids = {third, id_of(9)};
  CHECK(reason(message, &manager) == "unknown_date");
  message.date_ids = {third, third};
  CHECK(reason(message, &manager) == "invalid");
  CHECK(bench.names_after(before) == std::vector<std::string>{"event.date_cancelled"});
  auto addon = offer_for(first);
  addon.addon_to = {of_first};
  message = {bench.must(addon, &manager).id, {third}};
  CHECK(reason(message, &manager) == "addon_of_date");
  addon.addon_to = {of_all};
  message.ticket_type_id = bench.must(addon, &manager).id;
  bench.must(message, &manager);
}

TEST_CASE_METHOD(RunShop, "an event has as many types as the operator allows", "[dates]") {
  RepeatType message{of_first, {}};
  for (uint8_t i = 1; i <= 80; ++i) {
    message.date_ids.push_back(id_of(i));
    api::event::DateAdded fact;
    fact.event_id = event_id;
    fact.organization_id = organization;
    fact.date_id = id_of(i);
    fact.terms = dates[first];
    bench.note(fact);
  }
  for (int round = 0; round < 6; ++round) bench.must(message, &manager);
  CHECK(reason(message, &manager) == "too_many_types");
  ListTypes all;
  all.event_id = event_id;
  CHECK(bench.must(all).items.size() == 200);
}

TEST_CASE_METHOD(RunShop, "a type moves to another date only while nothing of it is taken",
                 "[dates]") {
  ChangeType message;
  message.ticket_type_id = of_first;
  message.date_id = second;
  CHECK(bench.must(message, &manager).date_id == second);
  message.date_id = first;
  bench.must(message, &manager);
  buy(of_first);
  message.date_id = second;
  CHECK(reason(message, &manager) == "date_in_use");
  message.date_id = first;  // As it is.
  bench.must(message, &manager);
  message.ticket_type_id = of_all;
  message.date_id = id_of(9);
  CHECK(reason(message, &manager) == "unknown_date");
}

TEST_CASE_METHOD(RunShop, "a type sells until its date ends, and no longer", "[dates]") {
  bench.now = dates[first].ends_at.ms - 1;
  buy(of_first);
  ++bench.now;
  const auto closed = bench.send(basket({{of_first, 1}}));
  REQUIRE_FALSE(closed);
  CHECK(closed.error().reason == "sales_closed");
  CHECK(closed.error().rests_on == "event");
  buy(of_second);
  buy(of_all);
  put_off(first, kHour);  // It goes on: so do sales.
  buy(of_first);

  auto early = offer_for(second);
  early.sales_ends_at = Instant{bench.now + kHour};
  const auto type = bench.must(early, &manager).id;
  bench.now += kHour;
  CHECK(reason(basket({{type, 1}})) == "sales_closed");
}

TEST_CASE_METHOD(RunShop, "nothing is sold for a cancelled date by any way", "[dates]") {
  const auto dear = type_for(first, 500);
  const auto held = buy(dear);
  cancel(first);
  CHECK(reason(basket({{of_first, 1}})) == "date_cancelled");
  CHECK(reason(basket({{of_first, 1}, {of_second, 1}})) == "date_cancelled");
  ChangeOrder change;
  change.order_id = held.id;
  change.secret = held.secret;
  change.items = {{dear, 2}};
  CHECK(reason(change) == "date_cancelled");
  BoxOfficeOrder staff;
  staff.event_id = event_id;
  staff.items = {{of_first, 1}};
  staff.kind = BoxOfficeKind::comp;
  CHECK(reason(staff, &manager) == "date_cancelled");
  JoinWaitingList wait;
  wait.event_id = event_id;
  wait.ticket_type_id = of_first;
  wait.buyer = {"ada@example.org", "Ada"};
  CHECK(reason(wait) == "date_cancelled");
  buy(of_second);
}

TEST_CASE_METHOD(RunShop, "staff sell nothing for a date that is over", "[dates]") {
  BoxOfficeOrder message;
  message.event_id = event_id;
  message.items = {{of_first, 1}};
  message.kind = BoxOfficeKind::comp;
  bench.must(message, &manager);
  bench.now = dates[first].ends_at.ms;
  CHECK(reason(message, &manager) == "not_on_sale");
}

TEST_CASE_METHOD(RunShop, "a quota over types of several dates covers them all", "[dates]") {
  AddQuota quota;
  quota.event_id = event_id;
  quota.title = "House";
  quota.quantity = 3;
  quota.ticket_type_ids = {of_first, of_second, of_all};
  bench.must(quota, &manager);
  buy(of_first, 2);
  buy(of_second);
  CHECK(reason(basket({{of_all, 1}})) == "sold_out");
  CHECK(bench.must(ReadType{of_first}).available == 0);
}

TEST_CASE_METHOD(RunShop, "money for a cancelled date goes back, and the order ends", "[dates]") {
  const auto dear = type_for(first, 500);
  const auto order = bench.must(basket({{dear, 1}, {of_second, 1}}));
  cancel(first);
  const auto before = bench.head().seq;
  api::payment::Captured money;
  money.organization_id = organization;
  money.order_id = order.id;
  money.payment_id = id_of(200);
  money.amount = order.total;
  bench.react(money);
  CHECK(bench.names_after(before) ==
        std::vector<std::string>{"payment.captured", "ticket.cancelled", "ticket.paid_too_late"});
  CHECK(stock(dear).free == 10);
  bench.check_rebuild();
}

TEST_CASE_METHOD(RunShop, "money that comes after the date finds no place", "[dates]") {
  const auto order = buy(type_for(first, 500));
  bench.now = dates[first].ends_at.ms;
  CHECK(bench.must(ConfirmOrder{order.id, id_of(200)}).state == OrderState::expired);
}

TEST_CASE_METHOD(RunShop, "a buyer gives back until the date begins, not the event", "[dates]") {
  const auto order = paid(type_for(first, 500)), other = paid(type_for(second, 500));
  bench.now = dates[first].starts_at.ms;  // The event began long ago.
  CHECK(reason(by_buyer(order)) == "refund_closed");
  CHECK(bench.must(by_buyer(other)).amount.amount == 500);
}

TEST_CASE_METHOD(RunShop, "what is for a cancelled date is given back whatever its type says",
                 "[dates]") {
  auto strict = offer_for(first, 500);
  strict.refundable = false;
  const auto type = bench.must(strict, &manager).id;
  const auto order = paid(type);
  CHECK(reason(by_buyer(order)) == "not_refundable");
  cancel(first);
  bench.now = dates[first].ends_at.ms + kDay;
  CHECK(bench.must(by_buyer(order)).amount.amount == 500);
  CHECK(ticket(order).state == TicketState::refunded);
}

TEST_CASE_METHOD(RunShop,
                 "a ticket is exchanged for another date until its own begins, and after "
                 "where it is cancelled",
                 "[dates]") {
  const auto cheap = type_for(first, 500), same = type_for(second, 500);
  const auto order = paid(cheap), late = paid(cheap);
  CHECK(bench.must(exchange(order, same)).state == ExchangeState::done);
  CHECK(ticket(order).date_id == second);
  bench.now = dates[first].starts_at.ms;
  CHECK(reason(exchange(late, same)) == "exchange_closed");
  CHECK(bench.must(exchange(order, of_all)).state == ExchangeState::done);
  cancel(first);
  CHECK(bench.must(exchange(late, same)).state == ExchangeState::done);
  CHECK(reason(exchange(late, cheap)) == "date_cancelled");
  bench.check_rebuild();
}

TEST_CASE_METHOD(RunShop, "a ticket changes hands until its date is over or cancelled", "[dates]") {
  const auto order = buy(of_first), other = buy(of_second);
  OfferTransfer message;
  message.ticket_id = other.ticket_ids[0];
  message.secret = other.secret;
  message.email = "lina@example.org";
  cancel(second);
  CHECK(reason(message) == "event_over");
  message.ticket_id = order.ticket_ids[0];
  message.secret = order.secret;
  bench.now = dates[first].ends_at.ms;
  CHECK(reason(message) == "event_over");
}

TEST_CASE_METHOD(RunShop, "a code without a network is good as long as its date", "[dates]") {
  const auto until = [&](const OrderView& order) {
    return int64_t{ticket::read_code(code_of(order)).value().code.valid_until_s} * 1000;
  };
  const auto order = buy(of_first), whole = buy(of_all);
  const auto in_seconds = [](int64_t ms) { return ms / 1000 * 1000; };
  CHECK(until(order) == in_seconds(dates[first].ends_at.ms) + kDay);
  CHECK(until(whole) == in_seconds(terms.ends_at.ms) + kDay);
  put_off(first, kDay);
  CHECK(until(order) == in_seconds(dates[first].ends_at.ms) + kDay);
  const auto view = ticket(order);
  CHECK(view.date_id == first);
  CHECK(view.starts_at == dates[first].starts_at);
  CHECK(view.ends_at == dates[first].ends_at);
  CHECK_FALSE(ticket(whole).date_id);
}

TEST_CASE_METHOD(RunShop, "an import finds the date by its start, and says where it cannot",
                 "[dates]") {
  ChangeType rename;
  rename.ticket_type_id = of_all;
  rename.title = Text{"Pass", {}};
  bench.must(rename, &manager);
  auto wall = [&](const Id& date_id) {
    auto text = *local_text(terms.timezone, dates[date_id].starts_at.ms) + ":00";
    text[10] = ' ';
    return text;
  };
  ImportTickets message;
  message.event_id = event_id;
  message.csv =
      "Order code,Position ID,Product,Start date\n"
      "AA,1,Stalls," +
      wall(second) + "\n" +
      "AA,2,Stalls,\n"
      "AA,3,Stalls,2031-01-01 10:00:00\n"
      "AA,4,Pass," +
      wall(first) + "\n" +
      "AA,5,Balcony,\n"
      "AA,6,Stalls," +
      wall(first) + "\n";
  bench.now = dates[first].ends_at.ms;
  const auto report = bench.must(message, &manager);
  CHECK(report.imported == 2);
  CHECK(stock(of_second).sold == 1);
  CHECK(stock(of_all).sold == 1);
  std::vector<std::string> reasons;
  for (const auto& fault : report.faults) reasons.push_back(fault.reason);
  CHECK(reasons == std::vector<std::string>{"unknown_date", "unknown_date", "unknown_ticket_type",
                                            "not_on_sale"});
}

TEST_CASE_METHOD(RunShop, "a waiting list offers nothing for a cancelled date", "[dates]") {
  ChangeType fewer;
  fewer.ticket_type_id = of_first;
  fewer.quantity = 1;
  bench.must(fewer, &manager);
  const auto order = buy(of_first);
  JoinWaitingList wait;
  wait.event_id = event_id;
  wait.ticket_type_id = of_first;
  wait.buyer = {"ada@example.org", "Ada"};
  const auto ada = bench.must(wait);
  cancel(first);
  bench.must(by_buyer(order));
  while (bench.run_timers() > 0) ++bench.now;
  CHECK(bench.must(ReadWaitingEntry{ada.id, ada.secret}).state == WaitingState::waiting);
}

TEST_CASE_METHOD(RunShop, "a waiting room lets nobody in for dates that are past", "[dates]") {
  const auto snapshot_free = [&] {
    const auto snapshot = bench.store->snapshot();
    const auto& rows = snapshot->rows();
    const auto event = rows.find<ticket::EventRow>(event_id.view());
    const auto past = ticket::types_of_past_dates(rows, event_id, *event, bench.now);
    return ticket::free_in_event(rows, event_id, past);
  };
  CHECK(snapshot_free() == 30);
  cancel(second);
  CHECK(snapshot_free() == 20);
  bench.now = dates[first].ends_at.ms;
  CHECK(snapshot_free() == 10);
}

}  // namespace bilten::test
