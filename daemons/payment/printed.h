// What a document says on paper.
#pragma once

#include "common/api/payment_documents.h"
#include "daemons/payment/documents.h"
#include "daemons/payment/pdf.h"

namespace bilten::payment {

PrintedDocument printed(const api::payment::DocumentView& view, const Parties& parties,
                        const std::string& order_code);

}  // namespace bilten::payment
