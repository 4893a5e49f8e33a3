// biltenctl top and tap: the mesh as it is, and frames as they pass.
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "broker/ctl/json.h"
#include "broker/ctl/seeing.h"
#include "common/base/text.h"
#include "common/wire/mesh_admin.h"

namespace bilten::ctl {
namespace {

constexpr int kTapEveryMs = 300;

// One look: what the broker says of each service, and each reader of its own feeds.
struct Look {
  SteadyMicros at = 0;
  mesh::Info info;
  std::map<std::string, mesh::ServiceInfo> services;
  std::map<std::string, mesh::ServiceLatency> latency;
  struct Reader {
    std::string name, owner, stopped;
    int64_t lag = 0;
  };
  std::vector<Reader> readers;
};

void add_readers(Link& link, const std::string& service, Look& look) {
  const auto answer = link.call(service + ".feeds.list", Packer().map(0).take(), 1000);
  if (answer.code != Code::ok) return;
  const auto list = json_of(answer.body, Schema{});
  for (const auto& feed : list.value("feeds", nlohmann::json::array())) {
    look.readers.push_back({service, feed.value("owner", ""), feed.value("stopped", ""),
                            feed.value("lag", int64_t{0})});
  }
}

Result<Look> look_at(Link& link) {
  auto info = ask<mesh::Info>(link, "$mesh.info");
  if (!info) return info.error();
  auto services = ask<mesh::Services>(link, "$mesh.services");
  if (!services) return services.error();
  auto latency = ask<mesh::Latency>(link, "$mesh.latency");
  if (!latency) return latency.error();
  Look look;
  look.at = SystemClock().steady_us();
  look.info = std::move(*info);
  for (auto& each : latency->services) look.latency[each.service] = each;
  for (auto& each : services->services) {
    // Readers are daemons with a store: those own what they serve.
    if (!each.workers.empty() && each.workers[0].owner) add_readers(link, each.service, look);
    const std::string name = each.service;
    look.services[name] = std::move(each);
  }
  return look;
}

struct Sums {
  int64_t credit = 0, inflight = 0;
};
Sums sums_of(const mesh::ServiceInfo& service) {
  Sums sums;
  for (const auto& worker : service.workers) {
    sums.credit += worker.credit;
    sums.inflight += worker.inflight;
  }
  return sums;
}

int64_t ended(const mesh::ServiceLatency& latency) {
  return latency.answered + latency.refused + latency.failed;
}

// Requests a second between two looks; without one before, nothing.
std::optional<double> rate(const Look& look, const Look* before, const std::string& service) {
  if (before == nullptr || look.at <= before->at) return std::nullopt;
  const auto had = before->latency.find(service);
  const auto has = look.latency.find(service);
  if (had == before->latency.end() || has == look.latency.end()) return std::nullopt;
  const auto seconds = static_cast<double>(look.at - before->at) / 1e6;
  return static_cast<double>(ended(has->second) - ended(had->second)) / seconds;
}

nlohmann::json json_of_look(const Look& look, const Look* before) {
  nlohmann::json out{{"broker", look.info.name},
                     {"peers", look.info.peers},
                     {"services", nlohmann::json::array()},
                     {"readers", nlohmann::json::array()}};
  for (const auto& [name, service] : look.services) {
    const auto sums = sums_of(service);
    const auto found = look.latency.find(name);
    const auto latency = found == look.latency.end() ? mesh::ServiceLatency{} : found->second;
    nlohmann::json row{{"service", name},
                       {"workers", service.workers.size()},
                       {"credit", sums.credit},
                       {"inflight", sums.inflight},
                       {"queued", latency.queued},
                       {"answered", latency.answered},
                       {"refused", latency.refused},
                       {"failed", latency.failed},
                       {"p50_us", latency.p50_us},
                       {"p99_us", latency.p99_us}};
    if (const auto per_s = rate(look, before, name)) row["per_s"] = *per_s;
    out["services"].push_back(std::move(row));
  }
  for (const auto& reader : look.readers) {
    out["readers"].push_back({{"reader", reader.name},
                              {"owner", reader.owner},
                              {"lag", reader.lag},
                              {"stopped", reader.stopped}});
  }
  return out;
}

std::string decimal(double value, int places) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", places, value);
  return text;
}

std::string millis(int64_t micros) {
  return micros == 0 ? "-" : decimal(static_cast<double>(micros) / 1000, 2) + " ms";
}

void print_look(const Look& look, const Look* before) {
  std::printf("broker %s  peers %u  in flight %u  queued %u%s\n\n", look.info.name.c_str(),
              look.info.peers, look.info.inflight, look.info.queued,
              look.info.draining ? "  draining" : "");
  std::vector<std::vector<std::string>> rows{{"SERVICE", "WORKERS", "CREDIT", "INFLIGHT", "QUEUED",
                                              "PER S", "P50", "P99", "REFUSED", "FAILED"}};
  for (const auto& [name, service] : look.services) {
    const auto sums = sums_of(service);
    const auto found = look.latency.find(name);
    const auto latency = found == look.latency.end() ? mesh::ServiceLatency{} : found->second;
    const auto per_s = rate(look, before, name);
    rows.push_back({name, service.workers.empty() ? "away" : std::to_string(service.workers.size()),
                    std::to_string(sums.credit), std::to_string(sums.inflight),
                    std::to_string(latency.queued), per_s ? decimal(*per_s, 1) : "-",
                    millis(latency.p50_us), millis(latency.p99_us), std::to_string(latency.refused),
                    std::to_string(latency.failed)});
  }
  print_table(rows);
  if (look.readers.empty()) return;
  std::printf("\n");
  rows = {{"READER", "OWNER", "LAG", "STOPPED"}};
  for (const auto& reader : look.readers) {
    rows.push_back({reader.name, reader.owner, std::to_string(reader.lag), reader.stopped});
  }
  print_table(rows);
}

void show(const Session& session, const Look& look, const Look* before, bool once) {
  if (session.as_json) {
    const auto out = json_of_look(look, before);
    std::printf("%s\n", once ? out.dump(2).c_str() : out.dump().c_str());
  } else {
    // Home, and clear to the end of the screen.
    if (!once && ::isatty(STDOUT_FILENO)) std::printf("\033[H\033[2J");
    print_look(look, before);
    if (!once && !::isatty(STDOUT_FILENO)) std::printf("\n");
  }
  std::fflush(stdout);
}

void wait(const Process& process, int ms) {
  pollfd stop{process.stop_fd(), POLLIN, 0};
  ::poll(&stop, 1, ms);
}

void print_header(const Session& session, const mesh::TapHeader& header) {
  if (session.as_json) {
    std::printf("%s\n", json_of(encode(header), schema_of<mesh::TapHeader>()).dump().c_str());
    return;
  }
  std::printf("%s  %-10s %-10s %-28s code %-3u ttl %-6u ext %-5u body %u\n",
              rfc3339(header.at.ms).c_str(), header.from.c_str(), header.command.c_str(),
              header.name.c_str(), header.code, header.ttl_ms, header.ext_bytes, header.body_bytes);
}

}  // namespace

