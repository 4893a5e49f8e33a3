// The whole runtime: threads, LMDB, sockets, a broker and bilten-events, all in this process.
#include "common/service/runtime.h"

#include <poll.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "broker/broker.h"
#include "broker/events/fanout.h"
#include "common/crypto/crypto.h"
#include "common/net/keys.h"
#include "tests/support/platform.h"
#include "tests/unit/service/raffle_core.h"
#include "tests/unit/service/raffle_service.h"

namespace bilten {

using namespace api::raffle;
using api::user::MemberJoined;
using test::wait_until;

namespace {

constexpr const char* kAccess = R"(
[principal.broker]
number = 1
[principal.events]
number = 2
[principal.user]
number = 11
serve = ["user"]
publish = ["user.", "wm.user"]
hear = ["facts"]
[principal.raffle]
number = 12
serve = ["raffle"]
call = ["user.journal.*"]
publish = ["raffle.", "wm.raffle"]
hear = ["facts"]
[principal.probe]
number = 13
call = ["user.*", "raffle.*"]
hear = ["facts"]
)";

// Makes a person a manager, and announces the key that signs tokens at the start.
struct Join {
  static constexpr std::string_view name = "user.join";
  static constexpr Contract contract{.kind = Kind::command};
  using Answer = Nothing;
  Id organization_id, person_id;
  static constexpr auto fields() {
    return field_list(field("organization_id", &Join::organization_id),
                      field("person_id", &Join::person_id));
  }
};

Service user_service() {
  Service service{.name = "user", .doc = "", .facts = {}, .table = {}, .evolve = {}};
  service.table.push_back(command<Join>(
      "user.join", [](const Rows&, const Context&, const Join& message) -> Decided<Nothing> {
        Decision<Nothing> decision;
        decision.record(
            MemberJoined{message.organization_id, message.person_id, api::user::Role::manager});
        return decision;
      }));
  return service;
}

// A mesh of a broker and bilten-events on free ports.
class House {
 public:
  House() {
    crypto::init();
    keys_ = folder_.path() + "/keys";
    std::filesystem::create_directory(keys_);
    REQUIRE(net::generate_keys(keys_, {"broker", "events", "user", "raffle", "probe"}));
    const std::string access = folder_.path() + "/access.toml";
    std::ofstream(access) << kAccess;
    broker::Config config;
    config.listen = "tcp://127.0.0.1:0";
    auto house = broker::load_house(keys_, access);
    REQUIRE(house);
    auto opened = broker::Broker::open(context_, config, *house, clock, random);
    REQUIRE(opened);
    broker_ = std::move(*opened);
    events::Config fanout;
    fanout.listen_publish = fanout.listen_subscribe = fanout.listen_operations =
        fanout.listen_peers = "tcp://127.0.0.1:0";
    auto ring = net::load_keys(keys_, "events");
    auto rules = load_access(access);
    REQUIRE(ring);
    REQUIRE(rules);
    auto events = events::Fanout::open(events_context_, fanout, *ring, *rules);
    REQUIRE(events);
    events_ = std::move(*events);
    threads_.emplace_back([this] {
      while (!stop_ && broker_->turn(-1, 20)) {
      }
    });
    threads_.emplace_back([this] {
      while (!stop_ && events_->turn(-1, 20)) {
      }
    });
  }
  ~House() {
    stop_ = true;
    for (auto& thread : threads_) thread.join();
  }

  net::MeshOptions options(const std::string& principal) {
    net::MeshOptions options;
    options.brokers = {broker_->endpoint()};
    options.events_publish = events_->publish_endpoint();
    options.events_subscribe = events_->subscribe_endpoint();
    auto ring = net::load_keys(keys_, principal);
    REQUIRE(ring);
    options.keys = *ring;
    return options;
  }
  net::Context& context() { return context_; }
  std::string folder(const std::string& name) const { return folder_.path() + "/" + name; }

  SystemClock clock;
  crypto::SystemRandom random;

 private:
  test::Folder folder_;
  std::string keys_;
  net::Context context_, events_context_;  // A context has one ZAP handler.
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<events::Fanout> events_;
  std::atomic<bool> stop_ = false;
  std::vector<std::thread> threads_;
};

// A daemon as run_daemon runs it, and the thread that ticks.
class Running {
 public:
  Running(House& house, Service service, OnStart on_start = {}) : table(std::move(service)) {
    StoreOptions options;
    options.folder = house.folder(table.name());
    options.vault_key = std::string(32, 'k');
    auto opened = Store::open(options, house.random);
    REQUIRE(opened);
    store = std::move(*opened);
    auto noted = InHand::open(options.folder + "/in_hand");
    REQUIRE(noted);
    in_hand_ = std::move(*noted);
    runtime = std::make_unique<Runtime>(table, *store, *in_hand_, house.clock, house.random,
                                        RuntimeOptions{});
    REQUIRE(runtime->start(on_start, house.context(), house.options(table.name())));
    ticker_ = std::thread([this] {
      while (!stop_) {
        runtime->tick();
        pollfd woken{runtime->tick_fd(), POLLIN, 0};
        ::poll(&woken, 1, static_cast<int>(std::min<int64_t>(runtime->tick_wait_ms(), 20)));
      }
    });
    REQUIRE(wait_until([&] { return runtime->connected(); }));
  }
  ~Running() {
    stop_ = true;
    ticker_.join();
    runtime->stop();
  }

