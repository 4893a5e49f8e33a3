#include "daemons/ticket/promos.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/base/time.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {

using api::ticket::AddPromo;
using api::ticket::ChangePromo;
using api::ticket::kPromosPerEventMax;
using api::ticket::PromoAdded;
using api::ticket::PromoChanged;
using api::ticket::PromoKind;
using api::ticket::PromoView;

namespace {

Error unknown_promo_code() {
  return {Code::not_found, "unknown_promo_code", "There is no such promo code for this event."};
}

Error outside_window(std::string reason, std::string detail, std::string_view member, Instant at) {
  Error error{Code::conflict, std::move(reason), std::move(detail)};
  error.extra = Packer().map(1).text(member).text(rfc3339(at.ms)).take();
  return error;
}

std::string capitals(std::string_view code) {
  std::string made(code);
  for (auto& c : made) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return made;
}

bool is_code_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::string code_key(const Id& event_id, std::string_view code) {
  return std::string(event_id.view()).append(code);
}

// What fields alone cannot say.
Status check_terms(const Rows& rows, const Id& event_id, const PromoTerms& terms) {
  Faults faults;
  const Path root;
  if (!std::all_of(terms.code.begin(), terms.code.end(), is_code_letter)) {
    faults.add(Path{&root, "code"}, "may have letters A to Z, digits, - and _");
  }
  if ((terms.kind == PromoKind::percent) != (terms.rate > 0)) {
    faults.add(Path{&root, "rate"}, "must be above 0 for the kind percent, and stand there alone");
  }
  if ((terms.kind == PromoKind::amount) != (terms.amount > 0)) {
    faults.add(Path{&root, "amount"}, "must be above 0 for the kind amount, and stand there alone");
  }
  if (terms.starts_at && terms.ends_at && *terms.starts_at >= *terms.ends_at) {
    faults.add(Path{&root, "ends_at"}, "must be after starts_at");
  }
  if (!faults.list.empty()) return invalid(std::move(faults));
  for (const auto& type_id : terms.ticket_type_ids) {
    const auto type = rows.find<TypeRow>(type_id.view());
    if (!type || type->event_id != event_id) return unknown_ticket_type();
  }
  return Done{};
}

PromoView view_of(const Id& promo_id, const PromoRow& row) {
  PromoView view;
  static_cast<PromoTerms&>(view) = row.terms;
  view.id = promo_id;
  view.event_id = row.event_id;
  view.tickets = row.tickets;
  return view;
}

struct OwnPromo {
  PromoRow row;
  Id organization_id;
};

Result<OwnPromo> find_own_promo(const Rows& rows, const Person* person, const Id& promo_id,
                                Role least) {
  auto row = rows.find<PromoRow>(promo_id.view());
  if (!row) return unknown_promo_code();
  const auto event = rows.find<EventRow>(row->event_id.view());
  CHECK_INVARIANT(event);
  const auto allowed = need_role(rows, person, event->organization_id, least, unknown_promo_code());
  if (!allowed) return allowed.error();
  return OwnPromo{std::move(*row), event->organization_id};
}

void add_tickets(Rows& rows, const std::optional<PromoUse>& use, int64_t sign) {
  if (!use) return;
  auto row = rows.find<PromoRow>(use->promo_id.view());
  CHECK_INVARIANT(row);
  row->tickets += sign * use->tickets;
  CHECK_INVARIANT(row->tickets >= 0);
  rows.save(use->promo_id.view(), *row);
}

PromoTerms changed_terms(PromoTerms terms, const ChangePromo& message) {
  if (message.rate) terms.rate = *message.rate;
  if (message.amount) terms.amount = *message.amount;
  if (message.ticket_type_ids) terms.ticket_type_ids = *message.ticket_type_ids;
  if (message.opens_hidden) terms.opens_hidden = *message.opens_hidden;
  if (message.starts_at) terms.starts_at = message.starts_at;
  if (message.ends_at) terms.ends_at = message.ends_at;
  if (message.tickets_max) terms.tickets_max = message.tickets_max;
  if (message.tickets_per_buyer_max) terms.tickets_per_buyer_max = message.tickets_per_buyer_max;
  return terms;
}

}  // namespace

