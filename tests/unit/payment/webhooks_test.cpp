// Webhooks as they come from outside: forged, old, cut, unknown, doubled, for another.
#include "daemons/payment/webhooks.h"

#include "common/base/text.h"
#include "common/crypto/crypto.h"
#include "common/process/metrics.h"
#include "tests/unit/payment/counter.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Told {
  std::string id = "evt_1", type = "intent.captured", reference, payment_id, currency = "EUR";
  int64_t amount = 1500;
};

std::string body_of(const Told& told) {
  return R"({"id":")" + told.id + R"(","type":")" + told.type + R"(","created":1795000000,)" +
         R"("reference":")" + told.reference + R"(","payment_id":")" + told.payment_id +
         R"(","amount":)" + std::to_string(told.amount) + R"(,"currency":")" + told.currency +
         "\"}";
}

TakeWebhook signed_as(const std::string& body, UnixMillis at, const std::string& secret = "whsec") {
  const auto seconds = std::to_string(at / 1000);
  TakeWebhook webhook;
  webhook.provider = "sandbox";
  webhook.raw_body.data = body;
  webhook.header_bilten_signature =
      "t=" + seconds + ",v1=" + hex(crypto::hmac_sha256(secret, seconds + "." + body));
  return webhook;
}

struct AtSandbox : test::Counter {
  Id order = hold();
  Id payment = offer(order);
  Told told{.reference = row(payment).reference, .payment_id = payment.text()};
  TakeWebhook webhook() const { return signed_as(body_of(told), bench.now); }
};

}  // namespace

TEST_CASE("a genuine webhook captures, and its repeats do nothing", "[payment]") {
  AtSandbox at;
  at.bench.must(at.webhook());
  CHECK(at.row(at.payment).state == PaymentState::captured);
  const auto seq = at.bench.head().seq;
  at.bench.must(at.webhook());
  CHECK(at.bench.head().seq == seq);
  at.told.id = "evt_2";  // Another event that says the same.
  at.bench.must(at.webhook());
  CHECK(at.after(seq) == Names{"payment.webhook_taken"});
}

TEST_CASE("what is not genuine leaves no trace but a count by its reason", "[payment]") {
  AtSandbox at;
  const auto body = body_of(at.told);
  CHECK(at.bench.refusal(signed_as(body, at.bench.now, "other")) == "bad_signature");
  CHECK(at.bench.refusal(signed_as(body, at.bench.now - kHour)) == "webhook_too_old");
  auto unsigned_one = at.webhook();
  unsigned_one.header_bilten_signature.reset();
  CHECK(at.bench.refusal(unsigned_one) == "bad_signature");
  auto changed = at.webhook();
  changed.raw_body.data.replace(changed.raw_body.data.find("1500"), 4, "0001");
  CHECK(at.bench.refusal(changed) == "bad_signature");
  auto elsewhere = at.webhook();
  elsewhere.provider = "stripe";
  CHECK(at.bench.refusal(elsewhere) == "unknown_provider");
  const auto metrics = metrics_text();
  for (const std::string reason : {"bad_signature", "webhook_too_old", "unknown_provider"}) {
    const auto name = "webhooks_refused_total{reason=\"" + reason + "\"} ";
    const auto at_name = metrics.find(name);
    REQUIRE(at_name != std::string::npos);
    CHECK(std::stod(metrics.substr(at_name + name.size())) >= 1);
  }
}

TEST_CASE("what is genuine and makes no sense is refused by name", "[payment]") {
  AtSandbox at;
  const auto refused = [&](const std::string& body) {
    return at.bench.refusal(signed_as(body, at.bench.now));
  };
  const auto body = body_of(at.told);
  CHECK(refused(body.substr(0, body.size() / 2)) == "malformed_webhook");
  CHECK(refused("null") == "malformed_webhook");
  at.told.amount = -1;
  CHECK(refused(body_of(at.told)) == "malformed_webhook");
  at.told.amount = 1500;
  at.told.currency = "XXQ";
  CHECK(refused(body_of(at.told)) == "malformed_webhook");
}

TEST_CASE("what is about nothing known here is taken, noted and has no effect", "[payment]") {
  AtSandbox at;
  const auto seq = at.bench.head().seq;
  SECTION("another intent") {
    at.told.reference = "sin_other";
    at.told.payment_id = id_of(7).text();
  }
  SECTION("an unknown type") {
    at.told.type = "weather.changed";
  }
  at.bench.must(at.webhook());
  CHECK(at.after(seq) == Names{"payment.webhook_taken"});
  CHECK(at.row(at.payment).state == PaymentState::pending);
}

TEST_CASE("another amount or currency is held for review", "[payment]") {
  AtSandbox at;
  SECTION("amount") {
    at.told.amount = 1;
  }
  SECTION("currency") {
    at.told.currency = "USD";
  }
  at.bench.must(at.webhook());
  CHECK(at.row(at.payment).state == PaymentState::held_for_review);
  CHECK(at.count("payment.captured") == 0);
  at.bench.check_rebuild();
}

TEST_CASE("a webhook may come before the answer to the call that made its intent", "[payment]") {
  test::Counter counter;
  const auto order = counter.hold();
  const auto payment = counter.bench.must(counter.wish(order)).id;
  const Told told{.reference = "sin_early", .payment_id = payment.text()};
  counter.bench.must(signed_as(body_of(told), counter.bench.now));
  CHECK(counter.row(payment).state == PaymentState::captured);
  counter.bench.must(
      SettleTask{.kind = TaskKind::open,
                 .id = payment,
                 .intent = ToldIntent{"sin_early", IntentState::pending, {1500, "EUR"}}});
  CHECK(counter.row(payment).state == PaymentState::captured);
  CHECK(counter.count("payment.captured") == 1);
  counter.bench.check_rebuild();
}

TEST_CASE("a declined payment whose money comes after all is captured", "[payment]") {
  AtSandbox at;
  at.told.type = "intent.failed";
  at.bench.must(at.webhook());
  CHECK(at.row(at.payment).state == PaymentState::failed);
  at.told.type = "intent.captured";
  at.told.id = "evt_2";
  at.bench.must(at.webhook());
  CHECK(at.row(at.payment).state == PaymentState::captured);
}

TEST_CASE("ids of webhooks are forgotten after three days, two for each new one", "[payment]") {
  AtSandbox at;
  at.told.type = "weather.changed";
  for (int i = 0; i < 4; ++i) {
    at.told.id = "evt_" + std::to_string(i);
    at.bench.must(at.webhook());
  }
  at.bench.now += kWebhooksKept + kHour;
  at.told.id = "evt_new";
  at.bench.must(at.webhook());
  size_t left = 0;
  const auto snapshot = at.bench.store->snapshot();
  snapshot->rows().scan<WebhookRow>({}, {}, 100, [&](std::string_view, const WebhookRow&) {
    ++left;
    return true;
  });
  CHECK(left == 3);
  at.bench.check_rebuild();
}
