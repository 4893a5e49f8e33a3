// Facts through real sockets: what readers and operators get, and what a stranger's publication
// comes to.
#include "tests/unit/events/house.h"

using namespace bilten;
using namespace bilten::events;

TEST_CASE("a reader hears the facts that it subscribed to, as they were published", "[events]") {
  House house;
  auto publisher = house.connect(net::SocketType::pub, "ticket", house.fanout->publish_endpoint());
  auto reader = house.reader("analytics", house.fanout->subscribe_endpoint(), "ticket.");
  CHECK(heard(house, publisher, reader, "ticket.sold") == publication("ticket.sold", 1));
}

TEST_CASE("a stranger's publication is dropped and counted", "[events]") {
  House house;
  auto stranger = house.connect(net::SocketType::pub, "user", house.fanout->publish_endpoint());
  auto owner = house.connect(net::SocketType::pub, "ticket", house.fanout->publish_endpoint());
  auto reader = house.reader("analytics", house.fanout->subscribe_endpoint(), "ticket.");
  net::Message nothing;
  bool more = false;
  REQUIRE(house.until([&] {
    stranger.send(publication("ticket.sold", 66));
    // A socket sends its subscriptions while it is being used.
    CHECK_FALSE(reader.receive(nothing, more));
    return house.fanout->gate().strangers() > 0;
  }));
  CHECK(house.fanout->gate().strangers_by_principal().contains("user"));
  CHECK(house.fanout->gate().passed() == 0);
  CHECK(heard(house, owner, reader, "ticket.sold") == publication("ticket.sold", 1));
}

TEST_CASE("operators hear their topics and no facts", "[events]") {
  House house;
  auto publisher = house.connect(net::SocketType::pub, "ticket", house.fanout->publish_endpoint());
  auto facts = house.reader("analytics", house.fanout->subscribe_endpoint(), "");
  auto operators = house.reader("ops", house.fanout->operations_endpoint(), "");
  CHECK(heard(house, publisher, operators, "ops.disk") == publication("ops.disk", 1));
  CHECK(heard(house, publisher, facts, "ticket.sold") == publication("ticket.sold", 1));
  net::Message message;
  bool more = false;
  while (operators.receive(message, more)) CHECK(message.view().starts_with("ops."));
  while (facts.receive(message, more)) CHECK(message.view().starts_with("ticket."));
}

TEST_CASE("each door lets in only those that access.toml names for it", "[events]") {
  House house;
  auto reader = house.reader("user", house.fanout->subscribe_endpoint(), "");
  auto operators = house.reader("ticket", house.fanout->operations_endpoint(), "");
  auto publisher =
      house.connect(net::SocketType::pub, "analytics", house.fanout->publish_endpoint());
  auto owner = house.connect(net::SocketType::pub, "ticket", house.fanout->publish_endpoint());
  auto allowed = house.reader("analytics", house.fanout->subscribe_endpoint(), "");
  heard(house, owner, allowed, "ticket.sold");  // By now the three have been turned away.
  publisher.send(publication("ticket.sold", 9));
  owner.send(publication("ops.disk", 1));
  heard(house, owner, allowed, "ticket.sold");
  net::Message message;
  bool more = false;
  CHECK_FALSE(reader.receive(message, more));
  CHECK_FALSE(operators.receive(message, more));
  CHECK(house.fanout->gate().strangers() == 0);
}

TEST_CASE("by a key that is revoked nobody is heard, though its connection stands", "[events]") {
  House house;
  auto thief = house.connect(net::SocketType::pub, "ticket", house.fanout->publish_endpoint());
  auto reader = house.reader("analytics", house.fanout->subscribe_endpoint(), "ticket.");
  heard(house, thief, reader, "ticket.sold");
  house.pairs["ticket"] = net::make_key_pair();
  house.ring.public_keys["ticket"] = house.pairs["ticket"].public_key;
  REQUIRE(house.fanout->reload(house.ring, house.rules));
  const auto passed = house.fanout->gate().passed();
  REQUIRE(house.until([&] {
    thief.send(publication("ticket.sold", 66));
    return house.fanout->gate().strangers() > 0;
  }));
  CHECK(house.fanout->gate().passed() == passed);
  auto owner = house.connect(net::SocketType::pub, "ticket", house.fanout->publish_endpoint());
  net::Message message;
  bool more = false;
  while (reader.receive(message, more)) {
  }
  CHECK(heard(house, owner, reader, "ticket.sold") == publication("ticket.sold", 1));
}

