// Proofs over a whole store: the journal's chain, and that rows are what the journal makes of them.
#include "common/base/text.h"
#include "common/store/keyed_rows.h"
#include "common/store/view.h"

namespace bilten {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

// Hands every fact to `take`, in order; an error names the first that is wrong.
template <class Take>
Result<VerifyReport> each_fact(const Snapshot& snapshot, const Take& take) {
  VerifyReport report{.facts = 0, .head = snapshot.head()};
  Hash32 hash{}, public_hash{};
  uint64_t public_seq = 0;
  while (report.facts < report.head.seq) {
    const auto facts = snapshot.journal(report.facts, kChunkBytes, false);
    if (!facts) return facts.error();
    for (const auto& fact : *facts) {
      // By look-up too, not only in passing: a look-up goes through other pages of the index.
      if (snapshot.hash_at(fact.seq) != fact.hash) {
        return journal_damaged(fact.seq, "it is there but cannot be looked up");
      }
      hash = fact.hash;
      if (fact.is_public) {
        public_seq = fact.seq;
        public_hash = fact.hash;
      }
      take(fact);
      ++report.facts;
    }
  }
  if (hash != report.head.hash || public_seq != report.head.public_seq ||
      public_hash != report.head.public_hash ||
      transaction_of(snapshot).count(engine::Table::journal) != report.facts) {
    return journal_damaged(report.head.seq, "the head names another last fact");
  }
  return report;
}

const KeyedRows& keyed(const Rows& rows) {
  const auto* keyed = dynamic_cast<const KeyedRows*>(&rows);
  CHECK_INVARIANT(keyed);
  return *keyed;
}

// The first whole key at which two sets of rows differ.
std::optional<std::string> first_difference(const Rows& a, const Rows& b) {
  std::optional<std::string> different;
  std::string from;
  const auto next_of_b = [&](std::string_view key, std::string_view value) {
    std::optional<std::pair<std::string, std::string>> next;
    keyed(b).walk_all(from, [&](std::string_view found, std::string_view bytes) {
      next.emplace(found, bytes);
      return false;
    });
    if (next && next->first == key && next->second == value) return true;
    different = next && next->first < key ? next->first : std::string(key);
    return false;
  };
  keyed(a).walk_all("", [&](std::string_view key, std::string_view value) {
    if (!next_of_b(key, value)) return false;
    from = std::string(key) + '\0';  // The next key there can be.
    return true;
  });
  if (different) return different;
  keyed(b).walk_all(from, [&](std::string_view key, std::string_view) {
    different = key;
    return false;
  });
  return different;
}

Error damaged_record(engine::Table table, std::string_view key, const char* why) {
  return {Code::internal, "store_damaged",
          "table " + std::string(name_of(table)) + ", key " + hex(key) + ": " + why +
              "; restore the folder from a backup, nothing was skipped or changed"};
}

Status verify_table(const engine::Read& read, engine::Table table) {
  std::string last;
  const char* fault = nullptr;
  uint64_t count = 0;
  const bool readable = read.walk(table, "", [&](std::string_view key, std::string_view stored) {
    const bool in_order = count == 0 || key > last;
    last = key;
    if (!in_order) {
      fault = "it is out of order";
    } else if (!engine::without_checksum(table, key, stored)) {
      fault = "its checksum is wrong";
    } else if (read.get(table, key) != stored) {
      fault = "it is there but cannot be looked up";
    }
    ++count;
    return fault == nullptr;
  });
  if (fault) return damaged_record(table, last, fault);
  if (!readable) return damaged_record(table, last, "what follows it cannot be read");
  if (count != read.count(table)) return damaged_record(table, last, "records are missing");
  return Done{};
}

std::string place_of(std::string_view whole_key) {
  const auto end_of_table = whole_key.find('\0');
  return "table " + std::string(whole_key.substr(0, end_of_table)) + ", key " +
         hex(whole_key.substr(end_of_table + 1));
}

}  // namespace

Result<VerifyReport> verify_journal(const Snapshot& snapshot) {
  return each_fact(snapshot, [](const JournalFact&) {});
}

Result<VerifyReport> verify_rebuild(const Snapshot& snapshot, const ApplyFact& apply) {
  const auto rebuilt = memory_rows();
  auto report = each_fact(snapshot, [&](const JournalFact& fact) { apply(*rebuilt, fact); });
  if (!report) return report;
  if (const auto key = first_difference(snapshot.rows(), *rebuilt)) {
    return Error{Code::internal, "rows_differ",
                 "the rows differ from a rebuild, first at " + place_of(*key)};
  }
  return report;
}

Status verify_records(const Snapshot& snapshot) {
  const auto& read = transaction_of(snapshot);
  for (size_t i = 0; i < engine::kTables; ++i) {
    const auto table = static_cast<engine::Table>(i);
    if (auto status = verify_table(read, table); !status) return status;
  }
  return Done{};
}

bool same_rows(const Rows& a, const Rows& b) {
  return !first_difference(a, b);
}

}  // namespace bilten
