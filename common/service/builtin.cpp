#include "common/service/builtin.h"

#include "common/process/metrics.h"
#include "common/process/trace.h"

namespace bilten {

namespace {

// Of a page as it travels, below kBodyMax; and what a fact takes beside its name and body.
constexpr size_t kPageMax = 900'000;
constexpr size_t kEntryOverhead = 200;

Error history_differs() {
  return {Code::conflict, "history_differs",
          "The reader has taken facts that this journal does not hold at their positions: one of "
          "the two was restored or copied. An operator must decide (feeds.accept)."};
}

mesh::JournalEntry entry_of(JournalFact fact) {
  return {.seq = static_cast<int64_t>(fact.seq),
          .at = {fact.at},
          .name = std::move(fact.name),
          .body = {std::move(fact.body)},
          .hash = {std::string(fact.hash.begin(), fact.hash.end())},
          .traceparent = {std::move(fact.traceparent)}};
}

}  // namespace

mesh::JournalHead public_head(const Head& head) {
  return {.epoch = static_cast<int64_t>(head.epoch),
          .seq = static_cast<int64_t>(head.public_seq),
          .hash = {std::string(head.public_hash.begin(), head.public_hash.end())},
          .epoch_seq = head.epoch_seq ? static_cast<int64_t>(*head.epoch_seq) : -1,
          .epoch_hash = {std::string(head.epoch_hash.begin(), head.epoch_hash.end())}};
}

Result<mesh::JournalPage> read_journal(const Snapshot& snapshot, const mesh::JournalRead& request) {
  const Head head = snapshot.head();
  if (request.epoch != 0 && static_cast<uint64_t>(request.epoch) != head.epoch) {
    return Error{Code::conflict, "epoch_changed",
                 "This journal has another epoch: it was restored. An operator must decide "
                 "(feeds.accept)."};
  }
  const auto after = static_cast<uint64_t>(request.after);
  if (after > head.public_seq) return history_differs();
  if (after > 0 && !request.hash_at_after.data.empty()) {
    const auto hash = snapshot.hash_at(after);
    if (!hash || request.hash_at_after.data != std::string_view(hash->data(), hash->size())) {
      return history_differs();
    }
  }
  auto facts = snapshot.journal(after, request.bytes_max, true);
  if (!facts) return facts.error();
  mesh::JournalPage page{.head = public_head(head), .facts = {}};
  size_t bytes = 0;
  for (auto& fact : *facts) {
    bytes += fact.name.size() + fact.body.size() + kEntryOverhead;
    if (bytes > kPageMax && !page.facts.empty()) break;
    page.facts.push_back(entry_of(std::move(fact)));
  }
  return page;
}

Builtin::Builtin(const Table& table, Store& store)
    : prefix_(table.name() + "."), contract_(encode(table.description())), store_(store) {}

std::optional<Builtin::What> Builtin::what(std::string_view name) const {
  if (!name.starts_with(prefix_)) return std::nullopt;
  name.remove_prefix(prefix_.size());
  if (name == "$contract") return What::contract;
  if (name == "$metrics") return What::metrics;
  if (name == "$trace") return What::trace;
  if (name == "journal.head") return What::journal_head;
  if (name == "journal.read") return What::journal_read;
  return std::nullopt;
}

Result<std::string> Builtin::answer(std::string_view name, std::string_view body) const {
  switch (what(name).value()) {
    case What::contract: return contract_;
    case What::metrics: return encode(mesh::MetricsText{metrics_text()});
    case What::trace: return answer_trace(body);
    case What::journal_head: return encode(public_head(store_.snapshot()->head()));
    case What::journal_read: break;
  }
  const auto request = decode<mesh::JournalRead>(body);
  if (!request) return request.error();
  const auto page = read_journal(*store_.snapshot(), *request);
  if (!page) return page.error();
  return encode(*page);
}

}  // namespace bilten
