// The contract of the ticket service: ticket types, orders, tickets, doors.
#pragma once

#include "common/api/ticket_catalogue.h"
#include "common/api/ticket_doors.h"
#include "common/api/ticket_orders.h"
#include "common/api/ticket_tickets.h"