  Table table;
  std::unique_ptr<Store> store;
  std::unique_ptr<Runtime> runtime;

 private:
  std::unique_ptr<InHand> in_hand_;
  std::atomic<bool> stop_ = false;
  std::thread ticker_;
};

// A client of the mesh.
class Probe {
 public:
  explicit Probe(House& house)
      : random_(house.random),
        mesh_(house.context(), house.options("probe"),
              {.on_requests = [](auto) {},
               .on_publications = [](auto) {},
               .on_link = [](bool) {},
               .load = [] { return Load{}; },
               .alive = [] { return true; }},
              house.clock, house.random) {
    REQUIRE(mesh_.start());
  }
  net::Answer raw(const std::string& name, std::string body, const std::string& token = {},
                  std::string key = {}) {
    net::Call call;
    call.name = name;
    call.body = std::move(body);
    call.ext.claims = token;
    call.ext.idempotency_key = std::move(key);
    call.budget_ms = 5000;
    return mesh_.call_and_wait(std::move(call));
  }
  template <class Message>
  net::Answer call(const Message& message, const std::string& token = {}, std::string key = {}) {
    return raw(std::string(Message::name), encode(message), token, std::move(key));
  }
  net::Mesh& mesh() { return mesh_; }
  // How many requests of the service the broker counts as given to its worker.
  uint32_t in_flight(const std::string& service) {
    const auto services = decode<mesh::Services>(raw("$mesh.services", "\x80").body);
    REQUIRE(services);
    for (const auto& info : services->services) {
      if (info.service == service && !info.workers.empty()) return info.workers[0].inflight;
    }
    return 0;
  }
  Id fresh_id() {
    Id id;
    random_.fill(id.bytes.data(), id.bytes.size());
    return id;
  }

