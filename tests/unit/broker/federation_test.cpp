// Several brokers: links that they dial, what they tell each other, and one hop for a request.
#include <catch2/catch.hpp>

#include "common/wire/mesh_admin.h"
#include "tests/unit/broker/world.h"

using namespace bilten;
using namespace bilten::broker;

namespace {

constexpr PeerId kGateway = 1, kTicket = 2, kLinkOf = 100;
const std::string kFolder(16, 'a'), kOtherFolder(16, 'b');

// Brokers whose links are queues in memory; a frame sent is delivered at once, in order.
class Mesh {
 public:
  struct Node : World {
    Mesh* mesh = nullptr;
    size_t number = 0;
    bool up = true;
    std::map<uint32_t, PeerId> dialled;  // By neighbour: under what name it stands here.

    explicit Node(CoreOptions with) : World(std::move(with)) {}
    void dial(uint32_t neighbour, PeerId as) override { dialled[neighbour] = as; }
    void hang_up(uint32_t neighbour) override { dialled.erase(neighbour); }
    net::Sent send(PeerId peer, net::Message& message) override {
      return mesh->carry(*this, peer, message);
    }
  };

  explicit Mesh(size_t count, std::vector<std::string> names = {}) {
    for (size_t i = 0; i < count; ++i) {
      CoreOptions options;
      options.name = i < names.size() ? names[i] : "b" + std::to_string(i);
      options.broker = World::instance(static_cast<uint8_t>(200 + i));
      options.incarnation = 1;
      for (size_t j = 0; j < count; ++j) {
        if (j != i) options.neighbours.push_back({"broker", "tcp://b" + std::to_string(j) + ":1"});
      }
      add(std::move(options));
    }
  }
  void add(CoreOptions options) {
    auto& node = *nodes.emplace_back(std::make_unique<Node>(std::move(options)));
    node.mesh = this;
    node.number = nodes.size() - 1;
    auto rules = World::rules();
    rules.push_back(World::rule("broker", 1, {}, {}));
    rules.back().broker = true;
    rules.push_back(World::rule("cheat", 2, {}, {}));
    node.core->set_access(node.now, rules);
  }

  // Which node a neighbour's number means, as the endpoints were made above.
  size_t target(const Node& node, uint32_t neighbour) const {
    const auto& endpoint = node.options.neighbours[neighbour].endpoint;
    return static_cast<size_t>(endpoint[7] - '0');
  }
  static PeerId link_of(size_t dialler) { return kLinkOf + dialler; }

  net::Sent carry(Node& from, PeerId peer, net::Message& message) {
    if (is_dialled(peer)) {
      const auto neighbour = static_cast<uint32_t>(peer & 0xFF);
      Node& to = *nodes[target(from, neighbour)];
      if (!to.up || cut.contains({from.number, to.number})) return net::Sent::full;
      to.principals[link_of(from.number)] = principal;
      under_way.push_back({to.number, link_of(from.number), std::string(message.view())});
    } else if (peer >= kLinkOf) {
      Node& to = *nodes[peer - kLinkOf];
      if (!to.up || cut.contains({from.number, to.number})) return net::Sent::gone;
      under_way.push_back({to.number, as_of(to, from.number), std::string(message.view())});
    } else {
      return from.World::send(peer, message);
    }
    message = net::Message();
    return net::Sent::ok;
  }
  PeerId as_of(const Node& node, size_t other) const {
    for (const auto& [neighbour, as] : node.dialled) {
      if (target(node, neighbour) == other) return as;
    }
    return kDialled | 0xFFFF00;
  }
  void flow() {
    for (size_t i = 0; i < under_way.size(); ++i) {
      auto [to, as, bytes] = under_way[i];
      if (nodes[to]->up) nodes[to]->say(as, bytes);
    }
    under_way.clear();
  }
  void live_ms(int64_t ms) {
    for (int64_t i = 0; i < ms; i += 10) {
      for (auto& node : nodes) {
        node->now += 10'000;
        if (node->up && node->core->next_due() <= node->now) node->core->tick(node->now);
      }
      flow();
    }
  }
  Node& operator[](size_t i) { return *nodes[i]; }
  bool linked(size_t a, size_t b) {
    for (const auto& neighbour : nodes[a]->core->neighbours()) {
      if (target(*nodes[a], neighbour.number) == b) {
        return neighbour.link.state() == net::MeshLink::State::up;
      }
    }
    return false;
  }

