// The daemon's senders: what is done outside after its commit, and how that comes back.
#include "tests/sim/daemon.h"

namespace bilten::sim {

namespace {

constexpr SteadyMicros kSubmitMost = 3 * kMillisecond;
constexpr SteadyMicros kCallMost = 300 * kMillisecond, kSlowCallMost = 12 * kSecond;
constexpr uint32_t kSlowCallPerMille = 50;
constexpr SteadyMicros kInsideBudget = 10 * kSecond;

}  // namespace

void Daemon::submit_errand(Errand errand) {
  if (draining_) return;  // The timer that stands behind it outlives this process.
  later(world_.between(20, kSubmitMost),
        [this, errand = std::move(errand)] { run_errand(errand); });
}

// Whom it asks acts at once; the answer takes its time, and the process may be gone by then.
void Daemon::run_errand(const Errand& errand) {
  if (draining_) return;
  const auto snapshot = disk_.snapshot();
  const auto job =
      table_->sender(errand.sender)
          ->plan({snapshot->rows(), snapshot->vault(), reader_now(*snapshot)}, errand.key);
  if (!job) return;
  auto ended = job([](std::string_view, const std::string&) -> Result<std::string> {
    return Error{Code::not_found, "not_simulated", "Senders of a run ask providers alone."};
  });
  if (!ended) return;
  const bool is_slow = world_.happens(kSlowCallPerMille);
  later(world_.between(500, is_slow ? kSlowCallMost : kCallMost),
        [this, ended = std::move(*ended)] { command_inside(ended); });
}

void Daemon::command_inside(const SenderRow::Ended& ended) {
  Request request;
  request.from.inside = std::make_shared<const std::function<void(const Result<std::string>&)>>(
      [this, name = ended.command](const Result<std::string>& answer) {
        if (answer || answer.error().code != Code::internal) return;
        world_.fail(table_->name() + " answered itself internal to " + name);
      });
  request.command = table_->command(ended.command);
  request.body = ended.body;
  request.expires_at = world_.now() + kInsideBudget;
  inbox_.commands.push_back(std::move(request));
  wake_writer(world_.between(0, 50));
}

}  // namespace bilten::sim
