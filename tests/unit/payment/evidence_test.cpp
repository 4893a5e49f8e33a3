// Evidence in disputes: gathered when one opens, shown, given once, and never too late.
#include "common/api/payment_evidence.h"
#include "common/api/payment_evidence_facts.h"
#include "daemons/payment/evidence_rows.h"
#include "daemons/payment/evidence_text.h"
#include "tests/unit/payment/counter.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// A payment of which the sandbox has told a dispute; what the ticket service knows was asked.
struct InDispute : Counter {
  explicit InDispute(Press button = Press::dispute_lost) {
    press(payment, button);
    work();
    bench.now += 1000;
    bench.run_timers();
    work();
    REQUIRE(row(payment).is_disputed);
    work();
  }
  EvidenceView read() { return bench.must(ReadEvidence{payment}, &manager); }
  EvidenceView give(const std::string& more, bool submit) {
    return bench.must(GiveEvidence{payment, more, submit}, &manager);
  }
  bool sandbox_has_it() { return bench.must(SandboxBook{}).items[0].has_evidence; }

  Id order = hold();
  Id payment = offer(order);
};

}  // namespace

TEST_CASE("a dispute gathers what the ticket service knows, and shows no buyer", "[payment]") {
  InDispute at;
  const auto view = at.read();
  CHECK(view.state == EvidenceState::gathered);
  CHECK(view.event_title == "Night of the Nile");
  REQUIRE(view.tickets.size() == 1);
  CHECK(view.tickets[0].admissions[0].gate == "north");
  const auto snapshot = at.bench.store->snapshot();
  const auto kept = snapshot->vault().get(evidence_key(at.payment));
  REQUIRE(kept);
  CHECK(kept->find("lina@example.org") == std::string::npos);
  CHECK(at.bench.everything_written().find("lina@example.org") == std::string::npos);
  at.bench.check_rebuild();
}

TEST_CASE("evidence is for managers of the organisation, and for disputes alone", "[payment]") {
  InDispute at;
  CHECK(at.bench.refusal(ReadEvidence{at.payment}, &at.door) == "role_missing");
  CHECK(at.bench.refusal(ReadEvidence{at.payment}, &at.stranger) == "unknown_payment");
  const auto calm = at.pay(at.hold());
  CHECK(at.bench.refusal(ReadEvidence{calm}, &at.manager) == "not_disputed");
  CHECK(at.bench.refusal(GiveEvidence{calm, {}, true}, &at.manager) == "not_disputed");
}

TEST_CASE("what staff adds is kept until it is given, and then nothing can be added", "[payment]") {
  InDispute at;
  CHECK(at.give("They danced.", false).more == "They danced.");
  CHECK(at.read().more == "They danced.");
  CHECK_FALSE(at.sandbox_has_it());
  CHECK(at.bench.must(GiveEvidence{at.payment, {}, true}, &at.manager).state ==
        EvidenceState::sending);
  CHECK(at.bench.refusal(GiveEvidence{at.payment, "More", false}, &at.manager) ==
        "evidence_submitted");
  at.work();
  CHECK(at.sandbox_has_it());
  CHECK(at.read().state == EvidenceState::submitted);
  CHECK(at.read().submitted_at);
  CHECK(at.bench.refusal(GiveEvidence{at.payment, {}, true}, &at.manager) == "evidence_submitted");
  CHECK(at.bench.everything_written().find("They danced.") == std::string::npos);
  at.bench.check_rebuild();
}

TEST_CASE("evidence that was under way when the process ended is given again", "[payment]") {
  InDispute at;
  at.give("", true);
  SECTION("before the provider was asked") {
    at.forget_work();
  }
  SECTION("after it took it") {
    at.work(false);
  }
  at.bench.start(decide_start);
  at.bench.run_timers();
  at.work();
  CHECK(at.read().state == EvidenceState::submitted);
  CHECK(at.count("payment.sandbox_evidence") == 1);
  CHECK(at.count("payment.evidence_submitted") == 1);
}

TEST_CASE("while the ticket service is away evidence waits", "[payment]") {
  InDispute at;
  at.is_ticket_away = true;
  at.give("", true);
  at.work();
  CHECK(at.read().state == EvidenceState::sending);
  at.is_ticket_away = false;
  at.bench.now += kHour;
  at.bench.run_timers();
  at.work();
  CHECK(at.read().state == EvidenceState::submitted);
}