int top(const Session& session, Process& process, const TopOptions& options) {
  auto link = Link::open(session.mesh);
  if (!link) return report(session, link.error());
  std::optional<Look> before;
  while (!process.stopping()) {
    auto look = look_at(**link);
    if (look) show(session, *look, before ? &*before : nullptr, options.once);
    if (options.once) return look ? kExitOk : report(session, look.error());
    // A broker that restarts is waited for: the table goes on when it is back.
    if (!look) report(session, look.error());
    before = look ? std::optional(std::move(*look)) : std::nullopt;
    wait(process, static_cast<int>(options.interval_s * 1000));
  }
  return kExitOk;
}

int tap(const Session& session, Process& process, const TapOptions& options) {
  auto link = Link::open(session.mesh);
  if (!link) return report(session, link.error());
  mesh::TapQuestion question;
  question.sample = options.sample;
  int64_t missed = 0;
  for (bool first = true; !process.stopping(); first = false) {
    auto page = ask<mesh::TapPage>(**link, "$mesh.tap", encode(question));
    if (!page) return report(session, page.error());
    for (const auto& header : page->headers) print_header(session, header);
    std::fflush(stdout);
    if (page->missed > missed) {
      std::fprintf(stderr, "biltenctl: %lld headers beyond the budget; use --sample\n",
                   static_cast<long long>(page->missed - missed));
    }
    missed = page->missed;
    question.after = page->next;
    // The first question only opens the tap.
    if (options.once && !first) return kExitOk;
    if (page->headers.size() < question.limit) wait(process, kTapEveryMs);
  }
  return kExitOk;
}

}  // namespace bilten::ctl
