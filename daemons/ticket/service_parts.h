// The pieces of the service's table, one a noun: each in a file of its own with its queries, for
// every row of the table costs the compiler a codec.
#pragma once

#include <memory>
#include <vector>

#include "common/service/daemon.h"
#include "common/service/handlers.h"
#include "daemons/ticket/config.h"

namespace bilten::ticket {

using Table = std::vector<TableRow>;
Table catalogue_table(const Config& config);
Table order_table(const ServiceKeys& keys);
Table ticket_table(const Config& config, const ServiceKeys& keys);
Table my_ticket_table(const Config& config, const ServiceKeys& keys);
Table print_table(const Config& config, const ServiceKeys& keys);
Table door_table(const ServiceKeys& keys);
Table room_table(const ServiceKeys& keys);
Table list_table();
Table offline_table(const ServiceKeys& keys);
Table refund_table(const ServiceKeys& keys);
Table event_refund_table();
Table payment_table();
Table box_office_table(const ServiceKeys& keys);
Table import_table(const ServiceKeys& keys);
Table exchange_table(const ServiceKeys& keys);
Table attendee_table(const Config& config, const ServiceKeys& keys);
Table resend_table(const ServiceKeys& keys);
Table transfer_table(const ServiceKeys& keys);
Table waiting_table(const Config& config, const ServiceKeys& keys);

// A query answered by a member function of an object that holds what queries need beyond rows.
template <class Queries, class Message>
auto by(const std::shared_ptr<const Queries>& queries,
        Result<typename Message::Answer> (Queries::*answer)(const Reader&, const Message&) const) {
  return [queries, answer](const Reader& reader, const Message& message) {
    return (*queries.*answer)(reader, message);
  };
}

// Binds what a rule needs beyond rows and message as its last argument.
template <class Last, class Function>
auto with(Last last, Function function) {
  return [last, function](const auto&... arguments) { return function(arguments..., last); };
}

}  // namespace bilten::ticket
