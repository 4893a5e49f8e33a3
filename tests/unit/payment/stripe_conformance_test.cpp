// Stripe's published example objects against the fields that we read of them. They lie beside the
// project, not in it.
#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>
#include <set>

#include "daemons/payment/json.h"
#include "daemons/payment/stripe_objects.h"
#include "daemons/payment/stripe_reading.h"
#include "tests/unit/payment/stripe_shop.h"

using namespace bilten;
using namespace bilten::payment;
using namespace bilten::payment::test;
using nlohmann::json;

namespace {

const std::string kFile = "../shared/data/stripe/fixtures3.json";

// Nothing, and a loud word, where the file is not there.
json examples() {
  if (!std::filesystem::exists(kFile)) {
    std::cout << "SKIPPED: " << kFile << " (Stripe's example objects) is not beside the project\n";
    return {};
  }
  return json::parse(bilten::test::read_file(kFile))["resources"];
}

// Every property of the schema stands in the example, as null at least; below null nothing is told.
void check_stands_in(const json& example, const Schema& schema, const std::string& path) {
  for (const auto& property : schema.properties) {
    const auto here = path + "." + property.name;
    INFO(here);
    REQUIRE(example.is_object());
    REQUIRE(example.contains(property.name));
    const auto& value = example[property.name];
    if (property.name == "metadata") continue;  // Its words are ours.
    if (!value.is_null()) check_stands_in(value, property.schema, here);
  }
}

template <class T>
T read_example(const json& example) {
  const auto packed = pack_json(example.dump(), 1 << 20);
  REQUIRE(packed);
  const auto object = decode<T>(*packed);
  INFO((object ? "" : object.error().fields.at(0).pointer));
  REQUIRE(object);
  return *object;
}

template <class T>
T check_example(const json& all, const std::string& name) {
  check_stands_in(all.at(name), schema_of<T>(), name);
  return read_example<T>(all.at(name));
}

}  // namespace

TEST_CASE("every field that we read stands in Stripe's published example objects", "[payment]") {
  const auto all = examples();
  if (all.is_null()) return;
  const auto session = check_example<stripe::Session>(all, "checkout.session");
  CHECK(session.status == "open");
  CHECK(session.url->starts_with("https://checkout.stripe.com/"));
  CHECK(check_example<stripe::PaymentIntent>(all, "payment_intent").status ==
        "requires_payment_method");
  CHECK(check_example<stripe::Refund>(all, "refund").amount == 100);
  CHECK(check_example<stripe::Dispute>(all, "dispute").evidence_details->due_by == 1723679999);
  CHECK(check_example<stripe::Payout>(all, "payout").amount == 1100);
  CHECK(check_example<stripe::EventHead>(all, "event").type == "plan.created");
  // Lines of the balance are asked for with their sources in them.
  auto line = all.at("balance_transaction");
  for (const char* source : {"charge", "refund"}) {
    line["source"] = all.at(source);
    check_stands_in(line, schema_of<stripe::BalanceTransaction>(), "balance_transaction");
    CHECK(read_example<stripe::BalanceTransaction>(line).source->id == line["source"]["id"]);
  }
}

TEST_CASE("Stripe's example objects in events of ours are read as what they are", "[payment]") {
  const auto all = examples();
  if (all.is_null()) return;
  auto plan = all.at("event");
  CHECK(stripe::read_event(plan.dump(), false)->kind == WebhookEvent::Kind::other);
  auto session = all.at("checkout.session");
  session["payment_status"] = "paid";
  session["amount_total"] = 1099;
  session["currency"] = "usd";
  const auto paid = stripe::read_event(event_of("checkout.session.completed", session), false);
  REQUIRE(paid);
  CHECK(paid->intent == IntentState::captured);
  CHECK(paid->amount == Money{1099, "USD"});
  CHECK(paid->sub_reference == session["payment_intent"]);
  const auto refund = stripe::read_event(event_of("refund.created", all.at("refund")), false);
  REQUIRE(refund);
  CHECK(refund->reference == all.at("refund")["charge"]);
  // It is an inquiry: the money stays.
  const auto dispute =
      stripe::read_event(event_of("charge.dispute.closed", all.at("dispute")), false);
  REQUIRE(dispute);
  CHECK(dispute->kind == WebhookEvent::Kind::other);
}

TEST_CASE("our server's objects have no field that Stripe's examples lack", "[payment]") {
  const auto all = examples();
  if (all.is_null()) return;
  Shop shop;
  shop.server.order("endpoint", {{"url", "http://127.0.0.1:9/"}, {"types", {"none"}}});
  const auto paid = shop.paid(1);
  REQUIRE(shop.provider.refund(shop.refund_of(paid, 1)));
  const std::string charge = shop.server.objects("charge").at(0)["id"];
  shop.server.order("dispute", {{"charge", charge}});
  shop.server.order("pay_out", {{"currency", "eur"}});
  const auto book = shop.server.order("book");
  std::set<std::string> kinds;
  for (const auto& object : book["objects"]) {
    const std::string kind = object["object"];
    kinds.insert(kind);
    for (const auto& [name, value] : object.items()) {
      INFO(kind << "." << name);
      CHECK(all.at(kind).contains(name));
    }
  }
  CHECK(kinds.size() == 9);
}
