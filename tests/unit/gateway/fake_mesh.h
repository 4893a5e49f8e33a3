// A mesh of one made-up service behind the CallService seam, for tests of the gateway.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "common/wire/contract.h"
#include "common/wire/mesh_admin.h"
#include "gateway/contracts.h"

namespace shop {

using namespace bilten;

struct ItemView {
  Id id;
  std::string title;
  Money price;
  Instant at;
  static constexpr auto fields() {
    return field_list(field("id", &ItemView::id), field("title", &ItemView::title, length(1, 100)),
                      field("price", &ItemView::price), field("at", &ItemView::at));
  }
};
struct ItemViews {
  std::vector<ItemView> items;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    return field_list(field("items", &ItemViews::items, bilten::items(0, 1000)),
                      field("next_cursor", &ItemViews::next_cursor, length(1, 100)));
  }
};

struct AddItem {
  static constexpr std::string_view name = "shop.add_item";
  static constexpr Contract contract{
      .http = {.method = "POST", .path = "/v1/items", .status = 201, .location = "/v1/items/{id}"},
      .refusals = {"sold_out"},
      .budget_ms = 1500,
      .critical = true,
      .doc = "Adds an item. It is there at once."};
  using Answer = ItemView;
  std::string title;
  int64_t quantity = 0;
  static constexpr auto fields() {
    return field_list(field("title", &AddItem::title, length(1, 20)).doc("What people see."),
                      field("quantity", &AddItem::quantity, between(1, 10)));
  }
};
struct ListItems {
  static constexpr std::string_view name = "shop.list_items";
  static constexpr Contract contract{
      .kind = Kind::query, .http = {.method = "GET", .path = "/v1/items"}, .doc = "Lists items."};
  using Answer = ItemViews;
  std::optional<uint32_t> limit;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    return field_list(field("limit", &ListItems::limit, between(1, 1000)),
                      field("cursor", &ListItems::cursor, length(1, 100)));
  }
};
struct GetItem {
  static constexpr std::string_view name = "shop.get_item";
  static constexpr Contract contract{.kind = Kind::query,
                                     .caller = Caller::person,
                                     .http = {.method = "GET", .path = "/v1/items/{item_id}"},
                                     .refusals = {"no_such_item"},
                                     .doc = "One item."};
  using Answer = ItemView;
  Id item_id;
  static constexpr auto fields() { return field_list(field("item_id", &GetItem::item_id)); }
};
struct RemoveItem {
  static constexpr std::string_view name = "shop.remove_item";
  static constexpr Contract contract{
      .caller = Caller::person,
      .http = {.method = "DELETE", .path = "/v1/items/{item_id}", .status = 204},
      .doc = "Removes an item."};
  using Answer = Nothing;
  Id item_id;
  static constexpr auto fields() { return field_list(field("item_id", &RemoveItem::item_id)); }
};
struct Picture {
  static constexpr std::string_view name = "shop.picture";
  static constexpr Contract contract{.kind = Kind::query,
                                     .http = {.method = "GET",
                                              .path = "/v1/items/{item_id}/picture.svg",
                                              .produces = "image/svg+xml"},
                                     .doc = "A picture."};
  using Answer = Content;
  Id item_id;
  static constexpr auto fields() { return field_list(field("item_id", &Picture::item_id)); }
};
struct Secret {
  static constexpr std::string_view name = "shop.secret";
  static constexpr Contract contract{.caller = Caller::mesh,
                                     .http = {.method = "POST", .path = "/v1/secret"},
                                     .doc = "For other daemons only."};
  using Answer = Nothing;
  static constexpr auto fields() { return field_list(); }
};

struct Added {
  static constexpr std::string_view name = "shop.added";
  static constexpr Audience audience = Audience::everyone;
  static constexpr std::string_view doc = "An item is there.";
  std::string title;
  static constexpr auto fields() {
    return field_list(field("title", &Added::title, length(1, 100)));
  }
};
struct Counted {
  static constexpr std::string_view name = "shop.counted";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "For the organisation.";
  Id organization_id;
  static constexpr auto fields() {
    return field_list(field("organization_id", &Counted::organization_id));
  }
};
struct Greeted {
  static constexpr std::string_view name = "shop.greeted";
  static constexpr Audience audience = Audience::person;
  static constexpr std::string_view doc = "For one person.";
  Id person_id;
  static constexpr auto fields() { return field_list(field("person_id", &Greeted::person_id)); }
};
struct Noted {
  static constexpr std::string_view name = "shop.noted";
  static constexpr Audience audience = Audience::mesh;
  static constexpr std::string_view doc = "For daemons only.";
  static constexpr auto fields() { return field_list(); }
};

