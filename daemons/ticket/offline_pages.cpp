#include "daemons/ticket/offline_pages.h"

#include <set>

#include "common/base/big_endian.h"
#include "common/base/text.h"
#include "common/service/paging.h"
#include "daemons/ticket/catalogue.h"
#include "daemons/ticket/doors.h"
#include "daemons/ticket/holder_name.h"
#include "daemons/ticket/keys.h"
#include "daemons/ticket/printout.h"

namespace bilten::ticket {

using api::ticket::OfflinePage;
using api::ticket::OfflineState;

namespace {

constexpr size_t kPageBytes = 700'000;      // Of tuples: with the rest under an answer's 1 MiB.
constexpr size_t kJournalBytes = 2 << 20;   // That one call for changes looks through.
constexpr size_t kChangedMax = 10'000;      // Tickets after which it ends.
constexpr size_t kOrderKey = 16 + 16 + 16;  // Event, buyer, order.

OfflineState state_of(const std::optional<ScanReason>& reason) {
  if (!reason) return OfflineState::good;
  switch (*reason) {
    case ScanReason::refunded: return OfflineState::refunded;
    case ScanReason::revoked: return OfflineState::revoked;
    case ScanReason::blocked: return OfflineState::blocked;
    case ScanReason::unpaid: return OfflineState::unpaid;
    default: return OfflineState::cancelled;
  }
}

// Collects the tuples of one page.
class Tuples {
 public:
  Tuples(const Reader& reader, Door door) : reader_(reader), door_(std::move(door)) {
    packer_.reserve(kPageBytes + 1024);
    opened_at_ = packer_.open_array();
    for (auto& [id, type] : types_of_event(reader.rows, door_.list.event_id)) {
      if (!lists_type(door_.list.terms, id, type.terms.date_id)) continue;
      types_.push_back(offline_type(id, type.terms));
    }
  }

  const Door& door() const { return door_; }
  size_t bytes() const { return packer_.view().size(); }

  // A ticket that the list does not let in is told of only where it may have been another before.
  void add(const Id& ticket_id, bool tell_unlisted) {
    if (!show_ticket(reader_.rows, ticket_id, door_)) return;
    if (door_.ticket.event_id != door_.list.event_id) return;
    const auto type = std::find_if(types_.begin(), types_.end(), [&](const auto& listed) {
      return listed.id == door_.ticket.ticket_type_id;
    });
    if (type == types_.end()) {
      if (tell_unlisted) add_unlisted();
      return;
    }
    const auto name = first_name();
    const auto& admission = door_.admission;
    packer_.array(name ? 8 : admission ? 7 : 4);
    packer_.bytes(ticket_id.view()).integer(door_.ticket.generation);
    packer_.integer(type - types_.begin());
    packer_.integer(static_cast<int64_t>(state_of(reason_of_state(reader_.rows, door_))));
    if (admission) {
      packer_.integer(admission->used).integer(admission->first_at.ms);
      packer_.boolean(admission->inside);
    } else if (name) {
      packer_.nil().nil().nil();
    }
    if (name) packer_.text(*name);
    ++count_;
  }

  // The page around them, with what holds for all of the list.
  OfflinePage finish(std::string_view secret) {
    packer_.close(opened_at_, count_);
    const auto& event = door_.event.terms;
    const auto schedule = schedule_at(reader_.rows, door_, std::nullopt);
    OfflinePage page;
    page.now = {reader_.now};
    page.check_in_list_id = door_.list_id;
    page.event_id = door_.list.event_id;
    page.terms = door_.list.terms;
    page.event_cancelled =
        event.state == api::event::State::cancelled || (schedule && schedule->is_cancelled);
    page.opens_at = opens_at(door_, schedule);
    page.closes_at = closes_at(door_, schedule);
    page.timezone = event.timezone;
    const auto keys = find_keys(reader_.rows, door_.list.event_id);
    for (int64_t key_id = kFirstKey; key_id <= keys.current; ++key_id) {
      page.keys.push_back(view_of_key(door_.list.event_id, keys, key_id, secret));
    }
    page.types = std::move(types_);
    page.tickets.messagepack = packer_.take();
    return page;
  }

 private:
  api::ticket::OfflineType offline_type(const Id& type_id, const TypeTerms& terms) const {
    api::ticket::OfflineType type{type_id, text_in(terms.title, std::nullopt)};
    if (!terms.date_id) return type;
    const auto schedule = schedule_at(reader_.rows, door_, terms.date_id);
    type.date_id = terms.date_id;
    type.opens_at = opens_at(door_, schedule);
    type.closes_at = closes_at(door_, schedule);
    type.cancelled = schedule->is_cancelled;
    return type;
  }

  void add_unlisted() {
    packer_.array(4).bytes(door_.ticket_id.view()).integer(door_.ticket.generation).nil();
    packer_.integer(static_cast<int64_t>(state_of(reason_of_state(reader_.rows, door_))));
    ++count_;
  }

