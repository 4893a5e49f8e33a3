// What an event offers: ticket types, their terms and how many there are.
#include "daemons/ticket/catalogue.h"

#include <algorithm>
#include <utility>

#include "common/base/zones.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/pricing.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::AddType;
using api::ticket::ChangeType;
using api::ticket::TicketTypeView;
using api::ticket::Tier;
using api::ticket::TypeAdded;
using api::ticket::TypeChanged;
using api::ticket::TypeDate;

namespace {

constexpr size_t kTypesScanMax = 1000;  // The upper bound of types_per_event_max.

void check_order_limits(const TypeTerms& terms, Faults& faults) {
  const Path root;
  if (terms.min_per_order > terms.max_per_order) {
    faults.add(Path{&root, "min_per_order"}, "must not be above max_per_order");
  }
  if (terms.max_per_buyer && *terms.max_per_buyer < terms.min_per_order) {
    faults.add(Path{&root, "max_per_buyer"}, "must not be below min_per_order");
  }
  if (terms.sales_starts_at && terms.sales_ends_at &&
      *terms.sales_starts_at >= *terms.sales_ends_at) {
    faults.add(Path{&root, "sales_ends_at"}, "must be after sales_starts_at");
  }
}

void check_prices(const TypeTerms& terms, Faults& faults) {
  const Path root;
  const Path tiers{&root, "tiers"};
  for (size_t i = 0; i < terms.tiers.size(); ++i) {
    const Path tier{&tiers, {}, i};
    if (!terms.tiers[i].until && !terms.tiers[i].up_to) {
      faults.add(tier, "needs until or up_to, or it never ends; let the price be this");
    }
  }
  const Path groups{&root, "group_rates"};
  for (size_t i = 1; i < terms.group_rates.size(); ++i) {
    const Path group{&groups, {}, i};
    if (terms.group_rates[i].from <= terms.group_rates[i - 1].from) {
      faults.add(Path{&group, "from"}, "must be above the one before");
    }
  }
}

bool is_in(const std::string& currency, const TypeTerms& terms) {
  return terms.price.currency == currency &&
         std::all_of(terms.tiers.begin(), terms.tiers.end(),
                     [&](const Tier& tier) { return tier.price.currency == currency; });
}

// Turns the times on the event's wall into instants of the terms.
void take_window(const api::ticket::LocalWindow& window, const EventRow& event, bool has_start,
                 bool has_end, TypeTerms& terms, Faults& faults) {
  const auto take = [&](const std::optional<std::string>& text, bool has_instant, Twice twice,
                        std::string_view member, std::optional<Instant>& into) {
    if (!text) return;
    const Path root;
    const Path path{&root, member};
    if (has_instant) {
      faults.add(path, "stands beside the same time as an instant; give one of the two");
    } else if (const auto at = instant_of(event.terms.timezone, *text, twice)) {
      into = Instant{*at};
    } else {
      faults.add(path, "is no time; write it like 2027-03-28T20:00");
    }
  };
  take(window.sales_starts_local, has_start, Twice::first, "sales_starts_local",
       terms.sales_starts_at);
  take(window.sales_ends_local, has_end, Twice::last, "sales_ends_local", terms.sales_ends_at);
}

// What fields alone cannot say: how they must fit one another, the event and its other types.
Status check_terms(const Rows& rows, const TypeTerms& terms, const Id& event_id,
                   const EventRow& event, const Id& type_id, Faults faults) {
  check_order_limits(terms, faults);
  check_prices(terms, faults);
  if (!faults.list.empty()) return invalid(std::move(faults));
  if (!is_in(event.terms.currency, terms)) {
    return rests_on("event", {Code::unprocessable, "wrong_currency",
                              "The event sells in " + event.terms.currency +
                                  "; give the prices in that currency."});
  }
  for (const auto& host_id : terms.addon_to) {
    const auto host = rows.find<TypeRow>(host_id.view());
    if (host_id == type_id || !host || host->event_id != event_id) return unknown_ticket_type();
  }
  return Done{};
}

TypeTerms changed_terms(TypeTerms terms, const ChangeType& message) {
  const auto change = [](auto& field, const auto& given) {
    if (given) field = *given;
  };
  change(terms.title, message.title);
  change(terms.price, message.price);
  change(terms.min_per_order, message.min_per_order);
  change(terms.max_per_order, message.max_per_order);
  change(terms.max_per_buyer, message.max_per_buyer);
  change(terms.sales_starts_at, message.sales_starts_at);
  change(terms.sales_ends_at, message.sales_ends_at);
  change(terms.visibility, message.visibility);
  change(terms.addon_to, message.addon_to);
  change(terms.tiers, message.tiers);
  change(terms.group_rates, message.group_rates);
  change(terms.tax_rate, message.tax_rate);
  change(terms.tax_included, message.tax_included);
  change(terms.fee_amount, message.fee_amount);
  change(terms.fee_rate, message.fee_rate);
  change(terms.transferable, message.transferable);
  change(terms.refundable, message.refundable);
  if (message.date_id) terms.date_id = message.date_id;
  return terms;
}

// `stock` as it stands, or is about to stand.
TicketTypeView view_of(const Id& type_id, const Id& event_id, const TypeTerms& terms,
                       const StockRow& stock, int64_t available, UnixMillis now) {
  TicketTypeView view;
  static_cast<TypeTerms&>(view) = terms;
  view.id = type_id;
  view.event_id = event_id;
  view.current_price = {current_price(terms, stock.held + stock.sold, now), terms.price.currency};
  view.quantity = stock.total;
  view.available = available;
  return view;
}

// The times on the wall, and the date.
void show_times(const Rows& rows, const EventRow& event, TicketTypeView& view) {
  const auto& timezone = event.terms.timezone;
  if (view.sales_starts_at) {
    view.sales_starts_local = local_text(timezone, view.sales_starts_at->ms);
  }
  if (view.sales_ends_at) view.sales_ends_local = local_text(timezone, view.sales_ends_at->ms);
  if (!view.date_id) return;
  const auto date = date_of(rows, *view.date_id).terms;
  view.date = TypeDate{.starts_at = date.starts_at,
                       .ends_at = date.ends_at,
                       .doors_at = date.doors_at,
                       .starts_local = local_text(timezone, date.starts_at.ms),
                       .label = date.label,
                       .cancelled = date.state == DateState::cancelled};
}

// What is held, sold or waited for stays for the date that it was for.
Status check_date_movable(const StockRow& stock) {
  const auto taken = stock.held + stock.sold + stock.waiting;
  if (taken == 0) return Done{};
  Error error{Code::conflict, "date_in_use",
              "Tickets of this type are held, sold or waited for; add a type for the other date."};
  error.extra = Packer().map(1).text("taken").integer(taken).take();
  return error;
}

}  // namespace

