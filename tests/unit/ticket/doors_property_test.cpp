// Any run of scans and undoings keeps the counters what a plain count of them says, and its journal
// rebuilds the rows.
#include <map>

#include "tests/unit/ticket/door_shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// A ticket as a person with a notebook would follow it: the scans that count, in their order.
struct Notes {
  std::vector<Direction> scans;

  bool inside() const { return !scans.empty() && scans.back() == Direction::entry; }
  int64_t entries() const { return std::count(scans.begin(), scans.end(), Direction::entry); }
  int64_t exits() const { return std::count(scans.begin(), scans.end(), Direction::exit); }
  // Entries that take one of the list's entries_max.
  int64_t used(bool reentry) const {
    int64_t count = 0;
    for (size_t i = 0; i < scans.size(); ++i) {
      const bool after_exit = i > 0 && scans[i - 1] == Direction::exit;
      if (scans[i] == Direction::entry && !(reentry && after_exit)) ++count;
    }
    return count;
  }
};

struct Run {
  explicit Run(uint64_t seed) : random(seed) {
    const auto order = shop.buy(shop.add_type(0, 20), 6);
    for (size_t i = 0; i < order.ticket_ids.size(); ++i) codes.push_back(shop.code_of(order, i));
    ticket_ids = order.ticket_ids;
    notes.resize(codes.size());
    auto message = shop.list("Hall");
    message.reentry = random.below(2) == 0;
    message.entries_max = static_cast<int64_t>(random.below(4));
    message.capacity = static_cast<int64_t>(random.below(6));
    terms = message;
    shop.use(message);
  }

  ListCounts counted() const {
    ListCounts counts;
    for (const auto& each : notes) {
      counts.admitted += each.entries() > 0 ? 1 : 0;
      counts.entered += each.entries();
      counts.exited += each.exits();
      counts.inside += each.inside() ? 1 : 0;
    }
    return counts;
  }
  std::string expected(const Notes& ticket, Direction direction) const {
    if (direction == Direction::exit) return ticket.inside() ? "" : "not_inside";
    const bool fresh = terms.entries_max == 0 || ticket.used(terms.reentry) < terms.entries_max;
    const bool again = terms.reentry && ticket.entries() > 0 && !ticket.inside();
    if (!fresh && !again) return "already_redeemed";
    const bool adds = !ticket.inside() && terms.capacity > 0;
    return adds && counted().inside >= terms.capacity ? "full" : "";
  }
  void step() {
    shop.bench.now += static_cast<UnixMillis>(random.below(60'000));
    const auto index = random.below(codes.size());
    auto& ticket = notes[index];
    if (random.below(4) == 0) return undo(index, ticket);
    const auto direction = random.below(3) == 0 ? Direction::exit : Direction::entry;
    const auto reason = expected(ticket, direction);
    CHECK(shop.go(codes[index], direction) == reason);
    if (reason.empty()) ticket.scans.push_back(direction);
  }
  void undo(size_t index, Notes& ticket) {
    const UndoCheckIn message{shop.used, ticket_ids[index], "Mistaken",
                              "undo-" + std::to_string(++shop.nonces)};
    CHECK(shop.reason(message, &shop.manager) == (ticket.scans.empty() ? "not_scanned" : ""));
    if (!ticket.scans.empty()) ticket.scans.pop_back();
  }

  SeededRandom random;
  DoorShop shop;
  ListTerms terms;
  std::vector<std::string> codes;
  std::vector<Id> ticket_ids;
  std::vector<Notes> notes;
};

}  // namespace

TEST_CASE("whatever is scanned and undone, the counters are what a plain count says",
          "[ticket][property]") {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Run run(seed);
    for (int step = 0; step < 80; ++step) {
      run.step();
      REQUIRE(run.shop.counts() == run.counted());
    }
    run.shop.bench.check_rebuild();
  }
}
