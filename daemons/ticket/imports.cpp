#include "daemons/ticket/imports.h"

#include <algorithm>
#include <map>
#include <set>
#include <variant>

#include "common/base/csv.h"
#include "common/base/zones.h"
#include "daemons/ticket/attendees.h"
#include "daemons/ticket/basket.h"
#include "daemons/ticket/catalogue.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/import_lines.h"
#include "daemons/ticket/repricing.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::Attendee;
using api::ticket::Buyer;
using api::ticket::Imported;
using api::ticket::ImportFault;
using api::ticket::ImportProgress;
using api::ticket::ImportReport;
using api::ticket::ImportTickets;
using api::ticket::kOrderTicketsMax;
using api::ticket::kQuantityMax;
using api::ticket::ReadImports;
using api::ticket::TypeChanged;

namespace {

// A line that becomes a ticket.
struct NewTicket {
  const ImportLine* line;
  Id ticket_type_id;
  int64_t price;
};

// What is free while the lines of one import take places, one after the other.
class Places {
 public:
  Places(const Rows& rows, bool may_raise) : rows_(rows), may_raise_(may_raise) {}

  // A place of the type and of each of its quotas; false: one of them has none.
  bool take(const Id& ticket_type_id) {
    auto& own = stock(ticket_type_id);
    const bool has_own = own.free > 0 || (may_raise_ && own.total - own.free < kQuantityMax);
    const bool fits = has_own && std::all_of(own.quota_ids.begin(), own.quota_ids.end(),
                                             [&](const Id& id) { return stock(id).free > 0; });
    if (!fits) return false;
    --own.free;
    for (const auto& id : own.quota_ids) --stock(id).free;
    return true;
  }
  // How many places a type is short of by now.
  int64_t shortage(const Id& ticket_type_id) {
    return std::max<int64_t>(0, -stock(ticket_type_id).free);
  }

 private:
  StockRow& stock(const Id& id) {
    const auto at = stocks_.find(id);
    return at != stocks_.end() ? at->second
                               : stocks_.emplace(id, find_stock(rows_, id)).first->second;
  }

  const Rows& rows_;
  bool may_raise_;
  std::map<Id, StockRow> stocks_;
};

// Judges the lines of one request.
class Judge {
  using Type = std::pair<Id, TypeRow>;

 public:
  Judge(const Rows& rows, const ImportTickets& message, const EventRow& event, UnixMillis now)
      : rows_(rows),
        now_(now),
        event_id_(message.event_id),
        decimals_(currency_decimals(event.terms.currency).value_or(2)),
        has_dates_(event.dates.has_value()),
        types_(types_of_event(rows, message.event_id)),
        places_(rows, message.raise_capacity) {
    for (const auto& [id, type] : types_) {
      starts_.push_back(type.terms.date_id
                            ? local_text(event.terms.timezone,
                                         date_of(rows, *type.terms.date_id).terms.starts_at.ms)
                            : std::nullopt);
    }
  }

  void take(const ImportLine& line, ImportReport& report) {
    if (rows_.has(ImportedRow::table, imported_key(event_id_, line.code, line.position))) {
      ++report.known;
      return;
    }
    ImportFault fault{line.line, {}, {}, {}};
    if (auto ticket = find_ticket(line, fault)) {
      tickets_.push_back(*ticket);
      ++report.imported;
    } else {
      report.faults.push_back(std::move(fault));
    }
  }

  // What types must grow by for the tickets to have their places.
  void raise_types(const EventRow& event, Effects& effects) {
    for (const auto& [id, type] : types_) {
      const auto shortage = places_.shortage(id);
      if (shortage == 0) continue;
      effects.record(TypeChanged{.organization_id = event.organization_id,
                                 .event_id = event_id_,
                                 .ticket_type_id = id,
                                 .terms = type.terms,
                                 .quantity = find_stock(rows_, id).total + shortage});
    }
  }
  const std::vector<NewTicket>& tickets() const { return tickets_; }

 private:
  // Why no type of that name is the line's.
  enum class Missing { name, date, which };

  static bool has_title(const TypeRow& type, const std::string& title) {
    const auto& text = type.terms.title;
    return text.plain == title ||
           std::any_of(text.by_language.begin(), text.by_language.end(),
                       [&](const auto& words) { return words.second == title; });
  }

