// A payment service at work, on memory: orders that the ticket service tells of, payers, and the
// sandbox behind its port. What the senders would do is done when the test says so.
#pragma once

#include <string>
#include <vector>

#include "common/api/payment.h"
#include "common/api/payment_facts.h"
#include "common/api/ticket_evidence.h"
#include "common/api/ticket_exchange_facts.h"
#include "common/api/ticket_refund_facts.h"
#include "common/crypto/order_link.h"
#include "daemons/payment/flow_rows.h"
#include "daemons/payment/sandbox.h"
#include "daemons/payment/service.h"
#include "daemons/payment/tasks.h"
#include "tests/support/people.h"
#include "tests/support/service_bench.h"

namespace bilten::test {

using namespace bilten::payment;
using namespace bilten::api::payment;
using api::user::Role;
using Names = std::vector<std::string>;

struct Counter {
  static payment::Config settings() {
    payment::Config config;
    config.provider = ProviderName::sandbox;
    config.sandbox_secret = "whsec";
    return config;
  }

  static ServiceKeys keys() { return {std::string(32, 's'), std::string(32, 'm')}; }

  Counter() : Counter(service(settings(), keys())) {}
  explicit Counter(Service made) : bench(std::move(made)) {
    bench.note(api::user::MemberJoined{organization, manager.person_id, Role::manager});
    bench.note(api::user::MemberJoined{organization, door.person_id, Role::door_staff});
  }

  Id hold(int64_t amount = 1500, const std::string& code = "ABCDEFGHJK") {
    api::ticket::Held fact{};
    fact.organization_id = organization;
    fact.event_id = id_of(100);
    fact.order_id = id_of(++orders_);
    fact.code = code;
    fact.buyer.data = std::string(16, 'b');
    fact.lines = {{.ticket_type_id = id_of(51), .quantity = 1, .unit_price = amount}};
    fact.lines[0].total = amount;
    fact.total = {amount, "EUR"};
    fact.at = {bench.now};
    fact.expires_at = {bench.now + kHour / 4};
    bench.note(fact);
    return fact.order_id;
  }
  // What the ticket service tells of an order, as its feed brings it.
  template <class Fact>
  Names tell(const Id& order_id, Fact fact = {}) {
    const auto before = bench.head().seq;
    fact.organization_id = organization;
    fact.event_id = id_of(100);
    fact.order_id = order_id;
    fact.at = {bench.now};
    bench.react(fact);
    auto names = bench.names_after(before);
    names.erase(names.begin());
    return names;
  }
  Names tell_sold(const Id& order_id, const Id& payment_id) {
    api::ticket::Sold fact{};
    fact.code = "ABCDEFGHJK";
    fact.buyer.data = std::string(16, 'b');
    fact.lines = {{.ticket_type_id = id_of(51), .quantity = 1}};
    fact.total = {1500, "EUR"};
    fact.ticket_ids = {id_of(70)};
    fact.payment_id = payment_id;
    return tell(order_id, fact);
  }
  Names tell_too_late(const Id& order_id, const Id& payment_id) {
    api::ticket::PaidTooLate fact{};
    fact.payment_id = payment_id;
    return tell(order_id, fact);
  }
  Names tell_refunded(const Id& order_id, int64_t amount) {
    api::ticket::Refunded fact{};
    fact.refund_id = id_of(90);
    fact.amount = {amount, "EUR"};
    return tell(order_id, fact);
  }

  OpenPayment wish(const Id& order_id, Method method = Method::card) const {
    OpenPayment message;
    message.order_id = order_id;
    message.secret = order_secret(mesh_key, order_id);
    message.method = method;
    return message;
  }
  // A payment that can be paid: opened, and offered by the sandbox.
  Id offer(const Id& order_id) {
    const auto payment_id = bench.must(wish(order_id)).id;
    work();
    return payment_id;
  }
  PaymentRow row(const Id& payment_id) const {
    const auto snapshot = bench.store->snapshot();
    const auto found = snapshot->rows().find<PaymentRow>(payment_id.view());
    REQUIRE(found);
    return *found;
  }
  void press(const Id& payment_id, Press button) {
    SandboxPress message;
    message.reference = row(payment_id).reference;
    message.press = button;
    bench.must(message);
    bench.run_timers();
  }
  // Approved by the payer, and told by the webhook.
  Id pay(const Id& order_id) {
    const auto payment_id = offer(order_id);
    press(payment_id, Press::approve);
    work();
    return payment_id;
  }

