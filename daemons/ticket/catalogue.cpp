// What an event offers: ticket types, their terms and how many there are.
#include "daemons/ticket/core.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::AddType;
using api::ticket::ChangeType;
using api::ticket::TicketTypeView;
using api::ticket::TypeAdded;
using api::ticket::TypeChanged;

namespace {

constexpr size_t kTypesScanMax = 200;  // The upper bound of types_per_event_max.

// What fields alone cannot say: how they must fit one another and the event.
Status check_terms(const TypeTerms& terms, const EventRow& event) {
  Faults faults;
  const Path root;
  if (terms.min_per_order > terms.max_per_order) {
    faults.add(Path{&root, "min_per_order"}, "must not be above max_per_order");
  }
  if (terms.sales_starts_at && terms.sales_ends_at &&
      *terms.sales_starts_at >= *terms.sales_ends_at) {
    faults.add(Path{&root, "sales_ends_at"}, "must be after sales_starts_at");
  }
  if (!faults.list.empty()) return invalid(std::move(faults));
  if (terms.price.currency != event.terms.currency) {
    return rests_on("event", {Code::unprocessable, "wrong_currency",
                              "The event sells in " + event.terms.currency +
                                  "; give the price in that currency."});
  }
  return Done{};
}

TypeTerms terms_of(const AddType& message) {
  return {.name = message.title,
          .price = message.price,
          .min_per_order = message.min_per_order,
          .max_per_order = message.max_per_order,
          .sales_starts_at = message.sales_starts_at,
          .sales_ends_at = message.sales_ends_at};
}

TypeTerms changed_terms(TypeTerms terms, const ChangeType& message) {
  if (message.title) terms.name = *message.title;
  if (message.price) terms.price = *message.price;
  if (message.min_per_order) terms.min_per_order = *message.min_per_order;
  if (message.max_per_order) terms.max_per_order = *message.max_per_order;
  if (message.sales_starts_at) terms.sales_starts_at = message.sales_starts_at;
  if (message.sales_ends_at) terms.sales_ends_at = message.sales_ends_at;
  return terms;
}

TicketTypeView view_of(const Id& type_id, const Id& event_id, const TypeTerms& terms,
                       int64_t quantity, int64_t available) {
  return {.id = type_id,
          .event_id = event_id,
          .name = terms.name,
          .price = terms.price,
          .quantity = quantity,
          .available = available,
          .min_per_order = terms.min_per_order,
          .max_per_order = terms.max_per_order,
          .sales_starts_at = terms.sales_starts_at,
          .sales_ends_at = terms.sales_ends_at};
}

}  // namespace

Decided<TicketTypeView> decide_add_type(const Rows& rows, const Context& context,
                                        const AddType& message, const Config& config) {
  const auto event = find_own_event(rows, context.person, message.event_id, Role::manager);
  if (!event) return event.error();
  const auto terms = terms_of(message);
  if (const auto fit = check_terms(terms, *event); !fit) return fit.error();
  const auto count = static_cast<int64_t>(types_of_event(rows, message.event_id).size());
  if (count >= config.types_per_event_max) {
    return Error{Code::conflict, "too_many_types",
                 "An event may have " + std::to_string(config.types_per_event_max) +
                     " ticket types; change one instead."};
  }
  const Id type_id = context.fresh_id();
  Decision<TicketTypeView> decision;
  decision.record(TypeAdded{.organization_id = event->organization_id,
                            .event_id = message.event_id,
                            .ticket_type_id = type_id,
                            .terms = terms,
                            .quantity = message.quantity});
  decision.answer = view_of(type_id, message.event_id, terms, message.quantity, message.quantity);
  return decision;
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
  const auto type = rows.find<TypeRow>(message.ticket_type_id.view());
  if (!type) return unknown_ticket_type();
  const auto event = rows.find<EventRow>(type->event_id.view());
  CHECK_INVARIANT(event);
  const auto allowed = need_role(rows, context.person, event->organization_id, Role::manager,
                                 hide_unless_public(*event, unknown_ticket_type()));
  if (!allowed) return allowed.error();
  const auto terms = changed_terms(type->terms, message);
  if (const auto fit = check_terms(terms, *event); !fit) return fit.error();
  const auto stock = find_stock(rows, message.ticket_type_id);
  const auto taken = stock.held + stock.sold;
  const auto quantity = message.quantity.value_or(stock.total);
  if (const auto fit = check_not_below_taken(quantity, taken); !fit) return fit.error();
  Decision<TicketTypeView> decision;
  decision.record(TypeChanged{.organization_id = event->organization_id,
                              .event_id = type->event_id,
                              .ticket_type_id = message.ticket_type_id,
                              .terms = terms,
                              .quantity = quantity});
  const auto added = quantity - stock.total;
  decision.answer = view_of(message.ticket_type_id, type->event_id, terms, quantity,
                            available(rows, message.ticket_type_id, added));
  return decision;
}

TicketTypeView view_of_type(const Rows& rows, const Id& type_id, const TypeRow& type) {
  return view_of(type_id, type.event_id, type.terms, find_stock(rows, type_id).total,
                 available(rows, type_id));
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
