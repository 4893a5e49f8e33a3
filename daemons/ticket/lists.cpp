#include "daemons/ticket/lists.h"

#include <algorithm>

#include "daemons/ticket/catalogue.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/doors.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/rules.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::AddCheckInList;
using api::ticket::ChangeCheckInList;
using api::ticket::CheckInListAdded;
using api::ticket::CheckInListChanged;
using api::ticket::CheckInListRemoved;
using api::ticket::CheckInListView;
using api::ticket::kListsPerEventMax;
using api::ticket::kListTermsBytesMax;
using api::ticket::RemoveCheckInList;

namespace {

constexpr size_t kGatesShown = 200;

void check_gates(const std::vector<std::string>& gates, Faults& faults) {
  const Path root, list{&root, "gates"};
  for (size_t i = 1; i < gates.size(); ++i) {
    const auto here = gates.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(gates.begin(), here, *here) != here) {
      faults.add(Path{&list, {}, i}, "stands in the list twice");
    }
  }
}

// What fields alone cannot say.
Status check_terms(const Rows& rows, const Id& event_id, const ListTerms& terms) {
  Faults faults;
  const Path root;
  check_gates(terms.gates, faults);
  if (terms.opens_at && terms.closes_at && *terms.opens_at >= *terms.closes_at) {
    faults.add(Path{&root, "closes_at"}, "must be after opens_at");
  }
  check_rules(terms.rules, terms.gates, Path{&root, "rules"}, faults);
  if (encode(terms).size() > kListTermsBytesMax) {
    faults.add(Path{&root, "rules"}, "make the list's terms longer than " +
                                         std::to_string(kListTermsBytesMax) + " bytes in all");
  }
  if (!faults.list.empty()) return invalid(std::move(faults));
  for (const auto& type_id : terms.ticket_type_ids) {
    const auto type = rows.find<TypeRow>(type_id.view());
    if (!type || type->event_id != event_id) return unknown_ticket_type();
  }
  return check_date_known(rows, event_id, terms.date_id);
}

ListTerms changed_terms(ListTerms terms, const ChangeCheckInList& message) {
  const auto take = [](auto& into, const auto& given) {
    if (given) into = *given;
  };
  take(terms.title, message.title);
  take(terms.ticket_type_ids, message.ticket_type_ids);
  take(terms.gates, message.gates);
  take(terms.zone, message.zone);
  if (message.opens_at) terms.opens_at = message.opens_at;
  if (message.closes_at) terms.closes_at = message.closes_at;
  take(terms.entries_max, message.entries_max);
  take(terms.reentry, message.reentry);
  take(terms.exit_scans, message.exit_scans);
  take(terms.capacity, message.capacity);
  take(terms.show_first_name, message.show_first_name);
  take(terms.admit_by_name, message.admit_by_name);
  take(terms.rules, message.rules);
  if (message.date_id) terms.date_id = message.date_id;
  return terms;
}

// Tickets that the list lets in: what is sold of its types.
int64_t count_sold(const Rows& rows, const ListRow& list) {
  int64_t sold = 0;
  for (const auto& [id, type] : types_of_event(rows, list.event_id)) {
    if (lists_type(list.terms, id, type.terms.date_id)) sold += find_stock(rows, id).sold;
  }
  return sold;
}

std::vector<api::ticket::GateCounts> gate_counts_of(const Rows& rows, const Id& list_id) {
  std::vector<api::ticket::GateCounts> counts;
  rows.scan<GateRow>(list_id.view(), {}, kGatesShown,
                     [&](std::string_view key, const GateRow& gate) {
                       counts.push_back({std::string(key.substr(16)), gate.entered, gate.exited});
                       return true;
                     });
  return counts;
}

bool was_scanned_on(const Rows& rows, const Id& list_id) {
  bool found = false;
  rows.scan<ScanRow>(list_id.view(), {}, 1, [&](std::string_view, const ScanRow&) {
    found = true;
    return false;
  });
  return found;
}

