#include <fstream>
#include <nlohmann/json.hpp>

#include "common/api/event_dates.h"
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

// The message of a body to a path with that id.
template <class Message>
Message message_of(const json& body, const char* id_name, const Id& id) {
  Packer packer;
  packer.map(body.size() + 1).text(id_name).bytes(id.view());
  for (const auto& [name, member] : body.items()) {
    packer.text(name);
    pack(packer, name, member);
  }
  const auto message = decode<Message>(packer.view());
  if (!message) FAIL(body.dump() << ServiceBench::describe(message.error()));
  return *message;
}

// How many dates it adds.
size_t add_dates(EventBench& e, const json& body, const Id& event_id) {
  using namespace api::event;
  if (body.contains("every")) {
    return e.bench.must(message_of<RepeatDates>(body, "event_id", event_id), &e.manager)
        .items.size();
  }
  e.bench.must(message_of<AddDate>(body, "event_id", event_id), &e.manager);
  return 1;
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
    const auto draft = message_of<Draft>(entry.at("event"), "organization_id", e.organization);
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

TEST_CASE("demo dates lie within their events, some across a change of clocks", "[event]") {
  EventBench e;
  std::multiset<size_t> counts;
  size_t across_clock_changes = 0;
  for (const json data = demo_data(); const auto& entry : data.at("events")) {
    if (!entry.contains("dates")) continue;
    const auto draft = message_of<Draft>(entry.at("event"), "organization_id", e.organization);
    const auto event_id = e.bench.must(draft, &e.manager).id;
    size_t count = 0;
    for (const auto& body : entry.at("dates")) count += add_dates(e, body, event_id);
    counts.insert(count);
    api::event::ListDates message;
    message.event_id = event_id;
    message.limit = 100;
    std::set<int64_t> offsets;
    for (const auto& date : e.bench.must(message, &e.manager).items) {
      offsets.insert(*parse_rfc3339(*date.starts_local + ":00Z") - date.starts_at.ms);
    }
    across_clock_changes += offsets.size() > 1;
  }
  CHECK(counts == std::multiset<size_t>{14, 30});
  CHECK(across_clock_changes == 2);
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
