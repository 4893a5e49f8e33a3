#include "daemons/payment/bank.h"

#include <algorithm>
#include <array>

#include "common/base/csv.h"
#include "common/base/text.h"
#include "common/base/time.h"

namespace bilten::payment {
namespace {

enum Column : size_t { kDate, kAmount, kCurrency, kText, kReference, kName, kColumns };

struct Head {
  std::string_view word;
  Column column;
};
constexpr std::array kHeads{
    Head{"date", kDate},          Head{"booking date", kDate},   Head{"buchungstag", kDate},
    Head{"buchungsdatum", kDate}, Head{"date comptable", kDate}, Head{"amount", kAmount},
    Head{"betrag", kAmount},      Head{"montant", kAmount},      Head{"currency", kCurrency},
    Head{"waehrung", kCurrency},  Head{"währung", kCurrency},    Head{"devise", kCurrency},
    Head{"text", kText},          Head{"purpose", kText},        Head{"verwendungszweck", kText},
    Head{"description", kText},   Head{"libellé", kText},        Head{"reference", kReference},
    Head{"referenz", kReference}, Head{"référence", kReference}, Head{"name", kName},
    Head{"counterparty", kName},  Head{"auftraggeber", kName},
};

using Places = std::array<std::optional<size_t>, kColumns>;

Places places_of(const std::vector<std::string>& head) {
  Places places;
  for (size_t i = 0; i < head.size(); ++i) {
    const auto word = lower_ascii(head[i]);
    for (const auto& each : kHeads) {
      if (each.word == word && !places[each.column]) places[each.column] = i;
    }
  }
  return places;
}

std::string cell(const CsvRecord& record, const std::optional<size_t>& place) {
  return place && *place < record.cells.size() ? record.cells[*place] : std::string();
}

// Empty: it was read into `movement`.
std::string read_line(const CsvRecord& record, const Places& places, const std::string& currency,
                      BankMovement& movement) {
  if (record.fault) return record.fault;
  const auto date = read_bank_date(cell(record, places[kDate]));
  if (!date) return "has no date such as 2027-03-28 or 28.03.2027";
  auto code = cell(record, places[kCurrency]);
  if (code.empty()) code = currency;
  if (!currency_decimals(code)) return "has no ISO 4217 currency code";
  const auto amount = read_bank_amount(cell(record, places[kAmount]), code);
  if (!amount) return "has no amount in whole minor units of " + code;
  movement.line = record.line;
  movement.amount = {*amount, code};
  movement.booked_at = *date;
  movement.text = cut_bank_text(cell(record, places[kText]));
  movement.reference = cut_bank_text(cell(record, places[kReference]));
  movement.name = cut_bank_text(cell(record, places[kName]));
  return {};
}

Error bad_file(size_t line, const std::string& reason) {
  return {Code::invalid, "malformed_file", "Line " + std::to_string(line) + ": " + reason + "."};
}

// "28.03.2027" as "2027-03-28"; empty: it is no such date.
std::string turned_date(std::string_view text) {
  const bool is_date =
      text.size() == 10 && (text[2] == '.' || text[2] == '/') && text[5] == text[2];
  if (!is_date) return {};
  return std::string(text.substr(6)) + '-' + std::string(text.substr(3, 2)) + '-' +
         std::string(text.substr(0, 2));
}

}  // namespace

std::string cut_bank_text(std::string text) {
  if (text.size() <= kBankTextMax) return text;
  const auto is_inside = [&](size_t at) { return (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80; };
  size_t end = kBankTextMax;
  while (end > 0 && is_inside(end)) --end;
  text.resize(end);
  return text;
}

std::optional<UnixMillis> read_bank_date(std::string_view text) {
  auto day = turned_date(text);
  if (day.empty()) day = text.substr(0, 10);
  return parse_rfc3339(day + "T00:00:00Z");
}

std::optional<int64_t> read_bank_amount(std::string_view text, std::string_view currency) {
  const auto decimals = currency_decimals(currency);
  if (!decimals) return std::nullopt;
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  // Of two kinds of marks the last is the decimal one; a kind that comes twice parts thousands.
  const auto last = text.find_last_of(".,");
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_mark = text[i] == '.' || text[i] == ',';
    const bool parts_thousands =
        is_mark && (i != last || std::count(text.begin(), text.end(), text[i]) > 1);
    if (!parts_thousands) {
      digits += text[i];
      continue;
    }
    const auto group = text.substr(i + 1, 3);
    const bool is_group = i > 0 && group.size() == 3 &&
                          group.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_group) return std::nullopt;
  }
  const auto amount = read_amount(digits, *decimals);
  if (!amount) return std::nullopt;
  return is_negative ? -*amount : *amount;
}

Result<BankStatement> read_bank_csv(std::string_view csv, const std::string& currency) {
  CsvReader reader(csv);
  CsvRecord record;
  if (!reader.next(record) || record.fault) return bad_file(1, "has no head of columns");
  const auto places = places_of(record.cells);
  if (!places[kDate] || !places[kAmount]) {
    return bad_file(record.line, "the head names no columns date and amount");
  }
  BankStatement statement;
  while (reader.next(record)) {
    if (statement.movements.size() + statement.faults.size() == kBankMovementsMax) {
      return bad_file(record.line, "the file has too many lines; send it in parts");
    }
    BankMovement movement;
    const auto fault = read_line(record, places, currency, movement);
    if (fault.empty()) {
      statement.movements.push_back(std::move(movement));
    } else {
      statement.faults.push_back({record.line, fault});
    }
  }
  return statement;
}

}  // namespace bilten::payment
