// Any run of messages keeps the stock exact, and its journal rebuilds the rows.
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Run {
  explicit Run(uint64_t seed) : random(seed) {
    for (int64_t price : {0, 0, 500, 1200}) types.push_back(shop.add_type(price, 12));
    for (int i = 0; i < 2; ++i) add_quota();
  }

  void step() {
    shop.bench.now += static_cast<UnixMillis>(random.below(120'000));
    shop.bench.run_timers();
    switch (random.below(12)) {
      case 0:
      case 1: return order();
      case 2: return pay();
      case 3: return cancel();
      case 4: return change();
      case 5: return scan();
      case 6: return change_quota();
      case 7:
      case 8: return refund();
      case 9: return exchange();
      case 10: return sell_at_box_office();
      default: shop.bench.now += static_cast<UnixMillis>(random.below(20)) * 60'000;
    }
  }

  void order() {
    std::vector<OrderItem> items;
    const auto first = random.below(types.size());
    for (size_t i = 0; i <= random.below(3); ++i) {
      items.push_back(
          {types[(first + i) % types.size()], 1 + static_cast<int64_t>(random.below(4))});
    }
    if (auto made = shop.bench.send(shop.basket(items))) orders.push_back(*made);
  }
  const OrderView* any() { return orders.empty() ? nullptr : &orders[random.below(orders.size())]; }
  void pay() {
    // Two payments an order, so that some come twice and some come beside another.
    if (const auto* order = any()) {
      shop.bench.must(ConfirmOrder{order->id, id_of(static_cast<uint8_t>(random.below(2)))});
    }
  }
  void cancel() {
    const auto* order = any();
    if (!order) return;
    CancelOrder message;
    message.order_id = order->id;
    message.secret = order->secret;
    (void)shop.bench.send(message);
  }
  void refund() {
    const auto* order = any();
    if (!order) return;
    RefundOrder message;
    message.order_id = order->id;
    const auto ids = tickets_of(*order);
    if (!ids.empty() && random.below(2) == 0) message.ticket_ids = {ids[random.below(ids.size())]};
    (void)shop.bench.send(message, &shop.manager);
  }
  void exchange() {
    const auto* order = any();
    if (!order) return;
    const auto ids = tickets_of(*order);
    if (ids.empty()) return;
    ExchangeTicket message;
    message.ticket_id = ids[random.below(ids.size())];
    message.ticket_type_id = types[random.below(types.size())];
    const auto view = shop.bench.send(message, &shop.manager);
    if (view && view->order) orders.push_back(*view->order);
  }
  void sell_at_box_office() {
    BoxOfficeOrder message;
    message.event_id = shop.event_id;
    message.items = {{types[random.below(types.size())], 1}};
    message.kind = BoxOfficeKind::comp;
    if (auto made = shop.bench.send(message, &shop.manager)) orders.push_back(*made);
  }
  std::vector<Id> tickets_of(const OrderView& order) {
    ReadOrder message;
    message.order_id = order.id;
    return shop.bench.must(message, &shop.manager).ticket_ids;
  }
  void change() {
    ChangeType message;
    message.ticket_type_id = types[random.below(types.size())];
    message.quantity = static_cast<int64_t>(random.below(30));
    (void)shop.bench.send(message, &shop.manager);
  }
  std::vector<Id> some_types() {
    std::vector<Id> some;
    for (const auto& type_id : types) {
      if (random.below(2) == 0) some.push_back(type_id);
    }
    return some;
  }
  void add_quota() {
    AddQuota message;
    message.event_id = shop.event_id;
    message.title = "Quota";
    message.quantity = 20;
    message.ticket_type_ids = some_types();
    quotas.push_back(shop.bench.must(message, &shop.manager).id);
  }
  void change_quota() {
    ChangeQuota message;
    message.quota_id = quotas[random.below(quotas.size())];
    message.quantity = static_cast<int64_t>(random.below(40));
    if (random.below(2) == 0) message.ticket_type_ids = some_types();
    (void)shop.bench.send(message, &shop.manager);
  }
  void scan() {
    const auto* order = any();
    if (!order) return;
    ListOrderTickets message;
    message.order_id = order->id;
    message.secret = order->secret;
    const auto tickets = shop.bench.must(message).items;
    if (tickets.empty()) return;
    const auto direction = random.below(3) == 0 ? Direction::exit : Direction::entry;
    (void)shop.bench.send(shop.scan(*tickets[random.below(tickets.size())].code, direction),
                          &shop.door);
  }

  void check() const {
    int64_t sold = 0, held = 0, tickets = 0, of_held = 0;
    for (const auto& type_id : types) {
      const auto stock = shop.stock(type_id);
      CHECK(stock.total == stock.free + stock.held + stock.sold);
      CHECK(std::min({stock.free, stock.held, stock.sold}) >= 0);
      sold += stock.sold;
      held += stock.held;
    }
    const auto snapshot = shop.bench.store->snapshot();
    snapshot->rows().scan<ticket::QuotaRow>(
        {}, {}, SIZE_MAX, [&](std::string_view key, const ticket::QuotaRow& quota) {
          const auto stock = *snapshot->rows().find<ticket::StockRow>(key);
          int64_t of_types_held = 0, of_types_sold = 0;
          for (const auto& type_id : quota.terms.ticket_type_ids) {
            of_types_held += shop.stock(type_id).held;
            of_types_sold += shop.stock(type_id).sold;
          }
          CHECK(stock.total == stock.free + stock.held + stock.sold);
          CHECK(stock.free >= 0);
          CHECK(stock.held == of_types_held);
          CHECK(stock.sold == of_types_sold);
          return true;
        });
    snapshot->rows().scan<ticket::TicketRow>(
        {}, {}, SIZE_MAX, [&](std::string_view, const ticket::TicketRow& ticket) {
          tickets += ticket.state != TicketState::refunded;
          return true;
        });
    snapshot->rows().scan<ticket::OrderRow>({}, {}, SIZE_MAX,
                                            [&](std::string_view, const ticket::OrderRow& order) {
                                              if (order.state != OrderState::held) return true;
                                              for (const auto& line : order.lines) {
                                                of_held += line.quantity;
                                              }
                                              return true;
                                            });
    CHECK(tickets == sold);
    CHECK(of_held == held);
  }

  Shop shop;
  SeededRandom random;
  std::vector<Id> types, quotas;
  std::vector<OrderView> orders;
};

}  // namespace

TEST_CASE("any run of messages keeps the stock exact and its journal rebuilds the rows",
          "[ticket]") {
  const auto seed = GENERATE(range(1, 21));
  INFO("seed " << seed);
  Run run(static_cast<uint64_t>(seed));
  for (int i = 0; i < 150; ++i) {
    run.step();
    run.check();
  }
  run.shop.bench.check_rebuild();
}