  std::optional<std::string> first_name() const {
    if (!door_.list.terms.show_first_name) return std::nullopt;
    const auto holder = holder_name(reader_, door_.ticket_id, door_.ticket);
    return holder ? std::optional(first_name_of(*holder)) : std::nullopt;
  }

  const Reader& reader_;
  Door door_;
  Packer packer_;
  size_t opened_at_ = 0, count_ = 0;
  std::vector<api::ticket::OfflineType> types_;
};

Content content_of(const OfflinePage& page) {
  return {"application/msgpack", {encode(page)}, 0};
}

struct Position {
  uint64_t epoch = 0, seq = 0;
};

std::optional<Position> read_position(std::string_view text) {
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != 16) return std::nullopt;
  const std::string_view whole = *bytes;
  return Position{big_endian(whole.substr(0, 8)), big_endian(whole.substr(8))};
}

std::optional<Id> id_in(const Value& map, std::string_view name) {
  const auto value = map.find(name);
  return value ? Id::from_bytes(value->bytes()) : std::nullopt;
}

// The tickets that a fact of the event names, by itself or by their order. Facts name them alike:
// ticket_id, ticket_ids, order_id, or a scan with a ticket_id; so a new fact needs no word here.
void add_tickets(const Rows& rows, const Value& fact, const Id& event_id, std::set<Id>& into) {
  if (id_in(fact, "event_id") != event_id) return;
  if (const auto id = id_in(fact, "ticket_id")) into.insert(*id);
  if (const auto scan = fact.find("scan")) {
    if (const auto id = id_in(*scan, "ticket_id")) into.insert(*id);
  }
  if (const auto list = fact.find("ticket_ids")) {
    for (size_t i = 0; i < list->size(); ++i) {
      if (const auto id = Id::from_bytes(list->at(i).bytes())) into.insert(*id);
    }
  }
  const auto order_id = id_in(fact, "order_id");
  const auto order = order_id ? rows.find<OrderRow>(order_id->view()) : std::nullopt;
  if (order) into.insert(order->ticket_ids.begin(), order->ticket_ids.end());
}

}  // namespace

std::string position_at(const Head& head, uint64_t seq) {
  return base64url(std::string_view(RowKey().number(head.epoch).number(seq)));
}

Result<Content> read_snapshot(const Reader& reader, const api::ticket::ReadSnapshot& message,
                              std::string_view secret) {
  auto door = open_door(reader.rows, reader.person, message.check_in_list_id);
  if (!door) return door.error();
  const Id event_id = door->list.event_id;
  const auto after = key_after(message.cursor, event_id.view(), kOrderKey);
  if (!after) return after.error();
  Tuples tuples(reader, std::move(*door));
  std::string last;
  bool is_full = false;
  reader.rows.scan<OrderOfBuyer>(event_id.view(), *after, SIZE_MAX,
                                 [&](std::string_view key, const OrderOfBuyer&) {
                                   is_full = tuples.bytes() >= kPageBytes;
                                   if (is_full) return false;
                                   last = key;
                                   const auto order = reader.rows.find<OrderRow>(key.substr(32));
                                   CHECK_INVARIANT(order);
                                   for (const auto& ticket_id : order->ticket_ids)
                                     tuples.add(ticket_id, false);
                                   return true;
                                 });
  auto page = tuples.finish(secret);
  const auto head = reader.snapshot->head();
  page.position = position_at(head, head.seq);
  if (is_full) page.next_cursor = cursor_at(last);
  return content_of(page);
}

Result<Content> read_changes(const Reader& reader, const api::ticket::ReadChanges& message,
                             std::string_view secret) {
  auto door = open_door(reader.rows, reader.person, message.check_in_list_id);
  if (!door) return door.error();
  const auto position = read_position(message.after);
  if (!position) {
    Error error{Code::invalid, "invalid", "This is no position of a snapshot or of changes."};
    error.fields.push_back({"/after", "must be the position of a page before"});
    return error;
  }
  const auto head = reader.snapshot->head();
  if (position->epoch != head.epoch || position->seq > head.seq) {
    return Error{Code::conflict, "snapshot_again",
                 "The service was restored from a backup since; take a new snapshot."};
  }
  const auto facts = reader.snapshot->journal(position->seq, kJournalBytes, false);
  if (!facts) return facts.error();
  std::set<Id> changed;
  uint64_t seq = position->seq;
  for (const auto& fact : *facts) {
    if (changed.size() >= kChangedMax) break;
    seq = fact.seq;
    if (!fact.name.starts_with("ticket.")) continue;
    const auto document = Document::parse(fact.body);
    CHECK_INVARIANT(document);
    add_tickets(reader.rows, document->root(), door->list.event_id, changed);
  }
  Tuples tuples(reader, std::move(*door));
  for (const auto& ticket_id : changed) tuples.add(ticket_id, true);
  auto page = tuples.finish(secret);
  page.position = position_at(head, seq);
  page.more = seq < head.seq;
  return content_of(page);
}

}  // namespace bilten::ticket
