#include "gateway/routes.h"

#include <catch2/catch.hpp>

using namespace bilten;
using namespace bilten::gateway;

namespace {

MessageDescription message(std::string name, std::string method, std::string path,
                           std::vector<std::string> fields = {}) {
  MessageDescription out{.name = std::move(name)};
  out.http.method = std::move(method);
  out.http.path = std::move(path);
  out.request.type = Type::object;
  out.answer.type = Type::object;
  for (auto& field : fields) {
    out.request.properties.push_back({field, Schema(Type::string, length(1, 100)), true, ""});
  }
  return out;
}

std::shared_ptr<const ServiceDescription> service(std::string name,
                                                  std::vector<MessageDescription> messages) {
  auto out = std::make_shared<ServiceDescription>();
  out->service = std::move(name);
  out->messages = std::move(messages);
  return out;
}

std::shared_ptr<const RouteRights> rights() {
  AccessRule ticket;
  ticket.serve = {"ticket"};
  ticket.routes = {"/v1/orders", "/v1/orders/*", "/v1/tickets/*"};
  AccessRule event;
  event.serve = {"event"};
  event.routes = {"/v1/*", "/v1/events/{event_id}/ics"};
  return std::make_shared<RouteRights>(std::vector{ticket, event});
}

Routes two_services() {
  return Routes(
      {service("ticket", {message("ticket.order", "POST", "/v1/orders"),
                          message("ticket.get", "GET", "/v1/orders/{order_id}", {"order_id"}),
                          message("ticket.mine", "GET", "/v1/orders/mine"),
                          message("ticket.qr", "GET", "/v1/tickets/{id}/qr.svg", {"id"})}),
       service("event",
               {message("event.get", "GET", "/v1/events/{event_id}", {"event_id"}),
                message("event.calendar", "GET", "/v1/events/{event_id}.ics", {"event_id"}),
                message("event.steal", "GET", "/v1/orders/stolen"),
                message("ticket.alias", "GET", "/v1/alias")})},
      rights());
}

std::string name_of(const Match& match) {
  return match.route ? match.route->message->name : "none";
}

}  // namespace

TEST_CASE("a path finds its message, with parameters decoded once") {
  const auto routes = two_services();
  CHECK(name_of(routes.find("POST", "/v1/orders")) == "ticket.order");
  const auto match = routes.find("GET", "/v1/orders/a%20b%2541");
  CHECK(name_of(match) == "ticket.get");
  REQUIRE(match.values.size() == 1);
  CHECK(match.values[0] == "a b%41");
  CHECK(name_of(routes.find("HEAD", "/v1/orders/x")) == "ticket.get");
  CHECK(name_of(routes.find("GET", "/v1/tickets/7/qr.svg")) == "ticket.qr");
}

TEST_CASE("a literal goes before a parameter, and the longer suffix before the shorter") {
  const auto routes = two_services();
  CHECK(name_of(routes.find("GET", "/v1/orders/mine")) == "ticket.mine");
  const auto match = routes.find("GET", "/v1/events/fair.ics");
  CHECK(name_of(match) == "event.calendar");
  CHECK(match.values == std::vector<std::string>{"fair"});
  CHECK(name_of(routes.find("GET", "/v1/events/fair")) == "event.get");
}

TEST_CASE("a wrong method is told which methods there are") {
  const auto match = two_services().find("DELETE", "/v1/orders/1");
  CHECK(match.outcome == Match::Outcome::wrong_method);
  CHECK(match.allow == "GET, HEAD, OPTIONS");
}

TEST_CASE("a path of a service that never registered is away, any other is unknown") {
  const Routes routes({service("event", {})}, rights());
  CHECK(routes.find("POST", "/v1/orders").outcome == Match::Outcome::away);
  CHECK(routes.find("GET", "/v1/orders/1").outcome == Match::Outcome::away);
  CHECK(routes.find("GET", "/v1/nothing").outcome == Match::Outcome::unknown);
  CHECK(routes.find("GET", "/elsewhere").outcome == Match::Outcome::unknown);
}

TEST_CASE("a path that does not decode to text is told so") {
  CHECK(two_services().find("GET", "/v1/orders/%ff").outcome == Match::Outcome::undecodable);
}

TEST_CASE("a route that access.toml gives to another, or another's message, is not claimed") {
  const auto routes = two_services();
  CHECK(name_of(routes.find("GET", "/v1/orders/stolen")) == "ticket.get");
  CHECK(routes.find("GET", "/v1/alias").outcome == Match::Outcome::unknown);
  CHECK(routes.refused().size() == 2);
}

TEST_CASE("the first claim of a method and path stands") {
  const Routes routes({service("event", {message("event.a", "GET", "/v1/a/{x}", {"x"}),
                                         message("event.b", "GET", "/v1/a/{y}", {"y"})})},
                      rights());
  CHECK(name_of(routes.find("GET", "/v1/a/1")) == "event.a");
  CHECK(routes.refused().size() == 1);
}

TEST_CASE("a binding that cannot be served is refused with a reason") {
  const auto fault = [](MessageDescription m) { return binding_fault(m).has_value(); };
  CHECK_FALSE(fault(message("a.b", "GET", "/v1/a/{x}", {"x"})));
  CHECK(fault(message("a.b", "GET", "/v1/a/{x}")));
  CHECK(fault(message("a.b", "GET", "/v1/{x/y", {"x"})));
  CHECK(fault(message("a.b", "GET", "/v1//y")));
  CHECK(fault(message("a.b", "BREW", "/v1/y")));
  CHECK(fault(message("a.b", "GET", "v1")));
  auto list = message("a.b", "GET", "/v1/{x}", {"x"});
  list.request.properties[0].schema.type = Type::list;
  CHECK(fault(list));
  auto location = message("a.b", "POST", "/v1/y");
  location.http.location = "/v1/y/{id}";
  CHECK(fault(location));
}