inline ServiceDescription description() {
  return {"shop",
          "1.0.0",
          "Sells <made-up> things.",
          {describe_message<AddItem>(), describe_message<ListItems>(), describe_message<GetItem>(),
           describe_message<RemoveItem>(), describe_message<Picture>(), describe_message<Secret>()},
          describe_facts<std::variant<Added, Counted, Greeted, Noted>>()};
}

inline Id item_id() {
  return *Id::parse("01890a5d-ac96-774b-bcce-b302099a8057");
}
inline ItemView item(std::string title = "Cup") {
  return {item_id(), std::move(title), {1250, "EUR"}, {1'795'334'400'000}};
}

}  // namespace shop

// Answers the brokers' questions and the shop's messages; any thread.
class FakeMesh {
 public:
  using Answerer = std::function<bilten::net::Answer(const bilten::net::Call&)>;

  FakeMesh() {
    using namespace bilten;
    on("shop.add_item", [](const net::Call& call) {
      return ok(encode(shop::item(decode<shop::AddItem>(call.body)->title)));
    });
    on("shop.list_items", [](const net::Call&) {
      return ok(encode(shop::ItemViews{{shop::item()}, "c1"}));
    });
    on("shop.get_item", [](const net::Call&) { return ok(encode(shop::item())); });
    on("shop.remove_item", [](const net::Call&) { return ok(encode(Nothing{})); });
    on("shop.picture", [](const net::Call&) {
      return ok(encode(Content{"image/svg+xml", {"<svg/>"}, 60}));
    });
    serve(shop::description(), "1");
  }

  static bilten::net::Answer ok(std::string body) {
    return {bilten::Code::ok, std::move(body), {}};
  }
  static bilten::net::Answer refuse(bilten::Error error) { return {error.code, "", error}; }

  void on(const std::string& name, Answerer answerer) {
    const std::lock_guard lock(mutex_);
    answerers_[name] = std::move(answerer);
  }
  // From now on `$mesh.services` lists it.
  void serve(const bilten::ServiceDescription& description, const std::string& hash) {
    const std::lock_guard lock(mutex_);
    services_[description.service] = {description.service, {std::string(16, hash[0])}, {{}}};
    const auto packed = bilten::encode(description);
    answerers_[description.service + ".$contract"] = [packed](const bilten::net::Call&) {
      return ok(packed);
    };
  }
  void leave(const std::string& service) {
    const std::lock_guard lock(mutex_);
    services_[service].workers.clear();
  }

  bilten::gateway::CallService call() {
    return [this](bilten::net::Call call) { return answer(call); };
  }
  std::vector<bilten::net::Call> calls(const std::string& name) {
    const std::lock_guard lock(mutex_);
    std::vector<bilten::net::Call> found;
    for (const auto& call : calls_) {
      if (call.name == name) found.push_back(call);
    }
    return found;
  }

  static std::vector<bilten::AccessRule> rules() {
    bilten::AccessRule rule;
    rule.principal = "shop";
    rule.serve = {"shop"};
    rule.routes = {"/v1/items*", "/v1/secret"};
    bilten::AccessRule absent;
    absent.principal = "absent";
    absent.serve = {"absent"};
    absent.routes = {"/v1/absent/*"};
    return {rule, absent};
  }

 private:
  bilten::net::Answer answer(const bilten::net::Call& call) {
    Answerer answerer;
    {
      const std::lock_guard lock(mutex_);
      if (call.name == "$mesh.services") {
        bilten::mesh::Services services;
        for (const auto& [name, info] : services_) services.services.push_back(info);
        return ok(bilten::encode(services));
      }
      if (calls_.size() < 1000) calls_.push_back(call);
      const auto found = answerers_.find(call.name);
      if (found != answerers_.end()) answerer = found->second;
    }
    if (answerer) return answerer(call);
    return refuse({bilten::Code::no_service, "", "nobody serves this"});
  }

  std::mutex mutex_;
  std::map<std::string, Answerer> answerers_;
  std::map<std::string, bilten::mesh::ServiceInfo> services_;
  std::vector<bilten::net::Call> calls_;
};
