// What is made of tickets to show, to print and to keep: QR images, PDF, a calendar's file; and
// their rows of the table.
#include <set>

#include "common/print/qr.h"
#include "daemons/ticket/buyer.h"
#include "daemons/ticket/dates.h"
#include "daemons/ticket/holder_name.h"
#include "daemons/ticket/png.h"
#include "daemons/ticket/printout.h"
#include "daemons/ticket/rights.h"
#include "daemons/ticket/service_parts.h"
#include "daemons/ticket/standing.h"
#include "daemons/ticket/ticket_views.h"

namespace bilten::ticket {
namespace {

using namespace api::ticket;

class PrintQueries {
 public:
  PrintQueries(const Config& config, const ServiceKeys& keys) : views_(config, keys) {}

  Result<Content> svg(const Reader& reader, const ReadTicketQr& message) const {
    const auto ticket = with_code(reader, message.ticket_id, message.secret);
    if (!ticket) return ticket.error();
    return Content{"image/svg+xml", {qr_svg(*ticket->code)}, 0};
  }

  Result<Content> png(const Reader& reader, const ReadTicketPng& message) const {
    const auto ticket = with_code(reader, message.ticket_id, message.secret);
    if (!ticket) return ticket.error();
    return Content{"image/png", {qr_png(*ticket->code)}, 0};
  }

  Result<Content> ticket_pdf(const Reader& reader, const ReadTicketPdf& message) const {
    const auto ticket = with_code(reader, message.ticket_id, message.secret);
    if (!ticket) return ticket.error();
    const auto order = reader.rows.find<OrderRow>(ticket->order_id.view());
    CHECK_INVARIANT(order);
    const auto name = holder_name(reader, ticket->id, ticket->order_id, *order);
    return print(reader, *order, {*ticket}, name.value_or(""), message.language);
  }

  Result<Content> order_pdf(const Reader& reader, const ReadOrderPdf& message) const {
    const auto order = views_.order(reader, message.order_id, message.secret);
    if (!order) return order.error();
    auto tickets = views_.of_order(reader.rows, *order);
    std::erase_if(tickets, [](const TicketView& ticket) { return !ticket.code; });
    if (tickets.empty()) {
      return Error{Code::conflict, "no_tickets", "The order has no ticket that is good."};
    }
    const auto name = buyer_name(reader, message.order_id);
    return print(reader, *order, tickets, name.value_or(""), message.language);
  }

  Result<Content> calendar(const Reader& reader, const ReadOrderCalendar& message) const {
    auto order = views_.order(reader, message.order_id, message.secret);
    if (!order) return order.error();
    take_what_stands(reader.rows, message.order_id.view(), *order);
    const auto calendar = calendar_ics(calendar_of(reader, *order, message.language));
    return Content{"text/calendar; charset=utf-8", {calendar}, 0};
  }

 private:
  // What the order is for: each date once, and the whole event where that is what a type is for.
  static std::vector<CalendarEvent> calendar_of(const Reader& reader, const OrderRow& order,
                                                const std::optional<std::string>& language) {
    const auto event = reader.rows.find<EventRow>(order.event_id.view());
    CHECK_INVARIANT(event);
    const auto whole =
        calendar_event_of(order.event_id, *event, details_of(reader, order.event_id), language);
    std::set<std::optional<Id>> seen;
    std::vector<CalendarEvent> calendar;
    for (const auto& line : order.lines) {
      const auto date_id = date_id_of_type(reader.rows, *event, line.ticket_type_id);
      if (!seen.insert(date_id).second) continue;
      calendar.push_back(
          date_id ? calendar_event_of(whole, *date_id, date_of(reader.rows, *date_id), language)
                  : whole);
    }
    if (calendar.empty()) calendar.push_back(whole);  // Of an order that was given back whole.
    return calendar;
  }

  static PrintedTicket printed(const Reader& reader, const EventRow& event,
                               const TicketView& ticket,
                               const std::optional<std::string>& language) {
    const auto type = reader.rows.find<TypeRow>(ticket.ticket_type_id.view());
    CHECK_INVARIANT(type);
    PrintedTicket print{ticket.id.text(), text_in(type->terms.title, language), *ticket.code,
                        event.terms.starts_at.ms, event.terms.doors_at.ms};
    if (!ticket.date_id) return print;
    const auto date = date_of(reader.rows, *ticket.date_id).terms;
    print.starts_at = date.starts_at.ms;
    print.doors_at = date.doors_at.ms;
    if (date.label) print.label = text_in(*date.label, language);
    return print;
  }

  static EventDetailsRow details_of(const Reader& reader, const Id& event_id) {
    return reader.rows.find<EventDetailsRow>(event_id.view()).value_or(EventDetailsRow{});
  }

  Result<TicketView> with_code(const Reader& reader, const Id& ticket_id,
                               const std::optional<std::string>& shown_secret) const {
    auto ticket = views_.ticket(reader, ticket_id, shown_secret);
    if (ticket && !ticket->code) {
      return Error{Code::gone, "ticket_ended",
                   "The ticket is " + std::string(word(ticket->state)) + "; it has no code."};
    }
    return ticket;
  }

  static std::optional<std::string> buyer_name(const Reader& reader, const Id& order_id) {
    const auto buyer = find_buyer(reader.vault, order_id);
    return buyer ? std::optional(buyer->name) : std::nullopt;
  }

  static Result<Content> print(const Reader& reader, const OrderRow& order,
                               const std::vector<TicketView>& tickets, std::string holder,
                               const std::optional<std::string>& language) {
    const auto event = reader.rows.find<EventRow>(order.event_id.view());
    CHECK_INVARIANT(event);
    auto printout = printout_of(*event, details_of(reader, order.event_id), language);
    printout.order_code = order.code;
    printout.ordered_at = order.created_at.ms;
    printout.holder = std::move(holder);
    for (const auto& ticket : tickets) {
      printout.tickets.push_back(printed(reader, *event, ticket, language));
    }
    auto pdf = tickets_pdf(printout);
    if (!pdf) return pdf.error();
    return Content{"application/pdf", {std::move(*pdf)}, 0};
  }

  TicketViews views_;
};

}  // namespace

Table print_table(const Config& config, const ServiceKeys& keys) {
  const auto queries = std::make_shared<const PrintQueries>(config, keys);
  return {
      query<ReadTicketQr>("ticket.qr", by<PrintQueries, ReadTicketQr>(queries, &PrintQueries::svg)),
      query<ReadTicketPng>("ticket.qr_png",
                           by<PrintQueries, ReadTicketPng>(queries, &PrintQueries::png)),
      slow_query<ReadTicketPdf>(
          "ticket.pdf", by<PrintQueries, ReadTicketPdf>(queries, &PrintQueries::ticket_pdf)),
      slow_query<ReadOrderPdf>("ticket.order.pdf",
                               by<PrintQueries, ReadOrderPdf>(queries, &PrintQueries::order_pdf)),
      query<ReadOrderCalendar>("ticket.order.calendar", by<PrintQueries, ReadOrderCalendar>(
                                                            queries, &PrintQueries::calendar)),
  };
}

}  // namespace bilten::ticket
