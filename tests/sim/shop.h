// The people of a run, seen from outside: what they asked for, under which key, and all they were
// told. They repeat with the same key what they got no word of, as real clients do.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/api/payment_payments.h"
#include "common/api/payment_staff.h"
#include "common/api/ticket.h"
#include "tests/sim/member.h"
#include "tests/sim/plan.h"
#include "tests/sim/provider.h"

namespace bilten::sim {

enum class Wish : uint8_t {
  found,
  order,
  confirm,
  cancel,
  read_tickets,
  scan,
  refund,
  rotate_keys,
  pay,
  look,  // Where to pay.
  staff,
  payout,
  hook,
  forged_hook,
  slander  // A webhook about another's account.
};

// Somebody with an account.
struct Person {
  std::string email;
  std::string token;  // The last that a log-in gave.
  bool logging_in = false;
};

// One thing somebody wants, over all its attempts.
struct Operation {
  uint32_t number = 0;
  Wish wish = Wish::order;
  net::Call call;
  Person* person = nullptr;                             // Whose token goes with it.
  std::function<void(const std::string& answer)> then;  // When it has succeeded.
  std::function<void()> refused;                        // When it has not, each time.
  std::string nonce;                                    // Of a scan.
  Id order_id;   // What a confirm, a cancel and a read are about.
  Id ticket_id;  // What a scan is about.
  uint32_t attempts_left = 4;
  bool stubborn = false;              // Asks until it succeeds.
  uint32_t open = 0;                  // Attempts without an end.
  bool may_have_run = false;          // An attempt ended without saying whether it ran.
  std::optional<std::string> answer;  // The body that it succeeded with.
};

// What staff is to look at.
struct Attention {
  api::payment::AttentionKind kind;
  Id id, payment_id;
  bool by_hand = false;  // No provider gives it back.
};

// What a run knows of the services without asking them.
class Insight {
 public:
  virtual ~Insight() = default;
  // The check-in list of the event, once there is one.
  virtual std::optional<Id> find_list() = 0;
  // Whether there is an order of this buyer.
  virtual bool has_order(const std::string& mail) = 0;
  // One of those that staff is to look at, if there are any.
  virtual std::optional<Attention> find_attention(uint32_t which) = 0;
  // A payout that was set aside and neither sent nor given up, if there is one.
  virtual std::optional<Id> find_payout() = 0;
};

class Shop {
 public:
  Shop(World& world, Network& network, const Plan& plan, Insight& insight, Accounts& accounts);

  // A manager and somebody for the door sign up; there is an organisation, an event, and three
  // types on sale, of which the last never runs out; a quota over the first two, and a promo code
  // for the second (opening.cpp). Where payments are made, the first two cost something.
  void open();
  bool is_open() const { return has_types() && quota_stands_ && promo_stands_; }
  // What people do; faults are not its business.
  void act(const Action& action);
  // Everybody orders one ticket of the last type, once it is on sale, until that succeeds.
  void ask_fresh();
  bool fresh_done() const;
  bool idle() const { return open_ == 0; }
  // Once it is founded.
  const std::optional<Id>& organization_id() const { return organization_id_; }
  // The platform's operator sends a payout that was made, or gives it up; or makes one.
  void pay_out(bool sends);

  const Id& event_id() const { return event_id_; }
  const std::deque<Operation>& operations() const { return operations_; }

 private:
  static constexpr uint32_t kTypes = 3;

  using Then = std::function<void(const std::string& answer)>;

  Operation& add(Wish wish, std::string name, std::string body);
  // Asked until it succeeds.
  template <class Message>
  Operation& found(const Message& message, Person* person, Then then);
  void sign_up(Person& person, std::function<void()> then);
  void log_in(Person& person, std::function<void()> then);
  void found_organization();
  void draft_event(const Id& organization_id);
  bool has_types() const {
    return std::ranges::all_of(types_, [](const auto& type) { return type.has_value(); });
  }
  void put_on_sale();
  void limit_sale();
  void move_event(SteadyMicros length);
  void order(uint32_t type, int64_t quantity, const std::vector<uint32_t>& buyers,
             bool stubborn = false);
  void confirm(uint32_t buyer, const api::ticket::OrderView& order);
  void cancel(uint32_t buyer, const api::ticket::OrderView& order);
  void read_tickets(uint32_t buyer, const api::ticket::OrderView& order);
  void scan(uint32_t buyer, const api::ticket::TicketView& ticket);
  void refund(uint32_t buyer, const api::ticket::OrderView& order, bool whole);
  void rotate_keys();

  // How orders are paid (shop_payments.cpp).
  void set_fee_policy();
  void set_payout_terms();
  void pay(uint32_t buyer, const api::ticket::OrderView& order, Paying paying);
  void open_payment(uint32_t buyer, const api::ticket::OrderView& order,
                    api::payment::Method method,
                    std::function<void(const api::payment::PaymentView&)> then);
  void look_where_to_pay(uint32_t buyer, const api::ticket::OrderView& order, const Id& payment_id,
                         Paying paying, uint32_t looks);
  void on_page(uint32_t buyer, const api::ticket::OrderView& order, const std::string& page,
               Paying paying);
  void receive(const api::payment::PaymentView& payment);
  template <class Message>
  void as_staff(const Message& message);
  template <class Message>
  void as_operator(const Message& message, uint64_t Coverage::*met);
  void look_after_money(uint32_t which, bool releases);
  void bring(LyingProvider& from, const Hook& hook, Wish wish);
  LyingProvider& some_account(uint32_t which);
  void forge(uint32_t account, uint32_t which);
  void act_on_money(const Action& action);

  void send(Operation& operation, uint32_t buyer);
  // `repeat`: it was asked for when it had succeeded already.
  void ended(Operation& operation, uint32_t buyer, bool repeat, const net::Answer& answer);
  void succeeded(Operation& operation, uint32_t buyer);
  void check_not_run(const Operation& operation);
  void check_refusal(const Operation& operation, bool repeat, const Error& error);
  void tell(const Operation& operation, uint32_t buyer, const std::string& what);

  World& world_;
  Insight& insight_;
  Accounts& accounts_;
  const bool takes_money_;
  SeededRandom random_;  // Of keys and payments: what the network does must not change them.
  std::vector<std::unique_ptr<Member>> buyers_;
  std::deque<Operation> operations_;
  Person manager_{"manager@example.org", {}, false}, door_{"door@example.org", {}, false};
  std::optional<Id> organization_id_;
  Id event_id_;
  bool event_is_moving_ = false;
  std::optional<Id> types_[kTypes];
  int64_t quota_ = 0;
  bool quota_stands_ = false, promo_stands_ = false;
  std::vector<api::ticket::OrderView> orders_;  // That somebody was told of.
  std::optional<size_t> first_fresh_;
  uint64_t open_ = 0;
  uint64_t sends_ = 0;
};

template <class Message>
Operation& Shop::found(const Message& message, Person* person, Then then) {
  auto& operation = add(Wish::found, std::string(Message::name), encode(message));
  operation.person = person;
  operation.then = std::move(then);
  operation.stubborn = true;
  send(operation, 0);
  return operation;
}

inline constexpr const char* kPromoCode = "NILE10";  // Of the second type.

// Where the buyer of the order with this number gets mail: tells orders apart in the journal.
std::string mail_of(uint32_t number);

}  // namespace bilten::sim
