// The stock: how many tickets there are, and where each of them stands. A type has a stock of its
// own and draws from each quota that limits it as well. Only evolve moves places.
#pragma once

#include <set>
#include <vector>

#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// Of a type or of a quota.
StockRow find_stock(const Rows& rows, const Id& stock_id);

// How many tickets of the type can be had just now: the least of what is free in its own stock and
// in each of its quotas; none while anybody is in line for them. `added`: its own stock is about to
// be so many larger.
int64_t available(const Rows& rows, const Id& ticket_type_id, int64_t added = 0);
// The same for who is in line.
int64_t available_in_line(const Rows& rows, const Id& ticket_type_id);

// The first line that cannot be served, counting what earlier lines take, and what `released` gives
// back before; nothing if all can be. `left` is what there still was for it: where anybody is in
// line for the type, no more than `released` gives.
struct Shortage {
  Id ticket_type_id;
  int64_t left = 0;
};
std::optional<Shortage> find_shortage(const Rows& rows, const std::vector<Line>& lines,
                                      const std::vector<Line>& released = {});

// The most tickets of the event that can be had just now, of all its types together: no more than
// are free of each quota and of the types beside it. `closed`: types that are not sold any more.
int64_t free_in_event(const Rows& rows, const Id& event_id, const std::set<Id>& closed = {});

// What a quota over these types would have held and sold, and how many are in line for them.
struct Taken {
  int64_t held = 0, sold = 0, waiting = 0;
};
Taken taken_of(const Rows& rows, const std::vector<Id>& ticket_type_ids);

// How many are in line for the type: one joins (1), one is served or leaves (-1).
void add_waiting(Rows& rows, const Id& ticket_type_id, int64_t count);

// Places change hands. Each checks that total = free + held + sold still holds and none is
// negative. Where anything becomes free that somebody is in line for, kWaitingTimer is due.
void set_total(Rows& rows, const Id& ticket_type_id, int64_t total);
void set_quota(Rows& rows, const Id& quota_id, const QuotaTerms& terms);
void remove_quota(Rows& rows, const Id& quota_id);
void hold(Rows& rows, const std::vector<Line>& lines);                  // free -> held
void release(Rows& rows, const std::vector<Line>& lines);               // held -> free
void sell(Rows& rows, const std::vector<Line>& lines, bool were_held);  // held or free -> sold
void take_back(Rows& rows, const std::vector<Line>& lines);             // sold -> free

}  // namespace bilten::ticket
