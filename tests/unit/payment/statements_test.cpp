// Bank statements: which money pays what, once, and what waits for staff.
#include <algorithm>

#include "tests/unit/payment/counter.h"

using namespace bilten;
using namespace bilten::test;

namespace {

constexpr const char* kHead = "date,amount,currency,text,reference,name\n";

std::string line(const std::string& amount, const std::string& text,
                 const std::string& currency = "EUR") {
  return "2026-11-20," + amount + "," + currency + "," + text + ",,Jo Payer\n";
}

struct Bank : Counter {
  ImportStatement statement(const std::string& lines, int64_t from = 0) const {
    ImportStatement message;
    message.organization_id = organization;
    message.raw_body.data = kHead + lines;
    message.from = from;
    return message;
  }
  StatementReport import(const std::string& lines, int64_t from = 0) {
    return bench.must(statement(lines, from), &manager);
  }
  Id transfer(const Id& order_id) { return bench.must(wish(order_id, Method::transfer)).id; }
  Id expect(int64_t amount, const std::string& code) { return transfer(hold(amount, code)); }
  std::vector<MovementView> in(MovementState state) {
    ListMovements message;
    message.organization_id = organization;
    message.state = state;
    return bench.must(message, &manager).items;
  }
  MatchMovement match(const Id& movement_id, const std::string& code) const {
    MatchMovement message{.movement_id = movement_id};
    message.order_code = code;
    return message;
  }
};

}  // namespace

TEST_CASE("money with an order's code in it, however a bank writes that, pays the order",
          "[payment]") {
  const std::string text = GENERATE("ABCDEFGHJK", "Order ABCDE FGHJK thanks", "abcde-fghjk",
                                    "SVWZ+ABC DEF/GHJ K", "XABCDEFGHJKX");
  Bank bank;
  const auto payment = bank.expect(1500, "ABCDEFGHJK");
  bank.expect(1500, "ABCDEFGHJM");
  const auto report = bank.import(line("15.00", text));
  REQUIRE(report.movements.size() == 1);
  CHECK(report.movements[0].outcome == MovementOutcome::matched);
  CHECK(report.movements[0].payment_id == payment);
  CHECK(report.movements[0].line == 2);
  CHECK(bank.row(payment).state == PaymentState::captured);
  CHECK(bank.count("payment.captured") == 1);
  CHECK(bank.count("payment.posted") == 1);
  bank.bench.check_rebuild();
}

TEST_CASE("a statement that comes again does nothing, and equal payments of one file are two",
          "[payment]") {
  Bank bank;
  bank.expect(1500, "ABCDEFGHJK");
  const auto lines = line("15.00", "ABCDEFGHJK") + line("7.00", "gift") + line("7.00", "gift");
  CHECK(bank.import(lines).movements.size() == 3);
  const auto before = bank.bench.head().seq;
  const auto again = bank.import(lines);
  CHECK(again.movements.empty());
  CHECK(again.known == 3);
  CHECK(bank.bench.head().seq == before);
  const auto longer = bank.import(lines + line("7.00", "gift"));
  CHECK(longer.known == 3);
  CHECK(longer.movements.size() == 1);
}

TEST_CASE("money that fits no payment waits for staff, with why", "[payment]") {
  Bank bank;
  bank.expect(1500, "ABCDEFGHJK");
  bank.expect(1500, "ABCDEFGHJM");
  const auto report =
      bank.import(line("15.00", "no code") + line("30.00", "ABCDEFGHJK and ABCDEFGHJM") +
                  line("-3.00", "fee") + "2026-11-20,x,EUR,odd,,\n");
  REQUIRE(report.movements.size() == 2);
  CHECK(report.movements[0].reason == MovementReason::unknown_reference);
  CHECK(report.movements[1].reason == MovementReason::several_fit);
  CHECK(report.outgoing == 1);
  CHECK(report.faulty == 1);
  REQUIRE(report.faults.size() == 1);
  CHECK(report.faults[0].line == 5);
  CHECK(bank.count("payment.posted") == 0);
  const auto waiting = bank.in(MovementState::review);
  REQUIRE(waiting.size() == 2);
  CHECK(waiting[1].text == "no code");
  CHECK(waiting[1].name == "Jo Payer");
  CHECK(bank.bench.everything_written().find("Jo Payer") == std::string::npos);
}

