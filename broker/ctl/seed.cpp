#include "broker/ctl/seed.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "common/http/client.h"

namespace bilten::ctl {
namespace {

using nlohmann::json;

// Speaks as one person after the other; the first answer that should not be stops the seeding.
class Seeder {
 public:
  Seeder(json data, std::string url, bool progress)
      : data_(std::move(data)), url_(std::move(url)), progress_(progress) {}

  Result<SeedReport> run() {
    for (const auto& organization : data_["organizations"]) {
      if (fault_.empty()) enter_organization(organization);
    }
    const auto total = data_["events"].size();
    size_t done = 0;
    for (const auto& entry : data_["events"]) {
      if (!fault_.empty()) break;
      enter_event(entry);
      if (++done % 50 == 0 && progress_) std::printf("%zu of %zu events\n", done, total);
    }
    if (!fault_.empty()) return Error{Code::unavailable, "seed_failed", fault_};
    return report_;
  }

 private:
  // By the place of a ticket type in the file: its ids.
  using Places = std::vector<std::vector<std::string>>;

  struct House {
    std::string id, token;
    std::set<std::string> titles;  // Of the events it has.
  };

  json send(const std::string& method, const std::string& path, const json& body,
            const std::string& token, std::initializer_list<long> expected) {
    http::Request request{.method = method, .url = url_ + path};
    request.headers = {"Content-Type: application/json"};
    if (!token.empty()) request.headers.push_back("Authorization: Bearer " + token);
    if (method != "GET") request.body = body.dump();
    auto response = client_.send(request);
    if (!response) {
      fault_ = response.error().detail;
      return json::object();
    }
    for (long status : expected) {
      if (response->status == status) {
        auto answer = json::parse(response->body, nullptr, false);
        return answer.is_object() ? answer : json::object();
      }
    }
    if (fault_.empty()) fault_ = method + " " + path + ": " + response->body.substr(0, 500);
    return json::object();
  }

  std::string log_in(const json& person) {
    send("POST", "/v1/users",
         {{"email", person["email"]}, {"password", data_["password"]}, {"name", person["name"]}},
         {}, {201, 409});
    auto session = send("POST", "/v1/sessions",
                        {{"email", person["email"]}, {"password", data_["password"]}}, {}, {201});
    return session.value("access_token", "");
  }

  // All items of a list, page after page.
  std::vector<json> all(const std::string& path, const std::string& token) {
    std::vector<json> items;
    std::string cursor;
    do {
      auto page = send("GET", path + "?limit=100" + (cursor.empty() ? "" : "&cursor=" + cursor), {},
                       token, {200});
      for (auto& item : page.value("items", json::array())) items.push_back(std::move(item));
      cursor = page.value("next_cursor", "");
    } while (!cursor.empty() && fault_.empty());
    return items;
  }

  void enter_organization(const json& organization) {
    House house;
    house.token = log_in(organization["owner"]);
    for (const auto& mine : all("/v1/organizations", house.token)) {
      if (mine["name"] == organization["name"]) house.id = mine["id"];
    }
    if (house.id.empty() && fault_.empty()) {
      house.id =
          send("POST", "/v1/organizations", {{"name", organization["name"]}}, house.token, {201})
              .value("id", "");
      ++report_.organizations;
    }
    for (const auto& member : organization.value("members", json::array())) {
      log_in(member);
      send("POST", "/v1/organizations/" + house.id + "/members",
           {{"email", member["email"]}, {"role", member["role"]}}, house.token, {200, 201, 409});
    }
    for (const auto& event : all("/v1/organizations/" + house.id + "/events", house.token)) {
      house.titles.insert(event["title"].dump() + event["starts_at"].dump());
    }
    houses_[organization["key"]] = std::move(house);
  }

  void enter_event(const json& entry) {
    const auto& house = houses_[entry["organization"]];
    const auto& event = entry["event"];
    if (house.titles.count(event["title"].dump() + event["starts_at"].dump())) {
      ++report_.present;
      return;
    }
    const auto made =
        send("POST", "/v1/organizations/" + house.id + "/events", event, house.token, {201});
    const std::string id = made.value("id", "");
    ++report_.events;
    const auto path = "/v1/events/" + id;
    const auto date_ids = enter_dates(entry, path, house.token);
    Places type_ids;
    for (const auto& type : entry["ticket_types"]) {
      type_ids.push_back(enter_type(type, path, type_ids, date_ids, house.token));
    }
    enter_parts(entry, path, type_ids, house.token);
    if (entry.value("publish", true) && fault_.empty()) {
      send("POST", path + "/publish", json::object(), house.token, {200});
    }
  }