Result<std::optional<FoundPromo>> find_promo(const Rows& rows, const Id& event_id,
                                             const std::optional<std::string>& code,
                                             UnixMillis now) {
  if (!code) return std::optional<FoundPromo>();
  const auto by_code = rows.find<PromoByCode>(code_key(event_id, capitals(*code)));
  if (!by_code) return unknown_promo_code();
  auto row = rows.find<PromoRow>(by_code->promo_id.view());
  CHECK_INVARIANT(row);
  const auto& terms = row->terms;
  if (terms.starts_at && now < terms.starts_at->ms) {
    return outside_window("promo_not_open", "The promo code is not good yet.", "opens_at",
                          *terms.starts_at);
  }
  if (terms.ends_at && now >= terms.ends_at->ms) {
    return outside_window("promo_over", "The promo code is no longer good.", "closed_at",
                          *terms.ends_at);
  }
  return std::optional(FoundPromo{by_code->promo_id, std::move(*row)});
}

bool applies_to(const PromoTerms& terms, const Id& ticket_type_id) {
  const auto& types = terms.ticket_type_ids;
  return types.empty() || std::find(types.begin(), types.end(), ticket_type_id) != types.end();
}

Error promo_exhausted(int64_t left) {
  Error error{Code::exhausted, "promo_exhausted",
              "The promo code is good for " + std::to_string(left) + " tickets more."};
  error.extra = Packer().map(1).text("left").integer(left).take();
  return error;
}

Decided<PromoView> decide_add_promo(const Rows& rows, const Context& context,
                                    const AddPromo& message) {
  const auto event = find_own_event(rows, context.person, message.event_id, Role::manager);
  if (!event) return event.error();
  PromoTerms terms = message;
  terms.code = capitals(terms.code);
  if (const auto fit = check_terms(rows, message.event_id, terms); !fit) return fit.error();
  if (rows.has(PromoByCode::table, code_key(message.event_id, terms.code))) {
    return Error{Code::conflict, "code_taken", "The event has this promo code already."};
  }
  int64_t count = 0;
  rows.scan<PromoByCode>(message.event_id.view(), {}, kPromosPerEventMax,
                         [&](std::string_view, const PromoByCode&) { return ++count > 0; });
  if (count >= kPromosPerEventMax) {
    return Error{Code::conflict, "too_many_promo_codes",
                 "An event may have " + std::to_string(kPromosPerEventMax) + " promo codes."};
  }
  const Id promo_id = context.fresh_id();
  Decision<PromoView> decision;
  decision.record(PromoAdded{event->organization_id, message.event_id, promo_id, terms});
  decision.answer = view_of(promo_id, {message.event_id, std::move(terms), 0});
  return decision;
}

Decided<PromoView> decide_change_promo(const Rows& rows, const Context& context,
                                       const ChangePromo& message) {
  auto own = find_own_promo(rows, context.person, message.promo_id, Role::manager);
  if (!own) return own.error();
  auto& row = own->row;
  row.terms = changed_terms(std::move(row.terms), message);
  if (const auto fit = check_terms(rows, row.event_id, row.terms); !fit) return fit.error();
  Decision<PromoView> decision;
  decision.record(PromoChanged{own->organization_id, row.event_id, message.promo_id, row.terms});
  decision.answer = view_of(message.promo_id, row);
  return decision;
}

Result<PromoView> view_of_promo(const Rows& rows, const Person* person, const Id& promo_id) {
  const auto own = find_own_promo(rows, person, promo_id, Role::viewer);
  if (!own) return own.error();
  return view_of(promo_id, own->row);
}

void take_promo(Rows& rows, const std::optional<PromoUse>& use) {
  add_tickets(rows, use, 1);
}

void return_promo(Rows& rows, const std::optional<PromoUse>& use) {
  add_tickets(rows, use, -1);
}

void apply(Rows& rows, const PromoAdded& fact) {
  rows.save(fact.promo_id.view(), PromoRow{fact.event_id, fact.terms, 0});
  rows.save(code_key(fact.event_id, fact.terms.code), PromoByCode{fact.promo_id});
}

void apply(Rows& rows, const PromoChanged& fact) {
  auto row = rows.find<PromoRow>(fact.promo_id.view());
  CHECK_INVARIANT(row);
  row->terms = fact.terms;
  rows.save(fact.promo_id.view(), *row);
}

}  // namespace bilten::ticket
