#include "tests/sim/checks.h"

#include <algorithm>
#include <map>
#include <set>

#include "daemons/event/rows.h"
#include "daemons/ticket/door_rows.h"
#include "daemons/ticket/refund_rows.h"
#include "daemons/ticket/standing.h"
#include "daemons/user/rows.h"

namespace bilten::sim {

using namespace api::ticket;

namespace {

std::string text(const Operation& operation) {
  return "operation " + std::to_string(operation.number) + " (" + operation.call.name + ")";
}

// The ticket service as it stands, against what the people were told.
class Audit {
 public:
  Audit(World& world, Daemon& ticket, const Shop& shop)
      : world_(world), snapshot_(ticket.store().snapshot()), rows_(snapshot_->rows()), shop_(shop) {
    auto facts = snapshot_->journal(0, kAll, false);
    if (!facts) fail(facts.error().detail);
    if (facts) std::for_each(facts->begin(), facts->end(), [this](auto& fact) { note(fact); });
  }

  void run() {
    stocks();
    quotas();
    promos();
    for (const auto& operation : shop_.operations()) {
      if (operation.open > 0) fail(text(operation) + " has not ended");
      switch (operation.wish) {
        case Wish::order: order(operation); break;
        case Wish::confirm: confirm(operation); break;
        case Wish::cancel: cancel(operation); break;
        case Wish::scan: scan(operation); break;
        case Wish::refund: refund(operation); break;
        case Wish::pay:
        case Wish::look:
        case Wish::staff:
        case Wish::payout:
        case Wish::hook:
        case Wish::forged_hook:
        case Wish::slander:
        case Wish::found:
        case Wish::rotate_keys:
        case Wish::read_tickets: break;
      }
    }
  }

 private:
  void fail(const std::string& why) { world_.fail(why); }

  // Orders by whom they were made for, admissions by ticket.
  void note(const JournalFact& fact) {
    if (fact.name == Held::name) made(decode<Held>(fact.body)->order_id);
    if (fact.name == Sold::name) made(decode<Sold>(fact.body)->order_id);
    if (fact.name != CheckedIn::name) return;
    const auto entry = *decode<CheckedIn>(fact.body);
    if (++admitted_[entry.scan.ticket_id] > 1) fail("a ticket was let in twice");
  }
  void made(const Id& order_id) {
    const auto kept = snapshot_->vault().get(ticket::vault_key(order_id));
    if (!kept) return fail("an order has no buyer");
    orders_[decode<Buyer>(*kept)->email].insert(order_id);
  }

  void stocks() {
    std::map<Id, ticket::StockRow> counted;
    rows_.scan<ticket::OrderRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
      for (const auto& line : standing_lines(key, row)) {
        auto& count = counted[line.ticket_type_id];
        (row.state == OrderState::held ? count.held : count.sold) += line.quantity;
      }
      return true;
    });
    std::map<Id, int64_t> tickets;
    rows_.scan<ticket::TicketRow>({}, {}, kAll, [&](std::string_view, const auto& row) {
      tickets[row.ticket_type_id] += row.state == TicketState::refunded ? 0 : 1;
      return true;
    });
    rows_.scan<ticket::TypeRow>({}, {}, kAll, [&](std::string_view key, const auto&) {
      const auto stock = rows_.find<ticket::StockRow>(key);
      const auto& count = counted[*Id::from_bytes(key)];
      if (stock->held != count.held || stock->sold != count.sold) {
        fail("the stock is not what the orders add up to");
      }
      if (tickets[*Id::from_bytes(key)] != stock->sold)
        fail("there are not as many tickets as sold");
      return true;
    });
  }

  // What an order holds or has: nothing once it is over, less once some of it was given back.
  ticket::OrderRow what_stands(std::string_view key, ticket::OrderRow order) {
    switch (order.state) {
      case OrderState::held: break;
      case OrderState::expired:
      case OrderState::cancelled:
        order.lines.clear();
        order.promo.reset();
        break;
      case OrderState::paid:
      case OrderState::partially_refunded:
      case OrderState::refunded: {
        const auto standing = ticket::find_standing(rows_, *Id::from_bytes(key), order);
        order.lines = standing.lines;
        order.promo = standing.promo;
      }
    }
    return order;
  }
  std::vector<Line> standing_lines(std::string_view key, const ticket::OrderRow& order) {
    return what_stands(key, order).lines;
  }

