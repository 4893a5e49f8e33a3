// Batches of offline scans over a small shop: any bytes as a message, and any run of scans made of
// them. Nothing crashes, stock stays, counters hold, and a batch that comes again changes nothing.
#include <cstdint>
#include <memory>
#include <string_view>

#include "common/base/check.h"
#include "common/service/access.h"
#include "common/store/store.h"
#include "daemons/ticket/batch.h"
#include "daemons/ticket/core.h"
#include "daemons/ticket/doors.h"

namespace {

using namespace bilten;
using namespace bilten::ticket;

constexpr UnixMillis kNow = 1'795'000'000'000, kHour = 3'600'000;
constexpr uint8_t kTickets = 5;

struct NoVault final : Vault {
  std::optional<std::string> get(std::string_view) const override { return std::nullopt; }
};

Id id_of(uint8_t n) {
  Id id;
  id.bytes[15] = n;
  return id;
}

// An event with five tickets sold, of which the list lets in some; a person at the door.
class House {
 public:
  House() {
    person_.person_id = id_of(2);
    note_user_fact(*rows_, api::user::MemberJoined::name,
                   encode(api::user::MemberJoined{id_of(1), id_of(2), api::user::Role::manager}));
    api::event::Published published;
    published.event_id = id_of(3);
    published.organization_id = id_of(1);
    published.terms.timezone = "Africa/Cairo";
    published.terms.currency = "EGP";
    published.terms.doors_at = {kNow - kHour};
    published.terms.ends_at = {kNow + kHour};
    apply(published);
    api::ticket::TypeAdded type;
    type.organization_id = id_of(1);
    type.event_id = id_of(3);
    type.ticket_type_id = id_of(4);
    type.terms.title.plain = "Stalls";
    type.terms.price = {0, "EGP"};
    type.quantity = 10;
    apply(type);
    api::ticket::Sold sold;
    sold.organization_id = id_of(1);
    sold.event_id = id_of(3);
    sold.order_id = id_of(5);
    sold.code = "ABC";
    sold.buyer.data = std::string(16, 'b');
    sold.lines = {{.ticket_type_id = id_of(4), .quantity = kTickets}};
    sold.total = {0, "EGP"};
    for (uint8_t i = 0; i < kTickets; ++i) sold.ticket_ids.push_back(id_of(10 + i));
    apply(sold);
    api::ticket::CheckInListAdded list;
    list.organization_id = id_of(1);
    list.event_id = id_of(3);
    list.check_in_list_id = id_of(6);
    list.terms.title = "Main";
    list.terms.reentry = true;
    list.terms.capacity = 3;
    apply(list);
    CHECK_INVARIANT(rows_->get(StockRow::table, id_of(4).view(), stock_));
  }

  void bring(const api::ticket::CheckInBatch& batch) {
    const auto first = decide(batch);
    if (!first) return;
    for (const auto& fact : first->facts) evolve(*rows_, fact.name, fact.body);
    const auto again = decide(batch);
    CHECK_INVARIANT(again && again->facts.empty());
    CHECK_INVARIANT(again->answer.verdicts.size() == batch.scans.size());
    check();
  }

 private:
  template <class Fact>
  void apply(const Fact& fact) {
    evolve(*rows_, Fact::name, encode(fact));
  }

  Decided<api::ticket::BatchView> decide(const api::ticket::CheckInBatch& batch) {
    const std::any nothing;
    const Context context{kNow, &person_, 0, ids_, random_, vault_, nothing};
    return decide_batch(*rows_, context, batch);
  }

  void check() const {
    std::string stock;
    CHECK_INVARIANT(rows_->get(StockRow::table, id_of(4).view(), stock) && stock == stock_);
    const auto counts = rows_->find<ListCountsRow>(id_of(6).view()).value_or(ListCountsRow{});
    int64_t admitted = 0, inside = 0, entries = 0;
    rows_->scan<AdmissionRow>(id_of(6).view(), {}, 100,
                              [&](std::string_view, const AdmissionRow& row) {
                                ++admitted;
                                inside += row.inside ? 1 : 0;
                                entries += row.entries;
                                return true;
                              });
    CHECK_INVARIANT(counts.admitted == admitted && admitted <= kTickets);
    CHECK_INVARIANT(counts.inside == inside && counts.entered == entries);
  }

  std::unique_ptr<Rows> rows_ = memory_rows();
  Person person_;
  SeededRandom random_{1};
  IdSource ids_{random_};
  NoVault vault_;
  std::string stock_;
};

// Eight bytes a scan; those that matter are drawn from few values, so that scans collide.
api::ticket::CheckInBatch batch_of(std::string_view bytes) {
  api::ticket::CheckInBatch batch;
  batch.check_in_list_id = id_of(6);
  batch.now = {kNow};
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    const auto byte = [&](size_t at) { return static_cast<uint8_t>(bytes[at]); };
    api::ticket::OfflineScan scan;
    scan.ticket_id = id_of(static_cast<uint8_t>(10 + byte(0) % (kTickets + 1)));
    scan.generation = 1 + byte(1) % 16 / 15;
    scan.key_id = 1 + byte(2) % 16 / 15;
    scan.direction = byte(3) % 2 ? Direction::exit : Direction::entry;
    scan.scanned_at = {kNow + (byte(4) - 128) * (kHour / 60)};
    scan.nonce = "n" + std::to_string(byte(5) % 32);
    if (byte(6) % 2) scan.gate = "North";
    batch.scans.push_back(std::move(scan));
  }
  return batch;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  House house;
  if (const auto message = decode<api::ticket::CheckInBatch>(input)) house.bring(*message);
  const size_t half = size / 2;
  for (const auto part : {input.substr(0, half), input.substr(half)}) {
    const auto batch = batch_of(part);
    if (!batch.scans.empty()) house.bring(batch);
  }
  return 0;
}
