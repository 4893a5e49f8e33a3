#include "daemons/ticket/transfers.h"

#include "common/crypto/crypto.h"
#include "daemons/ticket/attendees.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/holders.h"
#include "daemons/ticket/recent.h"
#include "daemons/ticket/rights.h"

namespace bilten::ticket {

using api::ticket::AcceptedTransfer;
using api::ticket::AcceptTransfer;
using api::ticket::Attendee;
using api::ticket::OfferTransfer;
using api::ticket::ReadTransfer;
using api::ticket::TransferExpired;
using api::ticket::TransferMail;
using api::ticket::TransferOffered;
using api::ticket::Transferred;
using api::ticket::TransferState;
using api::ticket::TransferView;
using api::ticket::TransferWithdrawn;
using api::ticket::WithdrawTransfer;

namespace {

Error unknown_transfer(const Person* person) {
  Error error{Code::not_found, "unknown_transfer",
              "There is no such transfer for you; use the link you were mailed."};
  return person ? rests_on("user", std::move(error)) : error;
}

Error transfer_over(TransferState state) {
  return {Code::gone, "transfer_over",
          "The offer is " + std::string(word(state)) + "; ask the ticket's holder for another."};
}

TicketRow ticket_of(const Rows& rows, const Id& ticket_id) {
  auto ticket = rows.find<TicketRow>(ticket_id.view());
  CHECK_INVARIANT(ticket);
  return std::move(*ticket);
}

EventRow event_of(const Rows& rows, const Id& event_id) {
  auto event = rows.find<EventRow>(event_id.view());
  CHECK_INVARIANT(event);
  return std::move(*event);
}

// An offer past its time reads as expired, though its timer has not fired yet.
TransferState state_of(const TransferRow& transfer, UnixMillis now) {
  const bool is_late = transfer.state == TransferState::open && now >= transfer.expires_at.ms;
  return is_late ? TransferState::expired : transfer.state;
}

TransferView view_of(const Id& transfer_id, const TransferRow& transfer, UnixMillis now) {
  return {.id = transfer_id,
          .ticket_id = transfer.ticket_id,
          .event_id = transfer.event_id,
          .state = state_of(transfer, now),
          .offered_at = transfer.offered_at,
          .expires_at = transfer.expires_at};
}

// Whether the ticket, good and for an event to come, may change hands at all.
Status check_movable(const Rows& rows, const TicketRow& ticket, const EventRow& event,
                     UnixMillis now) {
  if (ticket.state == TicketState::used) {
    return Error{Code::conflict, "ticket_used", "The ticket has been used; it stays where it is."};
  }
  if (ticket.state != TicketState::valid) {
    return Error{Code::gone, "ticket_ended",
                 "The ticket is " + std::string(word(ticket.state)) + "; there is none to give."};
  }
  const auto schedule = schedule_of_type(rows, event, ticket.ticket_type_id);
  if (schedule.is_cancelled || now >= schedule.ends_at.ms) {
    return rests_on("event", {Code::conflict, "event_over",
                              "It is over or cancelled; its tickets stay where they are."});
  }
  return Done{};
}

Status check_transferable(const Rows& rows, const TicketRow& ticket) {
  const auto type = rows.find<TypeRow>(ticket.ticket_type_id.view());
  CHECK_INVARIANT(type);
  if (type->terms.transferable && ticket.generation < api::ticket::kGenerationMax) return Done{};
  return Error{Code::conflict, "not_transferable",
               "Tickets of this type are for who ordered them; ask the organizer."};
}

std::string offers_key(const Bytes& holder) {
  return recent_key("offer", holder.data);
}

Status check_offers(const Rows& rows, const Bytes& holder, UnixMillis now) {
  const auto wait = recent_wait(rows, offers_key(holder), now);
  if (!wait) return Done{};
  Error error{Code::too_many, "too_many_transfers",
              "You may offer " + std::to_string(kRecentMax) + " tickets an hour; wait a while."};
  error.retry_after_ms = *wait;
  return error;
}

// The transfer for the ticket's holder, who may take it back, and for who gave it away by it.
Result<TransferRow> find_transfer(const Rows& rows, const Person* person, const Id& transfer_id,
                                  const OrderKeys& keys,
                                  const std::optional<std::string>& shown_secret) {
  auto transfer = rows.find<TransferRow>(transfer_id.view());
  if (!transfer) return unknown_transfer(nullptr);
  const auto ticket = ticket_of(rows, transfer->ticket_id);
  const auto access = ticket_access(rows, person, keys, transfer->ticket_id, ticket, shown_secret);
  const bool is_open = transfer->state == TransferState::open;
  if (access < (is_open ? TicketAccess::holder : TicketAccess::giver)) {
    return unknown_transfer(person);
  }
  return *transfer;
}

template <class Fact>
Fact ended(const Rows& rows, const Id& transfer_id, const TransferRow& transfer, UnixMillis now) {
  Fact fact;
  fact.organization_id = event_of(rows, transfer.event_id).organization_id;
  fact.event_id = transfer.event_id;
  fact.ticket_id = transfer.ticket_id;
  fact.transfer_id = transfer_id;
  fact.at = {now};
  return fact;
}

void close(Rows& rows, const Id& transfer_id, const Id& ticket_id, TransferState state) {
  auto transfer = rows.find<TransferRow>(transfer_id.view());
  CHECK_INVARIANT(transfer && transfer->state == TransferState::open);
  CHECK_INVARIANT(transfer->ticket_id == ticket_id);
  transfer->state = state;
  rows.save(transfer_id.view(), *transfer);
  rows.erase<OpenTransfer>(ticket_id.view());
  rows.clear_timer(kTransferTimer, transfer_id.view());
}

// The ticket is its holder's from now on, and no more of who took it over before.
void save_holder(Rows& rows, const Transferred& fact) {
  const auto before = find_holder(rows, fact.ticket_id);
  if (before && before->person_id) {
    rows.erase<TicketOfHolder>(holder_ticket_key(*before->person_id, before->transfer_id));
  }
  rows.save(fact.ticket_id.view(), HolderRow{fact.transfer_id, fact.person_id, fact.address});
  if (!fact.person_id) return;
  rows.save(holder_ticket_key(*fact.person_id, fact.transfer_id), TicketOfHolder{fact.ticket_id});
}

// What follows from an acceptance: the fact, and the new attendee in the place of the old.
void take_over(const Rows& rows, const Context& context, const AcceptTransfer& message,
               const OrderKeys& keys, const TransferRow& transfer, const TicketRow& ticket,
               Effects& effects) {
  const auto mailed_to = context.vault.get(transfer_key(message.transfer_id));
  const auto email = message.email ? message.email : mailed_to;
  Transferred fact;
  fact.organization_id = event_of(rows, transfer.event_id).organization_id;
  fact.event_id = transfer.event_id;
  fact.order_id = ticket.order_id;
  fact.ticket_id = transfer.ticket_id;
  fact.transfer_id = message.transfer_id;
  fact.generation = ticket.generation + 1;
  if (context.person) fact.person_id = context.person->person_id;
  fact.address = buyer_hash(keys.mail_index, email.value_or(""));
  fact.at = {context.now};
  effects.record(fact);
  effects.forget(transfer_key(message.transfer_id));
  const auto order = rows.find<OrderRow>(ticket.order_id.view());
  CHECK_INVARIANT(order);
  if (const auto index = place_of(*order, transfer.ticket_id)) {
    Attendee attendee;
    attendee.full_name = message.holder_name;
    attendee.email = email;
    effects.keep(attendee_key(ticket.order_id, *index), encode(attendee));
  }
}

}  // namespace

Decided<TransferView> decide_offer_transfer(const Rows& rows, const Context& context,
                                            const OfferTransfer& message, const OrderKeys& keys) {
  const auto& ticket_id = message.ticket_id;
  const auto ticket = rows.find<TicketRow>(ticket_id.view());
  if (!ticket) return unknown_ticket(nullptr);
  const auto access = ticket_access(rows, context.person, keys, ticket_id, *ticket, message.secret);
  if (access < TicketAccess::holder) return unknown_ticket(context.person);
  const auto event = event_of(rows, ticket->event_id);
  if (const auto fit = check_movable(rows, *ticket, event, context.now); !fit) return fit.error();
  if (const auto fit = check_transferable(rows, *ticket); !fit) return fit.error();
  if (rows.has(OpenTransfer::table, ticket_id.view())) {
    return Error{Code::conflict, "transfer_open",
                 "The ticket is offered to somebody already; take that back first."};
  }
  const auto holder = holder_key(rows, ticket_id, *ticket);
  if (const auto fit = check_offers(rows, holder, context.now); !fit) return fit.error();

  const Id transfer_id = context.fresh_id();
  const TransferRow transfer{.ticket_id = ticket_id,
                             .event_id = ticket->event_id,
                             .offered_at = {context.now},
                             .expires_at = {context.now + kOfferLasts}};
  Decision<TransferView> decision;
  decision.record(TransferOffered{.organization_id = event.organization_id,
                                  .event_id = ticket->event_id,
                                  .order_id = ticket->order_id,
                                  .ticket_id = ticket_id,
                                  .transfer_id = transfer_id,
                                  .holder = holder,
                                  .at = transfer.offered_at,
                                  .expires_at = transfer.expires_at});
  decision.keep(transfer_key(transfer_id), message.email);
  decision.answer = view_of(transfer_id, transfer, context.now);
  return decision;
}

Decided<TransferView> decide_withdraw_transfer(const Rows& rows, const Context& context,
                                               const WithdrawTransfer& message,
                                               const OrderKeys& keys) {
  const auto& transfer_id = message.transfer_id;
  auto transfer = find_transfer(rows, context.person, transfer_id, keys, message.secret);
  if (!transfer) return transfer.error();
  const auto state = state_of(*transfer, context.now);
  Decision<TransferView> decision;
  if (state == TransferState::open) {
    decision.record(ended<TransferWithdrawn>(rows, transfer_id, *transfer, context.now));
    decision.forget(transfer_key(transfer_id));
    transfer->state = TransferState::withdrawn;
  } else if (state != TransferState::withdrawn) {
    return transfer_over(state);
  }
  decision.answer = view_of(transfer_id, *transfer, context.now);
  return decision;
}

Decided<AcceptedTransfer> decide_accept_transfer(const Rows& rows, const Context& context,
                                                 const AcceptTransfer& message,
                                                 const OrderKeys& keys) {
  const auto& transfer_id = message.transfer_id;
  const auto transfer = rows.find<TransferRow>(transfer_id.view());
  if (!transfer || !crypto::equal(message.code, transfer_code(keys.secret, transfer_id))) {
    return unknown_transfer(nullptr);
  }
  const auto state = state_of(*transfer, context.now);
  Decision<AcceptedTransfer> decision;
  if (state == TransferState::open) {
    const auto ticket = ticket_of(rows, transfer->ticket_id);
    const auto event = event_of(rows, transfer->event_id);
    if (const auto fit = check_movable(rows, ticket, event, context.now); !fit) return fit.error();
    take_over(rows, context, message, keys, *transfer, ticket, decision);
  } else if (state != TransferState::accepted) {
    return transfer_over(state);
  }
  decision.answer = {transfer_id, transfer->ticket_id, transfer->event_id,
                     holder_secret(keys.secret, transfer_id)};
  return decision;
}

Effects decide_transfer_ended(const Rows& rows, const Context& context, std::string_view key) {
  const auto transfer_id = Id::from_bytes(key);
  const auto transfer = rows.find<TransferRow>(key);
  CHECK_INVARIANT(transfer_id && transfer);
  Effects effects;
  effects.record(ended<TransferExpired>(rows, *transfer_id, *transfer, context.now));
  effects.forget(transfer_key(*transfer_id));
  return effects;
}

Result<TransferView> view_of_transfer(const Reader& reader, const ReadTransfer& message,
                                      const OrderKeys& keys) {
  const auto& transfer_id = message.transfer_id;
  if (message.code && crypto::equal(*message.code, transfer_code(keys.secret, transfer_id))) {
    const auto transfer = reader.rows.find<TransferRow>(transfer_id.view());
    if (transfer) return view_of(transfer_id, *transfer, reader.now);
  }
  const auto transfer =
      find_transfer(reader.rows, reader.person, transfer_id, keys, message.secret);
  if (!transfer) return transfer.error();
  return view_of(transfer_id, *transfer, reader.now);
}

Result<TransferMail::Answer> transfer_mail(const Reader& reader, const TransferMail& message,
                                           std::string_view secret) {
  const auto transfer = reader.rows.find<TransferRow>(message.transfer_id.view());
  if (!transfer) return unknown_transfer(nullptr);
  const auto state = state_of(*transfer, reader.now);
  const auto email = reader.vault.get(transfer_key(message.transfer_id));
  if (state != TransferState::open || !email) return transfer_over(state);
  return TransferMail::Answer{*email, transfer_code(secret, message.transfer_id),
                              transfer->ticket_id, transfer->event_id, transfer->expires_at};
}

void apply(Rows& rows, const TransferOffered& fact) {
  CHECK_INVARIANT(!rows.has(OpenTransfer::table, fact.ticket_id.view()));
  rows.save(fact.transfer_id.view(), TransferRow{.ticket_id = fact.ticket_id,
                                                 .event_id = fact.event_id,
                                                 .offered_at = fact.at,
                                                 .expires_at = fact.expires_at});
  rows.save(fact.ticket_id.view(), OpenTransfer{fact.transfer_id});
  rows.set_timer(kTransferTimer, fact.transfer_id.view(), fact.expires_at.ms);
  note_recent(rows, offers_key(fact.holder), fact.at);
}

void apply(Rows& rows, const Transferred& fact) {
  close(rows, fact.transfer_id, fact.ticket_id, TransferState::accepted);
  auto ticket = ticket_of(rows, fact.ticket_id);
  CHECK_INVARIANT(fact.generation == ticket.generation + 1);
  ticket.generation = fact.generation;
  rows.save(fact.ticket_id.view(), ticket);
  save_holder(rows, fact);
}

void apply(Rows& rows, const TransferWithdrawn& fact) {
  close(rows, fact.transfer_id, fact.ticket_id, TransferState::withdrawn);
}

void apply(Rows& rows, const TransferExpired& fact) {
  close(rows, fact.transfer_id, fact.ticket_id, TransferState::expired);
}

}  // namespace bilten::ticket
