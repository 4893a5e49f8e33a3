#include "tests/support/golden_journals.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten::test {
namespace {

using nlohmann::json;

// Rows in one map, to be looked at as a whole.
class MapRows final : public Rows {
 public:
  bool get(std::string_view table, std::string_view key, std::string& into) const override {
    const auto found = rows_.find(place(table, key));
    if (found == rows_.end()) return false;
    into = found->second;
    return true;
  }
  void put(std::string_view table, std::string_view key, std::string_view value) override {
    rows_[place(table, key)] = value;
  }
  void remove(std::string_view table, std::string_view key) override {
    rows_.erase(place(table, key));
  }
  void walk(std::string_view table, std::string_view prefix, std::string_view after, size_t max,
            const Visit& visit) const override {
    const auto from = place(table, prefix), name = place(table, {});
    auto at = after.empty() ? rows_.lower_bound(from) : rows_.upper_bound(place(table, after));
    for (size_t seen = 0; at != rows_.end() && at->first.starts_with(from) && seen < max; ++seen) {
      const auto row = *at++;  // What is visited may be changed.
      if (!visit(std::string_view(row.first).substr(name.size()), row.second)) return;
    }
  }

  std::string digest() const {
    std::string all;
    for (const auto& [key, value] : rows_) {
      all += std::to_string(key.size()) + ":" + key + std::to_string(value.size()) + ":" + value;
    }
    const auto hash = crypto::hash({all});
    return base64url({hash.data(), hash.size()});
  }

 private:
  static std::string place(std::string_view table, std::string_view key) {
    return std::string(table) + '\0' + std::string(key);
  }
  std::map<std::string, std::string> rows_;
};

json golden(const std::string& service) {
  std::ifstream file("tests/golden/" + service + "_journals.json");
  REQUIRE(file);
  return json::parse(file);
}

}  // namespace

void check_golden_journals(const Table& table) {
  for (const json data = golden(table.name()); const auto& journal : data.at("journals")) {
    MapRows rows;
    for (const auto& fact : journal.at("facts")) {
      const auto body = from_base64url(fact.at(1).get<std::string>());
      REQUIRE(body);
      const auto name = fact.at(0).get<std::string>();
      INFO(journal.at("records").get<std::string>() << " " << name);
      table.apply(rows, name, *body);
    }
    INFO(journal.at("records").get<std::string>());
    CHECK(rows.digest() == journal.at("rows").get<std::string>());
  }
}

std::set<std::string> facts_in_golden_journals(const std::string& service) {
  std::set<std::string> names;
  for (const json data = golden(service); const auto& journal : data.at("journals")) {
    for (const auto& fact : journal.at("facts")) names.insert(fact.at(0).get<std::string>());
  }
  return names;
}

void check_all_are_golden(const std::string& service, std::set<std::string> names) {
  for (const auto& name : facts_in_golden_journals(service)) names.erase(name);
  for (const auto& name : names) FAIL_CHECK(name << " is in no golden journal");
}

}  // namespace bilten::test
