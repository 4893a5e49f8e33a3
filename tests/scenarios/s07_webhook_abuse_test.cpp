// Scenario 7: webhooks doubled, out of order, forged, late, cut, huge; the broker gone in between.
#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "tests/support/payer.h"

using namespace bilten;
using namespace bilten::test;

namespace {

constexpr const char* kSecret = "whsec_scenario_7";

struct Hooks {
  Platform platform{{.extra = {"--set", std::string("payment.sandbox_secret=") + kSecret}}};
  Organizer host = organizer(platform.url());
  OnSale sale = on_sale(host, {type_body("Seat", 5000, 9)});
  Api guest{platform.url()};

  Payer offered() {
    auto order = guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1));
    REQUIRE(order.status == 201);
    Payer payer(platform.url(), order.body);
    payer.begin();
    return payer;
  }
  std::string body_for(Payer& payer, const std::string& event_id, const std::string& type) {
    const std::string page = payer.payment()["redirect_url"];
    return json{{"id", event_id},
                {"type", type},
                {"created", SystemClock().wall_ms() / 1000},
                {"reference", page.substr(page.rfind('/') + 1)},
                {"payment_id", payer.payment_id()},
                {"amount", 5000},
                {"currency", "EGP"}}
        .dump();
  }
  Reply send(const std::string& body, int64_t seconds_ago = 0,
             const std::string& secret = kSecret) {
    const auto time = std::to_string(SystemClock().wall_ms() / 1000 - seconds_ago);
    const auto mac = hex(crypto::hmac_sha256(secret, time + "." + body));
    return guest.send(
        "POST", "/v1/webhooks/sandbox", body, {},
        {"Content-Type: application/octet-stream", "Bilten-Signature: t=" + time + ",v1=" + mac});
  }
};

}  // namespace

TEST_CASE("whatever is done with a provider's webhooks, an order is paid once", "[s7][payment]") {
  Hooks hooks;
  auto payer = hooks.offered();
  const auto paid = hooks.body_for(payer, "evt_paid", "intent.captured");
  const auto old = hooks.body_for(payer, "evt_old", "intent.requires_action");
  const auto odd = hooks.body_for(payer, "evt_odd", "weather.changed");

  CHECK(hooks.send(paid, 0, "another secret").code() == "bad_signature");
  CHECK(hooks.send(paid, 7200).code() == "webhook_too_old");
  CHECK(hooks.send(paid.substr(0, 40)).code() == "malformed_webhook");
  CHECK(hooks.send(std::string(10 << 20, 'x')).status == 413);
  CHECK(hooks.guest.send("POST", "/v1/webhooks/nobody", paid, {}).code() == "unknown_provider");
  CHECK(payer.order()["state"] == "held");

  hooks.platform.crash("broker");
  REQUIRE(wait_until([&] { return hooks.send(paid).status == 200; }, 30));
  for (int i = 0; i < 5; ++i) CHECK(hooks.send(paid).status == 200);
  CHECK(hooks.send(old).status == 200);
  CHECK(hooks.send(odd).status == 200);
  REQUIRE(payer.wait_for_order("paid"));
  CHECK(payer.payment()["state"] == "captured");
  CHECK(payer.order()["ticket_ids"].size() == 1);
  const auto payments =
      hooks.guest.get("/v1/orders/" + payer.order_id() + "/payments?secret=" + payer.secret());
  CHECK(payments.body["items"].size() == 1);
}

TEST_CASE("the sandbox's own mischief has one effect", "[s7][payment]") {
  Hooks hooks;
  for (const char* button : {"twice", "out_of_order", "slow"}) {
    INFO(button);
    auto payer = hooks.offered();
    payer.press(button);
    CHECK(payer.wait_for_order("paid", 30));
    CHECK(payer.payment()["state"] == "captured");
  }
  auto payer = hooks.offered();
  payer.press("wrong_amount");
  REQUIRE(payer.wait_for_payment("held_for_review"));
  CHECK(payer.order()["state"] == "held");
  const auto list = "/v1/organizations/" + hooks.host.organization_id + "/payments/attention";
  const auto waiting = hooks.host.api.get(list).body["items"];
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0]["received"]["amount"] == 4999);
  const auto payment = "/v1/payments/" + payer.payment_id();
  CHECK(hooks.guest.post(payment + "/release", json::object()).status == 401);
  CHECK(hooks.host.api.post(payment + "/release", json::object()).status == 200);
  CHECK(payer.wait_for_order("paid"));
  CHECK(hooks.host.api.get(list).body["items"].empty());
}
