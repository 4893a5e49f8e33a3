#include "daemons/payment/payments.h"

namespace bilten::payment {

void apply(Rows&, const api::payment::Captured&) {}
void apply(Rows&, const api::payment::Failed&) {}
void apply(Rows&, const api::payment::Refunded&) {}
void apply(Rows&, const api::payment::Disputed&) {}
void apply(Rows&, const api::payment::DisputeClosed&) {}

}  // namespace bilten::payment
