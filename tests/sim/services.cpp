#include "tests/sim/services.h"

#include "common/api/ticket_facts.h"
#include "daemons/event/service.h"
#include "daemons/payment/reconcile_runs.h"
#include "daemons/payment/service.h"
#include "daemons/payment/tasks.h"
#include "daemons/ticket/service.h"
#include "daemons/user/core.h"
#include "daemons/user/service.h"

namespace bilten::sim {

namespace {

const std::string kMailKey(32, 'm');

const user::Keys& user_keys() {
  static const user::Keys kKeys(std::string(32, 'u'), kMailKey);
  return kKeys;
}

// argon2id would take longer than all the rest of a run.
constexpr user::PasswordHasher kQuickHasher{
    .hash = [](std::string_view password) { return "quick:" + std::string(password); },
    .check = [](std::string_view hash,
                std::string_view password) { return hash == "quick:" + std::string(password); }};

// The table of payment serves all runs: whom it asks is the run's.
class PresentProvider final : public payment::Provider {
 public:
  std::string_view name() const override { return now->name(); }
  Result<payment::IntentView> open(const payment::Intent& intent) override {
    return now->open(intent);
  }
  Result<payment::IntentView> look_up(const std::string& reference) override {
    return now->look_up(reference);
  }
  Result<payment::IntentView> capture(const std::string& reference,
                                      const std::string& key) override {
    return now->capture(reference, key);
  }
  Result<payment::IntentView> cancel(const std::string& reference,
                                     const std::string& key) override {
    return now->cancel(reference, key);
  }
  Result<payment::RefundView> refund(const payment::RefundOrder& order) override {
    return now->refund(order);
  }
  Result<payment::WebhookEvent> read_webhook(const payment::RawWebhook& webhook,
                                             UnixMillis at) const override {
    return now->read_webhook(webhook, at);
  }

  payment::ProviderReports* reports() override { return now->reports(); }

  payment::Provider* now = nullptr;
};

std::shared_ptr<PresentProvider> present_provider() {
  static const auto kPresent = std::make_shared<PresentProvider>();
  return kPresent;
}

payment::Config payment_config() {
  payment::Config config;
  config.provider = payment::ProviderName::stripe;  // Where a provider can be handed in.
  return config;
}

Service payment_service(const payment::OwnAccounts& own) {
  return payment::service(payment_config(), {std::string(32, 'p'), kMailKey}, present_provider(),
                          own);
}

template <class... Fact>
std::vector<TableRow> follow_all(const std::variant<Fact...>*) {
  return {ReactionRow{std::string(Fact::name), {}}...};
}

Service reader() {
  return {.name = "reader",
          .doc = "Notes every fact of ticket.",
          .facts = {},
          .table = follow_all(static_cast<const api::ticket::Facts*>(nullptr)),
          .evolve = [](Rows&, std::string_view, std::string_view) {}};
}

}  // namespace

const Table& user_table() {
  static const user::Config kConfig{.demo = true};  // No mail goes out of a run.
  static const Table kTable(user::service(user_keys(), kConfig, kQuickHasher));
  return kTable;
}

const Table& event_table() {
  static const event::Config kConfig;
  static const Table kTable(event::service(kConfig));
  return kTable;
}

const Table& ticket_table() {
  static const Table kTable(ticket::service({}, {std::string(32, 's'), kMailKey}));
  return kTable;
}

const Table& payment_table() {
  static const Table kTable(payment_service({}));
  return kTable;
}

payment::OwnAccounts own_account(const Id& organization_id, payment::Provider& own) {
  return {{organization_id, {std::shared_ptr<void>(), &own}}};
}

std::unique_ptr<Table> payment_table_of(const payment::OwnAccounts& own) {
  return std::make_unique<Table>(payment_service(own));
}

void set_provider(payment::Provider& provider) {
  present_provider()->now = &provider;
}

const Table& reader_table() {
  static const Table kTable(reader());
  return kTable;
}

Effects start_of_payment(const Rows& rows, const Context& context,
                         const payment::OwnAccounts& own) {
  const auto config = payment_config();
  auto effects = payment::decide_start(rows, context);
  payment::plan_reconcile(rows, context, config, payment::reported_accounts(config, own), effects);
  return effects;
}

Effects start_of_user(const Rows& rows, const Context&) {
  return user::decide_start(user_keys(), rows);
}

}  // namespace bilten::sim