  struct UnderWay {
    size_t to;
    PeerId as;
    std::string bytes;
  };
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<UnderWay> under_way;
  std::set<std::pair<size_t, size_t>> cut;  // From, to: nothing passes.
  std::string principal = "broker";         // Whose key the dialling side shows.
};

// The one request that a worker has got since the last look.
SentFrame handed_to(World& world, PeerId worker) {
  const auto frames = world.heard(worker);
  REQUIRE(frames.size() == 1);
  REQUIRE(frames[0].command() == Command::request);
  return frames[0];
}

void answer(World& world, PeerId worker, const SentFrame& request, std::string_view body) {
  Header header;
  header.command = Command::reply;
  header.id = request.frame().header.id;
  world.say(worker, build_frame(header, {}, {}, body));
}

}  // namespace

TEST_CASE("a request reaches a worker of another broker, and its answer the client",
          "[broker][federation]") {
  Mesh mesh(3);
  mesh.live_ms(100);
  mesh[2].join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  mesh.live_ms(100);
  mesh[0].join(kGateway, "gateway");
  mesh[2].heard(kTicket);
  mesh[0].heard(kGateway);
  mesh[0].request(kGateway, 77, "ticket.order");
  mesh.flow();
  const auto handed = handed_to(mesh[2], kTicket);
  CHECK(handed.frame().header.principal == 20);
  CHECK(handed.frame().header.ttl_ms > 1900);
  answer(mesh[2], kTicket, handed, "done");
  mesh.flow();
  const auto heard = mesh[0].heard(kGateway);
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].command() == Command::reply);
  CHECK(heard[0].frame().header.id == 77);
  CHECK(heard[0].frame().body == "done");
  CHECK(heard[0].frame().header.principal == 13);
  CHECK(mesh[0].core->counters().forwarded_to_brokers == 1);
  CHECK(mesh[0].core->slots_used() == 0);
  CHECK(mesh[2].core->slots_used() == 0);
}

TEST_CASE("a worker of the own broker is always preferred, even where it is busy",
          "[broker][federation]") {
  Mesh mesh(2);
  mesh.live_ms(100);
  mesh[0].join(kTicket, "user", {World::claim("mail", 1)});
  mesh[1].join(kTicket, "user", {World::claim("mail", 16)});
  mesh[0].join(kGateway, "gateway");
  mesh.live_ms(100);
  mesh[0].heard(kTicket);
  mesh[1].heard(kTicket);
  for (uint64_t id = 1; id <= 3; ++id) mesh[0].request(kGateway, id, "mail.send");
  mesh.flow();
  CHECK(mesh[0].heard(kTicket).size() == 1);
  CHECK(mesh[1].heard(kTicket).empty());
  CHECK(mesh[0].core->counters().forwarded_to_brokers == 0);
}

TEST_CASE("a forwarded request goes one hop, and no further", "[broker][federation]") {
  Mesh mesh(3);
  mesh.live_ms(100);
  mesh[2].join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  mesh.live_ms(100);
  // As if broker 1 had believed that broker 0 serves it.
  Header header;
  header.id = 5;
  header.ttl_ms = 1000;
  header.flags = flag::kForwarded;
  header.principal = 20;
  header.hops = 0;
  mesh[2].heard(kTicket);
  mesh[0].say(Mesh::link_of(1), build_frame(header, "ticket.order", {}, "body"));
  CHECK(mesh.under_way.size() == 1);
  CHECK(static_cast<Code>(parse_frame(mesh.under_way[0].bytes)->header.code) == Code::no_service);
  mesh.flow();
  CHECK(mesh[2].heard(kTicket).empty());
  SECTION("with hops left it is refused, though there is a worker") {
    header.hops = 1;
    mesh[2].say(Mesh::link_of(1), build_frame(header, "ticket.order", {}, "body"));
    REQUIRE(mesh.under_way.size() == 1);
    CHECK(static_cast<Code>(parse_frame(mesh.under_way[0].bytes)->header.code) == Code::hop_limit);
  }
  SECTION("the principal it names must have the right itself") {
    header.principal = 13;
    mesh[2].say(Mesh::link_of(1), build_frame(header, "ticket.order", {}, "body"));
    REQUIRE(mesh.under_way.size() == 1);
    CHECK(static_cast<Code>(parse_frame(mesh.under_way[0].bytes)->header.code) == Code::denied);
  }
  SECTION("a request of a broker's own is malformed") {
    header.flags = 0;
    mesh[2].say(Mesh::link_of(1), build_frame(header, "ticket.order", {}, "body"));
    REQUIRE(mesh.under_way.size() == 1);
    CHECK(static_cast<Code>(parse_frame(mesh.under_way[0].bytes)->header.code) == Code::bad_frame);
  }
}