  // Does what senders were told to do since the last time; answers how many tasks. Unheard: the
  // daemon ends before what came of it is recorded.
  size_t work(bool is_heard = true) {
    bench.now += 100;  // Time enough for the next refund in line.
    bench.run_timers();
    size_t count = 0;
    for (const auto& fact : bench.journal()) {
      if (fact.seq <= worked_) continue;
      worked_ = fact.seq;
      if (fact.name == Attempted::name) {
        const auto task = decode<Attempted>(fact.body);
        run(kTaskSender, task_key(task->kind, task->id), is_heard);
        ++count;
      } else if (fact.name == SandboxHookTried::name) {
        run(kSandboxHookSender, std::string(decode<SandboxHookTried>(fact.body)->hook_id.view()),
            is_heard);
        ++count;
      }
    }
    return count;
  }
  // The daemon ends before its senders have done anything.
  void forget_work() { worked_ = bench.head().seq; }

  void run(std::string_view kind, const std::string& key, bool is_heard = true) {
    SenderRow::Job job;
    {
      const auto snapshot = bench.store->snapshot();
      job = bench.table.sender(kind)->plan({snapshot->rows(), snapshot->vault(), bench.now}, key);
    }
    if (!job) return;
    const auto ended = job([this](std::string_view name, const std::string& body) {
      if (name == api::ticket::OrderEvidence::name) return ask_ticket();
      return by_name<SandboxOpen, SandboxLookUp, SandboxCancel, SandboxRefund, SandboxReport,
                     SandboxEvidence, TakeWebhook>(name, body);
    });
    if (!ended || !is_heard) return;
    REQUIRE(by_name<SettleTask, SandboxHeard, SettleReconcile>(ended->command, ended->body));
  }
  // Every fact after that position.
  Names after(uint64_t seq) const { return bench.names_after(seq); }
  // How often a fact stands in the journal.
  size_t count(std::string_view name) const {
    size_t found = 0;
    for (const auto& fact : bench.journal()) found += fact.name == name ? 1 : 0;
    return found;
  }

  // What the ticket service knows of any order.
  static api::ticket::OrderEvidence::Answer ticket_knows() {
    api::ticket::OrderEvidence::Answer answer{.code = "ABCDEFGHJK",
                                              .event_title = "Night of the Nile",
                                              .venue = "El Sawy",
                                              .timezone = "Africa/Cairo"};
    answer.buyer_name = "Lina";
    answer.buyer_email = "lina@example.org";
    answer.tickets = {{.ticket_id = id_of(70), .type = "Seat"}};
    answer.tickets[0].admissions = {{.list = "Main entrance", .gate = "north"}};
    return answer;
  }
  Result<std::string> ask_ticket() const {
    if (is_ticket_away) return Error{Code::no_service, "no_service", ""};
    return encode(ticket_knows());
  }

  bool is_ticket_away = false;
  std::string mesh_key = std::string(32, 'm');
  Id organization = id_of(1);
  Person manager = person_of(11), door = person_of(12), stranger = person_of(13);
  ServiceBench bench;

 private:
  template <class Message>
  bool try_one(std::string_view name, const std::string& body, Result<std::string>& into) {
    if (name != Message::name) return false;
    const auto message = decode<Message>(body);
    REQUIRE(message);
    const auto answer = bench.send(*message);
    if (answer) {
      into = encode(*answer);
    } else {
      into = answer.error();
    }
    return true;
  }
  template <class... Messages>
  Result<std::string> by_name(std::string_view name, const std::string& body) {
    Result<std::string> answer = Error{Code::unsupported, "unknown_message", ""};
    const bool found = (try_one<Messages>(name, body, answer) || ...);
    REQUIRE(found);
    return answer;
  }

  uint8_t orders_ = 200;
  uint64_t worked_ = 0;
};

}  // namespace bilten::test
