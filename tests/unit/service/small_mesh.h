// A mesh in this process: a broker, bilten-events, daemons as run_daemon runs them, and a client.
#pragma once

#include <poll.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "broker/broker.h"
#include "broker/events/fanout.h"
#include "common/crypto/crypto.h"
#include "common/net/keys.h"
#include "common/service/runtime.h"
#include "tests/support/forwarding_store.h"
#include "tests/support/platform.h"
#include "tests/unit/service/raffle_core.h"
#include "tests/unit/service/raffle_service.h"

// Apart from bilten::test, which has a Probe of its own.
namespace bilten::small_mesh {

using api::user::MemberJoined;
using test::wait_until;

inline constexpr const char* kAccess = R"(
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

inline Service user_service() {
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
    if (!events) FAIL(events.error().detail);
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
  // The same, for a daemon that is a process of its own.
  std::vector<std::string> arguments() const {
    return test::set_arguments({"mesh.brokers=" + broker_->endpoint(),
                                "mesh.events_publish=" + events_->publish_endpoint(),
                                "mesh.events_subscribe=" + events_->subscribe_endpoint(),
                                "mesh.keys=" + keys_, "store.folder=" + folder("store")});
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

// Counts what reached the disk.
class CountingStore final : public test::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::unique_ptr<Batch> begin() override {
    return std::make_unique<CountingBatch>(store_->begin(), commits_);
  }
  int commits() const { return commits_; }

 private:
  class CountingBatch final : public test::ForwardingBatch {
   public:
    CountingBatch(std::unique_ptr<Batch> batch, std::atomic<int>& commits)
        : ForwardingBatch(std::move(batch)), commits_(commits) {}
    CommitResult commit() override {
      ++commits_;
      return batch_->commit();
    }

   private:
    std::atomic<int>& commits_;
  };
  std::atomic<int> commits_ = 0;
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
    store = std::make_unique<CountingStore>(std::move(*opened));
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
  std::unique_ptr<CountingStore> store;
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
  // Does not wait for the answer.
  template <class Message>
  void start(const Message& message, std::function<void(const net::Answer&)> done,
             const std::string& token = {}, std::string key = {}) {
    net::Call call;
    call.name = Message::name;
    call.body = encode(message);
    call.ext.claims = token;
    call.ext.idempotency_key = std::move(key);
    call.budget_ms = 30'000;
    mesh_.call(std::move(call), [done](net::Answer answer) { done(answer); });
  }
  net::Mesh& mesh() { return mesh_; }
  // What the broker says of the service's worker.
  mesh::WorkerInfo worker(const std::string& service) {
    const auto services = decode<mesh::Services>(raw("$mesh.services", "\x80").body);
    REQUIRE(services);
    for (const auto& info : services->services) {
      if (info.service == service && !info.workers.empty()) return info.workers[0];
    }
    return {};
  }
  // How many requests the broker counts as given to it.
  uint32_t in_flight(const std::string& service) { return worker(service).inflight; }
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

}  // namespace bilten::small_mesh
