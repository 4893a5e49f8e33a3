// Disputes of money that went back before, all or some of it: a bank takes that a second time.
#include "common/api/payment_evidence.h"
#include "tests/unit/payment/told_desk.h"

using namespace bilten;
using namespace bilten::test;

namespace {

using Balances = std::map<std::string, int64_t>;

// A payment of 1500, of which so much went back by a refund of tickets.
struct Returned : SoldDesk {
  explicit Returned(int64_t amount) {
    ask_back(amount);
    give_back("re_own");
  }
  template <class Fact>
  Fact last() const {
    std::optional<Fact> found;
    for (const auto& fact : counter.bench.journal()) {
      if (fact.name == Fact::name) found = *decode<Fact>(fact.body);
    }
    REQUIRE(found);
    return *found;
  }
  AttentionView only_attention() {
    const auto list = counter.bench.must(ListAttention{counter.organization}, &counter.manager);
    REQUIRE(list.items.size() == 1);
    return list.items[0];
  }
};

}  // namespace

TEST_CASE("a dispute of what went back already is shown with its deadline, and can be answered",
          "[payment]") {
  Returned desk(1500);
  const auto due = desk.counter.bench.now + 72 * kHour;
  CHECK(desk.open_dispute(1500, due).empty());
  const auto opened = desk.last<api::payment::Disputed>();
  CHECK(opened.amount.amount == 0);
  CHECK(opened.taken_again == 1500);
  const auto shown = desk.only_attention();
  CHECK(shown.kind == AttentionKind::dispute);
  CHECK(shown.amount == Money{1500, "EUR"});
  CHECK(shown.due_at->ms == due);
  CHECK(desk.balances() == Balances{{"clearing", -1500}, {"disputes", 1500}});
  const auto view = desk.counter.bench.must(GiveEvidence{desk.payment, "It went back.", true},
                                            &desk.counter.manager);
  CHECK(view.state == EvidenceState::sending);
  CHECK(view.amount == Money{1500, "EUR"});
  REQUIRE(view.refunds.size() == 1);
  CHECK(view.refunds[0].amount == Money{1500, "EUR"});
  CHECK(view.refunds[0].reference == "re_own");
  desk.counter.bench.check_rebuild();
}

TEST_CASE("lost, it is the organiser's loss, and nothing is refunded for it", "[payment]") {
  Returned desk(1500);
  const auto refunds = desk.counter.count("payment.refund_wanted");
  SECTION("told from its opening") {
    desk.open_dispute(1500);
    CHECK(desk.lose_dispute(1500).empty());
  }
  SECTION("told by its end alone") {
    CHECK(desk.lose_dispute(1500).empty());
  }
  const auto closed = desk.last<api::payment::DisputeClosed>();
  CHECK(closed.amount.amount == 0);
  CHECK(closed.taken_again == 1500);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.counter.row(desk.payment).refunded == 1500);
  CHECK(desk.counter.count("payment.refund_wanted") == refunds);
  CHECK(desk.balances() == Balances{{"clearing", -1500}, {"organizer_payable", 1500}});
  CHECK(desk.attention() == 0);
  desk.counter.bench.check_rebuild();
}

TEST_CASE("won, the money comes back, and all is as it was", "[payment]") {
  Returned desk(1500);
  desk.open_dispute(1500);
  CHECK(desk.close_dispute(1500, true).empty());
  CHECK(desk.has_cleared_books());
  CHECK(desk.attention() == 0);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK_FALSE(desk.counter.row(desk.payment).is_disputed);
}

TEST_CASE("of a dispute of all the order loses what it still had, and the organiser the rest",
          "[payment]") {
  Returned desk(500);
  desk.open_dispute(1500);
  CHECK(desk.last<api::payment::Disputed>().amount.amount == 1000);
  CHECK(desk.balances()["disputes"] == 1500);
  CHECK(desk.lose_dispute(1500).empty());
  CHECK(desk.last<api::payment::DisputeClosed>().amount.amount == 1000);
  CHECK(desk.last<api::payment::DisputeClosed>().taken_again == 500);
  api::ticket::Refunded lost{};  // As the ticket service takes it.
  lost.refund_id = id_of(91);
  lost.amount = {1000, "EUR"};
  lost.returned = true;
  desk.counter.tell(desk.order, lost);
  CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  CHECK(desk.balances() == Balances{{"clearing", -500}, {"organizer_payable", 500}});
  desk.counter.bench.check_rebuild();
}

TEST_CASE("what goes back while a dispute is open costs the order nothing a second time",
          "[payment]") {
  Returned desk(500);
  desk.open_dispute(1500);
  CHECK(desk.by_hand(1000).empty());
  CHECK(desk.lose_dispute(1500).empty());
  CHECK(desk.last<api::payment::DisputeClosed>().amount.amount == 0);
  CHECK(desk.last<api::payment::DisputeClosed>().taken_again == 1500);
  CHECK(desk.counter.row(desk.payment).refunded == 1500);
  desk.counter.bench.check_rebuild();
}

TEST_CASE("a refund that comes again after its dispute was lost is not due: the buyer has it",
          "[payment]") {
  Returned desk(1500);
  SECTION("all of it") {
    desk.lose_dispute(1500);
    CHECK(desk.tell_of("re_own", RefundState::failed, 1500).empty());
    CHECK(desk.has_cleared_books());
    CHECK(desk.attention() == 0);
    CHECK(desk.counter.row(desk.payment).state == PaymentState::refunded);
  }
  SECTION("where the dispute was of less, the rest of it") {
    desk.lose_dispute(600);
    CHECK(desk.tell_of("re_own", RefundState::failed, 1500).empty());
    CHECK(desk.balances() == Balances{{"clearing", 900}, {"refunds", -900}});
    CHECK(desk.only_attention().amount == Money{900, "EUR"});
    CHECK(desk.counter.row(desk.payment).refunded == 600);
    desk.retry();
    desk.give_back("re_again");
    CHECK(desk.has_cleared_books());
  }
  const auto seq = desk.counter.bench.head().seq;
  desk.tell_of("re_own", RefundState::failed, 1500);  // Again.
  CHECK(desk.counter.after(seq) == Names{"payment.webhook_taken"});
  desk.counter.bench.check_rebuild();
}
