// A shop whose doors lose the network: devices, what they take along, what they bring back.
#pragma once

#include "tests/unit/ticket/shop.h"

namespace bilten::test {

// A ticket as a page tells of it.
struct OfflineTicket {
  int64_t generation = 0, type = 0, state = 0;
  std::optional<int64_t> used = {}, first_at = {};
  bool inside = false;
  std::string name = {};
};

struct OfflineShop : Shop {
  OfflineShop() { main = list_id(event_id); }

  // A device as the user service announces it.
  Person enrol(uint8_t number, std::optional<std::string> gate = {}, bool for_event = true) {
    Person device = person_of(number);
    device.is_device = true;
    api::user::DeviceEnrolled fact;
    fact.organization_id = organization;
    fact.device_id = device.person_id;
    fact.session_id = device.session_id;
    fact.terms = {"Scanner", for_event ? std::optional(event_id) : std::nullopt, gate};
    bench.note(fact);
    return device;
  }

  OfflinePage page(const Content& content) {
    CHECK(content.content_type == "application/msgpack");
    auto decoded = decode<OfflinePage>(content.body.data);
    REQUIRE(decoded);
    return std::move(*decoded);
  }
  using Tickets = std::map<Id, OfflineTicket>;
  static Tickets tickets_of(const OfflinePage& page) {
    const auto document = Document::parse(page.tickets.messagepack);
    REQUIRE(document);
    Tickets tickets;
    const Value list = document->root();
    for (size_t i = 0; i < list.size(); ++i) {
      const Value tuple = list.at(i);
      OfflineTicket ticket{*tuple.at(1).integer(), *tuple.at(2).integer(), *tuple.at(3).integer()};
      if (tuple.size() > 4) {
        ticket.used = tuple.at(4).integer();
        ticket.first_at = tuple.at(5).integer();
        ticket.inside = tuple.at(6).boolean();
      }
      if (tuple.size() > 7) ticket.name = tuple.at(7).text();
      tickets[*Id::from_bytes(tuple.at(0).bytes())] = ticket;
    }
    return tickets;
  }
  OfflinePage snapshot(const Person& person, std::optional<std::string> cursor = {}) {
    return page(bench.must(ReadSnapshot{main, cursor}, &person));
  }
  OfflinePage changes(const Person& person, const std::string& after) {
    return page(bench.must(ReadChanges{main, after}, &person));
  }

  CheckInBatch batch(std::vector<OfflineScan> scans) const {
    return {main, {bench.now}, std::move(scans)};
  }
  OfflineScan seen(const Id& ticket_id, UnixMillis at, Direction direction = Direction::entry) {
    OfflineScan scan;
    scan.ticket_id = ticket_id;
    scan.scanned_at = {at};
    scan.direction = direction;
    scan.nonce = "offline-" + std::to_string(++nonces);
    return scan;
  }
  BatchView bring(const Person& device, std::vector<OfflineScan> scans) {
    return bench.must(batch(std::move(scans)), &device);
  }
  std::vector<ConflictView> conflicts() {
    ListConflicts message;
    message.check_in_list_id = main;
    return bench.must(message, &door).items;
  }

  Id main;
};

}  // namespace bilten::test
