// bilten-event: what people buy tickets for.
#include "common/service/daemon.h"
#include "daemons/event/config.h"
#include "daemons/event/service.h"

int main(int argc, char** argv) {
  bilten::event::Config config;
  bilten::Daemon daemon;
  daemon.name = "event";
  daemon.summary = "Events: drafts, publication, and the public list.";
  daemon.settings.section("event", config);
  daemon.service = [&](const bilten::ServiceKeys&) { return bilten::event::service(config); };
  return bilten::run_daemon(daemon, argc, argv);
}
