// Transfers: who has a ticket before and after, and what is refused.
#include "common/api/ticket_transfers.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Handover : Shop {
  Handover() : type_id(add_type(0, 20)), order(buy(type_id, 6)) {}

  OfferTransfer offer(size_t index = 0, const std::string& email = "omar@example.org") const {
    OfferTransfer message;
    message.ticket_id = order.ticket_ids.at(index);
    message.email = email;
    message.secret = order.secret;
    return message;
  }
  std::string mailed_code(const Id& transfer_id) {
    return bench.must(TransferMail{transfer_id}).code;
  }
  AcceptTransfer acceptance(const Id& transfer_id) {
    AcceptTransfer message;
    message.transfer_id = transfer_id;
    message.code = mailed_code(transfer_id);
    message.holder_name = "Omar Said";
    return message;
  }
  WithdrawTransfer withdrawal(const Id& transfer_id) const {
    return {.transfer_id = transfer_id, .secret = order.secret};
  }
  Result<TicketView> ticket(size_t index, const std::optional<std::string>& shown,
                            const Person* person = nullptr) {
    ReadTicket message;
    message.ticket_id = order.ticket_ids.at(index);
    message.secret = shown;
    return bench.send(message, person);
  }

  Id type_id;
  OrderView order;
};

}  // namespace

TEST_CASE("until an offer is accepted the old code works, after it only the new one",
          "[ticket][transfer]") {
  Handover shop;
  const auto old_code = shop.code_of(shop.order);
  const auto transfer = shop.bench.must(shop.offer());
  CHECK(transfer.state == TransferState::open);
  CHECK(transfer.expires_at.ms == shop.bench.now + 48 * kHour);
  CHECK(shop.ticket(0, shop.order.secret)->code == old_code);

  const auto accepted = shop.bench.must(shop.acceptance(transfer.id));
  const auto mine = shop.ticket(0, accepted.secret);
  REQUIRE(mine);
  CHECK(mine->state == TicketState::valid);
  REQUIRE(mine->code);
  CHECK(*mine->code != old_code);
  CHECK(shop.scan_reason(shop.scan(old_code)) == "revoked");
  CHECK(shop.scan_reason(shop.scan(*mine->code)) == "");
  CHECK(shop.stock(shop.type_id).sold == 6);
  shop.bench.check_rebuild();
}

TEST_CASE("the former holder sees that a ticket is gone, and no code", "[ticket][transfer]") {
  Handover shop;
  shop.order = shop.buy(shop.type_id, 2, &shop.buyer);
  const auto transfer = shop.bench.must(shop.offer());
  shop.bench.must(shop.acceptance(transfer.id));
  for (const auto& seen :
       {shop.ticket(0, shop.order.secret), shop.ticket(0, std::nullopt, &shop.buyer)}) {
    REQUIRE(seen);
    CHECK(seen->state == TicketState::transferred);
    CHECK_FALSE(seen->code);
  }
  ListOrderTickets list;
  list.order_id = shop.order.id;
  list.secret = shop.order.secret;
  const auto tickets = shop.bench.must(list).items;
  CHECK(tickets[0].state == TicketState::transferred);
  CHECK_FALSE(tickets[0].code);
  CHECK(tickets[1].code);
  CHECK(shop.ticket(0, std::nullopt, &shop.manager)->code);
  CHECK_FALSE(shop.ticket(0, std::nullopt));
}

TEST_CASE("the new holder's secret opens their ticket alone", "[ticket][transfer]") {
  Handover shop;
  const auto transfer = shop.bench.must(shop.offer());
  const auto accepted = shop.bench.must(shop.acceptance(transfer.id), &shop.stranger);
  CHECK(shop.ticket(0, std::nullopt, &shop.stranger)->code);
  CHECK_FALSE(shop.ticket(1, accepted.secret));
  CHECK_FALSE(shop.ticket(1, std::nullopt, &shop.stranger));
  ReadOrder order;
  order.order_id = shop.order.id;
  order.secret = accepted.secret;
  CHECK(shop.reason(order) == "unknown_order");
  ReadTicketPdf pdf;
  pdf.ticket_id = shop.order.ticket_ids[0];
  pdf.secret = accepted.secret;
  CHECK(shop.bench.must(pdf).content_type == "application/pdf");
}

TEST_CASE("a ticket that moves on leaves its former holders' secrets worthless",
          "[ticket][transfer]") {
  Handover shop;
  const auto first = shop.bench.must(shop.acceptance(shop.bench.must(shop.offer()).id));
  CHECK(shop.reason(shop.offer()) == "unknown_ticket");  // Who gave it away has none to give.
  auto onward = shop.offer(0, "mona@example.org");
  onward.secret = first.secret;
  const auto transfer = shop.bench.must(onward);
  CHECK(shop.reason(shop.withdrawal(transfer.id)) == "unknown_transfer");
  const auto second = shop.bench.must(shop.acceptance(transfer.id));
  CHECK_FALSE(shop.ticket(0, first.secret));
  CHECK(shop.ticket(0, second.secret)->code);
  shop.bench.check_rebuild();
}

