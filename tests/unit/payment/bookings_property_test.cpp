// Any run of sales and refunds: the ledger, the documents and the money agree.
#include "common/api/payment.h"
#include "tests/unit/payment/till.h"

using namespace bilten;
using namespace bilten::test;
using namespace bilten::api::payment;

namespace {

struct Sale {
  Id order;
  std::vector<Line> lines;  // What is left of it.
  int64_t left = 0;
};

int64_t total_of(const std::vector<Line>& lines) {
  int64_t total = 0;
  for (const auto& line : lines) total += line.total;
  return total;
}

class Run {
 public:
  Run(const std::string& currency, uint64_t seed) : random_(seed) { till_.currency = currency; }

  void step() {
    till_.bench.now += kHour;
    const auto what = random_.below(4);
    if (what == 0) set_policy();
    if (what == 1 || sales_.empty()) sell();
    if (what >= 2) refund(sales_[random_.below(sales_.size())]);
  }

  void check() {
    const auto balances = till_.balances();
    int64_t sum = 0;
    for (const auto& [account, balance] : balances) sum += balance;
    CHECK(sum == 0);
    CHECK(till_.balances()["clearing/sandbox"] == came_ - went_);
    CHECK(till_.balances()["refunds"] == 0);
    check_documents();
    till_.bench.check_rebuild();
  }

 private:
  void set_policy() {
    SetFeePolicy policy;
    policy.currency = till_.currency;
    policy.rate = static_cast<int64_t>(random_.below(1000));
    policy.fixed = static_cast<int64_t>(random_.below(100));
    policy.bearer = random_.below(2) == 0 ? FeeBearer::buyer : FeeBearer::organizer;
    policy.returned = random_.below(2) == 0;
    till_.bench.must(policy);
  }

  void sell() {
    if (sales_.size() == 40) return;  // Ids of the till end.
    Sale sale;
    for (uint64_t i = 0; i <= random_.below(3); ++i) {
      const bool is_reduced = random_.below(2) == 0;
      sale.lines.push_back(till_.line(
          is_reduced ? till_.reduced : till_.type, 1, 1 + static_cast<int64_t>(random_.below(9999)),
          static_cast<int64_t>(random_.below(300)), is_reduced ? 700 : 1900));
    }
    sale.left = total_of(sale.lines);
    sale.order = till_.hold(sale.lines);
    till_.capture(sale.order, sale.left);
    came_ += sale.left;
    sales_.push_back(sale);
  }

  // A line goes, or an amount alone; then the money does.
  void refund(Sale& sale) {
    if (sale.left == 0) return;
    int64_t amount = 1 + static_cast<int64_t>(random_.below(static_cast<uint64_t>(sale.left)));
    if (random_.below(3) > 0 && !sale.lines.empty()) {
      sale.lines.pop_back();
      amount = std::max<int64_t>(0, sale.left - total_of(sale.lines));
    }
    till_.refund(sale.order, amount, sale.lines);
    if (amount == 0) return;
    sale.left -= amount;
    went_ += amount;
    till_.book([&](Books& books, const Rows& rows) {
      book_refund_sent(books, rows, till_.movement(sale.order, amount));
    });
  }

  void check_documents() {
    ListDocuments message{till_.organization};
    message.limit = 200;
    int64_t receipts = 0, credit_notes = 0, number = 0;
    DocumentKind kind = DocumentKind::receipt;
    for (const auto& each : till_.bench.must(message, &till_.manager).items) {
      CHECK(each.split.total() == each.amount.amount);
      int64_t lines = 0;
      for (const auto& line : each.lines) lines += line.amount;
      CHECK(lines == each.amount.amount);
      number = each.kind == kind ? number + 1 : 1;
      kind = each.kind;
      CHECK(parse_document_code(each.code)->number == number);
      (kind == DocumentKind::receipt ? receipts : credit_notes) += each.amount.amount;
    }
    CHECK(receipts == came_);
    CHECK(credit_notes == went_);
  }

  Till till_;
  SeededRandom random_;
  std::vector<Sale> sales_;
  int64_t came_ = 0, went_ = 0;
};

}  // namespace

TEST_CASE("any run of sales and refunds leaves ledger, documents and money in agreement",
          "[payment]") {
  uint64_t seed = 1;
  for (const auto* currency : {"JPY", "EUR", "KWD"}) {
    for (int i = 0; i < 5; ++i) {
      Run run(currency, seed++);
      for (int step = 0; step < 60; ++step) run.step();
      run.check();
    }
  }
}
