// Writes log lines to stderr.
#include "common/process/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "common/base/clock.h"
#include "common/process/log_line.h"

namespace bilten {
namespace {

std::atomic<LogLevel> g_least{LogLevel::info};

struct Sink {
  std::string program = "bilten";
  LogStyle style = LogStyle::json;
  std::mutex mutex;
  LogBudget budget;
};

// Never destroyed: threads may log while the process ends.
Sink& sink() {
  static auto* const only = new Sink;
  return *only;
}

// systemd names the stream it connected; a child with stderr elsewhere inherits the name only.
bool is_journal() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

LogStyle style_of(LogFormat format) {
  const bool text =
      format == LogFormat::text || (format == LogFormat::automatic && ::isatty(STDERR_FILENO) == 1);
  if (text) return LogStyle::text;
  return is_journal() ? LogStyle::journal : LogStyle::json;
}

void write_line(const std::string& line) {
  // A short write cannot be mended: the rest would stand behind another thread's line.
  while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace

void set_log(std::string program, LogLevel least, LogFormat format) {
  sink().program = std::move(program);
  sink().style = style_of(format);
  g_least.store(least, std::memory_order_relaxed);
}

void log(LogLevel level, std::string_view what, LogFields fields) {
  if (level < g_least.load(std::memory_order_relaxed)) return;
  Sink& out = sink();
  const SystemClock clock;
  LogBudget::Verdict verdict;
  {
    const std::lock_guard lock(out.mutex);
    verdict = out.budget.take(what, clock.steady_us());
  }
  const auto now = clock.wall_ms();
  if (verdict.left_out > 0) {
    write_line(log_line(out.style, now, out.program, LogLevel::warning, "lines_left_out",
                        {{"what_left_out", what}, {"count", verdict.left_out}}));
  }
  if (verdict.write) write_line(log_line(out.style, now, out.program, level, what, fields));
}

}  // namespace bilten
