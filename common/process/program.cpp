// The life of every program: flags, settings, log, then its own work.
#include "common/process/program.h"

#include <unistd.h>

#include <cstdio>

#include "common/process/command_line.h"
#include "common/process/log.h"
#include "common/process/metrics.h"
#include "common/process/settings.h"
#include "common/process/system_process.h"
#include "common/process/trace.h"

namespace bilten {
namespace {

constexpr const char* kUsualConfig = "/etc/bilten/bilten.toml";

// [log], which every program has.
struct LogSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::automatic;
  static constexpr auto fields() {
    return field_list(
        field("level", &LogSettings::level).doc("The least important lines that are written."),
        field("format", &LogSettings::format)
            .doc("auto: text on a terminal, JSON elsewhere, with priorities for systemd's "
                 "journal."));
  }
};

void print(FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
}

// A line of detail is a line of complaint, each with the program's name in front.
void complain(const Program& program, std::string_view detail) {
  std::string out;
  while (!detail.empty()) {
    const auto end = std::min(detail.find('\n'), detail.size());
    out.append(program.name).append(": ").append(detail.substr(0, end)).append("\n");
    detail.remove_prefix(std::min(end + 1, detail.size()));
  }
  print(stderr, out);
}

Result<std::vector<toml_file::Section>> read_config(const CommandLine& line) {
  if (line.config) return toml_file::read(*line.config);
  if (::access(kUsualConfig, F_OK) == 0) return toml_file::read(kUsualConfig);
  return std::vector<toml_file::Section>{};
}

Result<std::vector<std::string>> load(const Settings& settings, const CommandLine& line) {
  auto file = read_config(line);
  if (!file) return file.error();
  return load_settings(settings, *file, line.set);
}

int work(const Program& program, const CommandLine& line, const LogSettings& log_settings,
         const TraceSettings& trace_settings) {
  if (line.verb == nullptr && !program.run) {
    complain(program, "say what to do; " + program.name + " --help lists the verbs");
    return kExitUsage;
  }
  const SystemClock clock;
  SystemProcess process(clock);
  set_log(program.name, log_settings.level, log_settings.format);
  settle_limits();
  start_process_metrics();
  if (line.verb != nullptr) return line.verb->run(process, line.arguments);
  start_tracing(trace_settings, program.name);
  const int code = program.run(process);
  stop_tracing();
  if (process.has_served()) log_info("stopped", {{"exit_code", code}});
  return code;
}

}  // namespace

const char* const kVersion = BILTEN_VERSION;

int run(const Program& program, int argc, char** argv) {
  LogSettings log_settings;
  TraceSettings trace_settings;
  Settings settings = program.settings;
  settings.section("log", log_settings).section("trace", trace_settings);

  const auto line = parse_command_line(program, {argv + std::min(argc, 1), argv + argc});
  if (!line) {
    complain(program, line.error().detail + "\nsee " + program.name + " --help");
    return kExitUsage;
  }
  switch (line->asked) {
    case Asked::help: print(stdout, help_text(program, settings, line->verb)); return kExitOk;
    case Asked::version: print(stdout, program.name + " " + kVersion + "\n"); return kExitOk;
    case Asked::describe:
      print(stdout, describe_text(program, settings));
      if (program.describe) program.describe();
      return kExitOk;
    default: break;
  }
  auto values = load(settings, *line);
  const Status fits = values ? check_trace(trace_settings) : Status(values.error());
  if (!fits) {
    complain(program, fits.error().detail);
    return kExitConfig;
  }
  if (line->asked == Asked::check_config) {
    if (const auto fit = program.check ? program.check() : Status(Done{}); !fit) {
      complain(program, fit.error().detail);
      return kExitConfig;
    }
    print(stdout, program.name + ": the settings are right\n");
    return kExitOk;
  }
  if (line->asked == Asked::print_config) {
    print(stdout, settings_toml(settings, *values));
    return kExitOk;
  }
  return work(program, *line, log_settings, trace_settings);
}

}  // namespace bilten
