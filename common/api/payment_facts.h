// What the payment service records: of money, which others follow, and of the way there. Each
// area's header lists its own; a fact that is in no list is never applied.
#pragma once

#include "common/api/joined_facts.h"
#include "common/api/payment_account_facts.h"
#include "common/api/payment_debt_facts.h"
#include "common/api/payment_document_facts.h"
#include "common/api/payment_evidence_facts.h"
#include "common/api/payment_fee_facts.h"
#include "common/api/payment_flow_facts.h"
#include "common/api/payment_ledger_facts.h"
#include "common/api/payment_money_facts.h"
#include "common/api/payment_payout_facts.h"
#include "common/api/payment_reconcile_facts.h"
#include "common/api/payment_sandbox_facts.h"
#include "common/api/payment_statement_facts.h"

namespace bilten::api::payment {

// The commonest first: evolve looks a fact up by name from the front.
using Facts = JoinedFacts<FlowFacts, MoneyFacts, LedgerFacts, SandboxFacts, DocumentFacts, FeeFacts,
                          PayoutFacts, StatementFacts, ReconcileFacts, AccountFacts, EvidenceFacts,
                          DebtFacts>::Type;

}  // namespace bilten::api::payment
