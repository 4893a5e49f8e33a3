// Runtime, the senders: what is done outside after its commit, and how it comes back.
#include <future>

#include "common/process/log.h"
#include "common/service/runtime.h"

namespace bilten {

namespace {

constexpr SteadyMicros kInsideBudget = 10'000'000;
constexpr uint32_t kAskBudgetMs = 5000;

}  // namespace

// Called by the writer alone, which ends after the pool.
void Runtime::submit_errand(Errand errand) {
  CHECK_INVARIANT(table_.sender(errand.sender));
  if (draining_) return;  // The timer that stands behind it outlives this process.
  const bool queued =
      senders_->submit([this, errand = std::move(errand)](size_t) { run_errand(errand); });
  (queued ? errands_ : errands_dropped_).add();
}

void Runtime::run_errand(const Errand& errand) {
  if (draining_) return;
  SenderRow::Job job;
  {
    const auto snapshot = store_.snapshot();
    job = table_.sender(errand.sender)
              ->plan({snapshot->rows(), snapshot->vault(), reader_now(*snapshot)}, errand.key);
  }
  if (!job) return;
  auto ended = job(
      [this](std::string_view message, std::string body) { return ask(message, std::move(body)); });
  if (!ended) return;
  const auto* command = table_.command(ended->command);
  CHECK_INVARIANT(command);
  command_inside(
      *command, std::move(ended->body), [name = ended->command](const Result<std::string>& answer) {
        if (answer) return;
        log_warning("errand_not_settled", {{"command", name}, {"reason", answer.error().reason}});
      });
}

Result<std::string> Runtime::ask(std::string_view message, std::string body) {
  if (const auto* own = table_.command(message)) {
    auto told = std::make_shared<std::promise<Result<std::string>>>();
    auto answer = told->get_future();
    command_inside(*own, std::move(body),
                   [told](const Result<std::string>& result) { told->set_value(result); });
    return answer.get();
  }
  net::Call call;
  call.name = message;
  call.body = std::move(body);
  call.budget_ms = kAskBudgetMs;
  call.idempotent = true;
  auto answer = mesh_->call_and_wait(std::move(call));
  if (answer.code != Code::ok) return answer.error;
  return std::move(answer.body);
}

// Every request is answered, so `done` is called once, soon after its budget at the latest.
void Runtime::command_inside(const CommandRow& command, std::string body,
                             std::function<void(const Result<std::string>&)> done) {
  Request request;
  request.from.inside =
      std::make_shared<const std::function<void(const Result<std::string>&)>>(std::move(done));
  request.command = &command;
  request.body = std::move(body);
  request.expires_at = clock_.steady_us() + kInsideBudget;
  ++in_flight_;
  inbox_.add([&](WriterCore::Input& input) { input.commands.push_back(std::move(request)); });
}

}  // namespace bilten
