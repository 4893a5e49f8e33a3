#include "daemons/payment/attention.h"

#include "common/service/paging.h"
#include "daemons/payment/evidence_rows.h"
#include "daemons/payment/payments.h"
#include "daemons/payment/rights.h"

namespace bilten::payment {

using api::payment::AttentionView;
using api::payment::ListAttention;

namespace {

constexpr size_t kKeyBytes = 33;

std::string attention_key(AttentionKind kind, const Id& organization_id, const Id& id) {
  return std::string(RowKey(organization_id).text(std::string(1, static_cast<char>(kind))).id(id));
}

AttentionView view_of(const Rows& rows, std::string_view key, const AttentionRow& row) {
  AttentionView view;
  view.kind = static_cast<AttentionKind>(key[16]);
  view.id = *Id::from_bytes(key.substr(17));
  view.since = row.since;
  view.reason = row.reason;
  if (row.payment_id.is_nil()) return view;
  const auto payment = find_payment(rows, row.payment_id);
  view.payment_id = row.payment_id;
  view.order_id = payment.order_id;
  view.amount = payment.amount;
  if (view.kind == AttentionKind::review) view.received = payment.received;
  if (view.kind == AttentionKind::refund) {
    const auto refund = rows.find<RefundRow>(view.id.view());
    CHECK_INVARIANT(refund);
    view.amount = refund->amount;
    view.reason = refund->reason;
  }
  if (view.kind == AttentionKind::dispute) {
    const auto dispute = rows.find<DisputeRow>(row.payment_id.view());
    CHECK_INVARIANT(dispute);
    view.amount = dispute->amount;
    view.due_at = dispute->due_at;
    const auto evidence = rows.find<EvidenceRow>(row.payment_id.view());
    if (evidence) view.reason = evidence->reason;
  }
  return view;
}

}  // namespace

void add_attention(Rows& rows, AttentionKind kind, const Id& organization_id, const Id& id,
                   const Id& payment_id, const Instant& since, const std::string& reason) {
  rows.save(attention_key(kind, organization_id, id), AttentionRow{payment_id, since, reason});
}

bool has_attention(const Rows& rows, AttentionKind kind, const Id& organization_id, const Id& id) {
  return rows.has(AttentionRow::table, attention_key(kind, organization_id, id));
}

std::optional<AttentionRow> find_attention(const Rows& rows, AttentionKind kind,
                                           const Id& organization_id, const Id& id) {
  return rows.find<AttentionRow>(attention_key(kind, organization_id, id));
}

void end_attention(Rows& rows, AttentionKind kind, const Id& organization_id, const Id& id) {
  rows.erase<AttentionRow>(attention_key(kind, organization_id, id));
}

Result<api::ListOf<AttentionView>> list_attention(const Reader& reader,
                                                  const ListAttention& message) {
  const auto& organization_id = message.organization_id;
  const auto allowed = check_manager(reader.rows, *reader.person, organization_id);
  if (!allowed) return allowed.error();
  const auto after = key_after(message.cursor, organization_id.view(), kKeyBytes);
  if (!after) return after.error();
  const auto limit = static_cast<size_t>(message.limit);
  api::ListOf<AttentionView> list;
  std::string last;
  reader.rows.scan<AttentionRow>(organization_id.view(), *after, limit + 1,
                                 [&](std::string_view key, const AttentionRow& row) {
                                   if (list.items.size() == limit) {
                                     list.next_cursor = cursor_at(last);
                                     return false;
                                   }
                                   last = key;
                                   list.items.push_back(view_of(reader.rows, key, row));
                                   return true;
                                 });
  return list;
}

}  // namespace bilten::payment