  // Answers the ids of all dates, in the order of the file.
  std::vector<std::string> enter_dates(const json& entry, const std::string& path,
                                       const std::string& token) {
    std::vector<std::string> ids;
    for (const auto& date : entry.value("dates", json::array())) {
      if (!fault_.empty()) break;
      if (!date.contains("every")) {
        ids.push_back(send("POST", path + "/dates", date, token, {201}).value("id", ""));
        continue;
      }
      const auto made = send("POST", path + "/dates/repeat", date, token, {201});
      for (const auto& item : made.value("items", json::array())) ids.push_back(item["id"]);
    }
    return ids;
  }

  // A type, or the same for each date; answers the ids.
  std::vector<std::string> enter_type(json type, const std::string& path, const Places& type_ids,
                                      const std::vector<std::string>& date_ids,
                                      const std::string& token) {
    const bool for_each_date = type.value("for_each_date", false);
    type.erase("for_each_date");
    const auto body = with_ids(type, "addon_to", type_ids);
    std::vector<std::string> ids;
    for (size_t i = 0; i < (for_each_date ? date_ids.size() : 1) && fault_.empty(); ++i) {
      auto one = body;
      if (for_each_date) one["date_id"] = date_ids[i];
      ids.push_back(send("POST", path + "/ticket-types", one, token, {201}).value("id", ""));
      ++report_.ticket_types;
    }
    return ids;
  }

  // What an event has beside its types.
  void enter_parts(const json& entry, const std::string& path, const Places& type_ids,
                   const std::string& token) {
    constexpr std::pair<const char*, const char*> kParts[] = {
        {"quotas", "/quotas"},
        {"promo_codes", "/promo-codes"},
        {"questions", "/questions"},
        {"check_in_lists", "/check-in-lists"}};
    for (const auto& [part, below] : kParts) {
      for (const auto& item : entry.value(part, json::array())) {
        if (!fault_.empty()) return;
        send("POST", path + below, with_ids(item, "ticket_type_ids", type_ids), token, {201});
      }
    }
    if (entry.contains("waiting_room") && fault_.empty()) {
      send("PUT", path + "/waiting-room", entry["waiting_room"], token, {200});
    }
  }

  // The file names ticket types by their place in the event's list; the service by their ids, of
  // which a place has one for each date.
  static json with_ids(json body, const std::string& field, const Places& ids) {
    if (!body.contains(field)) return body;
    auto named = json::array();
    for (const auto& place : body[field]) {
      for (const auto& id : ids.at(place.get<size_t>())) named.push_back(id);
    }
    body[field] = std::move(named);
    return body;
  }

  json data_;
  std::string url_;
  bool progress_;
  http::Client client_;
  std::map<std::string, House> houses_;
  SeedReport report_;
  std::string fault_;
};

}  // namespace

Result<SeedReport> seed_demo(const std::string& file, const std::string& url, bool progress) {
  std::ifstream in(file);
  auto data = json::parse(in, nullptr, false);
  if (!data.is_object() || !data.contains("events") || !data.contains("organizations")) {
    return Error{Code::invalid, "bad_file", file + " is not demo data (see tests/data/README.md)"};
  }
  return Seeder(std::move(data), url, progress).run();
}

SeedJob::SeedJob(std::string file, std::string url) : finished_(file.empty()) {
  if (finished_) return;
  thread_ = std::thread([this, file = std::move(file), url = std::move(url)] {
    auto made = seed_demo(file, url, false);
    if (made) {
      std::fprintf(stderr, "up: demo data: %zu events entered, %zu there already\n", made->events,
                   made->present);
    } else {
      std::fprintf(stderr, "up: demo data: %s\n", made.error().detail.c_str());
    }
    finished_ = true;
  });
}

SeedJob::~SeedJob() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace bilten::ctl
