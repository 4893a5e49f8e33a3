// What libzmq 4.3.4 does to a fan-out by default, and does not do under our options
// (docs/decisions/0002).
#include <vector>

#include "tests/unit/events/house.h"

using namespace bilten;
using namespace bilten::events;

TEST_CASE("a reader that stands still costs neither its neighbour nor the publisher anything",
          "[events][trap9]") {
  House house;
  auto publisher = house.connect(net::SocketType::pub, "ticket", house.fanout->publish_endpoint());
  auto fast = house.reader("analytics", house.fanout->subscribe_endpoint(), "ticket.");
  auto still = house.reader("analytics", house.fanout->subscribe_endpoint(), "ticket.");
  heard(house, publisher, fast, "ticket.sold");
  heard(house, publisher, still, "ticket.sold");
  // Beyond what the still one's pipes and TCP buffers hold: with NODROP everybody would wait here.
  constexpr uint64_t kFirst = 1000, kPublications = 60'000, kStride = 500;
  net::Message message;
  bool more = false;
  uint64_t next = kFirst;
  for (uint64_t sent = kFirst; sent < kFirst + kPublications; sent += kStride) {
    for (uint64_t seq = sent; seq < sent + kStride; ++seq) {
      REQUIRE(publisher.send(publication("ticket.sold", seq)) == net::Sent::ok);
    }
    REQUIRE(house.until([&] {
      while (fast.receive(message, more)) {
        const auto bytes = message.view();
        const auto frame = parse_frame(bytes.substr(bytes.find('\0') + 1));
        REQUIRE(frame);
        if (frame->header.id < kFirst) continue;
        REQUIRE(frame->header.id == next);
        ++next;
      }
      return next == sent + kStride;
    }));
  }
  uint64_t had = 0;
  house.until(
      [&] {
        while (still.receive(message, more)) ++had;
        return false;
      },
      300);
  CHECK(had < kPublications);  // It loses, and repairs from the journal.
}

TEST_CASE("readers that subscribe and vanish at once disturb nobody's subscription",
          "[events][trap10]") {
  House house;
  auto publisher = house.connect(net::SocketType::pub, "ticket", house.fanout->publish_endpoint());
  auto reader = house.reader("analytics", house.fanout->subscribe_endpoint(), "ticket.sold");
  heard(house, publisher, reader, "ticket.sold");
  for (int i = 0; i < 100; ++i) {
    auto passing = house.reader("analytics", house.fanout->subscribe_endpoint(), "ticket.");
    // Some are gone before their subscription is taken, some after.
    if (i % 2 == 0) REQUIRE(house.fanout->turn(-1, 1));
    publisher.send(publication("ticket.held", 1));
  }
  CHECK(heard(house, publisher, reader, "ticket.sold") == publication("ticket.sold", 1));
  net::Message message;
  bool more = false;
  house.until(
      [&] {
        while (reader.receive(message, more)) CHECK(message.view().starts_with("ticket.sold"));
        return false;
      },
      100);
}