 private:
  Random& random_;
  net::Mesh mesh_;
};

struct Signer {
  Signer() { crypto::init(); }
  crypto::SigningKey key = crypto::signing_key(std::string(32, 's'));
  OnStart announce = [this](const Rows&, const Context&) {
    Effects effects;
    effects.record(api::user::KeyAnnounced{"k1", {key.public_key}});
    return effects;
  };
  std::string token_of(const Id& person, UnixMillis now) const {
    api::user::Claims claims;
    claims.person_id = person;
    claims.session_id = person;
    claims.issued_at = {now};
    claims.expires_at = {now + 900'000};
    return crypto::make_token(token_payload(claims), "k1", key);
  }
};

}  // namespace

TEST_CASE("nobody is refused what an own earlier success contradicts", "[service]") {
  House house;
  Signer signer;
  Running user(house, user_service(), signer.announce);
  Running raffles(house, raffle::service());
  Probe probe(house);
  for (int i = 0; i < 40; ++i) {
    const Id organization = probe.fresh_id(), person = probe.fresh_id();
    REQUIRE(probe.call(Join{organization, person}).code == Code::ok);
    const auto opened = probe.call(Open{organization, 7, {house.clock.wall_ms() + 60'000}},
                                   signer.token_of(person, house.clock.wall_ms()));
    CAPTURE(opened.error.reason, opened.error.detail);
    REQUIRE(opened.code == Code::ok);
  }
  const Id stranger = probe.fresh_id();
  const auto refused = probe.call(Open{stranger, 7, {house.clock.wall_ms() + 60'000}},
                                  signer.token_of(stranger, house.clock.wall_ms()));
  CHECK(refused.code == Code::forbidden);
  CHECK(refused.error.reason == "not_a_manager");
}

TEST_CASE("an acknowledged command is there after a restart, and its answer too", "[service]") {
  House house;
  Signer signer;
  Running user(house, user_service(), signer.announce);
  Probe probe(house);
  const Id organization = probe.fresh_id(), person = probe.fresh_id();
  REQUIRE(probe.call(Join{organization, person}).code == Code::ok);
  const std::string token = signer.token_of(person, house.clock.wall_ms());
  std::string first, view;
  Id raffle;
  {
    Running raffles(house, raffle::service());
    const auto opened = probe.call(Open{organization, 7, {house.clock.wall_ms() + 60'000}}, token);
    REQUIRE(opened.code == Code::ok);
    raffle = decode<RaffleView>(opened.body)->id;
    const auto entered = probe.call(Enter{raffle, "ann@example.org", 7}, {}, std::string(16, 'a'));
    REQUIRE(entered.code == Code::ok);
    first = entered.body;
  }
  Running raffles(house, raffle::service());
  const auto again = probe.call(Enter{raffle, "ann@example.org", 7}, {}, std::string(16, 'a'));
  REQUIRE(again.code == Code::ok);
  CHECK(again.body == first);
  const auto shown = probe.call(Raffle{raffle});
  REQUIRE(shown.code == Code::ok);
  CHECK(decode<RaffleView>(shown.body)->entries == 1);
  CHECK(verify_rebuild(*raffles.store->snapshot(), raffles.table.applier()));
}

TEST_CASE("bad messages from the mesh are answered, and the daemon lives", "[service]") {
  House house;
  Running raffles(house, raffle::service());
  Probe probe(house);
  CHECK(probe.raw("raffle.enter", "\xc1").code == Code::invalid);
  CHECK(probe.raw("raffle.enter", "").code == Code::invalid);
  CHECK(probe.raw("raffle.unheard_of", "\x80").error.reason == "unknown_message");
  CHECK(probe.raw("raffle.feeds.accept", "\x80").code == Code::invalid);
  CHECK(probe.raw("raffle.feeds.dance", encode(FeedName{"user"})).code == Code::unsupported);
  CHECK(probe.raw("raffle.feeds.accept", encode(FeedName{"event"})).code == Code::not_found);
  CHECK(probe.raw("raffle.raffle", encode(Raffle{}), "no token").error.reason == "bad_token");
  CHECK(probe.raw("raffle.open", encode(Open{})).error.reason == "token_needed");
  const auto list = probe.raw("raffle.feeds.list", "\x80");
  REQUIRE(list.code == Code::ok);
  CHECK(decode<FeedList>(list.body)->feeds.size() == 1);
  CHECK(probe.raw("raffle.$contract", "\x80").code == Code::ok);
  const auto metrics = probe.raw("raffle.$metrics", "\x80");
  REQUIRE(metrics.code == Code::ok);
  CHECK(metrics.body.find("bilten_messages_total") != std::string::npos);
  CHECK(raffles.runtime->alive());
}

TEST_CASE("a request that waits is answered when its caller gives up, and frees its place",
          "[service]") {
  House house;
  const Signer signer;
  Running raffle(house, raffle::service());
  Probe probe(house);
  // Nobody serves user, so a token that only its facts could prove waits until its budget ends.
  net::Call call;
  call.name = Open::name;
  call.body = encode(Open{probe.fresh_id(), 7, {house.clock.wall_ms() + 60'000}});
  call.ext.claims = signer.token_of(probe.fresh_id(), house.clock.wall_ms());
  call.budget_ms = 60'000;
  call.handle = std::make_shared<net::CallHandle>();
  const auto handle = call.handle;
  std::atomic<Code> ended = Code::ok;
  probe.mesh().call(std::move(call), [&](net::Answer answer) { ended = answer.code; });
  REQUIRE(wait_until([&] { return probe.in_flight("raffle") == 1; }));
  probe.mesh().cancel(handle);
  CHECK(wait_until([&] { return ended == Code::cancelled; }));
  // Long before the broker takes an abandoned place back by itself.
  CHECK(wait_until([&] { return probe.in_flight("raffle") == 0; }, 5));
}

TEST_CASE("commands that gather share a commit, and each gets its own answer", "[service]") {
  House house;
  Signer signer;
  Running user(house, user_service(), signer.announce);
  Running raffles(house, raffle::service());
  Probe probe(house);
  const Id organization = probe.fresh_id(), person = probe.fresh_id();
  REQUIRE(probe.call(Join{organization, person}).code == Code::ok);
  const auto opened = probe.call(Open{organization, 7, {house.clock.wall_ms() + 600'000}},
                                 signer.token_of(person, house.clock.wall_ms()));
  REQUIRE(opened.code == Code::ok);
  const Id raffle = decode<RaffleView>(opened.body)->id;
  std::mutex mutex;
  std::set<int64_t> entries;
  std::vector<std::thread> clients;
  for (int client = 0; client < 8; ++client) {
    clients.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        const auto answer = probe.call(Enter{raffle, "ann@example.org", 7});
        const auto entered = decode<Enter::Answer>(answer.body);
        std::lock_guard lock(mutex);
        if (answer.code == Code::ok && entered) entries.insert(entered->entry);
      }
    });
  }
  for (auto& client : clients) client.join();
  CHECK(entries.size() == 200);
  CHECK(*entries.rbegin() == 200);
}

}  // namespace bilten
