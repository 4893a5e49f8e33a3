// Doors, prints and calendars of events with several dates.
#include "common/base/time.h"
#include "tests/unit/ticket/offline_shop.h"
#include "tests/unit/ticket/run_shop.h"

namespace bilten::test {
namespace {

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

size_t count_of(const std::string& text, const std::string& words) {
  size_t count = 0;
  for (size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
    ++count;
  }
  return count;
}

struct RunDoors : RunShop {
  RunDoors() { used = list_id(event_id); }

  void use_list_of(const Id& date_id) {
    auto message = list("Of a day");
    message.date_id = date_id;
    use(message);
  }
  void open(const Id& date_id) { bench.now = dates[date_id].doors_at.ms; }
  OfflinePage page(const Content& content) {
    auto decoded = decode<OfflinePage>(content.body.data);
    REQUIRE(decoded);
    return std::move(*decoded);
  }
  OfflinePage snapshot() { return page(bench.must(ReadSnapshot{used, {}}, &door)); }
  const OfflineType& type_of(const OfflinePage& page, const Id& wanted) const {
    for (const auto& type : page.types) {
      if (type.id == wanted) return type;
    }
    FAIL("The page has no such type.");
    return page.types[0];
  }
  std::string calendar(const OrderView& order) {
    ReadOrderCalendar message;
    message.order_id = order.id;
    message.secret = order.secret;
    return bench.must(message).body.data;
  }
};

}  // namespace

TEST_CASE_METHOD(RunDoors, "a ticket is let in while the doors of its own date are open",
                 "[dates]") {
  const auto one = code_of(buy(of_first)), other = code_of(buy(of_second));
  const auto whole = code_of(buy(of_all));
  bench.now = dates[first].doors_at.ms - 1;
  CHECK(go(one) == "not_yet");
  CHECK(member("opens_at") == rfc3339(dates[first].doors_at.ms));
  CHECK(go(whole) == "");  // Since the event's doors opened.
  open(first);
  CHECK(go(other) == "not_yet");
  const auto view = bench.must(scan_here(one), &door);
  CHECK(view.ticket.date_id == first);
  CHECK(view.ticket.starts_at == dates[first].starts_at);
  CHECK(go(one) == "already_redeemed");
  bench.now = dates[first].ends_at.ms;
  CHECK(go(one) == "too_late");
  CHECK(member("ended_at") == rfc3339(dates[first].ends_at.ms));
  open(second);
  CHECK(go(other) == "");
  bench.check_rebuild();
}

TEST_CASE_METHOD(RunDoors, "the list of a date lets in its tickets and those of the whole run",
                 "[dates]") {
  const auto one = code_of(buy(of_first)), other = code_of(buy(of_second));
  const auto whole = code_of(buy(of_all));
  use_list_of(first);
  CHECK(bench.must(ReadCheckInList{used}, &viewer).total == 2);
  bench.now = dates[first].doors_at.ms - 1;
  CHECK(go(whole) == "not_yet");  // The list opens with its date.
  open(first);
  CHECK(go(other) == "wrong_type");
  CHECK(member("date_id") == second.text());
  CHECK(member("date_starts_at") == rfc3339(dates[second].starts_at.ms));
  CHECK(refusal.detail == "This ticket is for another date.");
  CHECK(go(one) == "");
  CHECK(go(whole) == "");
  use_list_of(second);
  open(second);
  CHECK(go(one) == "wrong_type");
  CHECK(go(whole) == "");  // Once each date, for each has a list of its own.
  CHECK(go(other) == "");
  CHECK(go(other) == "already_redeemed");
}

TEST_CASE_METHOD(RunDoors, "a list is for a date of its own event", "[dates]") {
  auto message = list("Of a day");
  message.date_id = id_of(9);
  CHECK(reason(message, &manager) == "unknown_date");
  use_list_of(first);
  ChangeCheckInList change;
  change.check_in_list_id = used;
  change.date_id = id_of(9);
  CHECK(reason(change, &manager) == "unknown_date");
  change.date_id = second;
  CHECK(bench.must(change, &manager).date_id == second);
}

TEST_CASE_METHOD(RunDoors, "a list's own times go before a date's", "[dates]") {
  const auto code = code_of(buy(of_first));
  auto message = list("Early");
  message.opens_at = Instant{bench.now};
  message.closes_at = Instant{bench.now + kHour};
  use(message);
  CHECK(go(code) == "");
  bench.now += kHour;
  CHECK(go(code) == "too_late");
}

TEST_CASE_METHOD(RunDoors, "tickets of a cancelled date are let in nowhere", "[dates]") {
  const auto one = code_of(buy(of_first)), whole = code_of(buy(of_all));
  cancel(first);
  open(first);
  CHECK(go(one) == "cancelled");
  CHECK(go(whole) == "");
  use_list_of(first);
  CHECK(go(one) == "cancelled");
  CHECK(go(whole) == "cancelled");  // Nothing is on at this door.
}

TEST_CASE_METHOD(RunDoors, "what was scanned without a network is judged by its date", "[dates]") {
  const auto one = buy(of_first), other = buy(of_second);
  open(first);
  CheckInBatch message{used, {bench.now}, {}};
  for (const auto& order : {one, other, one}) {
    OfflineScan scan;
    scan.ticket_id = order.ticket_ids[0];
    scan.scanned_at = {bench.now};
    scan.nonce = "offline-" + std::to_string(message.scans.size());
    message.scans.push_back(scan);
  }
  const auto verdicts = bench.must(message, &door).verdicts;
  REQUIRE(verdicts.size() == 3);
  CHECK(verdicts[0].result == ScanResult::ok);
  CHECK(verdicts[1].reason == ScanReason::not_yet);
  CHECK(verdicts[2].reason == ScanReason::already_redeemed);
}

TEST_CASE_METHOD(RunDoors, "a snapshot tells when each type is let in, and which is cancelled",
                 "[dates]") {
  const auto one = buy(of_first), other = buy(of_second);
  auto all = snapshot();
  CHECK(all.opens_at == terms.doors_at);
  CHECK(type_of(all, of_first).date_id == first);
  CHECK(type_of(all, of_first).opens_at == dates[first].doors_at);
  CHECK(type_of(all, of_first).closes_at == dates[first].ends_at);
  CHECK(type_of(all, of_first).cancelled == false);
  CHECK_FALSE(type_of(all, of_all).date_id);
  CHECK_FALSE(type_of(all, of_all).cancelled);

  cancel(first);
  const auto after = page(bench.must(ReadChanges{used, all.position}, &door));
  CHECK(type_of(after, of_first).cancelled == true);
  CHECK_FALSE(after.event_cancelled);
  const auto tickets = OfflineShop::tickets_of(snapshot());
  CHECK(tickets.at(one.ticket_ids[0]).state == static_cast<int64_t>(OfflineState::cancelled));
  CHECK(tickets.at(other.ticket_ids[0]).state == static_cast<int64_t>(OfflineState::good));

  use_list_of(second);
  const auto day = snapshot();
  CHECK(day.opens_at == dates[second].doors_at);
  CHECK(day.types.size() == 2);
  CHECK(OfflineShop::tickets_of(day).size() == 1);
  cancel(second);
  CHECK(snapshot().event_cancelled);
}

TEST_CASE_METHOD(RunDoors, "tickets are found on the list of their date", "[dates]") {
  const auto one = buy(of_first), other = buy(of_second);
  use_list_of(second);
  FindListTickets message;
  message.check_in_list_id = used;
  message.query = "nadia";
  const auto found = bench.must(message, &door).items;
  REQUIRE(found.size() == 1);
  CHECK(found[0].ticket_id == other.ticket_ids[0]);
}

TEST_CASE_METHOD(RunDoors, "a calendar has each date of an order once", "[dates]") {
  dates[second].label = Text{"Gala", {}};
  announce<api::event::DateChanged>(second);
  const auto order = bench.must(basket({{of_first, 2}, {of_second, 1}}));
  auto text = calendar(order);
  CHECK(count_of(text, "BEGIN:VEVENT") == 2);
  CHECK(says(text, "UID:" + first.text()));
  CHECK(says(text, "UID:" + second.text()));
  CHECK(says(text, "SUMMARY:Nile Jazz Night: Gala"));
  CHECK_FALSE(says(text, "STATUS:CANCELLED"));
  CHECK(says(text, "SEQUENCE:2\r\n"));
  put_off(first, kHour);
  cancel(second);
  text = calendar(order);
  CHECK(count_of(text, "STATUS:CANCELLED") == 1);
  CHECK(says(text, "SEQUENCE:3\r\n"));

  text = calendar(bench.must(basket({{of_first, 1}, {of_all, 1}})));
  CHECK(count_of(text, "BEGIN:VEVENT") == 2);
  CHECK(says(text, "UID:" + event_id.text()));
}

TEST_CASE_METHOD(RunDoors, "each ticket of an order is printed with its own date", "[dates]") {
  const auto order = bench.must(basket({{of_first, 1}, {of_second, 1}}));
  ReadOrderPdf message;
  message.order_id = order.id;
  message.secret = order.secret;
  const auto before = bench.must(message).body.data;
  put_off(second, kDay);
  CHECK(bench.must(message).body.data != before);
}

}  // namespace bilten::test
