#include <fstream>
#include <nlohmann/json.hpp>

#include "common/base/time.h"
#include "tests/unit/event/event_messages.h"

namespace bilten::test {

namespace {

using nlohmann::json;

// As the gateway does it, without its checks: those of the service are asked here.
void pack(Packer& packer, const std::string& key, const json& value) {
  if (value.is_object()) {
    packer.map(value.size());
    for (const auto& [name, member] : value.items()) {
      packer.text(name);
      pack(packer, name, member);
    }
  } else if (value.is_array()) {
    packer.array(value.size());
    for (const auto& item : value) pack(packer, "", item);
  } else if (value.is_string() && key.ends_with("_at")) {
    packer.integer(parse_rfc3339(value.get<std::string>()).value_or(-1));
  } else if (value.is_string()) {
    packer.text(value.get<std::string>());
  } else if (value.is_number_integer()) {
    packer.integer(value.get<int64_t>());
  } else {
    packer.number(value.get<double>());
  }
}

Draft draft_of(const json& event, const Id& organization_id) {
  Packer packer;
  packer.map(event.size() + 1).text("organization_id").bytes(organization_id.view());
  for (const auto& [name, member] : event.items()) {
    packer.text(name);
    pack(packer, name, member);
  }
  const auto draft = decode<Draft>(packer.view());
  if (!draft) FAIL(event.at("title").dump() << ServiceBench::describe(draft.error()));
  return *draft;
}

json demo_data() {
  std::ifstream file("tests/data/events.json");
  REQUIRE(file);
  return json::parse(file);
}

}  // namespace

TEST_CASE("every demo event can be drafted and published", "[event]") {
  EventBench e;
  const auto data = demo_data();
  CHECK(data.at("organizations").size() >= 10);
  CHECK(data.at("events").size() >= 200);
  std::set<int> decimals;
  size_t across_clock_changes = 0;
  for (const auto& entry : data.at("events")) {
    const auto draft = draft_of(entry.at("event"), e.organization);
    const auto view = e.bench.must(draft, &e.manager);
    if (entry.at("publish")) e.publish(view.id);
    decimals.insert(currency_decimals(draft.currency).value_or(-1));
    const auto length = [](const std::string& from, const std::string& to) {
      return *parse_rfc3339(to + ":00Z") - *parse_rfc3339(from + ":00Z");
    };
    across_clock_changes +=
        length(*view.starts_local, *view.ends_local) != view.ends_at.ms - view.starts_at.ms;
  }
  CHECK(decimals == std::set<int>{0, 2, 3});
  CHECK(across_clock_changes >= 10);
}

TEST_CASE("demo ticket types fit their events", "[event]") {
  for (const json data = demo_data(); const auto& entry : data.at("events")) {
    INFO(entry.at("event").at("title").dump());
    const auto capacity = entry.at("event").at("venue").at("capacity").get<int64_t>();
    int64_t quantity = 0;
    CHECK(entry.at("ticket_types").size() <= 8);
    REQUIRE_FALSE(entry.at("ticket_types").empty());
    for (const auto& type : entry.at("ticket_types")) {
      CHECK(type.at("price").at("currency") == entry.at("event").at("currency"));
      CHECK(type.at("price").at("amount").get<int64_t>() >= 0);
      CHECK(type.at("min_per_order").get<int>() >= 1);
      CHECK(type.at("min_per_order") <= type.at("max_per_order"));
      CHECK(type.at("max_per_order").get<int>() <= entry.at("event").value("order_max", 10));
      if (!type.contains("addon_to")) quantity += type.at("quantity").get<int64_t>();
    }
    // Where quotas stand over the types, each of them fits; otherwise the types together do.
    for (const auto& quota : entry.value("quotas", json::array())) {
      CHECK(quota.at("quantity").get<int64_t>() <= capacity);
    }
    if (!entry.contains("quotas")) CHECK(quantity <= capacity);
  }
}

TEST_CASE("demo data shows what events can have", "[event]") {
  std::map<std::string, std::set<std::string>> titles, currencies;
  for (const json data = demo_data(); const auto& entry : data.at("events")) {
    const auto note = [&](const std::string& what) {
      titles[what].insert(entry.at("event").at("title").dump());
      currencies[what].insert(entry.at("event").at("currency").get<std::string>());
    };
    for (const auto* part : {"quotas", "promo_codes", "questions", "check_in_lists"}) {
      if (entry.contains(part)) note(part);
      if (entry.contains(part)) note("any");
    }
    for (const auto& type : entry.at("ticket_types")) {
      if (type.contains("tiers")) note("tiers");
    }
  }
  CHECK(titles["any"].size() >= 12);
  CHECK(currencies["any"].size() >= 6);
  CHECK(currencies["any"].count("JPY") + currencies["any"].count("KWD") == 2);
  for (const auto* what : {"quotas", "promo_codes", "questions", "check_in_lists", "tiers"}) {
    INFO(what);
    CHECK(titles[what].size() >= 5);
  }
}

}  // namespace bilten::test