  // When the line's date starts on the event's wall; nothing: it does not tell, or the event takes
  // place once.
  std::optional<std::string> start_of(const ImportLine& line) const {
    if (!has_dates_ || line.starts.size() < 16) return std::nullopt;
    auto wall = line.starts.substr(0, 16);  // "2027-03-28 20:00:00"
    wall[10] = 'T';
    return wall;
  }

  // The type of that name; of several, that of the line's date, else that of the whole event.
  std::variant<const Type*, Missing> find_type(const ImportLine& line) const {
    const auto title =
        line.variation.empty() ? line.product : line.product + " - " + line.variation;
    const auto starts = start_of(line);
    const Type* whole = nullptr;
    const Type* dated = nullptr;
    int named = 0;
    for (size_t i = 0; i < types_.size(); ++i) {
      if (!has_title(types_[i].second, title)) continue;
      ++named;
      const bool fits = starts_[i] && (!starts || *starts_[i] == *starts);
      if (fits && !dated) dated = &types_[i];
      if (!starts_[i] && !whole) whole = &types_[i];
    }
    if (!starts && named > 1 && dated) return Missing::which;
    if (const auto* found = dated ? dated : whole) return found;
    return named > 0 ? Missing::date : Missing::name;
  }

  static std::pair<std::string_view, std::string> words_of(Missing missing) {
    switch (missing) {
      case Missing::name:
        return {"unknown_ticket_type",
                "must be the name of a ticket type; with a variation, \"product - variation\""};
      case Missing::date: return {"unknown_date", "is the name of ticket types for other dates"};
      case Missing::which: break;
    }
    return {"unknown_date", "is for several dates; the column Start date must say which"};
  }

  std::optional<NewTicket> find_ticket(const ImportLine& line, ImportFault& fault) {
    const auto blame = [&](std::string_view column, std::string_view reason, std::string detail) {
      fault.column = column;
      fault.reason = reason;
      fault.detail = std::move(detail);
      return std::nullopt;
    };
    if (seen_.count({line.code, line.position}) > 0) {
      return blame("Position ID", "twice", "stands in the file twice");
    }
    const auto found = find_type(line);
    if (const auto* missing = std::get_if<Missing>(&found)) {
      auto [reason, detail] = words_of(*missing);
      return blame("Product", reason, std::move(detail));
    }
    const auto* type = std::get<const Type*>(found);
    if (const auto fit = check_date_to_come(rows_, type->second.terms, now_); !fit) {
      return blame("Product", fit.error().reason, fit.error().detail);
    }
    const auto price = line.price ? read_amount(*line.price, decimals_)
                                  : std::optional(type->second.terms.price.amount);
    if (!price || *price > kMoneyMax / kOrderTicketsMax) {
      return blame("Price", "bad_price", "must be an amount in the event's currency");
    }
    if (!places_.take(type->first)) {
      return blame("Product", "sold_out", "has no place left, in the type or in a quota");
    }
    seen_.insert({line.code, line.position});
    return NewTicket{&line, type->first, *price};
  }

