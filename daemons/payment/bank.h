// Statements of a bank account, as banks export them: what came in and went out. Readers are pure;
// one bad entry is told by its line and does not stop the rest.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/money.h"
#include "common/base/result.h"

namespace bilten::payment {

inline constexpr size_t kBankMovementsMax = 20'000;
inline constexpr size_t kBankTextMax = 1000;  // Bytes of what a payer wrote; the rest is dropped.

struct BankMovement {
  size_t line = 0;  // Of the file, where it begins.
  Money amount;     // To us positive.
  UnixMillis booked_at = 0;
  std::string text;       // What the payer wrote, all parts of it.
  std::string reference;  // The bank's own, or the payer's end-to-end one; empty: none.
  std::string name;       // Of who paid or was paid: personal.
};

// An entry that was passed over.
struct BankFault {
  size_t line = 0;
  std::string reason;
};

struct BankStatement {
  std::vector<BankMovement> movements;
  std::vector<BankFault> faults;  // As many as movements may be.
};

// ISO 20022 CAMT.053, any version; booked entries alone. Refuses as malformed_file, with the line:
// what is no XML, has a document type or another root, is nested too deep, has too many entries.
Result<BankStatement> read_camt(std::string_view xml);

// CSV with a head that names, in some order, `date`, `amount`, and at will `currency`, `text`,
// `reference`, `name`; German and French heads of banks are known too. `currency`: where the file
// says none. Refuses as malformed_file: a head without date and amount, too many lines.
Result<BankStatement> read_bank_csv(std::string_view csv, const std::string& currency);

// At most kBankTextMax bytes of it, and no part of a character.
std::string cut_bank_text(std::string text);

// "1.234,56", "-1,234.56", "12.5" in minor units of the currency; nothing: no amount, a part of a
// minor unit, an unknown currency.
std::optional<int64_t> read_bank_amount(std::string_view text, std::string_view currency);
// "2027-03-28", "28.03.2027", "28/03/2027", or a moment of RFC 3339: the start of that day, UTC.
std::optional<UnixMillis> read_bank_date(std::string_view text);

}  // namespace bilten::payment
