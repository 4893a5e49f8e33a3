#include "daemons/payment/statement_files.h"

#include <algorithm>
#include <map>
#include <set>

#include "common/api/payment_terms.h"
#include "common/base/csv.h"
#include "common/crypto/crypto.h"

namespace bilten::payment {

using api::payment::ImportStatement;
using api::payment::kMovementDigestBytes;
using api::payment::kMovementsAtOnce;
using api::payment::kPaymentMax;

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

// Reads the movements of one file, in their order.
class FileReader {
 public:
  FileReader(const Rows& rows, std::string_view digest_key, const ImportStatement& message,
             StatementFile& file)
      : rows_(rows), key_(digest_key), message_(message), file_(file) {
    file.digest = hashed("bank file", message.raw_body.data);
  }

  void read(std::vector<BankMovement> movements) {
    for (const auto& movement : movements) {
      first_ = std::min(first_, movement.booked_at);
      last_ = std::max(last_, movement.booked_at);
    }
    int64_t count = 0;
    for (auto& movement : movements) {
      if (movement.amount.amount <= 0) {
        ++file_.outgoing;
        continue;
      }
      if (movement.amount.amount > kPaymentMax) {
        file_.faults.push_back({movement.line, "more than any payment may be"});
        continue;
      }
      const auto identity = identity_of(movement);
      const auto turned = identity + '\0' + std::to_string(++turns_[identity]);
      const auto day = day_of(movement.booked_at);
      if (day != DayInFile::inside) note_known(movement.booked_at, identity, turned);
      if (count++ < message_.from) continue;
      if (file_.incoming.size() == static_cast<size_t>(kMovementsAtOnce)) {
        file_.has_more = true;
        continue;
      }
      add(std::move(movement), turned, day);
      identities_.push_back(identity);
    }
    judge_days();
  }

 private:
  std::string hashed(std::string_view what, const std::string& text) const {
    return crypto::keyed_hash(key_, what, text).substr(0, kMovementDigestBytes);
  }

  DayInFile day_of(UnixMillis day) const {
    if (day == first_) return day == last_ ? DayInFile::only : DayInFile::first;
    return day == last_ ? DayInFile::last : DayInFile::inside;
  }

  void note_known(UnixMillis day, const std::string& identity, const std::string& turned) {
    const auto digest = hashed("bank movement", turned);
    const auto seen = rows_.find<MovementSeen>(movement_seen_key(message_.organization_id, digest));
    if (seen && (!seen->file || seen->file->data != file_.digest)) known_[day].insert(identity);
  }

  void add(BankMovement movement, const std::string& turned, DayInFile day) {
    auto& incoming = file_.incoming.emplace_back();
    incoming.digest = hashed("bank movement", turned);
    incoming.digest_here = hashed("bank movement", turned + '\0' + file_.digest);
    incoming.day = day;
    for (const auto* text : {&movement.text, &movement.reference}) {
      add_orders(rows_, message_.organization_id, *text, incoming.order_ids);
    }
    incoming.movement = std::move(movement);
  }

  void judge_days() {
    for (size_t i = 0; i < identities_.size(); ++i) {
      auto& incoming = file_.incoming[i];
      const auto& known = known_[incoming.movement.booked_at];
      incoming.is_day_known = known.size() > known.count(identities_[i]);
    }
  }

  const Rows& rows_;
  const std::string_view key_;
  const ImportStatement& message_;
  StatementFile& file_;
  UnixMillis first_ = INT64_MAX, last_ = INT64_MIN;
  std::map<std::string, int64_t> turns_;  // How many of one identity there were.
  // By day: of which identities there are movements that another file brought.
  std::map<UnixMillis, std::set<std::string>> known_;
  std::vector<std::string> identities_;  // Of file_.incoming.
};

bool begins(DayInFile day) {
  return day == DayInFile::first || day == DayInFile::only;
}
bool ends(DayInFile day) {
  return day == DayInFile::last || day == DayInFile::only;
}

}  // namespace

Result<StatementFile> read_statement(const Rows& rows, std::string_view digest_key,
                                     const ImportStatement& message) {
  auto statement = read_file(message);
  if (!statement) return statement.error();
  StatementFile file;
  file.faults = std::move(statement->faults);
  FileReader(rows, digest_key, message, file).read(std::move(statement->movements));
  return file;
}

bool may_be_another(const MovementSeen& seen, const IncomingMovement& incoming,
                    std::string_view file_digest) {
  const bool is_of_file = seen.file && seen.file->data == file_digest;
  if (is_of_file || incoming.is_day_known) return false;
  return (ends(seen.day) && begins(incoming.day)) || (begins(seen.day) && ends(incoming.day));
}

std::optional<Id> find_order_of_code(const Rows& rows, const Id& organization_id,
                                     std::string_view code) {
  const auto row = rows.find<TransferCodeRow>(transfer_code_key(organization_id, letters_of(code)));
  if (!row) return std::nullopt;
  return row->order_id;
}

}  // namespace bilten::payment