  const Rows& rows_;
  UnixMillis now_;
  const Id& event_id_;
  int decimals_;
  bool has_dates_;
  std::vector<Type> types_;
  std::vector<std::optional<std::string>> starts_;  // Of each: of its date, on the wall.
  Places places_;
  std::set<std::pair<std::string, std::string>> seen_;
  std::vector<NewTicket> tickets_;
};

// The tickets of each order code, those of one type and price together, as codes came first.
std::vector<std::vector<NewTicket>> by_order(const std::vector<NewTicket>& tickets) {
  std::vector<std::vector<NewTicket>> orders;
  std::map<std::string, size_t> index;
  for (const auto& ticket : tickets) {
    auto at = index.try_emplace(ticket.line->code, orders.size()).first;
    if (at->second == orders.size()) orders.emplace_back();
    if (orders[at->second].size() == static_cast<size_t>(kOrderTicketsMax)) {
      at->second = orders.size();
      orders.emplace_back();
    }
    orders[at->second].push_back(ticket);
  }
  for (auto& order : orders) {
    std::stable_sort(order.begin(), order.end(), [](const NewTicket& a, const NewTicket& b) {
      return std::tie(a.ticket_type_id, a.price) < std::tie(b.ticket_type_id, b.price);
    });
  }
  return orders;
}

std::vector<Line> lines_of_order(const std::vector<NewTicket>& tickets) {
  std::vector<StandingTicket> standing;
  standing.reserve(tickets.size());
  for (const auto& ticket : tickets) standing.push_back({{}, ticket.ticket_type_id, ticket.price});
  auto lines = lines_of(standing);
  for (auto& line : lines) line.total = line.unit_price * line.quantity;
  return lines;
}

// Who bought an order, as far as its lines tell.
std::optional<Buyer> buyer_of(const std::vector<NewTicket>& tickets) {
  for (const auto& ticket : tickets) {
    const auto& line = *ticket.line;
    const auto& email = line.email.empty() ? line.attendee_email : line.email;
    if (email.empty()) continue;
    return Buyer{email, line.attendee_name.empty() ? email : line.attendee_name};
  }
  return std::nullopt;
}

void keep_attendees(const Id& order_id, const std::vector<NewTicket>& tickets, Effects& effects) {
  for (size_t i = 0; i < tickets.size(); ++i) {
    const auto& line = *tickets[i].line;
    Attendee attendee;
    if (!line.attendee_name.empty()) attendee.full_name = line.attendee_name;
    if (!line.attendee_email.empty()) attendee.email = line.attendee_email;
    if (!attendee.full_name && !attendee.email) continue;
    effects.keep(attendee_key(order_id, i), encode(attendee));
  }
}

void import_order(const Context& context, const EventRow& event, const Id& event_id,
                  const std::vector<NewTicket>& tickets, const OrderKeys& keys, Effects& effects) {
  const Id order_id = context.fresh_id();
  const auto buyer = buyer_of(tickets);
  OrderRow order{.event_id = event_id, .code = tickets[0].line->code};
  order.buyer = buyer_hash(keys.mail_index, buyer ? buyer->email : order_id.text());
  order.lines = lines_of_order(tickets);
  order.total = {total_of(order.lines), event.terms.currency};
  order.created_at = {context.now};
  make_paid(order, context);
  effects.record(sold_fact(event.organization_id, order_id, order, context.now));
  Imported fact{.organization_id = event.organization_id,
                .event_id = event_id,
                .order_id = order_id,
                .tickets = {},
                .person_id = context.person->person_id,
                .at = {context.now}};
  for (size_t i = 0; i < tickets.size(); ++i) {
    fact.tickets.push_back({order.ticket_ids[i], tickets[i].line->position});
  }
  effects.record(fact);
  if (buyer) effects.keep(vault_key(order_id), encode(*buyer));
  keep_attendees(order_id, tickets, effects);
}

}  // namespace

Decided<ImportReport> decide_import(const Rows& rows, const Context& context,
                                    const ImportTickets& message, const OrderKeys& keys) {
  const auto event = find_own_event(rows, context.person, message.event_id, Role::manager);
  if (!event) return event.error();
  if (const auto fit = check_not_over(*event, context.now); !fit) return fit.error();
  const auto* file = std::any_cast<ImportFile>(&context.prepared);
  CHECK_INVARIANT(file);
  Decision<ImportReport> decision;
  auto& report = decision.answer;
  report.dry_run = message.dry_run;
  report.lines = file->count;
  report.faults = file->faults;
  Judge judge(rows, message, *event, context.now);
  for (const auto& line : file->lines) judge.take(line, report);
  std::sort(report.faults.begin(), report.faults.end(),
            [](const ImportFault& a, const ImportFault& b) { return a.line < b.line; });
  if (message.dry_run) return decision;
  judge.raise_types(*event, decision);
  for (const auto& tickets : by_order(judge.tickets())) {
    import_order(context, *event, message.event_id, tickets, keys, decision);
  }
  return decision;
}

Result<ImportProgress> read_imports(const Reader& reader, const ReadImports& message) {
  const auto event = find_own_event(reader.rows, reader.person, message.event_id, Role::viewer);
  if (!event) return event.error();
  ImportProgress progress;
  if (const auto row = reader.rows.find<ImportsRow>(message.event_id.view())) {
    progress = {row->tickets, row->orders, row->last_at};
  }
  return progress;
}

void apply(Rows& rows, const Imported& fact) {
  const auto order = rows.find<OrderRow>(fact.order_id.view());
  CHECK_INVARIANT(order);
  for (const auto& ticket : fact.tickets) {
    rows.save(imported_key(fact.event_id, order->code, ticket.position),
              ImportedRow{ticket.ticket_id});
  }
  auto progress = rows.find<ImportsRow>(fact.event_id.view()).value_or(ImportsRow{});
  progress.tickets += static_cast<int64_t>(fact.tickets.size());
  ++progress.orders;
  progress.last_at = fact.at;
  rows.save(fact.event_id.view(), progress);
}

}  // namespace bilten::ticket
