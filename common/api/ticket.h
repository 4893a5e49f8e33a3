// The contract of the ticket service: ticket types, promo codes, orders, tickets, doors.
#pragma once

#include "common/api/ticket_box_office.h"
#include "common/api/ticket_catalogue.h"
#include "common/api/ticket_doors.h"
#include "common/api/ticket_exchanges.h"
#include "common/api/ticket_imports.h"
#include "common/api/ticket_keys.h"
#include "common/api/ticket_lists.h"
#include "common/api/ticket_orders.h"
#include "common/api/ticket_promos.h"
#include "common/api/ticket_refunds.h"
#include "common/api/ticket_room.h"
#include "common/api/ticket_tickets.h"
