#include "daemons/payment/service_told.h"

#include "common/process/log.h"
#include "common/process/metrics.h"
#include "daemons/payment/differences.h"

namespace bilten::payment {
namespace {

void set_gauge(const std::string& provider, int64_t open) {
  gauge("bilten_payment_differences",
        "Where the provider's report and the ledger differ, by the last run.",
        {{"provider", provider}})
      .set(static_cast<double>(open));
}

}  // namespace

void tell_differences(const std::string& provider, int64_t open) {
  set_gauge(provider, open);
  if (open == 0) return;
  log_warning("ledger_differs", {{"provider", provider}, {"differences", open}});
}

void tell_unread(const std::string& provider, const std::string& reason) {
  log_warning("report_unread", {{"provider", provider}, {"reason", reason}});
}

void show_differences(const Rows& rows, const std::string& provider) {
  set_gauge(provider,
            count_open(differences_of(rows, provider), find_run(rows, provider).unlisted));
}

}  // namespace bilten::payment
