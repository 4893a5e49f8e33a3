// Money that had gone back and comes here again: all that went under its reference is due again,
// whichever refunds it was of, and nothing else.
#include "tests/unit/payment/told_desk.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// Two refunds of tickets, 700 and 800, that the provider refused.
struct Refused : SoldDesk {
  Refused() {
    for (const int64_t amount : {700, 800}) {
      ask_back(amount);
      refuse();
    }
  }
  std::vector<int64_t> failed() const {
    std::vector<int64_t> amounts;
    const auto snapshot = counter.bench.store->snapshot();
    snapshot->rows().scan<RefundRow>({}, {}, SIZE_MAX, [&](std::string_view, const auto& row) {
      if (row.state == RefundProgress::failed) amounts.push_back(row.amount.amount);
      return true;
    });
    std::sort(amounts.begin(), amounts.end());
    return amounts;
  }
  std::string give_by_hand(const std::string& reference, int64_t amount) {
    return tell_of(reference, RefundState::succeeded, amount);
  }
  std::string bounce(const std::string& reference, int64_t amount) {
    return tell_of(reference, RefundState::failed, amount);
  }
  int64_t refunded() const { return counter.row(payment).refunded; }
};

using Amounts = std::vector<int64_t>;

}  // namespace

TEST_CASE("of money by hand that settled two refunds, one in part, all is due again", "[payment]") {
  Refused desk;
  CHECK(desk.give_by_hand("re_hand", 1000).empty());
  CHECK(desk.failed() == Amounts{500});
  CHECK(desk.bounce("re_hand", 1000).empty());
  CHECK(desk.failed() == Amounts{300, 500, 700});
  CHECK(desk.refunded() == 0);
  CHECK(desk.counter.row(desk.payment).refunding == 1500);
  CHECK(desk.of_event().failed.amount == 1500);
  CHECK(desk.of_event().failed.refunds == 3);
  CHECK(desk.of_event().returned.amount == 0);
  CHECK(desk.attention() == 3);

  const auto seq = desk.counter.bench.head().seq;
  desk.bounce("re_hand", 1000);  // Again.
  CHECK(desk.counter.after(seq) == Names{"payment.webhook_taken"});
  CHECK(desk.give_by_hand("re_second", 1500).empty());
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.has_cleared_books());
  desk.counter.bench.check_rebuild();
}

TEST_CASE("of a refund in two parts the one that comes again is due, and the other stays",
          "[payment]") {
  Refused desk;
  desk.give_by_hand("re_first", 1000);
  desk.give_by_hand("re_rest", 500);
  REQUIRE(desk.counter.row(desk.payment).state == PaymentState::refunded);
  SECTION("the first, which settled another refund beside it") {
    CHECK(desk.bounce("re_first", 1000).empty());
    CHECK(desk.failed() == Amounts{300, 700});
    CHECK(desk.refunded() == 500);
  }
  SECTION("the second, which ended it") {
    CHECK(desk.bounce("re_rest", 500).empty());
    CHECK(desk.failed() == Amounts{500});
    CHECK(desk.refunded() == 1000);
  }
  SECTION("both") {
    desk.bounce("re_rest", 500);
    desk.bounce("re_first", 1000);
    CHECK(desk.failed() == Amounts{300, 500, 700});
    CHECK(desk.refunded() == 0);
  }
  CHECK(desk.counter.row(desk.payment).refunding + desk.refunded() == 1500);
  CHECK(desk.of_event().failed.amount + desk.of_event().returned.amount == 1500);
  desk.counter.bench.check_rebuild();
}

TEST_CASE("a part that came again is told under its own id when it goes, and no other is retried",
          "[payment]") {
  SoldDesk desk;
  desk.ask_back(1500);
  desk.refuse();
  desk.tell_of("re_hand", RefundState::succeeded, 400);
  desk.retry();  // Of what is left, while the part is still thought to be gone.
  const auto rest = desk.refund_id();
  CHECK(desk.tell_of("re_hand", RefundState::failed, 400).empty());
  CHECK(desk.refund_id() == rest);
  desk.give_back("re_rest");
  CHECK(desk.counter.row(desk.payment).refunded == 1100);
  desk.retry();
  CHECK_FALSE(desk.refund_id() == rest);
  desk.give_back("re_again");
  CHECK(desk.counter.row(desk.payment).refunded == 1500);
  for (const auto& told : desk.told()) CHECK(told.refund_id == id_of(90));
  CHECK(desk.attention() == 0);
  CHECK(desk.has_cleared_books());
  desk.counter.bench.check_rebuild();
}

TEST_CASE("that a refund went is older than that it failed, whichever is told first", "[payment]") {
  Refused desk;
  SECTION("ours, which failed before we knew what it is called there") {
    Id failed;
    const auto snapshot = desk.counter.bench.store->snapshot();
    snapshot->rows().scan<RefundRow>({}, {}, 1, [&](std::string_view key, const auto&) {
      failed = *Id::from_bytes(key);
      return false;
    });
    const auto amount = snapshot->rows().find<RefundRow>(failed.view())->amount.amount;
    CHECK(desk.tell_of("re_lost", RefundState::failed, amount, failed).empty());
    CHECK(desk.tell_of("re_lost", RefundState::succeeded, amount, failed).empty());
  }
  SECTION("one by hand, that nobody here knew") {
    CHECK(desk.bounce("re_hand", 400).empty());
    CHECK(desk.give_by_hand("re_hand", 400).empty());
  }
  CHECK(desk.failed() == Amounts{700, 800});
  CHECK(desk.refunded() == 0);
  CHECK(desk.attention() == 2);
  desk.counter.bench.check_rebuild();
}
