// The one program skeleton: flags, settings, log, readiness, stopping. Every program answers
// --help, --version, --check-config, --print-config and --describe the same way.
//
// Settings are structs with `fields()` (names, limits, docs), one TOML section each, read in this
// order: built-in defaults, --config FILE (default /etc/bilten/bilten.toml where it exists), and
// --set section.key=value. An unknown section or key, or a value out of range, is an error that
// names the file, line and key: exit 78. Sections of other programs are left to them. Exit codes: 0
// asked to stop, 64 usage, 65 damaged data, 75 try again (environment), 78 configuration.
//
// The first word that is none of these flags names a verb; what stands behind it is the verb's own.
// [log] (level, format) and [trace] (otlp, sample) are added to every program's settings.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/wire/field.h"

namespace bilten {

inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 64;
inline constexpr int kExitDamaged = 65;  // A store, or the rows beside its journal.
inline constexpr int kExitTryAgain = 75;
inline constexpr int kExitConfig = 78;

extern const char* const kVersion;  // "0.1.0"

// The sections of one program, bound to its structs.
class Settings {
 public:
  template <Described T>
  Settings& section(std::string name, T& into) {
    sections_.push_back(
        {std::move(name), schema_of<T>(), encode(into), [&into](std::string_view packed) -> Status {
           auto value = decode<T>(packed);
           if (!value) return value.error();
           into = std::move(*value);
           return Done{};
         }});
    return *this;
  }

  struct Section {
    std::string name;
    Schema schema;
    std::string defaults;  // MessagePack of the struct as it was bound.
    std::function<Status(std::string_view packed)> assign;
  };
  const std::vector<Section>& sections() const { return sections_; }

 private:
  std::vector<Section> sections_;
};

// Handed to the running program.
class Process {
 public:
  virtual ~Process() = default;
  // Readable once SIGTERM or SIGINT has come; also true from then on.
  virtual int stop_fd() const = 0;
  virtual bool stopping() const = 0;
  virtual void wait_for_stop() = 0;
  // SIGHUP since the last call.
  virtual bool reload_wanted() = 0;
  // systemd: READY=1, STATUS=..., WATCHDOG=1 (a no-op where there is no systemd). alive() is cheap:
  // say it at every turn, at least each half of the watchdog's time.
  virtual void ready(const std::string& status) = 0;
  virtual void status(const std::string& status) = 0;
  virtual void alive() = 0;
};

// `bilten-ticket verify` and the like: what a program does besides its main work. `arguments` are
// the words after the verb.
struct Verb {
  std::string name, usage, help;
  std::function<int(Process&, const std::vector<std::string>& arguments)> run;
};

struct Program {
  std::string name;      // "bilten-ticket"
  std::string summary;   // One line for --help.
  std::string examples;  // Lines for --help.
  Settings settings;
  std::vector<Verb> verbs = {};
  std::function<void()> describe;    // What --describe prints beyond the settings.
  std::function<int(Process&)> run;  // Until stopping(); answers the exit code.
  // What --check-config looks at beyond the settings (files that they name); may be empty.
  std::function<Status()> check = {};
};

int run(const Program& program, int argc, char** argv);

// [mesh]: where every program of one mesh meets. Bound by each program that joins.
struct MeshSettings {
  std::vector<std::string> brokers = {"tcp://127.0.0.1:5570"};
  std::string events_publish = "tcp://127.0.0.1:5571";
  std::string events_subscribe = "tcp://127.0.0.1:5572";
  std::string keys = "/etc/bilten/keys";
  uint32_t heartbeat_ms = 1000;
  static constexpr auto fields() {
    return field_list(field("brokers", &MeshSettings::brokers, items(1, 5, length(1, 200)))
                          .doc("Addresses of the brokers, one a VM."),
                      field("events_publish", &MeshSettings::events_publish, length(0, 200))
                          .doc("Where facts are published (bilten-events)."),
                      field("events_subscribe", &MeshSettings::events_subscribe, length(0, 200))
                          .doc("Where facts are heard."),
                      field("keys", &MeshSettings::keys, length(1, 4000))
                          .doc("Folder made by biltenctl keys gen."),
                      field("heartbeat_ms", &MeshSettings::heartbeat_ms, between(100, 30'000))
                          .doc("How often idle links say that they live."));
  }
};

}  // namespace bilten
