// Another organisation's objects: every route that needs a person, with an object of somebody
// else's in its path, answers as if it were not there or not for the asker, and changes nothing.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/operations.h"
#include "tests/support/payer.h"

using namespace bilten::test;

namespace {

// One of each object that a path can name, made by their owner: parameter -> id.
std::map<std::string, std::string> objects_of(Organizer& host, const std::string& url) {
  std::map<std::string, std::string> ids{{"organization_id", host.organization_id}};
  const auto add = [&](const std::string& name, const std::string& path, const json& body,
                       const char* pointer = "/id") {
    const auto made = host.api.post(path, body);
    INFO(path << " " << made.text);
    REQUIRE(made.status == 201);
    ids[name] = made.body.at(json::json_pointer(pointer));
  };
  const auto sale = on_sale(host, {type_body("Seat", 5000, 50)});
  const auto event = "/v1/events/" + sale.event_id;
  ids["event_id"] = sale.event_id;
  ids["ticket_type_id"] = sale.type_ids[0];
  ids["check_in_list_id"] = sale.list_id;
  add("quota_id", event + "/quotas",
      {{"name", "House"}, {"quantity", 6}, {"ticket_type_ids", sale.type_ids}});
  add("promo_id", event + "/promo-codes",
      {{"code", "friends"}, {"kind", "percent"}, {"rate", 2500}, {"tickets_max", 6}});
  add("question_id", event + "/questions", {{"label", "Meal"}, {"kind", "text"}, {"per", "order"}});
  add("date_id", event + "/dates",
      {{"starts_at", "2028-05-01T19:00:00Z"}, {"ends_at", "2028-05-01T21:00:00Z"}});
  add("device_id", "/v1/organizations/" + host.organization_id + "/devices",
      {{"name", "Scanner"}, {"event_id", sale.event_id}, {"gate", "North"}}, "/device/id");
  Api guest(url);
  auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
  INFO(order.text);
  REQUIRE(order.status == 201);
  ids["order_id"] = order.body["id"];
  Payer payer(url, order.body);
  ids["payment_id"] = payer.begin()["id"];
  payer.press("approve");
  REQUIRE(payer.wait_for_order("paid"));
  ids["ticket_id"] = payer.order()["ticket_ids"][0];
  const auto sessions = host.api.get("/v1/sessions");
  INFO(sessions.text);
  ids["session_id"] = sessions.body["items"][0]["id"];
  return ids;
}

// The path with those ids, and what the query must have; empty: it names none of them.
std::string target_with(const Operation& operation, const std::map<std::string, std::string>& ids) {
  std::string target = operation.target();
  bool is_named = false;
  for (const auto& parameter : operation.parameters) {
    const auto found = ids.find(parameter.name);
    if (parameter.in != "path" || found == ids.end()) continue;
    is_named = true;
    const auto blank = fitting(parameter.schema).get<std::string>();
    target.replace(target.find(blank), blank.size(), found->second);
  }
  return is_named ? target : std::string();
}

// Files are read before anybody looks whose the object is: theirs must be right.
std::string body_for(const Operation& operation) {
  if (operation.method == "POST" && operation.path.ends_with("/imports")) {
    return json{{"csv", "Order code,Product\nA1,Seat\n"}}.dump();
  }
  if (operation.path.ends_with("/bank-statements")) return "date,amount\n2028-05-01,10.00\n";
  return operation.body();
}

}  // namespace

TEST_CASE("another organisation's object is not there, whatever is asked of it", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  auto stranger = organizer(platform.url(), "Another house");
  const auto ids = objects_of(host, platform.url());
  const auto before = settled_journals(platform);
  std::set<std::string> asked;
  for (const auto& operation : operations(host.api.get("/openapi.json").body)) {
    const auto target = target_with(operation, ids);
    if (target.empty() || !operation.needs_person) continue;
    INFO(operation.method << " " << operation.path);
    const auto reply = stranger.api.send(operation.method, target, body_for(operation), {});
    INFO(reply.text);
    CHECK((reply.status == 403 || reply.status == 404));
    CHECK(reply.headers.at("content-type").starts_with("application/problem+json"));
    CHECK(reply.text.find("Night of the Nile") == std::string::npos);
    for (const auto& parameter : operation.parameters) asked.insert(parameter.name);
  }
  for (const auto& [name, id] : ids) {
    INFO(name);
    CHECK((asked.count(name) == 1 || name == "order_id" || name == "ticket_id"));
  }
  CHECK(settled_journals(platform) == before);
}

TEST_CASE("what a guest may ask with the order's secret is shut to others without it",
          "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  auto stranger = organizer(platform.url(), "Another house");
  const auto ids = objects_of(host, platform.url());
  const auto before = settled_journals(platform);
  Api guest(platform.url());
  size_t asked = 0;
  for (const auto& operation : operations(host.api.get("/openapi.json").body)) {
    const auto is_secret = [&](const Parameter& parameter) { return parameter.name == "secret"; };
    const bool in_query =
        std::any_of(operation.parameters.begin(), operation.parameters.end(), is_secret);
    const bool in_body =
        operation.takes == Takes::fields && operation.schema["properties"].contains("secret");
    auto target = target_with(operation, ids);
    if (target.empty() || operation.needs_person || (!in_query && !in_body)) continue;
    for (auto* api : {&guest, &stranger.api}) {
      for (const std::string secret : {"", "wrong-secret-of-the-right-size-wrong-secret"}) {
        INFO(operation.method << " " << operation.path << " secret " << secret);
        auto body = operation.takes == Takes::fields ? fitting(operation.schema) : json();
        if (in_body && !secret.empty()) body["secret"] = secret;
        const auto query = in_query && !secret.empty() ? "?secret=" + secret : std::string();
        const auto reply = api->send(operation.method, target + query,
                                     body.is_null() ? std::string() : body.dump(), {});
        INFO(reply.text);
        CHECK((reply.status == 401 || reply.status == 403 || reply.status == 404));
        CHECK(reply.headers.at("content-type").starts_with("application/problem+json"));
        ++asked;
      }
    }
  }
  CHECK(asked >= 60);
  CHECK(settled_journals(platform) == before);
}
