// The contract of the payment service.
#pragma once

#include "common/api/payment_debts.h"
#include "common/api/payment_documents.h"
#include "common/api/payment_event_refunds.h"
#include "common/api/payment_fees.h"
#include "common/api/payment_ledger.h"
#include "common/api/payment_payments.h"
#include "common/api/payment_payouts.h"
#include "common/api/payment_reconcile.h"
#include "common/api/payment_sandbox.h"
#include "common/api/payment_staff.h"
#include "common/api/payment_statements.h"
#include "common/api/payment_webhooks.h"
