// bilten-payment: takes the right amount once, gives it back once, and can prove every cent.
#include "common/service/daemon.h"
#include "daemons/payment/config.h"
#include "daemons/payment/service.h"

int main(int argc, char** argv) {
  bilten::payment::Config config;
  return bilten::run_daemon(
      {.name = "payment",
       .summary = "Payments, refunds and disputes of orders.",
       .settings = bilten::Settings().section("payment", config),
       .service =
           [&](const bilten::ServiceKeys& keys) { return bilten::payment::service(config, keys); }},
      argc, argv);
}