void save_list(Rows& rows, const api::ticket::ListFact& fact) {
  rows.save(fact.check_in_list_id.view(), ListRow{fact.organization_id, fact.event_id, fact.terms});
}

}  // namespace

Decided<CheckInListView> decide_add_list(const Rows& rows, const Context& context,
                                         const AddCheckInList& message) {
  const auto event = find_own_event(rows, context.person, message.event_id, Role::manager);
  if (!event) return event.error();
  const auto fit = check_terms(rows, message.event_id, message);
  if (!fit) return fit.error();
  if (lists_of_event(rows, message.event_id).size() >= kListsPerEventMax) {
    return Error{Code::conflict, "too_many_lists",
                 "An event may have " + std::to_string(kListsPerEventMax) +
                     " check-in lists; change one instead."};
  }
  const Id list_id = context.fresh_id();
  const ListRow list{event->organization_id, message.event_id, message};
  Decision<CheckInListView> decision;
  decision.record(CheckInListAdded{{list.organization_id, list.event_id, list_id, list.terms}});
  decision.answer = view_of_list(rows, list_id, list);
  return decision;
}

Decided<CheckInListView> decide_change_list(const Rows& rows, const Context& context,
                                            const ChangeCheckInList& message) {
  const auto& list_id = message.check_in_list_id;
  auto door = open_door(rows, context.person, list_id, Role::manager);
  if (!door) return door.error();
  auto& list = door->list;
  list.terms = changed_terms(std::move(list.terms), message);
  const auto fit = check_terms(rows, list.event_id, list.terms);
  if (!fit) return fit.error();
  Decision<CheckInListView> decision;
  decision.record(CheckInListChanged{{list.organization_id, list.event_id, list_id, list.terms}});
  tell_if_filling(*door, decision);
  decision.answer = view_of_list(rows, list_id, list);
  return decision;
}

Decided<Nothing> decide_remove_list(const Rows& rows, const Context& context,
                                    const RemoveCheckInList& message) {
  const auto& list_id = message.check_in_list_id;
  const auto door = open_door(rows, context.person, list_id, Role::manager);
  if (!door) return door.error();
  if (was_scanned_on(rows, list_id)) {
    return Error{Code::conflict, "list_in_use",
                 "Tickets were scanned on this list; close it by closes_at instead."};
  }
  Decision<Nothing> decision;
  decision.record(CheckInListRemoved{door->list.organization_id, door->list.event_id, list_id});
  return decision;
}

std::vector<Id> lists_of_event(const Rows& rows, const Id& event_id) {
  std::vector<Id> lists;
  rows.scan<ListOfEvent>(event_id.view(), {}, kListsPerEventMax,
                         [&](std::string_view key, const ListOfEvent&) {
                           lists.push_back(*Id::from_bytes(key.substr(16)));
                           return true;
                         });
  return lists;
}

CheckInListView view_of_list(const Rows& rows, const Id& list_id, const ListRow& list) {
  CheckInListView view;
  static_cast<ListTerms&>(view) = list.terms;
  static_cast<ListCounts&>(view) =
      rows.find<ListCountsRow>(list_id.view()).value_or(ListCountsRow{});
  view.id = list_id;
  view.event_id = list.event_id;
  view.total = count_sold(rows, list);
  view.gate_counts = gate_counts_of(rows, list_id);
  return view;
}

void apply(Rows& rows, const CheckInListAdded& fact) {
  save_list(rows, fact);
  rows.save(key_of(fact.event_id, fact.check_in_list_id), ListOfEvent{});
}

void apply(Rows& rows, const CheckInListChanged& fact) {
  save_list(rows, fact);
  const auto counts = rows.find<ListCountsRow>(fact.check_in_list_id.view());
  if (counts) save_counts(rows, fact.check_in_list_id, fact.terms, *counts);
}

void apply(Rows& rows, const CheckInListRemoved& fact) {
  rows.erase<ListRow>(fact.check_in_list_id.view());
  rows.erase<ListOfEvent>(key_of(fact.event_id, fact.check_in_list_id));
}

}  // namespace bilten::ticket
