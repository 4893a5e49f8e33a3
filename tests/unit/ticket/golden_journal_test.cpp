// Journals that this release wrote make the same rows for ever: each fact the service announces is
// in one of them (tests/golden/README.md).
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "common/api/event_date_facts.h"
#include "common/api/ticket_facts.h"
#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "tests/unit/ticket/shop.h"

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

json golden() {
  std::ifstream file("tests/golden/ticket_journals.json");
  REQUIRE(file);
  return json::parse(file);
}

template <class... Each>
std::set<std::string> names_of_all(const std::variant<Each...>*) {
  return {std::string(Each::name)...};
}

}  // namespace

TEST_CASE("golden journals make the rows they made when they were recorded", "[golden]") {
  const Table table(ticket::service({}, {std::string(32, 's'), std::string(32, 'm')}));
  for (const json data = golden(); const auto& journal : data.at("journals")) {
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

TEST_CASE(
    "every fact of the ticket service, and each that it follows of dates, is in a golden "
    "journal",
    "[golden]") {
  auto missing = names_of_all(static_cast<const Facts*>(nullptr));
  missing.merge(names_of_all(static_cast<const api::event::DateFacts*>(nullptr)));
  for (const json data = golden(); const auto& journal : data.at("journals")) {
    for (const auto& fact : journal.at("facts")) missing.erase(fact.at(0).get<std::string>());
  }
  for (const auto& name : missing) FAIL_CHECK(name << " is in no golden journal");
}

}  // namespace bilten::test