  void quotas() {
    rows_.scan<ticket::QuotaRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
      ticket::StockRow sum;
      for (const auto& type_id : row.terms.ticket_type_ids) {
        const auto stock = rows_.find<ticket::StockRow>(type_id.view());
        sum.held += stock->held;
        sum.sold += stock->sold;
      }
      const auto stock = rows_.find<ticket::StockRow>(key);
      const bool fits = stock && stock->held == sum.held && stock->sold == sum.sold &&
                        stock->free == row.terms.quantity - sum.held - sum.sold;
      if (!fits) fail("a quota is not what its types add up to");
      return true;
    });
  }

  void promos() {
    std::map<Id, int64_t> used;
    rows_.scan<ticket::OrderRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
      const auto promo = what_stands(key, row).promo;
      if (promo) used[promo->promo_id] += promo->tickets;
      return true;
    });
    rows_.scan<ticket::PromoRow>({}, {}, kAll, [&](std::string_view key, const auto& row) {
      if (row.tickets != used[*Id::from_bytes(key)]) {
        fail("a promo code's count is not what the orders add up to");
      }
      return true;
    });
  }

  void order(const Operation& operation) {
    const auto found = orders_.find(mail_of(operation.number));
    const size_t count = found == orders_.end() ? 0 : found->second.size();
    if (count > 1) return fail("one key gave two orders: " + text(operation));
    if (!operation.answer) {
      const bool may_exist = operation.may_have_run;
      if (count > 0 && !may_exist) {
        fail(text(operation) + " was told that it did not run, and the order exists");
      }
      return;
    }
    const auto view = *decode<OrderView>(*operation.answer);
    if (count == 0 || !found->second.contains(view.id)) {
      return fail(text(operation) + " was acknowledged, and the order is not there");
    }
    const auto row = rows_.find<ticket::OrderRow>(view.id.view());
    bool same = row && row->total == view.total && row->code == view.code &&
                row->lines.size() == view.items.size() && row->created_at.ms == view.created_at.ms;
    for (size_t i = 0; same && i < view.items.size(); ++i) {
      same = row->lines[i].ticket_type_id == view.items[i].ticket_type_id &&
             row->lines[i].quantity == view.items[i].quantity;
    }
    if (same && view.state == OrderState::paid) same = row->ticket_ids == view.ticket_ids;
    if (!same) fail(text(operation) + " was acknowledged with another content than the order has");
  }

  void confirm(const Operation& operation) {
    if (!operation.answer) return;
    const auto view = *decode<OrderView>(*operation.answer);
    const auto payment_id = decode<ConfirmOrder>(operation.call.body)->payment_id;
    const auto row = rows_.find<ticket::OrderRow>(view.id.view());
    const bool paid = row && row->payment_id == payment_id && !row->ticket_ids.empty();
    const bool returned =
        rows_.has(ticket::LatePayment::table, ticket::key_of(operation.order_id, payment_id));
    if (paid == returned)
      fail(text(operation) + ": the payment bought nothing and is not returned");
  }

  void cancel(const Operation& operation) {
    if (!operation.answer) return;
    const auto view = *decode<OrderView>(*operation.answer);
    const auto row = rows_.find<ticket::OrderRow>(operation.order_id.view());
    // Money that comes after all may buy the places back.
    const bool over = row && (row->state == OrderState::cancelled || row->payment_id);
    if (view.state != OrderState::cancelled || !over) {
      fail(text(operation) + " was acknowledged, and the order is not cancelled");
    }
  }

  void refund(const Operation& operation) {
    if (!operation.answer) return;
    const auto view = *decode<RefundView>(*operation.answer);
    const auto key = ticket::key_of(operation.order_id, view.id);
    if (!rows_.has(ticket::RefundRow::table, key)) {
      fail(text(operation) + " was acknowledged, and there is no such refund");
    }
  }

  void scan(const Operation& operation) {
    const auto message = *decode<CheckIn>(operation.call.body);
    const auto key = ticket::scan_key(message.check_in_list_id, operation.nonce);
    const auto row = rows_.find<ticket::ScanRow>(key);
    if (operation.answer && (!row || row->refused || !admitted_.contains(operation.ticket_id))) {
      fail(text(operation) + " was let in, and no record says so");
    }
    if (operation.answer && !acknowledged_.insert(operation.ticket_id).second) {
      fail("two scans of one ticket were told to let it in");
    }
    const bool not_run = !operation.answer && !operation.may_have_run;
    if (not_run && row && !row->refused) {
      fail(text(operation) + " was told that it did not run, and let somebody in");
    }
  }

  World& world_;
  std::unique_ptr<Snapshot> snapshot_;
  const Rows& rows_;
  const Shop& shop_;
  std::map<std::string, std::set<Id>> orders_;
  std::map<Id, int> admitted_;
  std::set<Id> acknowledged_;
};