TEST_CASE("another amount or currency under an order's code is in the ledger, and for staff",
          "[payment]") {
  Bank bank;
  const auto other = bank.expect(1500, "ABCDEFGHJK");
  const auto foreign = bank.expect(1500, "ABCDEFGHJM");
  const auto report = bank.import(line("14.00", "ABCDEFGHJK") + line("15.00", "ABCDEFGHJM", "USD"));
  REQUIRE(report.movements.size() == 2);
  CHECK(report.movements[0].outcome == MovementOutcome::held_for_review);
  CHECK(report.movements[0].reason == MovementReason::other_amount);
  CHECK(report.movements[1].reason == MovementReason::other_currency);
  CHECK(bank.row(other).state == PaymentState::held_for_review);
  CHECK(bank.row(foreign).received == Money{1500, "USD"});
  CHECK(bank.count("payment.posted") == 2);
  bank.bench.must(ReleasePayment{{other}}, &bank.manager);
  CHECK(bank.row(other).state == PaymentState::captured);
  bank.bench.check_rebuild();
}

TEST_CASE("a second transfer for an order waits for staff, and the next request takes it up",
          "[payment]") {
  Bank bank;
  const auto payment = bank.expect(1500, "ABCDEFGHJK");
  const auto lines = line("15.00", "ABCDEFGHJK") + line("15.00", "again ABCDEFGHJK");
  const auto first = bank.import(lines);
  CHECK(first.movements.size() == 1);
  REQUIRE(first.next == 1);
  const auto second = bank.import(lines, *first.next);
  CHECK_FALSE(second.next);
  REQUIRE(second.movements.size() == 1);
  CHECK(second.movements[0].reason == MovementReason::already_received);
  CHECK(bank.row(payment).received == Money{1500, "EUR"});
}

TEST_CASE("money that comes after the hold is received all the same", "[payment]") {
  Bank bank;
  const auto order = bank.hold();
  const auto payment = bank.transfer(order);
  bank.tell<api::ticket::Expired>(order);
  REQUIRE(bank.row(payment).state == PaymentState::failed);
  CHECK(bank.import(line("15.00", "ABCDEFGHJK")).movements[0].payment_id == payment);
  bank.tell_too_late(order, payment);
  CHECK(bank.row(payment).refunding == 1500);
}

TEST_CASE("staff says which payment money is of, once, and what it knew of the payer is gone",
          "[payment]") {
  Bank bank;
  const auto payment = bank.expect(1500, "ABCDEFGHJK");
  const auto movement = *bank.import(line("15.00", "ABCDEFGHJ?")).movements[0].movement_id;
  auto& bench = bank.bench;
  CHECK(bench.refusal(bank.match(movement, "ABCDEFGHJM"), &bank.manager) == "unknown_payment");
  CHECK(bench.refusal(MatchMovement{.movement_id = movement}, &bank.manager) == "invalid");
  CHECK(bench.refusal(bank.match(movement, "ABCDEFGHJK"), &bank.door) == "role_missing");
  CHECK(bench.refusal(bank.match(movement, "ABCDEFGHJK"), &bank.stranger) == "unknown_movement");
  const auto done = bench.must(bank.match(movement, "abcde fghjk"), &bank.manager);
  CHECK(done.state == MovementState::matched);
  CHECK(done.payment_id == payment);
  CHECK(done.text.empty());
  CHECK(bank.row(payment).state == PaymentState::captured);
  CHECK(bench.refusal(bank.match(movement, "ABCDEFGHJK"), &bank.manager) == "movement_closed");
  CHECK(bank.in(MovementState::review).empty());
  const auto closed = bank.in(MovementState::matched);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].name.empty());
  bench.check_rebuild();
}

