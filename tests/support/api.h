// The HTTP API as a test speaks it: one connection, JSON in and out, the domain's nouns.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/http/client.h"

namespace bilten::test {

using nlohmann::json;

struct Reply {
  long status = 0;  // 0: no answer (the connection failed or the time was up).
  json body;
  std::string text;
  std::map<std::string, std::string> headers;
  std::string code() const { return body.is_object() ? body.value("code", "") : ""; }
};

class Api {
 public:
  explicit Api(std::string url, std::string token = {})
      : url_(std::move(url)), token_(std::move(token)) {}

  Reply get(const std::string& path) { return send("GET", path, {}, {}); }
  Reply post(const std::string& path, const json& body, const std::string& key = {}) {
    return send("POST", path, body.dump(), key);
  }
  Reply patch(const std::string& path, const json& body) {
    return send("PATCH", path, body.dump(), {});
  }
  Reply remove(const std::string& path) { return send("DELETE", path, {}, {}); }
  Reply send(const std::string& method, const std::string& path, const std::string& body,
             const std::string& idempotency_key, std::vector<std::string> headers = {});

  const std::string& url() const { return url_; }
  const std::string& token() const { return token_; }
  void set_token(std::string token) { token_ = std::move(token); }
  long timeout_ms = 15'000;

 private:
  std::string url_, token_;
  http::Client client_;
};

// An organizer with an organisation, logged in.
struct Organizer {
  Api api;
  std::string email, password, organization_id, person_id;
};
// Anew: a token lasts 15 minutes. False: not just now.
bool log_in(Organizer& organizer);
Organizer organizer(const std::string& url, const std::string& name = "Nile Nights");

// A published event with ticket types; `types` are bodies of POST .../ticket-types.
struct OnSale {
  std::string event_id, list_id;
  std::vector<std::string> type_ids;
};
json event_body(const std::string& title = "Night of the Nile");
json type_body(const std::string& name, int64_t amount, int64_t quantity);
// `changes` go over event_body().
OnSale on_sale(Organizer& organizer, const std::vector<json>& types, const json& changes = {});

json order_body(const std::string& event_id, const std::string& type_id, int quantity,
                const std::string& email = "guest@example.org");
std::string fresh_key();  // For Idempotency-Key.

}  // namespace bilten::test
