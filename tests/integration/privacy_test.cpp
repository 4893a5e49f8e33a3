// A run with canary values: no secret or personal data may show in any journal, publication or log.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "tests/support/api.h"
#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;

TEST_CASE("canary values show in no journal, publication, log or file", "[integration]") {
  Platform platform;
  std::mutex mutex;
  std::string published;
  Probe::Options listening;
  listening.principal = "ops";
  listening.topics = {""};
  listening.handlers.on_publications = [&](std::vector<net::Publication> heard) {
    std::lock_guard lock(mutex);
    for (const auto& publication : heard) published += publication.topic + publication.body;
  };
  Probe listener(platform, std::move(listening));

  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5)});
  Api guest(platform.url());
  auto body = order_body(sale.event_id, sale.type_ids[0], 1, "canary.mail@example.org");
  body["buyer"]["name"] = "Canary Surname";
  auto order = guest.post("/v1/orders", body);
  REQUIRE(order.status == 201);
  const std::string secret = order.body["secret"];
  auto tickets =
      guest.get("/v1/orders/" + order.body["id"].get<std::string>() + "/tickets?secret=" + secret);
  const std::string code = tickets.body["items"][0]["code"];
  host.api.post("/v1/check-ins",
                {{"code", code}, {"check_in_list_id", sale.list_id}, {"nonce", fresh_key()}});
  guest.post("/v1/sessions", {{"email", host.email}, {"password", "Canary-Wrong-Pass-1"}});
  CHECK(wait_until([&] {
    std::lock_guard lock(mutex);
    return published.find("ticket.checked_in") != std::string::npos;
  }));
  const auto journal = platform.ctl({"journal", "stats"});
  CHECK(journal.status == 0);
  CHECK(platform.stop() == 0);

  std::vector<std::pair<std::string, std::string>> places{{"log", platform.log()}};
  {
    std::lock_guard lock(mutex);
    places.emplace_back("publications", published);
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(platform.data())) {
    if (!file.is_regular_file()) continue;
    std::ostringstream text;
    text << std::ifstream(file.path(), std::ios::binary).rdbuf();
    places.emplace_back(file.path().filename().string(), text.str());
  }
  for (const auto& [place, text] : places) {
    for (const auto& canary : {std::string("canary.mail"), std::string("Canary Surname"), secret,
                               code, host.email, host.password, std::string("Amal Hassan"),
                               std::string("Canary-Wrong-Pass-1"), host.api.token()}) {
      INFO(place << " holds " << canary);
      CHECK(text.find(canary) == std::string::npos);
    }
  }
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::current_path())) {
    CHECK_FALSE(file.path().filename().string().starts_with("core"));
  }
}