TEST_CASE("evidence that is refused says why, and can be given again", "[payment]") {
  InDispute at;
  at.give("", true);
  at.forget_work();
  at.bench.must(SettleTask{.kind = TaskKind::evidence,
                           .id = at.payment,
                           .failure = ToldFailure{"evidence_too_long", false, 0}});
  CHECK(at.read().state == EvidenceState::refused);
  CHECK(at.read().reason == "evidence_too_long");
  at.give("Shorter", true);
  at.work();
  CHECK(at.read().state == EvidenceState::submitted);
  at.bench.check_rebuild();
}

TEST_CASE("a day before the deadline evidence goes as it stands, unless it has gone", "[payment]") {
  InDispute at;
  constexpr UnixMillis kSoon = 1000;  // Before the sandbox decides.
  const auto due = at.bench.now + kSoon + 24 * kHour;
  const auto before_due = [&] {
    at.bench.now += kSoon - 1;
    CHECK(at.bench.run_timers() == 0);
    at.bench.now += 1;
    at.bench.run_timers();
    at.work();
  };
  auto disputed = decode<api::payment::Disputed>([&] {
    for (const auto& fact : at.bench.journal()) {
      if (fact.name == api::payment::Disputed::name) return fact.body;
    }
    return std::string();
  }());
  REQUIRE(disputed);
  disputed->due_at = Instant{due};
  at.bench.note(*disputed);  // As a provider tells it that has deadlines.
  SECTION("nobody gave any") {
    before_due();
    CHECK(at.read().state == EvidenceState::submitted);
    CHECK(at.sandbox_has_it());
  }
  SECTION("it was given") {
    at.give("", true);
    at.work();
    before_due();
    CHECK(at.count("payment.evidence_wanted") == 1);
  }
}

TEST_CASE("once the bank has decided no evidence is given", "[payment]") {
  InDispute at;
  at.bench.now += kHour;
  at.bench.run_timers();
  at.work();
  REQUIRE_FALSE(at.row(at.payment).is_disputed);
  CHECK(at.bench.refusal(GiveEvidence{at.payment, {}, true}, &at.manager) == "evidence_submitted");
  CHECK(at.read().event_title == "Night of the Nile");
  at.bench.check_rebuild();
}

TEST_CASE("the words of the evidence name what was sold, when, and who was let in", "[payment]") {
  const auto evidence = evidence_of(Counter::ticket_knows(), {1500, "EUR"}, {}, "They danced.");
  CHECK(evidence.product_description.find("Night of the Nile") != std::string::npos);
  CHECK(evidence.product_description.find("1 x Seat") != std::string::npos);
  CHECK(evidence.product_description.find("15.00 EUR") != std::string::npos);
  CHECK(evidence.service_date.size() == 10);
  CHECK(evidence.access_log.find("gate north") != std::string::npos);
  CHECK(evidence.refund_policy == "Seat: may be returned for a refund.\n");
  CHECK(evidence.customer_email == "lina@example.org");
  CHECK(evidence.more == "They danced.");
  auto many = Counter::ticket_knows();
  many.tickets.resize(1, many.tickets[0]);
  many.tickets[0].admissions.resize(500, many.tickets[0].admissions[0]);
  const auto log = evidence_of(many, {1500, "EUR"}, {}, "").access_log;
  CHECK(log.size() < 20'000);
  CHECK(log.ends_with("left out.\n"));
}

TEST_CASE("the words name what went back before, and when the link was asked for again",
          "[payment]") {
  auto order = Counter::ticket_knows();
  order.resends_asked_at = {{0}};
  std::vector<EvidenceRefund> refunds{{{500, "EUR"}, {kHour}, "re_1"}};
  const auto evidence = evidence_of(order, {1500, "EUR"}, refunds, "They danced.");
  CHECK(evidence.more ==
        "5.00 EUR of this payment went back to the card on 1970-01-01T01:00:00Z, refund "
        "re_1.\nThey danced.");
  CHECK(evidence.access_log.starts_with("1970-01-01T00:00:00Z the link"));
  refunds.resize(1000, refunds[0]);
  const auto many = evidence_of(order, {1500, "EUR"}, refunds, std::string(5000, 'x')).more;
  CHECK(many.size() < 20'000);
  CHECK(many.find("left out") != std::string::npos);
}
