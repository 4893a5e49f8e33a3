// The mesh as newcomers, strangers and rivals meet it.
#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <future>

#include "common/wire/mesh_admin.h"
#include "tests/support/api.h"
#include "tests/support/level.h"
#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// A daemon that nobody knew when the gateway started.
struct Greet {
  static constexpr std::string_view name = "probe.greet";
  static constexpr Contract contract{.kind = Kind::query,
                                     .caller = Caller::anyone,
                                     .http = {.method = "GET", .path = "/v1/probe/{name}"},
                                     .doc = "Greets."};
  struct Answer {
    std::string greeting;
    static constexpr auto fields() {
      return field_list(field("greeting", &Answer::greeting, length(1, 100)));
    }
  };
  std::string whom;
  static constexpr auto fields() { return field_list(field("name", &Greet::whom, length(1, 20))); }
};

std::string answer_of(const net::Incoming& request) {
  if (request.name == "probe.greet") {
    auto greet = decode<Greet>(request.body);
    return net::reply_frame(request.header.id,
                            encode(Greet::Answer{"hello " + (greet ? greet->whom : "stranger")}));
  }
  ServiceDescription contract;
  contract.service = "probe";
  contract.version = "1";
  contract.messages.push_back(describe_message<Greet>());
  return net::reply_frame(request.header.id, encode(contract));
}

}  // namespace

TEST_CASE(
    "a new daemon's routes appear within 2 s in the gateway that runs, and stay while it is away",
    "[integration]") {
  Platform platform;
  const pid_t gateway = platform.pid("gateway");
  Api client(platform.url());
  CHECK(client.get("/v1/probe/you").status == 503);  // Claimed in access.toml, never seen.
  CHECK(client.get("/v1/nowhere").status == 404);
  {
    auto probe = worker_of(platform, claim_of("probe", '\7'), answer_of);
    CHECK(wait_until([&] { return client.get("/v1/probe/you").status == 200; }, 2));
    CHECK(client.get("/v1/probe/you").body == json{{"greeting", "hello you"}});
    CHECK(client.get("/openapi.json").body["paths"].contains("/v1/probe/{name}"));
    CHECK(platform.pid("gateway") == gateway);
  }
  CHECK(wait_until([&] { return client.get("/v1/probe/you").status == 503; }, 5));
  CHECK(client.get("/v1/probe/you").headers.count("retry-after") == 1);
}

TEST_CASE("a service without a worker is answered at once, an unknown one too", "[integration]") {
  Platform platform;
  Probe probe(platform, {});
  CHECK(probe.call("media.upload").code == Code::no_service);
  CHECK(probe.call("$mesh.ping").code == Code::ok);
}

TEST_CASE("who may not call is denied, who may not serve is turned away", "[integration]") {
  Platform platform;
  Probe user(platform, {.principal = "user"});
  CHECK(user.call("ticket.order").code == Code::denied);

  Probe ops(platform, {.principal = "ops"});
  std::atomic<bool> denied{false}, other{false};
  Probe::Options stranger;
  stranger.services = {claim_of("ticket")};
  stranger.handlers.on_notice = [&](const net::LinkNotice& notice) {
    (notice.code == Code::denied ? denied : other) = true;
  };
  Probe squatter(platform, std::move(stranger));
  CHECK(wait_until([&] { return denied.load(); }, 5));
  CHECK_FALSE(other);  // Neither let in nor taken for a second owner.
  auto services = decode<mesh::Services>(ops.call("$mesh.services").body);
  REQUIRE(services);
  for (const auto& service : services->services) {
    if (service.service == "ticket") CHECK(service.workers.size() == 1);
  }
}

TEST_CASE("a second owner of a service is refused, a killed one's successor is served at once",
          "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 50)});
  std::atomic<bool> fenced{false}, other{false};
  Probe::Options rival;
  rival.principal = "ticket";  // The right key, another folder.
  rival.services = {claim_of("ticket")};
  rival.services[0].owner = true;
  rival.services[0].folder_id.data = std::string(16, '\1');
  rival.handlers.on_notice = [&](const net::LinkNotice& notice) {
    (notice.code == Code::fenced ? fenced : other) = true;
  };
  Api guest(platform.url());
  const auto order = [&] {
    return guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1)).status;
  };
  {
    Probe second(platform, std::move(rival));
    CHECK(wait_until([&] { return fenced.load(); }, 5));
    CHECK_FALSE(other);
    CHECK(order() == 201);
  }
  // The first that is asked for after the kill waits for the successor, and need not be repeated.
  const auto killed_at = std::chrono::steady_clock::now();
  platform.crash("ticket");
  CHECK(order() == 201);
  const auto away = seconds_since(killed_at);
  CHECK(away < 2 * time_scale());
  std::printf("mesh: an order was answered %.2f s after the ticket service was killed\n", away);
}

