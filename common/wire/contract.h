// The contract of a message: who may call it, what it answers, how HTTP reaches it. Declared once,
// beside its fields, in common/api/<service>.h:
//
//   // Sets tickets aside for 15 minutes, or sells them at once when they are free.
//   struct Order {
//     static constexpr std::string_view name = "ticket.order";
//     static constexpr Contract contract{
//         .kind = Kind::command, .caller = Caller::anyone,
//         .http = {.method = "POST", .path = "/v1/orders", .status = 201,
//                  .location = "/v1/orders/{id}"},
//         .refusals = {"sold_out", "sales_closed"}, .budget_ms = 5000,
//         .doc = "Orders tickets."};
//     using Answer = OrderView;
//     ...fields
//   };
//
// A fact is declared with its audience:
//   struct Sold {
//     static constexpr std::string_view name = "ticket.sold";
//     static constexpr Audience audience = Audience::organization;
//     static constexpr std::string_view doc = "An order was paid and its tickets exist.";
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "common/wire/field.h"

namespace bilten {

enum class Kind : uint8_t { query, command };
constexpr auto names_of(Kind) {
  return std::array<std::string_view, 2>{"query", "command"};
}

// The most that a contract may ask the gateway to take as the body of one request.
inline constexpr uint32_t kHttpBodyMax = 4 << 20;

// Who may call. `mesh`: other processes only, never HTTP. `person`: a valid token of a person.
enum class Caller : uint8_t { anyone, person, mesh };
constexpr auto names_of(Caller) {
  return std::array<std::string_view, 3>{"anyone", "person", "mesh"};
}

// Who may see a fact. `internal` facts stay in their owner's journal and are never published;
// `mesh` facts reach other daemons but no stream. Facts for an organisation or a person carry its
// id in a field named organization_id or person_id.
enum class Audience : uint8_t { internal, mesh, everyone, organization, person };
constexpr auto names_of(Audience) {
  return std::array<std::string_view, 5>{"internal", "mesh", "public", "organization", "person"};
}

// How HTTP reaches a message; an empty method: not at all. Path parameters `{ticket_id}` name
// fields of the message; so do the query parameters of a GET; the rest is the JSON body.
struct Http {
  std::string_view method = "";
  std::string_view path = "";
  uint32_t status = 200;
  std::string_view location = "";  // Template over the answer's fields, for 201.
  // Empty: JSON. Otherwise the answer is a `Content` and goes out as its own bytes and type.
  std::string_view produces = "";
};

// Up to 24 stable words.
struct Refusals {
  std::array<std::string_view, 24> words{};
  size_t count = 0;
  constexpr Refusals() = default;
  template <class... Words>
  constexpr Refusals(Words... each) : words{each...}, count(sizeof...(each)) {}
};

struct Contract {
  Kind kind = Kind::command;
  Caller caller = Caller::anyone;
  Http http = {};
  Refusals refusals = {};
  uint32_t budget_ms = 2000;  // The gateway's time budget for one call.
  bool critical = false;      // Class critical: scan and pay go first.
  bool devices = false;       // A device's token may send it too.
  // Of an HTTP body, where the gateway's own limit is too small for it; 0: that one.
  uint32_t body_bytes_max = 0;
  std::string_view doc = "";
};

// The answer of a command that has nothing to say.
struct Nothing {
  static constexpr auto fields() { return field_list(); }
};

// An answer that is not JSON: an image, a key set.
struct Content {
  std::string content_type;
  Bytes body;
  uint32_t max_age_s = 0;  // Cache-Control, 0: no-store.
  static constexpr auto fields() {
    return field_list(field("content_type", &Content::content_type, length(1, 100)),
                      field("body", &Content::body, between(0, 1 << 20)),
                      field("max_age_s", &Content::max_age_s, between(0, 31'536'000)));
  }
};

// ---- the same as data, as it travels in `<service>.$contract` ----

struct HttpDescription {
  std::string method, path, location, produces;
  uint32_t status = 200;
  static constexpr auto fields() {
    return field_list(field("method", &HttpDescription::method, length(0, 8)),
                      field("path", &HttpDescription::path, length(0, 200)),
                      field("location", &HttpDescription::location, length(0, 200)),
                      field("produces", &HttpDescription::produces, length(0, 100)),
                      field("status", &HttpDescription::status, between(100, 599)));
  }
};

struct MessageDescription {
  std::string name;
  Kind kind = Kind::command;
  Caller caller = Caller::anyone;
  HttpDescription http = {};
  std::vector<std::string> refusals = {};
  uint32_t budget_ms = 2000;
  bool critical = false;
  bool devices = false;
  uint32_t body_bytes_max = 0;
  std::string doc = {};
  Schema request{}, answer{};
  static constexpr auto fields() {
    return field_list(
        field("name", &MessageDescription::name, length(1, 64)),
        field("kind", &MessageDescription::kind), field("caller", &MessageDescription::caller),
        field("http", &MessageDescription::http),
        field("refusals", &MessageDescription::refusals, items(0, 24, length(1, 64))),
        field("budget_ms", &MessageDescription::budget_ms, between(1, 600'000)),
        field("critical", &MessageDescription::critical),
        field("devices", &MessageDescription::devices).or_default(),
        field("body_bytes_max", &MessageDescription::body_bytes_max, between(0, kHttpBodyMax))
            .or_default(),
        field("doc", &MessageDescription::doc, length(0, 2000)),
        field("request", &MessageDescription::request),
        field("answer", &MessageDescription::answer));
  }
};

struct FactDescription {
  std::string name;
  Audience audience = Audience::internal;
  std::string doc;
  Schema body;
  static constexpr auto fields() {
    return field_list(field("name", &FactDescription::name, length(1, 64)),
                      field("audience", &FactDescription::audience),
                      field("doc", &FactDescription::doc, length(0, 2000)),
                      field("body", &FactDescription::body));
  }
};

struct ServiceDescription {
  std::string service, version, doc;
  std::vector<MessageDescription> messages;
  std::vector<FactDescription> facts;
  static constexpr auto fields() {
    return field_list(field("service", &ServiceDescription::service, length(1, 32, Format::word)),
                      field("version", &ServiceDescription::version, length(0, 32)),
                      field("doc", &ServiceDescription::doc, length(0, 2000)),
                      field("messages", &ServiceDescription::messages, items(0, 500)),
                      field("facts", &ServiceDescription::facts, items(0, 500)));
  }
};

namespace detail {
// Out of line: what stands in the templates is compiled once a message and fact.
MessageDescription describe_message(std::string_view name, const Contract& contract,
                                    Describe request, Describe answer);
FactDescription describe_fact(std::string_view name, Audience audience, std::string_view doc,
                              Describe body);
}  // namespace detail

template <class Message>
MessageDescription describe_message() {
  return detail::describe_message(Message::name, Message::contract, Wire<Message>::schema,
                                  Wire<typename Message::Answer>::schema);
}

template <class Fact>
FactDescription describe_fact() {
  return detail::describe_fact(Fact::name, Fact::audience, Fact::doc, Wire<Fact>::schema);
}

// All facts of a service: its api header lists them in one std::variant.
template <class Variant>
std::vector<FactDescription> describe_facts() {
  return []<size_t... I>(std::index_sequence<I...>) {
    return std::vector<FactDescription>{describe_fact<std::variant_alternative_t<I, Variant>>()...};
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>());
}

}  // namespace bilten
