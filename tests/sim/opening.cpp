// How a shop comes to have something to sell: as on any platform, by people who sign up first.
#include "common/api/event.h"
#include "common/api/user_messages.h"
#include "tests/sim/shop.h"

namespace bilten::sim {

namespace {

constexpr const char* kPassword = "Correct-1-horse";
constexpr int64_t kReserve = 1'000'000;
constexpr UnixMillis kDay = 86'400'000;
constexpr int64_t kTenPercent = 1000;
constexpr int64_t kTaxRate = 1400, kFee = 45;

}  // namespace

void Shop::open() {
  sign_up(manager_, [this] { sign_up(door_, [this] { found_organization(); }); });
}

void Shop::sign_up(Person& person, std::function<void()> then) {
  found(api::user::SignUp{person.email, kPassword, "Nadia Fathy"}, nullptr,
        [this, &person, then = std::move(then)](auto&) { log_in(person, then); });
}

void Shop::log_in(Person& person, std::function<void()> then) {
  if (std::exchange(person.logging_in, true)) return;
  found(api::user::LogIn{person.email, kPassword}, nullptr,
        [&person, then = std::move(then)](const std::string& answer) {
          person.token = decode<api::user::Tokens>(answer)->access_token;
          person.logging_in = false;
          then();
        });
}

void Shop::found_organization() {
  found(api::user::CreateOrganization{"Nile Nights"}, &manager_, [this](const std::string& answer) {
    const auto id = decode<api::user::OrganizationView>(answer)->id;
    organization_id_ = id;
    found(api::user::AddMember{id, door_.email, api::user::Role::door_staff}, &manager_,
          [](auto&) {});
    draft_event(id);
    if (!takes_money_) return;
    set_fee_policy();
    set_payout_terms();
  });
}

void Shop::draft_event(const Id& organization_id) {
  const UnixMillis now = world_.wall_ms();
  api::event::Draft message;
  message.organization_id = organization_id;
  message.title.plain = "Nile Jazz Night";
  message.venue = {"Opera House", "El Borg", "Cairo", "EG", {}, {}, kReserve};
  message.currency = "EGP";
  message.timezone = "Africa/Cairo";
  message.starts_at = {now + kDay};
  message.ends_at = {now + 2 * kDay};
  message.doors_at = Instant{now - kDay};
  if (takes_money_) message.hold_minutes = 1;
  found(message, &manager_, [this](const std::string& answer) {
    event_id_ = decode<api::event::EventView>(answer)->id;
    found(api::event::Publish{{event_id_}}, &manager_, [this](auto&) { put_on_sale(); });
  });
}

void Shop::put_on_sale() {
  const int64_t prices[kTypes] = {takes_money_ ? 799 : 0, 2500, 0};
  const int64_t quantities[kTypes] = {4 + static_cast<int64_t>(random_.below(20)),
                                      4 + static_cast<int64_t>(random_.below(20)), kReserve};
  for (uint32_t type = 0; type < kTypes; ++type) {
    api::ticket::AddType message;
    message.event_id = event_id_;
    message.title.plain = "Type " + std::to_string(type);
    message.price = {prices[type], "EGP"};
    message.tax_rate = type == 1 ? kTaxRate : 0;
    message.fee_amount = type == 1 ? kFee : 0;
    message.quantity = quantities[type];
    found(message, &manager_, [this, type](const std::string& answer) {
      types_[type] = decode<api::ticket::TicketTypeView>(answer)->id;
      if (has_types()) limit_sale();
    });
  }
  // One place fewer than the first two types have together.
  quota_ = quantities[0] + quantities[1] - 1;
}

void Shop::limit_sale() {
  api::ticket::AddQuota quota;
  quota.event_id = event_id_;
  quota.title = "House";
  quota.quantity = quota_;
  quota.ticket_type_ids = {*types_[0], *types_[1]};
  found(quota, &manager_, [this](auto&) { quota_stands_ = true; });
  api::ticket::AddPromo promo;
  promo.event_id = event_id_;
  promo.code = kPromoCode;
  promo.rate = kTenPercent;
  promo.ticket_type_ids = {*types_[1]};
  promo.tickets_max = 2 + static_cast<int64_t>(random_.below(6));
  found(promo, &manager_, [this](auto&) { promo_stands_ = true; });
}

void Shop::move_event(SteadyMicros length) {
  if (!is_open() || std::exchange(event_is_moving_, true)) return;
  found(api::event::Unpublish{{event_id_}}, &manager_, [this, length](auto&) {
    world_.after(length, [this] {
      found(api::event::Publish{{event_id_}}, &manager_,
            [this](auto&) { event_is_moving_ = false; });
    });
  });
}

}  // namespace bilten::sim