TEST_CASE("of the FORWARDED flag a client's word does not count", "[broker][federation]") {
  Mesh mesh(2);
  mesh.live_ms(100);
  mesh[1].join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  mesh[0].join(kGateway, "gateway");
  mesh.live_ms(100);
  mesh[1].heard(kTicket);
  mesh[0].request(kGateway, 1, "ticket.order", 2000, flag::kForwarded);
  mesh.flow();
  CHECK((handed_to(mesh[1], kTicket).frame().header.flags & flag::kForwarded) == 0);
}

TEST_CASE("a worker that leaves another broker is no longer forwarded to", "[broker][federation]") {
  Mesh mesh(2);
  mesh.live_ms(100);
  mesh[1].join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  mesh[0].join(kGateway, "gateway");
  mesh.live_ms(100);
  mesh[0].heard(kGateway);
  SECTION("because it went") {
    mesh[1].say(kTicket, World::frame(Command::disconnect));
    mesh.live_ms(100);
    mesh[0].request(kGateway, 1, "ticket.order");
    CHECK(mesh[0].heard(kGateway).at(0).code() == Code::no_service);
  }
  SECTION("because it drains") {
    mesh[1].say(kTicket, World::frame(Command::drain));
    mesh.live_ms(100);
    mesh[0].request(kGateway, 1, "ticket.order");
    CHECK(mesh[0].heard(kGateway).at(0).code() == Code::draining);
  }
  SECTION(
      "because its broker is lost: what was under way ends as unknown, what comes as unserved") {
    mesh[0].request(kGateway, 1, "ticket.order", 60'000);
    mesh.flow();
    mesh[1].up = false;
    mesh.live_ms(5000);
    mesh[0].say(kGateway, World::frame(Command::heartbeat));
    auto heard = mesh[0].heard(kGateway);
    REQUIRE(!heard.empty());
    CHECK(heard[0].code() == Code::worker_lost);
    CHECK_FALSE(mesh.linked(0, 1));
    mesh[0].join(kGateway, "gateway");
    mesh[0].heard(kGateway);
    mesh[0].request(kGateway, 2, "ticket.order");
    CHECK(mesh[0].heard(kGateway).at(0).code() == Code::no_service);
  }
}

TEST_CASE("an idempotent request whose broker is lost goes to another one that serves it",
          "[broker][federation]") {
  Mesh mesh(3);
  mesh.live_ms(100);
  mesh[0].join(kGateway, "gateway");
  mesh[1].join(kTicket, "user", {World::claim("mail", 16)});
  mesh.live_ms(100);
  mesh[1].heard(kTicket);
  mesh[0].request(kGateway, 1, "mail.send", 60'000, flag::kIdempotent);
  mesh.flow();
  handed_to(mesh[1], kTicket);
  mesh[2].join(kTicket, "user", {World::claim("mail", 16)});
  mesh.live_ms(100);
  mesh[2].heard(kTicket);
  mesh[1].up = false;
  mesh.live_ms(1500);
  const auto again = handed_to(mesh[2], kTicket);
  CHECK((again.frame().header.flags & flag::kAttemptMask) == 1 << 8);
}

TEST_CASE("brokers that are cut off find each other again", "[broker][federation]") {
  Mesh mesh(2);
  mesh.live_ms(200);
  REQUIRE(mesh.linked(0, 1));
  mesh.cut = {{0, 1}, {1, 0}};
  mesh.live_ms(6000);
  CHECK_FALSE(mesh.linked(0, 1));
  CHECK_FALSE(mesh.linked(1, 0));
  mesh.cut.clear();
  mesh.live_ms(6000);
  CHECK(mesh.linked(0, 1));
  CHECK(mesh.linked(1, 0));
  mesh[1].join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  mesh[0].join(kGateway, "gateway");
  mesh.live_ms(100);
  mesh[1].heard(kTicket);
  mesh[0].request(kGateway, 1, "ticket.order");
  mesh.flow();
  handed_to(mesh[1], kTicket);
}

TEST_CASE("who may not be a broker is none", "[broker][federation]") {
  Mesh mesh(2);
  mesh.principal = "gateway";
  mesh.live_ms(3000);
  CHECK_FALSE(mesh.linked(0, 1));
  CHECK(mesh[0].core->counters().neighbours_refused == 1);
  CHECK(std::ranges::count(mesh[0].notes, "neighbour_refused") == 1);
}

TEST_CASE("two brokers of one name do not link, and say so once", "[broker][federation]") {
  Mesh mesh(2, {"twin", "twin"});
  mesh.live_ms(10'000);
  CHECK_FALSE(mesh.linked(0, 1));
  CHECK_FALSE(mesh.linked(1, 0));
  CHECK(std::ranges::count(mesh[0].notes, "neighbour_refused") == 1);
}

TEST_CASE("a broker that dials itself says so, and goes on", "[broker][federation]") {
  Mesh mesh(0);
  CoreOptions options;
  options.name = "alone";
  options.broker = World::instance(7);
  options.neighbours = {{"broker", "tcp://b0:1"}};
  mesh.add(std::move(options));
  mesh.live_ms(10'000);
  CHECK_FALSE(mesh.linked(0, 0));
  CHECK(std::ranges::count(mesh[0].notes, "neighbour_refused") == 1);
  mesh[0].join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  mesh[0].join(kGateway, "gateway");
  mesh[0].heard(kTicket);
  mesh[0].request(kGateway, 1, "ticket.order");
  handed_to(mesh[0], kTicket);
}

TEST_CASE("ROUTES of a worker is malformed", "[broker][federation]") {
  World world;
  world.join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  world.heard(kTicket);
  Routes routes;
  routes.seq = 9;
  world.say(kTicket, World::frame(Command::routes, 0, encode(routes)));
  CHECK(world.heard(kTicket).at(0).code() == Code::bad_frame);
  CHECK(world.core->counters().bad_frames == 1);
}

TEST_CASE("an owner at one broker keeps a second one from another", "[broker][federation]") {
  Mesh mesh(2);
  mesh.live_ms(100);
  mesh[0].join(kTicket, "ticket", {World::owner("ticket", kFolder, 1)});
  mesh.live_ms(100);
  SECTION("a copy of its data folder does not get in") {
    mesh[1].join(kTicket + 1, "ticket", {World::owner("ticket", kOtherFolder, 1)});
    CHECK(mesh[1].heard(kTicket + 1).back().code() == Code::fenced);
  }
  SECTION("the same folder, opened again elsewhere, does") {
    mesh[1].join(kTicket + 1, "ticket", {World::owner("ticket", kFolder, 1)}, 2);
    CHECK(mesh[1].heard(kTicket + 1).back().command() == Command::welcome);
  }
  SECTION("a higher epoch does, and the old owner is parted with where it stands") {
    mesh[0].heard(kTicket);
    mesh[1].join(kTicket + 1, "ticket", {World::owner("ticket", kOtherFolder, 2)});
    CHECK(mesh[1].heard(kTicket + 1).back().command() == Command::welcome);
    mesh.live_ms(100);
    CHECK(mesh[0].heard(kTicket).back().code() == Code::fenced);
    CHECK(mesh[0].core->counters().fenced == 1);
  }
}

TEST_CASE("ROUTES that are not newer change nothing", "[broker][federation]") {
  Mesh mesh(2);
  mesh.live_ms(100);
  mesh[1].join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  mesh.live_ms(100);
  mesh[0].join(kGateway, "gateway");
  mesh[0].heard(kGateway);
  Routes old;
  old.seq = 0;
  const auto index = mesh[0].core->registry().index();
  mesh[0].say(mesh.as_of(mesh[0], 1), World::frame(Command::routes, 0, encode(old)));
  CHECK(mesh[0].core->registry().index() == index);
  mesh[1].heard(kTicket);
  mesh[0].request(kGateway, 1, "ticket.order");
  mesh.flow();
  CHECK(handed_to(mesh[1], kTicket).frame().name == "ticket.order");
}

TEST_CASE("a stopping broker's workers are no longer forwarded to", "[broker][federation]") {
  Mesh mesh(2);
  mesh.live_ms(100);
  mesh[1].join(kTicket, "ticket", {World::owner("ticket", kFolder)});
  mesh[0].join(kGateway, "gateway");
  mesh.live_ms(100);
  mesh[0].heard(kGateway);
  mesh[1].core->drain(mesh[1].now);
  mesh.flow();
  mesh[0].request(kGateway, 1, "ticket.order");
  CHECK(mesh[0].heard(kGateway).at(0).code() == Code::draining);
  mesh[1].core->farewell(mesh[1].now);
  mesh.flow();
  CHECK_FALSE(mesh.linked(0, 1));
}
