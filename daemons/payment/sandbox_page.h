// The page on which a payer pays in the sandbox: plain HTML for any screen, without scripts.
#pragma once

#include <optional>
#include <string>

#include "common/wire/contract.h"
#include "daemons/payment/sandbox_rows.h"

namespace bilten::payment {

// `return_url`: where the payer goes on from here. `has_left`: the payer gave up just now.
Content page_of(const std::string& reference, const SandboxIntentRow& intent,
                const std::optional<std::string>& return_url, bool has_left);

}  // namespace bilten::payment
