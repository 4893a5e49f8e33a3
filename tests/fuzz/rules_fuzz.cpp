// Any bytes as the rules of a check-in list: what decodes is refused with a fault or judges every
// scan alike, twice, and by one of its own groups.
#include <cstdint>
#include <cstring>

#include "daemons/ticket/rules.h"
#include "tests/fuzz/round_trip.h"

namespace {

using namespace bilten;
using namespace bilten::api::ticket;

const std::vector<std::string> kGates{"North", "South"};

// The facts of a scan from the input's first bytes, whatever they are.
ticket::RuleFacts facts_of(std::string_view bytes) {
  std::array<uint8_t, 8> raw{};
  std::memcpy(raw.data(), bytes.data(), std::min(raw.size(), bytes.size()));
  ticket::RuleFacts facts{.ticket_type_id = {}};
  facts.ticket_type_id.bytes[15] = raw[0];
  if (raw[1] < 2) facts.gate = kGates[raw[1]];
  facts.direction = raw[2] % 2 == 0 ? Direction::entry : Direction::exit;
  facts.local = {raw[3], raw[4] % 7, raw[5] * 5};
  facts.entries_total = raw[6];
  facts.entries_today = raw[6] / 2;
  if (raw[7] % 2 == 0) facts.minutes_since_entry = raw[7];
  if (raw[7] % 3 == 0) facts.minutes_since_exit = raw[7];
  return facts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_round_trip<Rules>(bytes);
  check_round_trip<ListTerms>(bytes);
  const auto rules = decode<Rules>(bytes);
  if (!rules) return 0;
  Faults faults;
  const Path root;
  ticket::check_rules(*rules, kGates, root, faults);
  if (!faults.list.empty()) return 0;
  const auto facts = facts_of(bytes.substr(size - std::min<size_t>(size, 8)));
  const auto* against = ticket::rule_against(*rules, facts);
  CHECK_INVARIANT(against == ticket::rule_against(*rules, facts));
  bool is_own = against == nullptr;
  for (const auto& group : rules->any_of) is_own = is_own || against == &group;
  CHECK_INVARIANT(is_own);
  return 0;
}
