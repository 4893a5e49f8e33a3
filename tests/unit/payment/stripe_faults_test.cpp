// Everything that can go wrong between us and Stripe, by real HTTP: each ends in one right outcome,
// and what is asked again has happened once.
#include <set>

#include "common/http/client.h"
#include "daemons/payment/provider_guard.h"
#include "tests/unit/payment/stripe_shop.h"

using namespace bilten;
using namespace bilten::payment;
using namespace bilten::payment::test;

namespace {

const std::string kSessions = "/v1/checkout/sessions", kRefunds = "/v1/refunds";

struct Outcome {
  std::string fault;
  Code code;
  std::string reason;
};

// How each fault looks from here. Where the request ran nevertheless, nobody can tell at first.
const std::vector<Outcome>& outcomes() {
  static const std::vector<Outcome> all = {
      {"timeout_before", Code::unavailable, "provider_timeout"},
      {"timeout_after", Code::unavailable, "provider_timeout"},
      {"cut_before", Code::unavailable, "provider_unreachable"},
      {"cut_after", Code::unavailable, "provider_unreachable"},
      {"half_answer", Code::unavailable, "provider_unreachable"},
      {"500", Code::unavailable, "provider_failed"},
      {"500_after", Code::unavailable, "provider_failed"},
      {"503", Code::unavailable, "provider_failed"},
      {"429", Code::no_capacity, "provider_busy"},
      {"409", Code::unavailable, "provider_key_in_use"},
      {"garbage", Code::unavailable, "provider_garbled"},
      {"huge", Code::unavailable, "provider_garbled"},
      {"other_json", Code::unavailable, "provider_garbled"},
      {"redirect", Code::unavailable, "provider_garbled"},
      {"401", Code::unavailable, "provider_refuses_us"},
  };
  return all;
}

// A kept connection that breaks is tried anew by libcurl itself: so a cut comes twice.
void order_fault(const Shop& shop, const std::string& kind, const std::string& path,
                 const std::string& method = "POST") {
  shop.server.order("fault", {{"kind", kind},
                              {"path", path},
                              {"method", method},
                              {"times", kind.starts_with("cut") ? 2 : 1},
                              {"seconds", 3},
                              {"to", shop.server.url() + "/v1/elsewhere"}});
}

}  // namespace

TEST_CASE("an intent whose opening went wrong in any way is opened once by asking again",
          "[payment]") {
  Shop shop;
  int number = 0;
  for (const auto& [fault, code, reason] : outcomes()) {
    INFO(fault);
    order_fault(shop, fault, kSessions);
    const auto before = shop.server.objects("checkout.session").size();
    const auto intent = intent_of(++number);
    const auto failed = shop.provider.open(intent);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == code);
    CHECK(failed.error().reason == reason);
    shop.server.order("clear_faults");
    const auto opened = shop.provider.open(intent);
    REQUIRE(opened);
    CHECK(shop.provider.open(intent)->reference == opened->reference);
    CHECK(shop.server.objects("checkout.session").size() == before + 1);
  }
  CHECK(shop.server.requests("/v1/elsewhere").empty());
}

TEST_CASE("a refund that went wrong in any way has happened once after asking again", "[payment]") {
  Shop shop;
  int number = 0;
  for (const auto& [fault, code, reason] : outcomes()) {
    INFO(fault);
    const auto paid = shop.paid(++number);
    const auto before = shop.server.objects("refund").size();
    order_fault(shop, fault, kRefunds);
    const auto order = shop.refund_of(paid, number);
    const auto failed = shop.provider.refund(order);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == code);
    CHECK(failed.error().reason == reason);
    shop.server.order("clear_faults");
    const auto refunded = shop.provider.refund(order);
    REQUIRE(refunded);
    CHECK(shop.provider.refund(order)->reference == refunded->reference);
    CHECK(shop.server.objects("refund").size() == before + 1);
  }
}

TEST_CASE("money that was taken while nobody answered is found by a look-up, and asked for once",
          "[payment]") {
  Shop shop;
  const auto view = shop.opened(1);
  shop.server.order("pay", {{"session", view.reference}});
  for (const auto& [fault, code, reason] : outcomes()) {
    INFO(fault);
    order_fault(shop, fault, kSessions, "GET");
    CHECK(shop.provider.look_up(view.reference).error().reason == reason);
    shop.server.order("clear_faults");
    CHECK(shop.provider.look_up(view.reference)->state == IntentState::captured);
  }
  CHECK(shop.server.objects("charge").size() == 1);
}

TEST_CASE("a failure that Stripe keeps under a key all day does not keep the payment",
          "[payment]") {
  Shop shop;
  shop.server.fault("500_kept", kSessions);
  const auto intent = intent_of(1);
  CHECK(shop.provider.open(intent).error().reason == "provider_failed");
  const auto opened = shop.provider.open(intent);
  REQUIRE(opened);
  CHECK(shop.provider.open(intent)->reference == opened->reference);

  const auto paid = shop.paid(2);
  shop.server.fault("500_kept", kRefunds);
  const auto order = shop.refund_of(paid, 1);
  CHECK(shop.provider.refund(order).error().reason == "provider_failed");
  const auto refunded = shop.provider.refund(order);
  REQUIRE(refunded);
  CHECK(shop.provider.refund(order)->reference == refunded->reference);
  CHECK(shop.server.objects("refund").size() == 1);

  const auto left = shop.opened(3);
  shop.server.fault("500_kept", kSessions);
  CHECK(shop.provider.cancel(left.reference, "cancel-3").error().reason == "provider_failed");
  const auto ended = shop.provider.cancel(left.reference, "cancel-3");
  REQUIRE(ended);
  CHECK(ended->state == IntentState::canceled);
}