TEST_CASE("a publication under another service's name is dropped, counted, and moves nobody",
          "[integration]") {
  Platform platform;
  std::atomic<int> forged{0}, own{0}, true_ones{0};
  Probe::Options listening;
  listening.principal = "ops";
  // All topics in one subscription: once one fact is heard, the publisher knows that each is
  // wanted.
  listening.topics = {""};
  listening.handlers.on_publications = [&](std::vector<net::Publication> heard) {
    for (const auto& publication : heard) {
      if (publication.topic == "ticket.forged") {
        ++forged;
      } else if (publication.topic.starts_with("ticket.")) {
        ++true_ones;
      } else if (publication.topic == "probe.said") {
        ++own;
      }
    }
  };
  Probe listener(platform, std::move(listening));
  Probe publisher(platform, {.publishes = true});
  const auto say = [&](const std::string& topic) {
    publisher.mesh().publish({net::event_frame(topic, 1, {}, Packer().map(0).take())});
  };
  const auto passes = [&] {
    return wait_until([&, before = own.load()] {
      say("probe.said");
      return own > before;
    });
  };
  REQUIRE(passes());
  const std::string strangers = "bilten_events_strangers_total";
  CHECK(figure(listener, "events", strangers) == 0);
  constexpr int kForged = 50;
  for (int i = 0; i < kForged; ++i) say("ticket.forged");
  CHECK(wait_until([&] { return figure(listener, "events", strangers) >= kForged; }));
  CHECK(figure(listener, "events", strangers) == kForged);
  REQUIRE(passes());
  auto host = organizer(platform.url());
  on_sale(host, {type_body("Free entry", 0, 5)});
  CHECK(wait_until([&] { return true_ones > 0; }));
  CHECK(forged == 0);
  // An operator reads whose they were.
  CHECK(wait_until([&] {
    return platform.log().find("\"strangers_by_principal\":\"probe 50\"") != std::string::npos;
  }));
}

TEST_CASE("a process hears what it asks for while it runs, and no more what it does not",
          "[integration]") {
  Platform platform;
  std::atomic<int> said{0}, sung{0};
  Probe::Options listening;
  listening.principal = "ops";
  listening.topics = {"probe.said"};
  listening.handlers.on_publications = [&](std::vector<net::Publication> heard) {
    for (const auto& publication : heard) {
      if (publication.topic == "probe.said") ++said;
      if (publication.topic == "probe.sung") ++sung;
    }
  };
  Probe listener(platform, std::move(listening));
  Probe publisher(platform, {.publishes = true});
  const auto tell = [&] {
    for (const char* topic : {"probe.sung", "probe.said"}) {
      publisher.mesh().publish({net::event_frame(topic, 1, {}, Packer().map(0).take())});
    }
  };
  const auto hears_more = [&](const std::atomic<int>& count) {
    return wait_until([&, before = count.load()] {
      tell();
      return count > before;
    });
  };
  REQUIRE(hears_more(said));
  CHECK(sung == 0);
  listener.mesh().hear({"probe.sung"});
  REQUIRE(hears_more(sung));
  // One that was under way may still come, two rounds later none does.
  REQUIRE(hears_more(sung));
  const int before = said;
  REQUIRE(hears_more(sung));
  CHECK(said == before);
}

TEST_CASE("a consumer whose publications were lost is level again by the owner's journal",
          "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5)});
  Probe ops(platform, {.principal = "ops"});
  const auto all_level = [&] {
    return is_level(ops, "ticket") && is_level(ops, "event") && is_level(ops, "payment");
  };
  REQUIRE(wait_until(all_level));
  platform.kill("events", SIGSTOP);
  // Facts that nobody can hear of, and that no command below needs.
  organizer(platform.url(), "Delta Days");
  REQUIRE(host.api.patch("/v1/events/" + sale.event_id, {{"tags", {"Open air"}}}).status == 200);
  CHECK(!is_level(ops, "ticket"));
  CHECK(!is_level(ops, "event"));
  Api guest(platform.url());
  CHECK(guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1)).status == 201);
  // What stood in the frozen process's queues dies with it.
  platform.crash("events");
  CHECK(wait_until(all_level));
}