TEST_CASE("accepting twice with the same code answers the same, with another it is unknown",
          "[ticket][transfer]") {
  Handover shop;
  const auto transfer = shop.bench.must(shop.offer());
  const auto acceptance = shop.acceptance(transfer.id);
  auto wrong = acceptance;
  wrong.code.back() = wrong.code.back() == 'A' ? 'B' : 'A';
  CHECK(shop.bench.refusal(wrong) == "unknown_transfer");
  const auto first = shop.bench.must(acceptance);
  const auto before = shop.bench.head().seq;
  CHECK(shop.bench.must(acceptance).secret == first.secret);
  CHECK(shop.bench.head().seq == before);
  CHECK(shop.reason(TransferMail{transfer.id}) == "transfer_over");
}

TEST_CASE("an offer that is withdrawn or expires leaves all as it was", "[ticket][transfer]") {
  Handover shop;
  const auto old_code = shop.code_of(shop.order);
  const auto withdrawn = shop.bench.must(shop.offer());
  const auto late_acceptance = shop.acceptance(withdrawn.id);
  CHECK(shop.reason(shop.offer()) == "transfer_open");
  CHECK(shop.bench.must(shop.withdrawal(withdrawn.id)).state == TransferState::withdrawn);
  CHECK(shop.bench.must(shop.withdrawal(withdrawn.id)).state == TransferState::withdrawn);
  CHECK(shop.reason(late_acceptance) == "transfer_over");

  shop.terms.ends_at.ms += 72 * kHour;
  shop.tell<api::event::Changed>(api::event::State::published);
  const auto expired = shop.bench.must(shop.offer());
  const auto acceptance = shop.acceptance(expired.id);
  shop.bench.now += 48 * kHour;
  CHECK(shop.reason(acceptance) == "transfer_over");  // Even before its timer has run.
  CHECK(shop.bench.run_timers() == 1);
  CHECK(shop.reason(acceptance) == "transfer_over");
  CHECK(shop.reason(shop.withdrawal(expired.id)) == "transfer_over");
  CHECK(shop.scan_reason(shop.scan(old_code)) == "");
  shop.bench.check_rebuild();
}

TEST_CASE("a transfer is refused for the first fault in the order of the contract",
          "[ticket][transfer]") {
  Handover shop;
  auto stolen = shop.offer();
  stolen.secret = "guessed";
  CHECK(shop.bench.refusal(stolen) == "unknown_ticket");
  CHECK(shop.bench.refusal(stolen, &shop.stranger) == "unknown_ticket");
  CHECK(shop.bench.refusal(stolen, &shop.viewer) == "unknown_ticket");

  auto fixed = shop.offer(0, "omar@example.org");
  auto type = shop.Shop::offer(0, 10);
  type.transferable = false;
  const auto named = shop.bench.must(type, &shop.manager).id;
  const auto of_named = shop.buy(named);
  fixed.ticket_id = of_named.ticket_ids[0];
  fixed.secret = of_named.secret;
  CHECK(shop.bench.refusal(fixed) == "not_transferable");

  const auto transfer = shop.bench.must(shop.offer());
  const auto acceptance = shop.acceptance(transfer.id);
  shop.bench.must(shop.scan(shop.code_of(shop.order)), &shop.door);
  CHECK(shop.bench.refusal(acceptance) == "ticket_used");
  CHECK(shop.bench.refusal(shop.offer()) == "ticket_used");
  shop.tell<api::event::Cancelled>(api::event::State::cancelled);
  CHECK(shop.bench.refusal(shop.offer(1)) == "event_over");
}

TEST_CASE("the sixth offer of a holder within an hour waits for the first to be an hour old",
          "[ticket][transfer]") {
  Handover shop;
  for (size_t i = 0; i < 5; ++i) {
    shop.bench.must(shop.offer(i));
    shop.bench.now += 60'000;
  }
  const auto sixth = shop.bench.send(shop.offer(5));
  REQUIRE_FALSE(sixth);
  CHECK(sixth.error().reason == "too_many_transfers");
  CHECK(sixth.error().code == Code::too_many);
  CHECK(sixth.error().retry_after_ms == 55 * 60'000);
  shop.bench.now += 55 * 60'000 - 1;
  CHECK(shop.bench.refusal(shop.offer(5)) == "too_many_transfers");
  shop.bench.now += 1;
  shop.bench.must(shop.offer(5));
}

TEST_CASE("names and addresses of new holders are in no fact and no row", "[ticket][transfer]") {
  Handover shop;
  const auto transfer = shop.bench.must(shop.offer());
  const auto acceptance = shop.acceptance(transfer.id);
  const auto accepted = shop.bench.must(acceptance);
  const auto written = shop.bench.everything_written();
  for (const auto& secret : {std::string("omar@example.org"), std::string("Omar Said"),
                             acceptance.code, accepted.secret}) {
    CHECK(written.find(secret) == std::string::npos);
  }
}
