// Quotas: how many tickets several types of an event may sell together.
#include <algorithm>
#include <set>

#include "daemons/ticket/catalogue.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/stock.h"

namespace bilten::ticket {

using api::ticket::AddQuota;
using api::ticket::ChangeQuota;
using api::ticket::kQuotasPerEventMax;
using api::ticket::kQuotasPerTypeMax;
using api::ticket::QuotaAdded;
using api::ticket::QuotaChanged;
using api::ticket::QuotaRemoved;
using api::ticket::QuotaView;
using api::ticket::RemoveQuota;

namespace {

Error unknown_quota() {
  return {Code::not_found, "unknown_quota", "There is no such quota for you."};
}

Error too_many_quotas(std::string detail) {
  return {Code::conflict, "too_many_quotas", std::move(detail)};
}

// The types stand once each, belong to the event, and have room for one quota more.
Status check_types(const Rows& rows, const Id& event_id, const Id& quota_id,
                   const std::vector<Id>& ticket_type_ids) {
  std::set<Id> seen;
  for (size_t i = 0; i < ticket_type_ids.size(); ++i) {
    const auto& type_id = ticket_type_ids[i];
    if (!seen.insert(type_id).second) {
      Faults faults;
      const Path root;
      const Path list{&root, "ticket_type_ids"};
      faults.add(Path{&list, {}, i}, "stands in the list twice");
      return invalid(std::move(faults));
    }
    const auto type = rows.find<TypeRow>(type_id.view());
    if (!type || type->event_id != event_id) return unknown_ticket_type();
    const auto& quotas = find_stock(rows, type_id).quota_ids;
    const bool is_new = std::find(quotas.begin(), quotas.end(), quota_id) == quotas.end();
    if (is_new && static_cast<int64_t>(quotas.size()) >= kQuotasPerTypeMax) {
      return too_many_quotas("A ticket type may have " + std::to_string(kQuotasPerTypeMax) +
                             " quotas.");
    }
  }
  return Done{};
}

Status check_terms(const Rows& rows, const Id& event_id, const Id& quota_id,
                   const QuotaTerms& terms) {
  const auto fit = check_types(rows, event_id, quota_id, terms.ticket_type_ids);
  if (!fit) return fit.error();
  const auto taken = taken_of(rows, terms.ticket_type_ids);
  return check_not_below_taken(terms.quantity, taken.held + taken.sold);
}

QuotaView view_after(const Rows& rows, const Id& quota_id, const Id& event_id,
                     const QuotaTerms& terms) {
  const auto taken = taken_of(rows, terms.ticket_type_ids);
  return {.id = quota_id,
          .event_id = event_id,
          .title = terms.title,
          .quantity = terms.quantity,
          .available = terms.quantity - taken.held - taken.sold,
          .ticket_type_ids = terms.ticket_type_ids};
}

struct OwnQuota {
  QuotaRow quota;
  Id organization_id;
};

Result<OwnQuota> find_own_quota(const Rows& rows, const Person* person, const Id& quota_id,
                                Role least) {
  auto quota = rows.find<QuotaRow>(quota_id.view());
  if (!quota) return unknown_quota();
  const auto event = rows.find<EventRow>(quota->event_id.view());
  CHECK_INVARIANT(event);
  const auto allowed = need_role(rows, person, event->organization_id, least, unknown_quota());
  if (!allowed) return allowed.error();
  return OwnQuota{std::move(*quota), event->organization_id};
}

}  // namespace

Decided<QuotaView> decide_add_quota(const Rows& rows, const Context& context,
                                    const AddQuota& message) {
  const auto event = find_own_event(rows, context.person, message.event_id, Role::manager);
  if (!event) return event.error();
  const Id quota_id = context.fresh_id();
  const auto fit = check_terms(rows, message.event_id, quota_id, message);
  if (!fit) return fit.error();
  if (quotas_of_event(rows, message.event_id).size() >= kQuotasPerEventMax) {
    return too_many_quotas("An event may have " + std::to_string(kQuotasPerEventMax) +
                           " quotas; change one instead.");
  }
  Decision<QuotaView> decision;
  decision.record(QuotaAdded{event->organization_id, message.event_id, quota_id, message});
  decision.answer = view_after(rows, quota_id, message.event_id, message);
  return decision;
}

Decided<QuotaView> decide_change_quota(const Rows& rows, const Context& context,
                                       const ChangeQuota& message) {
  auto own = find_own_quota(rows, context.person, message.quota_id, Role::manager);
  if (!own) return own.error();
  auto& [quota, organization_id] = *own;
  if (message.title) quota.terms.title = *message.title;
  if (message.quantity) quota.terms.quantity = *message.quantity;
  if (message.ticket_type_ids) quota.terms.ticket_type_ids = *message.ticket_type_ids;
  const auto fit = check_terms(rows, quota.event_id, message.quota_id, quota.terms);
  if (!fit) return fit.error();
  Decision<QuotaView> decision;
  decision.record(QuotaChanged{organization_id, quota.event_id, message.quota_id, quota.terms});
  decision.answer = view_after(rows, message.quota_id, quota.event_id, quota.terms);
  return decision;
}

Decided<Nothing> decide_remove_quota(const Rows& rows, const Context& context,
                                     const RemoveQuota& message) {
  const auto own = find_own_quota(rows, context.person, message.quota_id, Role::manager);
  if (!own) return own.error();
  Decision<Nothing> decision;
  decision.record(QuotaRemoved{own->organization_id, own->quota.event_id, message.quota_id});
  return decision;
}

Result<QuotaView> view_of_quota(const Rows& rows, const Person* person, const Id& quota_id) {
  const auto own = find_own_quota(rows, person, quota_id, Role::viewer);
  if (!own) return own.error();
  return view_after(rows, quota_id, own->quota.event_id, own->quota.terms);
}

std::vector<Id> quotas_of_event(const Rows& rows, const Id& event_id) {
  std::vector<Id> quotas;
  rows.scan<QuotaOfEvent>(event_id.view(), {}, kQuotasPerEventMax,
                          [&](std::string_view key, const QuotaOfEvent&) {
                            quotas.push_back(*Id::from_bytes(key.substr(16)));
                            return true;
                          });
  return quotas;
}

void apply(Rows& rows, const QuotaAdded& fact) {
  set_quota(rows, fact.quota_id, fact.terms);
  rows.save(fact.quota_id.view(), QuotaRow{fact.event_id, fact.terms});
  rows.save(key_of(fact.event_id, fact.quota_id), QuotaOfEvent{});
}

void apply(Rows& rows, const QuotaChanged& fact) {
  set_quota(rows, fact.quota_id, fact.terms);
  rows.save(fact.quota_id.view(), QuotaRow{fact.event_id, fact.terms});
}

void apply(Rows& rows, const QuotaRemoved& fact) {
  remove_quota(rows, fact.quota_id);
  rows.erase<QuotaRow>(fact.quota_id.view());
  rows.erase<QuotaOfEvent>(key_of(fact.event_id, fact.quota_id));
}

}  // namespace bilten::ticket
