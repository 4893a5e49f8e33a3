// What `make bench` knows of the ledger's pace: payments that a provider says were captured go
// through the payment service's writer, 64 to a commit that is on disk. Each is decided, recorded,
// booked as one entry of three postings, and has its receipt.
//
//   postings FOLDER COUNT
#include <algorithm>
#include <cstdio>

#include "common/api/payment_facts.h"
#include "common/api/payment_payments.h"
#include "common/api/ticket_facts.h"
#include "common/base/shares.h"
#include "common/crypto/crypto.h"
#include "common/service/writer.h"
#include "daemons/payment/ledger_rows.h"
#include "daemons/payment/service.h"
#include "tests/bench/figures.h"

namespace {

using namespace bilten;
using namespace bilten::api::payment;

constexpr size_t kAtOnce = 64;
constexpr UnixMillis kNow = 1'795'000'000'000;
constexpr int64_t kPrice = 11'900, kTaxRate = 1900;

Id id_of(uint8_t kind, uint64_t number) {
  Id id{};
  id.bytes[0] = kind;
  for (size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<uint8_t>(number >> (8 * i));
  return id;
}

const Id kOrganization = id_of(1, 0), kEvent = id_of(2, 0), kType = id_of(3, 0);
const Money kTotal{kPrice, "EUR"};

struct QuietWatch final : Watch {
  void begin(std::string_view, std::string_view) override {}
  void end(std::string_view, Code) override {}
};

class Ledger {
 public:
  explicit Ledger(const std::string& folder) : table_(payment::service({}, {})) {
    auto opened = Store::open({.folder = folder, .vault_key = std::string(32, 'k')}, random_);
    if (!opened) {
      std::fprintf(stderr, "%s\n", opened.error().detail.c_str());
      std::exit(1);
    }
    store_ = std::move(*opened);
  }

  // Orders that are held, each with a payment at the provider.
  void prepare(uint64_t count) {
    batch_ = store_->begin();
    api::ticket::TypeAdded type{};
    type.organization_id = kOrganization;
    type.event_id = kEvent;
    type.ticket_type_id = kType;
    type.terms.title.plain = "Seat";
    type.terms.price = kTotal;
    type.terms.tax_rate = kTaxRate;
    note(type);
    for (uint64_t i = 0; i < count; ++i) {
      hold(id_of(4, i));
      offer(id_of(4, i), id_of(5, i));
    }
    batch_->commit();
    batch_.reset();
  }

  // Seconds that it took for all of them to be captured.
  double capture(uint64_t count) {
    QuietWatch watch;
    WriterCore writer(table_, *store_, random_, watch);
    const auto began_us = bench::now_us();
    for (uint64_t i = 0; i < count; i += kAtOnce) {
      WriterCore::Input input;
      input.wall = kNow;
      for (uint64_t each = i; each < std::min(count, i + kAtOnce); ++each) {
        input.commands.push_back(captured(id_of(5, each)));
      }
      for (const auto& reply : writer.step(std::move(input)).replies) CHECK_INVARIANT(reply.answer);
    }
    return (bench::now_us() - began_us) / 1e6;
  }

  int64_t entries() const {
    return store_->snapshot()->rows().find<payment::LedgerHead>("")->last_number;
  }

 private:
  template <class Fact>
  void note(const Fact& fact) {
    JournalFact entry;
    entry.at = kNow;
    entry.name = Fact::name;
    entry.body = encode(fact);
    batch_->append(entry);
    table_.apply(batch_->rows_for_evolve(), entry.name, entry.body);
  }
  void hold(const Id& order_id) {
    api::ticket::Held fact{};
    fact.organization_id = kOrganization;
    fact.event_id = kEvent;
    fact.order_id = order_id;
    fact.code = "ABCDEFGHJK";
    fact.buyer.data = std::string(16, 'b');
    fact.lines = {{.ticket_type_id = kType, .quantity = 1, .unit_price = kPrice}};
    fact.lines[0].total = kPrice;
    fact.lines[0].tax = tax_within(kPrice, kTaxRate);
    fact.total = kTotal;
    fact.at = {kNow};
    fact.expires_at = {kNow + 900'000};
    note(fact);
  }
  void offer(const Id& order_id, const Id& payment_id) {
    Wanted wanted{};
    wanted.organization_id = kOrganization;
    wanted.order_id = order_id;
    wanted.payment_id = payment_id;
    wanted.at = {kNow};
    Offered offered{};
    static_cast<OfPayment&>(offered) = wanted;
    offered.reference = "ref" + payment_id.text();
    wanted.provider = "sandbox";
    wanted.amount = kTotal;
    note(wanted);
    note(offered);
  }
  Request captured(const Id& payment_id) const {
    SettleTask message{.kind = TaskKind::look_up, .id = payment_id};
    message.intent = ToldIntent{"ref" + payment_id.text(), IntentState::captured, kTotal, {}, {}};
    Request request;
    request.command = table_.command(SettleTask::name);
    request.body = encode(message);
    request.expires_at = INT64_MAX;
    return request;
  }

  const Table table_;
  crypto::SystemRandom random_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  const auto count = std::strtoull(argv[2], nullptr, 10);
  Ledger ledger(argv[1]);
  ledger.prepare(count);
  const auto seconds = ledger.capture(count);
  CHECK_INVARIANT(ledger.entries() == static_cast<int64_t>(count));
  std::printf("{\"entries_per_second\": %.0f, \"postings_per_second\": %.0f}\n",
              static_cast<double>(count) / seconds, 3 * static_cast<double>(count) / seconds);
  return 0;
}
