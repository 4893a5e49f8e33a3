// Any bytes as a bank's statement, CAMT.053 and CSV: what is taken keeps its bounds, and every
// fault names a line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/base/text.h"
#include "daemons/payment/bank.h"

namespace {

using namespace bilten;
using namespace bilten::payment;

void check(const Result<BankStatement>& read) {
  if (!read) {
    if (read.error().reason != "malformed_file") std::abort();
    return;
  }
  if (read->movements.size() + read->faults.size() > kBankMovementsMax) std::abort();
  for (const auto& fault : read->faults) {
    if (fault.line == 0 || fault.reason.empty()) std::abort();
  }
  for (const auto& movement : read->movements) {
    if (movement.line == 0 || !currency_decimals(movement.amount.currency)) std::abort();
    if (std::llabs(movement.amount.amount) > kMoneyMax) std::abort();
    for (const auto* text : {&movement.text, &movement.reference, &movement.name}) {
      if (text->size() > kBankTextMax || text_fault(*text)) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(read_camt(text));
  check(read_bank_csv(text, "EUR"));
  return 0;
}
