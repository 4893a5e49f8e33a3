// A provider of money that lies, with a book of its own: calls time out before and after it acted,
// what it did is told late, twice, in another order or never, and payers do as they like. Stands
// behind the same port as a real one; what it says of its book afterwards is the truth.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemons/payment/provider_reports.h"
#include "tests/sim/world.h"

namespace bilten::sim {

// What a payer does on the provider's page.
enum class Payer : uint8_t {
  approves,
  declines,
  is_challenged,  // And approves or declines a little later.
  leaves,
  is_slow,         // The bank thinks for some seconds,
  is_late,         // or until after the hold.
  pays_less,       // One minor unit.
  pays_otherwise,  // As much of another currency.
};

// A webhook on its way to us.
struct Hook {
  std::string body, signature;
};

class LyingProvider final : public payment::Provider, public payment::ProviderReports {
 public:
  // An intent as it stands in the book. Amounts are minor units of what was captured.
  struct Booked {
    Id payment_id;
    Money amount;
    std::string money_reference;  // Once it is captured.
    payment::IntentState state = payment::IntentState::pending;
    Money captured = {};
    int64_t refunded = 0;
    int64_t disputed = 0;  // Taken back by a dispute that is open or lost.
    bool is_thinking = false, was_disputed = false;
    int64_t kept() const { return captured.amount - refunded - disputed; }
    // Nobody can pay it any more.
    bool is_decided() const {
      return state != payment::IntentState::pending &&
             state != payment::IntentState::requires_action;
    }
  };

  // `account`: in the addresses of its pages, and part of what it signs with. Of a thousand calls
  // so many go wrong on their way.
  LyingProvider(World& world, std::string account, uint64_t seed, uint32_t trouble_per_mille)
      : world_(world),
        account_(std::move(account)),
        random_(seed),
        usual_trouble_(trouble_per_mille),
        trouble_(trouble_per_mille) {}

  // Whom webhooks are brought to.
  std::function<void(Hook)> on_hook;

  // ---- the port ----
  std::string_view name() const override { return "stripe"; }  // The settings know no other.
  Result<payment::IntentView> open(const payment::Intent& intent) override;
  Result<payment::IntentView> look_up(const std::string& reference) override;
  Result<payment::IntentView> capture(const std::string& reference,
                                      const std::string& key) override;
  Result<payment::IntentView> cancel(const std::string& reference, const std::string& key) override;
  Result<payment::RefundView> refund(const payment::RefundOrder& order) override;
  Result<payment::WebhookEvent> read_webhook(const payment::RawWebhook& webhook,
                                             UnixMillis now) const override;

  payment::ProviderReports* reports() override { return this; }
  Result<payment::ReportPage<payment::ReportLine>> balance_lines(
      const payment::ReportQuery& query) override;
  Result<payment::ReportPage<payment::ReportedPayout>> payouts(
      const payment::ReportQuery&) override {
    return payment::ReportPage<payment::ReportedPayout>();  // Nobody asks for them.
  }

  // ---- what happens at the provider; nothing where there is nothing to happen to ----
  // `page` is where the payer was sent; nothing happens on one of another account.
  void pay(const std::string& page, Payer payer);
  // Somebody gives money back by hand: all that is kept of a captured intent, or a part.
  void refund_by_hand(uint32_t which, bool whole);
  void dispute(uint32_t which, bool won);
  // A webhook about an intent that is not true, and not signed by the provider.
  std::optional<Hook> forge(uint32_t which);
  // The same, signed well, about an intent of another account.
  std::optional<Hook> forge_about(const LyingProvider& other, uint32_t which);

  // A webhook was not answered well: it is told again.
  void repeat(Hook hook);

  // Calls come through from now on.
  void stop_lying() { trouble_ = 0; }
  void lie_again() { trouble_ = usual_trouble_; }
  // What was to come hours later comes now.
  void let_hours_pass();
  // Nothing is on its way, and nothing will happen by itself.
  bool is_quiet() const { return under_way_ == 0 && held_.empty(); }
  // By reference.
  const std::map<std::string, Booked>& book() const { return book_; }
  // By what the ledger calls the movement: what was moved, what the report tells of it once each
  // line is out, and what it says was kept.
  struct Reported {
    int64_t moved = 0, told = 0, fees = 0;
  };
  std::map<std::string, Reported> report_by_name() const;

 private:
  struct Event;
  struct Refund {
    std::string intent;  // Its reference.
    Id refund_id;
    payment::RefundView view;
    bool is_over = false;  // Nobody asks for it any more.
  };

  std::string page_of(const std::string& reference) const {
    return "https://pay.example/" + account_ + "/" + reference;
  }
  std::string sign(std::string_view body) const;
  Event invented(const LyingProvider& about, uint32_t which);
  struct Line {
    std::string name;  // As the ledger calls it.
    payment::ReportLine line;
    int64_t amount = 0;  // That was moved.
    UnixMillis shown_at = 0;
    bool is_missing = false;
  };
  void report(const std::string& intent, std::string category, std::string source, int64_t amount);
  bool happens(uint32_t per_mille) { return random_.below(1000) < per_mille; }
  // What comes back of a call.
  template <class Act>
  auto ask(Act act) -> decltype(act()) {
    if (auto lie = lie_about([act] { [[maybe_unused]] const auto unheard = act(); })) return *lie;
    return act();
  }
  // Nothing: it is answered as it should be. Otherwise it was carried out, or will be, or not.
  std::optional<Error> lie_about(const std::function<void()>& act);
  void after(SteadyMicros most, std::function<void()> what);
  void hours_later(std::function<void()> what) { held_.push_back(std::move(what)); }
  void soon_or_late(SteadyMicros most, std::function<void()> what);

  Result<payment::IntentView> view(const std::string& reference) const;
  payment::RefundView refund_now(const payment::RefundOrder& order);
  void end_refund(const std::string& key, payment::RefundState state);
  void take(const std::string& reference, const Money& amount);
  void move(const std::string& reference, payment::IntentState state);
  std::string pick_captured(uint32_t which, const std::function<bool(const Booked&)>& fits) const;
  Event event_of(const std::string& reference, std::string type) const;
  void name_money(Event& event);
  void tell_intent(const std::string& reference, std::string type);
  void tell_refund(const std::string& reference, const Refund& refund);
  void tell_dispute(const std::string& reference, const Money& amount, bool is_closed, bool won);
  void tell(const Event& event, bool may_be_lost);
  void tell_once(Event event, bool may_be_lost);

  World& world_;
  const std::string account_;
  SeededRandom random_;
  const uint32_t usual_trouble_;
  uint32_t trouble_;
  std::map<std::string, Booked> book_;
  std::map<std::string, std::string> intents_;  // By idempotency key.
  std::map<std::string, Refund> refunds_;       // By idempotency key.
  std::set<std::string> refused_;               // Keys of refunds.
  std::vector<std::function<void()>> held_;     // Until hours have passed.
  std::vector<Line> lines_;                     // Of the report, the oldest first.
  uint64_t under_way_ = 0, events_ = 0, by_hand_ = 0;
};

// Where a run's money is: in the platform's account, or in one that the organisation has.
struct Accounts {
  LyingProvider platform, own;
  std::array<LyingProvider*, 2> both() { return {&platform, &own}; }
};

}  // namespace bilten::sim