TEST_CASE("a payment that has its money, a card's, or another organisation's takes none",
          "[payment]") {
  Bank bank;
  const auto paid = bank.expect(1500, "ABCDEFGHJK");
  const auto card = bank.offer(bank.hold(1500, "ABCDEFGHJM"));
  const auto report = bank.import(line("15.00", "ABCDEFGHJK") + line("15.00", "who"));
  MatchMovement message{.movement_id = *report.movements[1].movement_id};
  message.payment_id = paid;
  CHECK(bank.bench.refusal(message, &bank.manager) == "already_received");
  message.payment_id = card;
  CHECK(bank.bench.refusal(message, &bank.manager) == "not_by_hand");
  message.payment_id = id_of(9);
  CHECK(bank.bench.refusal(message, &bank.manager) == "unknown_payment");
}

TEST_CASE("money that is none of ours is dismissed, and stays known", "[payment]") {
  Bank bank;
  const auto movement = *bank.import(line("7.00", "rent")).movements[0].movement_id;
  const auto done = bank.bench.must(DismissMovement{movement}, &bank.manager);
  CHECK(done.state == MovementState::dismissed);
  CHECK(bank.bench.refusal(DismissMovement{movement}, &bank.manager) == "movement_closed");
  CHECK(bank.import(line("7.00", "rent")).known == 1);
  CHECK(bank.in(MovementState::dismissed).size() == 1);
  bank.bench.check_rebuild();
}

TEST_CASE("statements are for managers, and a file that is none is refused by its line",
          "[payment]") {
  Bank bank;
  const auto good = bank.statement(line("7.00", "x"));
  CHECK(bank.bench.refusal(good, &bank.door) == "role_missing");
  CHECK(bank.bench.refusal(good, &bank.stranger) == "unknown_organization");
  for (const std::string file : {"name,price\na,b\n", "<?xml version=\"1.0\"?><Html/>", " <a><b>",
                                 "<!DOCTYPE x><Document/>"}) {
    auto bad = good;
    bad.raw_body.data = file;
    const auto refused = bank.bench.send(bad, &bank.manager);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason == "malformed_file");
    CHECK(refused.error().detail.find("Line ") != std::string::npos);
  }
}

TEST_CASE("a long statement is taken in steps, each bounded", "[payment]") {
  Bank bank;
  std::string lines;
  for (int i = 0; i < 1100; ++i) lines += line("1.00", "note " + std::to_string(i));
  std::vector<size_t> steps;
  int64_t from = 0;
  for (;;) {
    const auto report = bank.import(lines, from);
    steps.push_back(report.movements.size());
    if (!report.next) break;
    from = *report.next;
  }
  CHECK(steps == std::vector<size_t>{500, 500, 100});
}

TEST_CASE("any order and repetition of statements gives each payment its money once", "[payment]") {
  const auto seed = GENERATE(range<uint64_t>(1, 13));
  SeededRandom random(seed);
  Bank bank;
  std::vector<Id> payments;
  std::vector<std::string> lines;
  const std::string letters = "23456789ABCDEFGHJKMN";
  for (int i = 0; i < 8; ++i) {
    const auto code = "ABCDEFGHJ" + std::string(1, letters[static_cast<size_t>(i)]);
    payments.push_back(bank.expect(1000 + i, code));
    const auto amount = "10.0" + std::to_string(i);
    // Some pay twice, some another amount, some do not pay.
    for (uint64_t k = random.below(3); k > 0; --k) {
      lines.push_back(line(random.below(4) == 0 ? "9.00" : amount, code));
    }
  }
  for (int i = 0; i < 6; ++i) {
    std::string file;
    const auto size = lines.size();
    for (uint64_t k = random.below(12); k > 0; --k) file += lines[random.below(size)];
    for (int64_t from = 0;;) {
      const auto report = bank.import(file, from);
      if (!report.next) break;
      REQUIRE(*report.next > from);
      from = *report.next;
    }
  }
  int64_t received = 0;
  for (const auto& id : payments) {
    const auto money = bank.row(id).received;
    received += money ? money->amount : 0;
  }
  CHECK(bank.count("payment.captured") + bank.count("payment.held_for_review") ==
        bank.count("payment.posted"));
  ReadTrialBalance message{.organization_id = bank.organization};
  for (const auto& account : bank.bench.must(message, &bank.manager).accounts) {
    if (account.account == AccountKind::clearing) CHECK(account.balance == received);
  }
  bank.bench.check_rebuild();
}
