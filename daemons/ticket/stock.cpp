#include "daemons/ticket/stock.h"

#include <algorithm>
#include <map>

namespace bilten::ticket {
namespace {

using Place = int64_t StockRow::*;

void save_checked(Rows& rows, const Id& stock_id, const StockRow& stock) {
  CHECK_INVARIANT(stock.free >= 0 && stock.held >= 0 && stock.sold >= 0);
  CHECK_INVARIANT(stock.total == stock.free + stock.held + stock.sold);
  rows.save(stock_id.view(), stock);
}

void move_one(Rows& rows, const Id& stock_id, const StockRow& before, int64_t count, Place from,
              Place to) {
  auto after = before;
  after.*from -= count;
  after.*to += count;
  save_checked(rows, stock_id, after);
}

// Due at once: whatever the time is.
void wake(Rows& rows, const Id& ticket_type_id, const StockRow& stock) {
  if (stock.waiting > 0) rows.set_timer(kWaitingTimer, ticket_type_id.view(), 0);
}

void wake_all(Rows& rows, const std::vector<Id>& ticket_type_ids) {
  for (const auto& type_id : ticket_type_ids) wake(rows, type_id, find_stock(rows, type_id));
}

// What a quota gets back may be what another of its types is waited for.
void wake_quota(Rows& rows, const Id& quota_id, const StockRow& stock) {
  if (stock.waiting == 0) return;
  const auto quota = rows.find<QuotaRow>(quota_id.view());
  CHECK_INVARIANT(quota);
  wake_all(rows, quota->terms.ticket_type_ids);
}

void move(Rows& rows, const std::vector<Line>& lines, Place from, Place to) {
  const bool frees = to == &StockRow::free;
  for (const auto& line : lines) {
    const auto own = find_stock(rows, line.ticket_type_id);
    move_one(rows, line.ticket_type_id, own, line.quantity, from, to);
    if (frees) wake(rows, line.ticket_type_id, own);
    for (const auto& quota_id : own.quota_ids) {
      const auto quota = find_stock(rows, quota_id);
      move_one(rows, quota_id, quota, line.quantity, from, to);
      if (frees) wake_quota(rows, quota_id, quota);
    }
  }
}

bool has(const std::vector<Id>& ids, const Id& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

void tie(Rows& rows, const Id& quota_id, const std::vector<Id>& ticket_type_ids) {
  for (const auto& type_id : ticket_type_ids) {
    auto own = find_stock(rows, type_id);
    if (has(own.quota_ids, quota_id)) continue;
    own.quota_ids.push_back(quota_id);
    save_checked(rows, type_id, own);
  }
}

void untie(Rows& rows, const Id& quota_id, const std::vector<Id>& ticket_type_ids) {
  for (const auto& type_id : ticket_type_ids) {
    auto own = find_stock(rows, type_id);
    std::erase(own.quota_ids, quota_id);
    save_checked(rows, type_id, own);
  }
}

int64_t least_free(const Rows& rows, const StockRow& own, int64_t added) {
  int64_t least = own.free + added;
  for (const auto& id : own.quota_ids) least = std::min(least, find_stock(rows, id).free);
  return least;
}

}  // namespace

StockRow find_stock(const Rows& rows, const Id& stock_id) {
  const auto stock = rows.find<StockRow>(stock_id.view());
  CHECK_INVARIANT(stock);
  return *stock;
}

int64_t available(const Rows& rows, const Id& ticket_type_id, int64_t added) {
  const auto own = find_stock(rows, ticket_type_id);
  return own.waiting > 0 ? 0 : least_free(rows, own, added);
}

int64_t available_in_line(const Rows& rows, const Id& ticket_type_id) {
  return least_free(rows, find_stock(rows, ticket_type_id), 0);
}

std::optional<Shortage> find_shortage(const Rows& rows, const std::vector<Line>& lines,
                                      const std::vector<Line>& released) {
  std::map<Id, int64_t> free;  // By stock, with what `released` gives and earlier lines take.
  const auto each_stock = [&](const Id& ticket_type_id, auto use) {
    const auto own = find_stock(rows, ticket_type_id);
    // What is free and waited for is for who waits.
    use(free.try_emplace(ticket_type_id, own.waiting > 0 ? 0 : own.free).first->second);
    for (const auto& id : own.quota_ids) {
      auto at = free.find(id);
      if (at == free.end()) at = free.emplace(id, find_stock(rows, id).free).first;
      use(at->second);
    }
  };
  for (const auto& line : released) {
    each_stock(line.ticket_type_id, [&](int64_t& left) { left += line.quantity; });
  }
  for (const auto& line : lines) {
    int64_t least = INT64_MAX;
    each_stock(line.ticket_type_id, [&](int64_t& left) {
      left -= line.quantity;
      least = std::min(least, left);
    });
    if (least < 0) return Shortage{line.ticket_type_id, least + line.quantity};
  }
  return std::nullopt;
}

int64_t free_in_event(const Rows& rows, const Id& event_id, const std::set<Id>& closed) {
  int64_t all = 0;
  std::map<Id, int64_t> limited;  // By quota: what is free of the types under it.
  rows.scan<TypeOfEvent>(event_id.view(), {}, SIZE_MAX,
                         [&](std::string_view key, const TypeOfEvent&) {
                           const auto type_id = *Id::from_bytes(key.substr(16));
                           if (closed.contains(type_id)) return true;
                           const auto own = find_stock(rows, type_id);
                           // What is free and waited for is for who waits.
                           const auto free = own.waiting > 0 ? 0 : own.free;
                           all += free;
                           for (const auto& id : own.quota_ids) limited[id] += free;
                           return true;
                         });
  int64_t least = all;
  for (const auto& [quota_id, under] : limited) {
    least = std::min(least, all - under + find_stock(rows, quota_id).free);
  }
  return least;
}

Taken taken_of(const Rows& rows, const std::vector<Id>& ticket_type_ids) {
  Taken taken;
  for (const auto& type_id : ticket_type_ids) {
    const auto own = find_stock(rows, type_id);
    taken.held += own.held;
    taken.sold += own.sold;
    taken.waiting += own.waiting;
  }
  return taken;
}

void set_total(Rows& rows, const Id& ticket_type_id, int64_t total) {
  auto stock = rows.find<StockRow>(ticket_type_id.view()).value_or(StockRow{});
  stock.total = total;
  stock.free = total - stock.held - stock.sold;
  save_checked(rows, ticket_type_id, stock);
  wake(rows, ticket_type_id, stock);
}

void add_waiting(Rows& rows, const Id& ticket_type_id, int64_t count) {
  auto own = find_stock(rows, ticket_type_id);
  own.waiting += count;
  CHECK_INVARIANT(own.waiting >= 0);
  save_checked(rows, ticket_type_id, own);
  for (const auto& quota_id : own.quota_ids) {
    auto quota = find_stock(rows, quota_id);
    quota.waiting += count;
    CHECK_INVARIANT(quota.waiting >= 0);
    save_checked(rows, quota_id, quota);
  }
}

void set_quota(Rows& rows, const Id& quota_id, const QuotaTerms& terms) {
  if (const auto before = rows.find<QuotaRow>(quota_id.view())) {
    untie(rows, quota_id, before->terms.ticket_type_ids);
    wake_all(rows, before->terms.ticket_type_ids);
  }
  tie(rows, quota_id, terms.ticket_type_ids);
  const auto taken = taken_of(rows, terms.ticket_type_ids);
  const auto free = terms.quantity - taken.held - taken.sold;
  save_checked(rows, quota_id,
               {.total = terms.quantity,
                .free = free,
                .held = taken.held,
                .sold = taken.sold,
                .waiting = taken.waiting});
  wake_all(rows, terms.ticket_type_ids);
}

void remove_quota(Rows& rows, const Id& quota_id) {
  const auto quota = rows.find<QuotaRow>(quota_id.view());
  CHECK_INVARIANT(quota);
  untie(rows, quota_id, quota->terms.ticket_type_ids);
  rows.erase<StockRow>(quota_id.view());
  wake_all(rows, quota->terms.ticket_type_ids);
}

void hold(Rows& rows, const std::vector<Line>& lines) {
  move(rows, lines, &StockRow::free, &StockRow::held);
}

void release(Rows& rows, const std::vector<Line>& lines) {
  move(rows, lines, &StockRow::held, &StockRow::free);
}

void sell(Rows& rows, const std::vector<Line>& lines, bool were_held) {
  move(rows, lines, were_held ? &StockRow::held : &StockRow::free, &StockRow::sold);
}

void take_back(Rows& rows, const std::vector<Line>& lines) {
  move(rows, lines, &StockRow::sold, &StockRow::free);
}

}  // namespace bilten::ticket
