// bilten-user: who people are, and what they may do.
#include <optional>

#include "common/service/daemon.h"
#include "daemons/user/core.h"
#include "daemons/user/service.h"

int main(int argc, char** argv) {
  bilten::user::Config config;
  std::optional<bilten::user::Keys> keys;
  bilten::Daemon daemon;
  daemon.name = "user";
  daemon.summary = "Accounts, sessions and organisations.";
  daemon.settings.section("user", config);
  daemon.service = [&](const bilten::ServiceKeys& from) {
    keys.emplace(from.secret, from.mail_index);
    return bilten::user::service(*keys, config);
  };
  daemon.on_start = [&](const bilten::Rows& rows, const bilten::Context&) {
    return bilten::user::decide_start(*keys, rows);
  };
  return bilten::run_daemon(daemon, argc, argv);
}
