#include "daemons/payment/statement_files.h"

#include <algorithm>
#include <map>

#include "common/base/csv.h"
#include "common/crypto/crypto.h"

namespace bilten::payment {

using api::payment::ImportStatement;
using api::payment::kMovementDigestBytes;
using api::payment::kMovementsAtOnce;

namespace {

constexpr size_t kOrderCodeSize = 10;  // Of the ticket service's codes.

// Banks part text by spaces, line ends and dashes of their own, and some write it in capitals.
std::string letters_of(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) letters += c;
    if (c >= 'a' && c <= 'z') letters += static_cast<char>(c - 'a' + 'A');
  }
  return letters;
}

void add_orders(const Rows& rows, const Id& organization_id, std::string_view text,
                std::vector<Id>& order_ids) {
  const auto letters = letters_of(text);
  for (size_t at = 0; at + kOrderCodeSize <= letters.size(); ++at) {
    const auto code = std::string_view(letters).substr(at, kOrderCodeSize);
    const auto row = rows.find<TransferCodeRow>(transfer_code_key(organization_id, code));
    if (!row) continue;
    const bool is_known =
        std::find(order_ids.begin(), order_ids.end(), row->order_id) != order_ids.end();
    if (!is_known) order_ids.push_back(row->order_id);
  }
}

// All that the file says of a movement. Banks' own references are not enough: some write the same
// one for each.
std::string identity_of(const BankMovement& movement) {
  std::string identity = std::to_string(movement.booked_at) + '\0' +
                         std::to_string(movement.amount.amount) + movement.amount.currency;
  for (const auto* part : {&movement.reference, &movement.text, &movement.name}) {
    identity.append(1, '\0').append(*part);
  }
  return identity;
}

Result<BankStatement> read_file(const ImportStatement& message) {
  std::string_view file = message.raw_body.data;
  auto start = file;
  if (start.starts_with(kByteOrderMark)) start.remove_prefix(kByteOrderMark.size());
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
  return start.starts_with('<') ? read_camt(file)
                                : read_bank_csv(file, message.currency.value_or(""));
}

}  // namespace

Result<StatementFile> read_statement(const Rows& rows, std::string_view digest_key,
                                     const ImportStatement& message) {
  auto statement = read_file(message);
  if (!statement) return statement.error();
  StatementFile file;
  file.faults = std::move(statement->faults);
  std::map<std::string, int64_t> turns;  // How many of one identity there were.
  int64_t count = 0;
  for (auto& movement : statement->movements) {
    if (movement.amount.amount <= 0) {
      ++file.outgoing;
      continue;
    }
    auto identity = identity_of(movement);
    const auto turn = ++turns[identity];
    if (count++ < message.from) continue;
    if (file.incoming.size() == static_cast<size_t>(kMovementsAtOnce)) {
      file.has_more = true;
      continue;
    }
    auto& incoming = file.incoming.emplace_back();
    identity += '\0' + std::to_string(turn);
    incoming.digest =
        crypto::keyed_hash(digest_key, "bank movement", identity).substr(0, kMovementDigestBytes);
    for (const auto* text : {&movement.text, &movement.reference}) {
      add_orders(rows, message.organization_id, *text, incoming.order_ids);
    }
    incoming.movement = std::move(movement);
  }
  return file;
}

std::optional<Id> find_order_of_code(const Rows& rows, const Id& organization_id,
                                     std::string_view code) {
  const auto row = rows.find<TransferCodeRow>(transfer_code_key(organization_id, letters_of(code)));
  if (!row) return std::nullopt;
  return row->order_id;
}

}  // namespace bilten::payment
