// The whole platform for a test: real processes under `biltenctl up` in a folder of their own, on
// free ports; gone with the object. BILTEN_BIN names the binaries' folder (the Makefile sets it).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bilten::test {

// Waits until `condition` holds; false once `seconds` (times the sanitizers' scale) are over.
bool wait_until(const std::function<bool()>& condition, double seconds = 10);
// Lets time pass that is itself part of the test: an outage, a time of measuring. Never to wait for
// something.
void let_pass(double seconds);
// On the steady clock.
double seconds_since(std::chrono::steady_clock::time_point then);
// 1, or more under BILTEN_TEST_SCALE: sanitizers and slow machines stretch every bound.
double time_scale();
// Whether a sanitizer watches, here and in the programs: memory and speed mean little then.
constexpr bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

// A temporary folder that goes with the object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  // A file in it; answers its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

// Each "section.key=value" as an argument of `up` or of a daemon.
std::vector<std::string> set_arguments(const std::vector<std::string>& settings);

struct Finished {
  int status = -1;
  std::string out;  // stdout and stderr together
};
// Runs a program to its end.
Finished run_program(const std::vector<std::string>& command,
                     const std::vector<std::string>& environment = {});
// Starts one and leaves it running, with stdout and stderr at the end of the file `log`.
pid_t start_program(const std::vector<std::string>& command, const std::string& log,
                    const std::vector<std::string>& environment = {});
// The signal, and its end; SIGKILL where that takes too long. Answers the exit status.
int end_program(pid_t pid, int signal);
std::string read_file(const std::string& path);
std::string binary(const std::string& name);  // "biltenctl" -> its path

// Of a platform under `biltenctl up` in that data folder: the process's id, as run.json says now.
pid_t pid_in(const std::string& data, const std::string& process);
// /readyz answers 200 and every service has a worker.
bool serves_all(const std::string& url);

class Platform;
// What every service has written, told by its journal: facts, the last one's hash, cursors; once
// every reader has all facts of its owners.
std::string settled_journals(const Platform& platform);

class Platform {
 public:
  struct Options {
    bool demo = true;  // Sign-ups are verified at once.
    std::string access = "conf/access.toml";
    std::vector<std::string> extra = {};  // More arguments of `up`.
    std::string only = {};                // As of `up`; without the gateway there is no url().
    int mesh_port = 0;                    // 0: any free ones.
    std::vector<std::string> environment = {};  // More than this process's own.
  };
  Platform() : Platform(Options{}) {}
  explicit Platform(Options options);
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  const std::string& url() const { return url_; }
  std::string data() const { return folder_.path() + "/data"; }
  std::string config() const { return data() + "/bilten.toml"; }
  pid_t pid(const std::string& process) const { return pid_in(data(), process); }
  void kill(const std::string& process, int signal) const;
  void reload() const;  // SIGHUP to `up`, which passes it on.
  // Asked to stop, and waits until another process has taken its place.
  void restart(const std::string& process) const;
  // kill -9, and wait until another process has taken its place (not: until it is ready).
  void crash(const std::string& process) const;
  bool is_ready() const { return serves_all(url_); }
  // Runs biltenctl with this mesh's configuration.
  Finished ctl(const std::vector<std::string>& arguments) const;
  // `brokers = ["tcp://..."]` and the like of the configuration that `biltenctl up` wrote.
  std::string setting(const std::string& key) const;
  std::string log() const;  // What all processes wrote so far.
  // Ctrl-C; answers the exit status.
  int stop();
  void start();

 private:
  Options options_;
  Folder folder_;
  void replace(const std::string& process, int signal) const;

  std::string url_;
  pid_t up_ = -1;
};

}  // namespace bilten::test