TEST_CASE("a limit of the rate says how long to wait", "[payment]") {
  Shop shop;
  const auto waits = [&](const json& retry_after) {
    shop.server.order("fault",
                      {{"kind", "429"}, {"path", kSessions}, {"retry_after", retry_after}});
    const auto busy = shop.provider.open(intent_of(1));
    CHECK(busy.error().reason == "provider_busy");
    return busy.error().retry_after_ms;
  };
  CHECK(waits(7) == 7000);
  CHECK(waits(0) == 1000);
  CHECK(waits("soon") == 1000);
  CHECK(waits(-3) == 1000);
  CHECK(waits(86'400) == 3'600'000);
}

TEST_CASE("what Stripe refuses for good is not asked again", "[payment]") {
  Shop shop;
  const auto too_small = shop.provider.open(intent_of(1, {10, "EUR"}));
  CHECK(too_small.error().code == Code::invalid);
  CHECK(too_small.error().reason == "provider_refused");
  CHECK(too_small.error().detail == "Stripe: amount_too_small line_items");
  CHECK(shop.provider.open(intent_of(1, {5125, "KWD"})).error().reason == "amount_not_chargeable");
  CHECK(shop.opened(2).state == IntentState::pending);
  auto same_key = intent_of(3);
  same_key.key = "open-2";
  CHECK(shop.provider.open(same_key).error().reason == "provider_key_reused");
  CHECK(shop.provider.look_up("cs_test_none").error().code == Code::not_found);
  CHECK(shop.provider.look_up("../balance").error().code == Code::not_found);
  const auto unpaid = shop.opened(4);
  CHECK(shop.provider.refund(shop.refund_of(unpaid, 4)).error().reason == "not_captured");
  const auto paid = shop.paid(5);
  CHECK(shop.provider.refund(shop.refund_of(paid, 5, 2501)).error().code == Code::invalid);
  CHECK(shop.provider.refund(shop.refund_of(paid, 6, 2500)));
  CHECK(shop.provider.refund(shop.refund_of(paid, 7)).error().detail ==
        "Stripe: charge_already_refunded");
}

TEST_CASE("a wrong certificate, another host and a wrong key take nothing from us", "[payment]") {
  const bilten::test::Folder folder;
  const StripeServer server({"--tls", folder.path()});
  const auto reason_with = [&](stripe::Access access) {
    StripeProvider provider(
        {.access = std::move(access), .webhook_secrets = {}, .return_url = "https://x.example"});
    const auto opened = provider.open(intent_of(1));
    return opened ? "opened" : opened.error().reason;
  };
  const std::string key = StripeServer::kKey, ca = folder.path() + "/ca.pem";
  CHECK(reason_with({.url = server.url(), .key = key}) == "provider_untrusted");
  CHECK(reason_with({.url = server.url(), .key = "sk_test_old", .ca_file = ca}) ==
        "provider_refuses_us");
  CHECK(reason_with({.url = server.url(), .key = key, .ca_file = ca}) == "opened");
  CHECK(reason_with({.url = "http://127.0.0.1:1", .key = key}) == "provider_unreachable");
}

TEST_CASE("no error of any kind holds our key, a secret or anything of the buyer", "[payment]") {
  Shop shop;
  std::string said;
  int number = 0;
  const auto note = [&](const auto& result) {
    if (!result) said += result.error().reason + " " + result.error().detail + "\n";
  };
  for (const auto& outcome : outcomes()) {
    order_fault(shop, outcome.fault, kSessions);
    note(shop.provider.open(intent_of(++number)));
  }
  note(shop.provider.open(intent_of(++number, {10, "EUR"})));
  note(shop.provider.read_webhook({"{}", "t=1,v1=00"}, 0));
  StripeProvider stranger(
      {.access = {.url = shop.server.url(), .key = "sk_test_canary_5f0b"}, .webhook_secrets = {}});
  note(stranger.open(intent_of(++number)));
  CHECK(said.size() > 500);
  for (const std::string canary :
       {StripeServer::kKey, "canary", "tickets.example", kSecret.c_str()}) {
    CHECK(said.find(canary) == std::string::npos);
  }
}

TEST_CASE("a Stripe that is down is left alone, and tried again in time", "[payment]") {
  class HandClock final : public Clock {
   public:
    UnixMillis wall_ms() const override { return 0; }
    SteadyMicros steady_us() const override { return now; }
    SteadyMicros now = 1;
  } clock;
  const StripeServer server;
  GuardedProvider guard(
      std::make_unique<StripeProvider>(StripeOptions{
          .access = {.url = server.url(), .key = StripeServer::kKey}, .webhook_secrets = {}}),
      clock, {.failures_to_open = 3, .rest_us = 1'000'000});
  server.fault("500", kSessions, 3);
  for (int i = 0; i < 3; ++i) {
    CHECK(guard.open(intent_of(1)).error().reason == "provider_failed");
  }
  CHECK(guard.open(intent_of(1)).error().reason == "provider_down");
  CHECK(server.requests(kSessions).size() == 3);
  clock.now += 1'000'000;
  CHECK(guard.open(intent_of(1)));
  CHECK_FALSE(guard.is_open());
}