Decided<TicketTypeView> decide_add_type(const Rows& rows, const Context& context,
                                        const AddType& message, const Config& config) {
  const auto event = find_own_event(rows, context.person, message.event_id, Role::manager);
  if (!event) return event.error();
  const Id type_id = context.fresh_id();
  TypeTerms terms = message;
  Faults faults;
  take_window(message, *event, terms.sales_starts_at.has_value(), terms.sales_ends_at.has_value(),
              terms, faults);
  const auto fit = check_terms(rows, terms, message.event_id, *event, type_id, std::move(faults));
  if (!fit) return fit.error();
  if (const auto on = check_type_date(rows, message.event_id, terms); !on) return on.error();
  if (const auto room = check_room_for_types(rows, message.event_id, 1, config); !room) {
    return room.error();
  }
  Decision<TicketTypeView> decision;
  decision.record(TypeAdded{.organization_id = event->organization_id,
                            .event_id = message.event_id,
                            .ticket_type_id = type_id,
                            .terms = terms,
                            .quantity = message.quantity});
  decision.answer = view_of(type_id, message.event_id, terms, {.total = message.quantity},
                            message.quantity, context.now);
  show_times(rows, *event, decision.answer);
  return decision;
}

Result<OwnType> find_own_type(const Rows& rows, const Person* person, const Id& type_id) {
  auto type = rows.find<TypeRow>(type_id.view());
  if (!type) return unknown_ticket_type();
  auto event = rows.find<EventRow>(type->event_id.view());
  CHECK_INVARIANT(event);
  const auto allowed = need_role(rows, person, event->organization_id, Role::manager,
                                 hide_unless_public(*event, unknown_ticket_type()));
  if (!allowed) return allowed.error();
  return OwnType{std::move(*type), std::move(*event)};
}

Status check_type_date(const Rows& rows, const Id& event_id, const TypeTerms& terms) {
  if (const auto known = check_date_known(rows, event_id, terms.date_id); !known) {
    return known.error();
  }
  return check_date_stands(rows, terms);
}