// What a reader noted of an owner's facts is exactly what the owner announced and the reader takes.
void check_reading(World& world, Daemon& reader, Daemon& owner) {
  const auto own = owner.store().snapshot()->journal(0, kAll, true);
  const auto noted = reader.store().snapshot()->journal(0, kAll, false);
  if (!own || !noted) return world.fail("a journal cannot be read");
  auto next = noted->begin();
  const auto skip_others = [&] {
    while (next != noted->end() && !next->name.starts_with(owner.table().name() + ".")) ++next;
  };
  for (const auto& fact : *own) {
    const auto* reaction = reader.table().reaction(fact.name);
    if (!reaction) continue;
    skip_others();
    const bool may_be_passed_over = reaction->concerns != nullptr;
    const bool is_next = next != noted->end() && next->name == fact.name && next->body == fact.body;
    if (may_be_passed_over && !is_next) continue;
    if (next == noted->end() || next->name != fact.name || next->body != fact.body) {
      return world.fail(reader.table().name() + " did not take " + fact.name + " at " +
                        std::to_string(fact.seq) + " once and in order");
    }
    ++next;
  }
  skip_others();
  if (next != noted->end()) {
    world.fail(reader.table().name() + " took " + next->name + " once too often");
  }
}

template <class Row>
size_t count_of(const Rows& rows) {
  size_t count = 0;
  rows.scan<Row>({}, {}, kAll, [&](std::string_view, const Row&) {
    ++count;
    return true;
  });
  return count;
}

// Two people, one organisation, one event, three types: however often each was asked for.
void check_founding(World& world, const House& house, const Shop& shop) {
  const auto of_user = house.user.store().snapshot(), of_event = house.event.store().snapshot();
  const auto of_ticket = house.ticket.store().snapshot();
  const bool once = count_of<user::PersonRow>(of_user->rows()) == 2 &&
                    count_of<user::OrganizationRow>(of_user->rows()) == 1 &&
                    count_of<event::EventRow>(of_event->rows()) == 1 &&
                    count_of<ticket::TypeRow>(of_ticket->rows()) == 3;
  if (!once) world.fail("what was founded once is not there once");
  const auto row = of_event->rows().find<event::EventRow>(shop.event_id().view());
  if (!row) world.fail("the event was acknowledged, and is not there");
}

void check_store(World& world, Daemon& daemon) {
  const auto snapshot = daemon.store().snapshot();
  const auto rebuilt = verify_rebuild(*snapshot, daemon.table().applier());
  if (!rebuilt) return world.fail(daemon.table().name() + ": " + rebuilt.error().detail);
  const auto chain = verify_journal(*snapshot);
  if (!chain) return world.fail(daemon.table().name() + ": " + chain.error().detail);
}

bool has_read(Daemon& reader, Daemon& owner) {
  const auto head = owner.store().snapshot()->head();
  const auto cursor = reader.store().snapshot()->cursor(owner.table().name());
  return head.public_seq == (cursor ? cursor->seq : 0);
}

}  // namespace

void check_stock(World& world, Daemon& ticket) {
  const auto snapshot = ticket.store().snapshot();
  snapshot->rows().scan<ticket::StockRow>({}, {}, kAll, [&](std::string_view, const auto& row) {
    if (row.total != row.free + row.held + row.sold) {
      world.fail("a stock's total is not free + held + sold");
    }
    return true;
  });
}

bool all_is_read(const House& house) {
  return has_read(house.event, house.user) && has_read(house.ticket, house.user) &&
         has_read(house.ticket, house.event) && has_read(house.reader, house.user) &&
         has_read(house.reader, house.ticket) &&
         (!house.payment ||
          (has_read(*house.payment, house.user) && has_read(*house.payment, house.event) &&
           has_read(*house.payment, house.ticket) && has_read(house.ticket, *house.payment)));
}

void check_all(World& world, const House& house, const Shop& shop) {
  Audit(world, house.ticket, shop).run();
  check_reading(world, house.reader, house.ticket);
  check_reading(world, house.ticket, house.event);
  check_reading(world, house.ticket, house.user);
  check_reading(world, house.event, house.user);
  check_founding(world, house, shop);
  for (auto* daemon : {&house.user, &house.event, &house.ticket, &house.reader}) {
    check_store(world, *daemon);
  }
}

void check_books(World& world, const House& house) {
  check_reading(world, *house.payment, house.ticket);
  check_reading(world, house.ticket, *house.payment);
  check_store(world, *house.payment);
}

}  // namespace bilten::sim
