// biltenctl tap: headers of frames as they pass the brokers.
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>

#include "broker/ctl/brokers.h"
#include "broker/ctl/json.h"
#include "broker/ctl/seeing.h"
#include "common/base/text.h"

namespace bilten::ctl {
namespace {

constexpr int kTapEveryMs = 300;
constexpr int kTryAgainMs = 2000;  // A broker that does not answer.

// The terminal, which the threads of several brokers share.
class Screen {
 public:
  explicit Screen(const Session& session) : session_(session) {}

  // `broker` empty: there is one only.
  void show(const std::string& broker, const mesh::TapPage& page) {
    const std::lock_guard lock(mutex_);
    for (const auto& header : page.headers) print(broker, header);
    std::fflush(stdout);
  }
  void say(const std::string& broker, const std::string& what) {
    const std::lock_guard lock(mutex_);
    std::fprintf(stderr, "biltenctl: %s%s%s\n", broker.c_str(), broker.empty() ? "" : " ",
                 what.c_str());
  }

 private:
  void print(const std::string& broker, const mesh::TapHeader& header) const {
    if (session_.as_json) {
      auto out = json_of(encode(header), schema_of<mesh::TapHeader>());
      if (!broker.empty()) out["broker"] = broker;
      std::printf("%s\n", out.dump().c_str());
      return;
    }
    std::printf("%s  ", rfc3339(header.at.ms).c_str());
    if (!broker.empty()) std::printf("%-10s ", broker.c_str());
    std::printf("%-10s %-10s %-28s code %-3u ttl %-6u ext %-5u body %u\n", header.from.c_str(),
                header.command.c_str(), header.name.c_str(), header.code, header.ttl_ms,
                header.ext_bytes, header.body_bytes);
  }

  const Session& session_;
  std::mutex mutex_;
};

// The pages of one broker, until we are to stop or it does not answer.
Status follow(Link& link, Process& process, const TapOptions& options, Screen& screen,
              const std::string& broker) {
  mesh::TapQuestion question;
  question.sample = options.sample;
  int64_t missed = 0;
  for (bool first = true; !process.stopping(); first = false) {
    auto page = ask<mesh::TapPage>(link, "$mesh.tap", encode(question));
    if (!page) return page.error();
    screen.show(broker, *page);
    if (page->missed > missed) {
      const auto beyond = std::to_string(page->missed - missed);
      screen.say(broker, beyond + " headers beyond the budget; use --sample");
    }
    missed = page->missed;
    question.after = page->next;
    // The first question only opens the tap.
    if (options.once && !first) return Done{};
    if (page->headers.size() < question.limit) wait(process, kTapEveryMs);
  }
  return Done{};
}

// One of several: its name as it tells it, and again when it is back.
Status follow_on(Brokers& brokers, size_t index, Process& process, const TapOptions& options,
                 Screen& screen) {
  bool is_silent = false;
  while (true) {
    const auto info = brokers.ask_one<mesh::Info>(index, "$mesh.info");
    Status ended = info ? follow(brokers.link(index), process, options, screen, info->name)
                        : Status(info.error());
    if (ended || process.stopping()) return Done{};
    if (info || !is_silent) screen.say(brokers.address(index), why_silent(ended.error()));
    if (options.once) return ended;
    is_silent = true;
    wait(process, kTryAgainMs);
  }
}

}  // namespace

int tap(const Session& session, Process& process, const TapOptions& options) {
  auto brokers = Brokers::open(session.mesh);
  if (!brokers) return report(session, brokers.error());
  Screen screen(session);
  if (brokers->size() == 1) {
    const auto ended = follow(brokers->link(0), process, options, screen, "");
    return ended ? kExitOk : report(session, ended.error());
  }
  const auto ends = brokers->each<Done>(
      [&](size_t index) { return follow_on(*brokers, index, process, options, screen); });
  for (const auto& ended : ends) {
    if (ended) return kExitOk;
  }
  return kExitUnreachable;
}

}  // namespace bilten::ctl
