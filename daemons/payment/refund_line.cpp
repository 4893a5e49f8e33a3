#include "daemons/payment/refund_line.h"

#include <algorithm>

#include "daemons/payment/payments.h"

namespace bilten::payment {
namespace {

std::string line_of(std::string_view account) {
  return std::string(RowKey().text(account).end());
}
std::string place_key(std::string_view account, UnixMillis at, const Id& refund_id) {
  return std::string(RowKey().text(account).end().number(static_cast<uint64_t>(at)).id(refund_id));
}

struct Place {
  UnixMillis at = 0;
  Id refund_id;
};

Place read_place(std::string_view key) {
  Place place;
  for (const char byte : key.substr(key.size() - 24, 8)) {
    place.at = place.at << 8 | static_cast<uint8_t>(byte);
  }
  place.refund_id = *Id::from_bytes(key.substr(key.size() - 16));
  return place;
}

RefundPaceRow pace_of(const Rows& rows, std::string_view account) {
  return rows.find<RefundPaceRow>(account).value_or(RefundPaceRow{});
}

std::string account_of(const Rows& rows, const Id& refund_id) {
  const auto refund = rows.find<RefundRow>(refund_id.view());
  CHECK_INVARIANT(refund);
  return account_name(find_payment(rows, refund->payment_id));
}

void count_call(Rows& rows, std::string_view account, int64_t more) {
  auto pace = pace_of(rows, account);
  pace.under_way += more;
  CHECK_INVARIANT(pace.under_way >= 0);
  rows.save(account, pace);
}

// When the next is taken: nothing is while as many as may be are under way.
void plan_next(Rows& rows, std::string_view account) {
  const auto pace = pace_of(rows, account);
  std::optional<UnixMillis> first;
  rows.scan<RefundInLine>(line_of(account), {}, 1, [&](std::string_view key, const RefundInLine&) {
    first = read_place(key).at;
    return true;
  });
  if (first && pace.under_way < kRefundsAtOnce) {
    rows.set_timer(kRefundLineTimer, account, std::max(*first, pace.not_before.ms));
  } else {
    rows.clear_timer(kRefundLineTimer, account);
  }
}

// Out of the line, or out of its call.
void step_out(Rows& rows, std::string_view account, const Id& refund_id) {
  const auto key = task_key(TaskKind::refund, refund_id);
  const auto task = rows.find<TaskRow>(key);
  if (!task) return;
  CHECK_INVARIANT(task->under_way != task->due_at.has_value());
  if (task->under_way) {
    count_call(rows, account, -1);
    rows.clear_timer(kTaskTimer, key);
  } else {
    rows.erase<RefundInLine>(place_key(account, task->due_at->ms, refund_id));
  }
}

}  // namespace

std::vector<Id> next_in_line(const Rows& rows, std::string_view account, UnixMillis now,
                             int64_t most) {
  std::vector<Id> next;
  const auto room = std::min(most, kRefundsAtOnce - pace_of(rows, account).under_way);
  rows.scan<RefundInLine>(line_of(account), {}, static_cast<size_t>(std::max<int64_t>(0, room)),
                          [&](std::string_view key, const RefundInLine&) {
                            const auto place = read_place(key);
                            if (place.at > now) return false;
                            next.push_back(place.refund_id);
                            return true;
                          });
  return next;
}

void wait_in_line(Rows& rows, const Id& refund_id, int64_t attempts, UnixMillis at) {
  const auto account = account_of(rows, refund_id);
  step_out(rows, account, refund_id);
  rows.save(task_key(TaskKind::refund, refund_id), TaskRow{attempts, false, Instant{at}});
  rows.save(place_key(account, at, refund_id), RefundInLine{});
  plan_next(rows, account);
}

void leave_line_for_call(Rows& rows, const Id& refund_id, int64_t attempts, UnixMillis lease_ends) {
  const auto account = account_of(rows, refund_id);
  step_out(rows, account, refund_id);
  const auto key = task_key(TaskKind::refund, refund_id);
  rows.save(key, TaskRow{attempts, true, {}});
  rows.set_timer(kTaskTimer, key, lease_ends);
  count_call(rows, account, 1);
  plan_next(rows, account);
}

void leave_line(Rows& rows, const Id& refund_id) {
  const auto account = account_of(rows, refund_id);
  step_out(rows, account, refund_id);
  rows.erase<TaskRow>(task_key(TaskKind::refund, refund_id));
  plan_next(rows, account);
}

void apply(Rows& rows, const api::payment::RefundsPaced& fact) {
  auto pace = pace_of(rows, fact.account);
  pace.not_before = std::max(pace.not_before, fact.not_before);
  rows.save(fact.account, pace);
  plan_next(rows, fact.account);
}

}  // namespace bilten::payment
