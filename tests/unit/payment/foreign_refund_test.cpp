// Money that goes back by somebody's hand at the provider, or by a bank's word: before it is known
// here that it came, beside refunds of ours, and out of review.
#include "tests/unit/payment/told_desk.h"

using namespace bilten;
using namespace bilten::test;

TEST_CASE("what goes back of money that is not known yet is told again later", "[payment]") {
  ToldDesk desk;
  const auto seq = desk.counter.bench.head().seq;
  CHECK(desk.by_hand(500) == "too_early");
  CHECK(desk.lose_dispute(1500) == "too_early");
  CHECK(desk.counter.bench.head().seq == seq);
  CHECK(desk.capture().empty());
  CHECK(desk.by_hand(500).empty());
  CHECK(desk.counter.row(desk.payment).refunded == 500);
}

TEST_CASE("what is of no payment here is not asked for for ever", "[payment]") {
  ToldDesk desk;
  CHECK(desk.by_hand(500) == "too_early");
  desk.teller->event.at -= 2 * kHour;
  TakeWebhook webhook;
  webhook.provider = "stripe";
  webhook.raw_body.data = "{}";
  CHECK(desk.counter.bench.refusal(webhook).empty());
  CHECK(desk.counter.count("payment.refunded") == 0);
}

TEST_CASE("what a provider refused to give back is settled by hand, in parts", "[payment]") {
  SoldDesk desk;
  desk.ask_back(1500);
  desk.refuse();
  CHECK(desk.attention() == 1);
  CHECK(desk.by_hand(500).empty());
  CHECK(desk.attention() == 1);
  CHECK(desk.counter.row(desk.payment).refunded == 500);
  CHECK(desk.of_event().failed.amount == 1000);
  CHECK(desk.by_hand(1000).empty());
  CHECK(desk.of_event().returned.amount == 1500);
  CHECK(desk.of_event().failed.amount == 0);
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.counter.count("payment.refund_wanted") == 1);
  desk.counter.bench.check_rebuild();
}

TEST_CASE("beside a refund under way, what does not fit is told again later", "[payment]") {
  SoldDesk desk;
  desk.ask_back(1000);
  CHECK(desk.by_hand(1500) == "too_early");
  CHECK(desk.by_hand(400).empty());
  desk.refuse();
  CHECK(desk.by_hand(1100).empty());
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  desk.counter.bench.check_rebuild();
}

TEST_CASE("money in review that went back by hand is not to be judged any more", "[payment]") {
  ToldDesk desk;
  desk.capture(1499);
  CHECK(desk.by_hand(499).empty());
  CHECK(desk.attention() == 1);
  ReleasePayment release;
  release.payment_id = desk.payment;
  CHECK(desk.counter.bench.refusal(release, &desk.counter.manager) == "partly_returned");
  SECTION("all of it") {
    CHECK(desk.by_hand(1000).empty());
  }
  SECTION("the rest by a dispute") {
    CHECK(desk.lose_dispute(1000).empty());
  }
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.has_cleared_books());
  desk.counter.bench.check_rebuild();
}

TEST_CASE("what is left in review is returned", "[payment]") {
  ToldDesk desk;
  desk.capture(1499);
  desk.by_hand(499);
  ReturnPayment give_back;
  give_back.payment_id = desk.payment;
  desk.counter.bench.must(give_back, &desk.counter.manager);
  CHECK(desk.counter.row(desk.payment).refunding == 1000);
  SettleTask message{.kind = TaskKind::refund, .id = desk.refund_id()};
  message.refund = ToldRefund{"re_9", RefundState::succeeded};
  desk.counter.bench.must(message);
  CHECK(desk.attention() == 0);
  CHECK(desk.has_cleared_books());
  desk.counter.bench.check_rebuild();
}

TEST_CASE("a refund that its bank sends back is due again, and goes again when staff says so",
          "[payment]") {
  SoldDesk desk;
  desk.ask_back(1500);
  const auto refund = desk.refund_id();
  desk.give_back("re_own");
  CHECK(desk.has_cleared_books());
  CHECK(desk.tell_of("re_own", RefundState::failed, 1500, refund).empty());
  CHECK(desk.attention() == 1);
  CHECK(desk.counter.row(desk.payment).refunded == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::captured);
  CHECK(desk.of_event().failed.amount == 1500);
  CHECK(desk.of_event().returned.amount == 0);
  CHECK_FALSE(desk.has_cleared_books());

  const auto seq = desk.counter.bench.head().seq;
  desk.tell_of("re_own", RefundState::failed, 1500, refund);     // Again,
  desk.tell_of("re_own", RefundState::succeeded, 1500, refund);  // and what was said before it.
  CHECK(desk.counter.after(seq) == Names{"payment.webhook_taken", "payment.webhook_taken"});

  desk.retry();
  desk.tell_of("re_own", RefundState::failed, 1500, refund);
  CHECK(desk.refund_id() == refund);
  desk.give_back("re_again");
  desk.tell_of("re_own", RefundState::failed, 1500, refund);
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.of_event().returned.amount == 1500);
  CHECK(desk.has_cleared_books());
  desk.counter.bench.check_rebuild();
}

TEST_CASE("a refund by hand of what has come back waits until that is known", "[payment]") {
  SoldDesk desk;
  desk.ask_back(1500);
  const auto refund = desk.refund_id();
  desk.give_back("re_own");
  CHECK(desk.tell_of("re_hand", RefundState::succeeded, 1500) == "too_early");
  CHECK(desk.tell_of("re_own", RefundState::failed, 1500, refund).empty());
  CHECK(desk.tell_of("re_hand", RefundState::succeeded, 1500).empty());
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.counter.count("payment.refund_wanted") == 1);
  CHECK(desk.has_cleared_books());
  desk.counter.bench.check_rebuild();
}

TEST_CASE("what a provider says of a refund that failed is older, however late it comes",
          "[payment]") {
  SoldDesk desk;
  desk.ask_back(1500);
  const auto refund = desk.refund_id();
  CHECK(desk.tell_of("re_own", RefundState::failed, 1500, refund).empty());
  CHECK(desk.tell_of("re_own", RefundState::succeeded, 1500, refund).empty());
  CHECK(desk.counter.row(desk.payment).refunded == 0);
  CHECK(desk.attention() == 1);
  desk.retry();
  CHECK(desk.tell_of("re_own", RefundState::failed, 1500, refund).empty());
  desk.give_back("re_again");
  CHECK(desk.counter.row(desk.payment).refunded == 1500);
  CHECK(desk.attention() == 0);
  desk.counter.bench.check_rebuild();
}

TEST_CASE("a refund by hand that its bank sends back is told as the same when it goes again",
          "[payment]") {
  SoldDesk desk;
  CHECK(desk.tell_of("re_hand", RefundState::succeeded, 1500).empty());
  CHECK(desk.tell_of("re_hand", RefundState::failed, 1500).empty());
  CHECK(desk.attention() == 1);
  CHECK(desk.counter.row(desk.payment).refunded == 0);
  desk.retry();
  const auto refund = desk.refund_id();
  desk.give_back("re_again");
  const auto told = desk.told();
  REQUIRE(told.size() == 2);
  CHECK_FALSE(told[0].refund_id);
  CHECK(told[1].refund_id == refund);
  CHECK(desk.attention() == 0);
  desk.counter.bench.check_rebuild();
}
