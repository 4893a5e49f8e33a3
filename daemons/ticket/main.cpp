// bilten-ticket: sells every place once and none twice, and lets each ticket in once.
#include "common/service/daemon.h"
#include "daemons/ticket/config.h"
#include "daemons/ticket/service.h"

int main(int argc, char** argv) {
  bilten::ticket::Config config;
  return bilten::run_daemon(
      {.name = "ticket",
       .summary = "Sells tickets from an exact stock and checks them at the door.",
       .settings = bilten::Settings().section("ticket", config),
       .service =
           [&](const bilten::ServiceKeys& keys) { return bilten::ticket::service(config, keys); }},
      argc, argv);
}