TEST_CASE("a reader whose key is revoked hears nothing more, and the others are back", "[events]") {
  House house;
  house.add("gateway", {}, true, false);
  house.pairs["gateway"] = net::make_key_pair();
  house.ring.public_keys["gateway"] = house.pairs["gateway"].public_key;
  REQUIRE(house.fanout->reload(house.ring, house.rules));
  auto publisher = house.connect(net::SocketType::pub, "ticket", house.fanout->publish_endpoint());
  auto spy = house.reader("gateway", house.fanout->subscribe_endpoint(), "ticket.");
  auto reader = house.reader("analytics", house.fanout->subscribe_endpoint(), "ticket.");
  heard(house, publisher, spy, "ticket.sold");
  heard(house, publisher, reader, "ticket.sold");

  house.ring.public_keys.erase("gateway");
  const auto endpoint = house.fanout->subscribe_endpoint();
  REQUIRE(house.fanout->reload(house.ring, house.rules));
  CHECK(house.fanout->subscribe_endpoint() == endpoint);
  net::Message message;
  bool more = false;
  while (spy.receive(message, more) || reader.receive(message, more)) {
  }
  // Facts of after the reload: the reader hears them again, the spy never.
  REQUIRE(house.until([&] {
    publisher.send(publication("ticket.sold", 2));
    return reader.receive(message, more) && message.view() == publication("ticket.sold", 2);
  }));
  for (int i = 0; i < 20; ++i) heard(house, publisher, reader, "ticket.sold");
  while (spy.receive(message, more)) CHECK(message.view() != publication("ticket.sold", 2));
}

TEST_CASE("a fact crosses to readers of another machine once, and no further", "[events]") {
  House there;
  House here(&there);
  auto publisher = there.connect(net::SocketType::pub, "ticket", there.fanout->publish_endpoint());
  auto reader = here.reader("analytics", here.fanout->subscribe_endpoint(), "ticket.");
  auto operators = here.reader("ops", here.fanout->operations_endpoint(), "ops.");
  auto third = there.connect(net::SocketType::sub, "events", here.fanout->peers_endpoint());
  REQUIRE(third.subscribe("ticket."));
  net::Message message;
  bool more = false;
  uint64_t seq = 0;
  const auto hears = [&](net::Socket& socket, const std::string& topic) {
    return here.until([&] {
      REQUIRE(there.fanout->turn(-1, 1));
      publisher.send(publication(topic, ++seq));
      CHECK_FALSE(third.receive(message, more));
      return socket.receive(message, more);
    });
  };
  REQUIRE(hears(reader, "ticket.sold"));
  const auto first = parse_frame(message.view().substr(std::string("ticket.sold").size() + 1));
  REQUIRE(first);
  const auto last = seq;
  uint64_t before = first->header.id;
  REQUIRE(here.until([&] {
    REQUIRE(there.fanout->turn(-1, 1));
    while (reader.receive(message, more)) {
      const auto next = parse_frame(message.view().substr(std::string("ticket.sold").size() + 1));
      CHECK(next->header.id == ++before);
    }
    return before == last;
  }));
  REQUIRE(hears(operators, "ops.disk"));
  CHECK(message.view().starts_with("ops.disk"));
  CHECK(here.fanout->gate().passed() == 0);
  CHECK(here.fanout->gate().relayed() >= last - first->header.id);
}

TEST_CASE("what a peer hears, only another machine's bilten-events may hear", "[events]") {
  House house;
  auto owner = house.connect(net::SocketType::pub, "ticket", house.fanout->publish_endpoint());
  auto stranger = house.reader("analytics", house.fanout->peers_endpoint(), "");
  auto peer = house.reader("events", house.fanout->peers_endpoint(), "ticket.");
  CHECK(heard(house, owner, peer, "ticket.sold") == publication("ticket.sold", 1));
  net::Message message;
  bool more = false;
  CHECK_FALSE(stranger.receive(message, more));
}
