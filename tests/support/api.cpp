#include "tests/support/api.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>

namespace bilten::test {

Reply Api::send(const std::string& method, const std::string& path, const std::string& body,
                const std::string& idempotency_key, std::vector<std::string> headers) {
  http::Request request{.method = method,
                        .url = url_ + path,
                        .headers = std::move(headers),
                        .body = body,
                        .timeout_ms = timeout_ms};
  const bool typed = std::any_of(request.headers.begin(), request.headers.end(),
                                 [](auto& header) { return header.starts_with("Content-Type:"); });
  if (!body.empty() && !typed) request.headers.push_back("Content-Type: application/json");
  if (!token_.empty()) request.headers.push_back("Authorization: Bearer " + token_);
  if (!idempotency_key.empty()) request.headers.push_back("Idempotency-Key: " + idempotency_key);
  auto response = client_.send(request);
  if (!response) return {};
  Reply reply{response->status, json::parse(response->body, nullptr, false), response->body,
              response->headers};
  if (reply.body.is_discarded()) reply.body = nullptr;
  return reply;
}

std::string fresh_key() {
  static std::atomic<uint64_t> next{1};
  return "test-" + std::to_string(::getpid()) + "-" + std::to_string(next++);
}

bool log_in(Organizer& organizer) {
  const json credentials = {{"email", organizer.email}, {"password", organizer.password}};
  const auto session = organizer.api.post("/v1/sessions", credentials);
  if (session.status != 201) return false;
  organizer.api.set_token(session.body["access_token"]);
  return true;
}

Organizer organizer(const std::string& url, const std::string& name) {
  Organizer made{Api(url), fresh_key() + "@example.org", "Correct-Horse-9", {}, {}};
  auto signed_up = made.api.post(
      "/v1/users", {{"email", made.email}, {"password", made.password}, {"name", "Amal Hassan"}});
  INFO(signed_up.text);
  REQUIRE(signed_up.status == 201);
  REQUIRE(log_in(made));
  made.person_id = made.api.get("/v1/me").body["id"];
  auto organization = made.api.post("/v1/organizations", {{"name", name}});
  INFO(organization.text);
  REQUIRE(organization.status == 201);
  made.organization_id = organization.body["id"];
  return made;
}

json event_body(const std::string& title) {
  return {{"title", title},
          {"summary", "Music by the river"},
          {"category", json::array({"music"})},
          {"timezone", "Africa/Cairo"},
          {"starts_at", "2028-05-01T18:00:00Z"},
          {"ends_at", "2028-05-01T22:00:00Z"},
          {"doors_at", "2020-05-01T17:00:00Z"},
          {"currency", "EGP"},
          {"venue",
           {{"name", "Cairo Opera House"},
            {"address", "El Borg Gezira"},
            {"city", "Cairo"},
            {"country", "EG"},
            {"lat", 30.0425},
            {"lon", 31.2243},
            {"capacity", 100'000}}}};
}

json type_body(const std::string& name, int64_t amount, int64_t quantity) {
  return {{"name", name},
          {"price", {{"amount", amount}, {"currency", "EGP"}}},
          {"quantity", quantity},
          {"min_per_order", 1},
          {"max_per_order", 10}};
}

OnSale on_sale(Organizer& organizer, const std::vector<json>& types, const json& changes) {
  OnSale made;
  auto body = event_body();
  if (!changes.is_null()) body.update(changes);
  auto event =
      organizer.api.post("/v1/organizations/" + organizer.organization_id + "/events", body);
  INFO(event.text);
  REQUIRE(event.status == 201);
  made.event_id = event.body["id"];
  for (const auto& type : types) {
    auto added = organizer.api.post("/v1/events/" + made.event_id + "/ticket-types", type);
    INFO(added.text);
    REQUIRE(added.status == 201);
    made.type_ids.push_back(added.body["id"]);
  }
  auto published = organizer.api.post("/v1/events/" + made.event_id + "/publish", json::object());
  INFO(published.text);
  REQUIRE(published.status == 200);
  auto lists = organizer.api.get("/v1/events/" + made.event_id + "/check-in-lists");
  INFO(lists.text);
  REQUIRE(lists.status == 200);
  made.list_id = lists.body["items"][0]["id"];
  return made;
}

json order_body(const std::string& event_id, const std::string& type_id, int quantity,
                const std::string& email) {
  return {{"event_id", event_id},
          {"items", json::array({{{"ticket_type_id", type_id}, {"quantity", quantity}}})},
          {"buyer", {{"email", email}, {"name", "Guest Buyer"}}}};
}

}  // namespace bilten::test
