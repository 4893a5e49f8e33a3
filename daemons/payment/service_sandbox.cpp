// The sandbox: its page, its book, and what its port asks.
#include "daemons/payment/providers.h"
#include "daemons/payment/sandbox.h"
#include "daemons/payment/sandbox_report.h"
#include "daemons/payment/service_parts.h"

namespace bilten::payment {

using namespace api::payment;

Table sandbox_table(const Config& config, const ServiceKeys& keys) {
  const auto plan_hook = [config, keys](const Reader& reader, std::string_view key) {
    return plan_sandbox_hook(sandbox_signing_secret(config, keys), reader, key);
  };
  return {
      query<SandboxPage>("payment.sandbox.page", sandbox_page),
      command<SandboxPress>("payment.sandbox.press", with(config, decide_press)),
      query<SandboxBook>("payment.sandbox.book", sandbox_book),
      command<SandboxOpen>("payment.sandbox.open", with(config, decide_sandbox_open)),
      command<SandboxLookUp>("payment.sandbox.look_up", decide_sandbox_look_up),
      command<SandboxCancel>("payment.sandbox.cancel", decide_sandbox_cancel),
      command<SandboxRefund>("payment.sandbox.refund", decide_sandbox_refund),
      command<SandboxReport>("payment.sandbox.report", decide_sandbox_report),
      command<SandboxEvidence>("payment.sandbox.evidence", decide_sandbox_evidence),
      command<SandboxHeard>("payment.sandbox.heard", decide_sandbox_heard),
      timer(kSandboxBankTimer, decide_sandbox_bank),
      timer(kSandboxHookTimer, decide_sandbox_hook),
      sender<SandboxHeard>(kSandboxHookSender, "payment.sandbox.heard", plan_hook),
  };
}

}  // namespace bilten::payment