Status check_room_for_types(const Rows& rows, const Id& event_id, size_t more,
                            const Config& config) {
  const auto most = static_cast<size_t>(config.types_per_event_max);
  size_t count = 0;
  rows.scan<TypeOfEvent>(event_id.view(), {}, kTypesScanMax,
                         [&](std::string_view, const TypeOfEvent&) { return ++count > 0; });
  if (count + more <= most) return Done{};
  return Error{Code::conflict, "too_many_types",
               "An event may have " + std::to_string(most) + " ticket types; it has " +
                   std::to_string(count) + ". Change one instead."};
}

Status check_not_below_taken(int64_t quantity, int64_t taken) {
  if (quantity >= taken) return Done{};
  Error error{Code::conflict, "quantity_below_taken",
              std::to_string(taken) + " tickets are held or sold; the quantity cannot be lower."};
  error.extra = Packer().map(1).text("taken").integer(taken).take();
  return error;
}

Decided<TicketTypeView> decide_change_type(const Rows& rows, const Context& context,
                                           const ChangeType& message) {
  const auto own = find_own_type(rows, context.person, message.ticket_type_id);
  if (!own) return own.error();
  const auto& [type, event] = *own;
  auto terms = changed_terms(type.terms, message);
  Faults faults;
  take_window(message, event, message.sales_starts_at.has_value(),
              message.sales_ends_at.has_value(), terms, faults);
  const auto fit =
      check_terms(rows, terms, type.event_id, event, message.ticket_type_id, std::move(faults));
  if (!fit) return fit.error();
  auto stock = find_stock(rows, message.ticket_type_id);
  if (terms.date_id != type.terms.date_id) {
    if (const auto on = check_type_date(rows, type.event_id, terms); !on) return on.error();
    if (const auto free = check_date_movable(stock); !free) return free.error();
  }
  const auto taken = stock.held + stock.sold;
  const auto quantity = message.quantity.value_or(stock.total);
  if (const auto enough = check_not_below_taken(quantity, taken); !enough) return enough.error();
  Decision<TicketTypeView> decision;
  decision.record(TypeChanged{.organization_id = event.organization_id,
                              .event_id = type.event_id,
                              .ticket_type_id = message.ticket_type_id,
                              .terms = terms,
                              .quantity = quantity});
  const auto added = quantity - std::exchange(stock.total, quantity);
  decision.answer = view_of(message.ticket_type_id, type.event_id, terms, stock,
                            available(rows, message.ticket_type_id, added), context.now);
  show_times(rows, event, decision.answer);
  return decision;
}

TicketTypeView view_of_type(const Rows& rows, const Id& type_id, const TypeRow& type,
                            UnixMillis now) {
  auto view = view_of(type_id, type.event_id, type.terms, find_stock(rows, type_id),
                      available(rows, type_id), now);
  const auto event = rows.find<EventRow>(type.event_id.view());
  CHECK_INVARIANT(event);
  show_times(rows, *event, view);
  return view;
}

std::vector<std::pair<Id, TypeRow>> types_of_event(const Rows& rows, const Id& event_id) {
  std::vector<std::pair<Id, TypeRow>> types;
  rows.scan<TypeOfEvent>(event_id.view(), {}, kTypesScanMax,
                         [&](std::string_view key, const TypeOfEvent&) {
                           const auto type_id = Id::from_bytes(key.substr(16));
                           auto type = rows.find<TypeRow>(key.substr(16));
                           CHECK_INVARIANT(type_id && type);
                           types.emplace_back(*type_id, std::move(*type));
                           return true;
                         });
  return types;
}

void apply(Rows& rows, const TypeAdded& fact) {
  rows.save(fact.ticket_type_id.view(), TypeRow{fact.event_id, fact.terms});
  rows.save(key_of(fact.event_id, fact.ticket_type_id), TypeOfEvent{});
  set_total(rows, fact.ticket_type_id, fact.quantity);
}

void apply(Rows& rows, const TypeChanged& fact) {
  auto type = rows.find<TypeRow>(fact.ticket_type_id.view());
  CHECK_INVARIANT(type);
  type->terms = fact.terms;
  rows.save(fact.ticket_type_id.view(), *type);
  set_total(rows, fact.ticket_type_id, fact.quantity);
}

}  // namespace bilten::ticket
