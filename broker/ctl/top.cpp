// biltenctl top: the mesh as it is, from all its brokers.
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "broker/ctl/json.h"
#include "broker/ctl/merging.h"
#include "broker/ctl/seeing.h"

namespace bilten::ctl {
namespace {

constexpr size_t kReadersAskedAtOnce = 8;

// One look: what the brokers say of each service, and each reader of its own feeds.
struct Look {
  SteadyMicros at = 0;
  std::vector<Told> told;
  std::vector<MergedService> services;
  struct Reader {
    std::string name, owner, stopped;
    int64_t lag = 0;
  };
  std::vector<Reader> readers;
};

std::vector<Look::Reader> readers_of(Link& link, const std::string& service) {
  std::vector<Look::Reader> readers;
  const auto answer = link.call(service + ".feeds.list", Packer().map(0).take(), 1000);
  if (answer.code != Code::ok) return readers;
  const auto list = json_of(answer.body, Schema{});
  for (const auto& feed : list.value("feeds", nlohmann::json::array())) {
    readers.push_back({service, feed.value("owner", ""), feed.value("stopped", ""),
                       feed.value("lag", int64_t{0})});
  }
  return readers;
}

// Readers are daemons with a store: those own what they serve. Any broker that answers leads there.
void add_readers(Brokers& brokers, Look& look) {
  const auto guide = first_answer(look.told);
  if (!guide) return;
  std::vector<std::string> owners;
  for (const auto& [name, hash, workers] : look.services) {
    if (!workers.empty() && workers[0].info.owner) owners.push_back(name);
  }
  std::vector<std::vector<Look::Reader>> lists(owners.size());
  in_parallel(owners.size(), kReadersAskedAtOnce,
              [&](size_t i) { lists[i] = readers_of(brokers.link(*guide), owners[i]); });
  for (auto& list : lists) look.readers.insert(look.readers.end(), list.begin(), list.end());
}

Look look_at(Brokers& brokers) {
  Look look;
  look.told = ask_reports(brokers);
  look.at = SystemClock().steady_us();
  look.services = merge_services(look.told);
  add_readers(brokers, look);
  return look;
}

struct Sums {
  int64_t credit = 0, inflight = 0;
};
Sums sums_of(const MergedService& service) {
  Sums sums;
  for (const auto& worker : service.workers) {
    sums.credit += worker.info.credit;
    sums.inflight += worker.info.inflight;
  }
  return sums;
}

// Requests a second between two looks; without one before, nothing.
std::optional<double> rate(const Look& look, const Look* before, const std::string& service) {
  if (before == nullptr || look.at <= before->at) return std::nullopt;
  const auto ended = ended_between(before->told, look.told, service);
  if (!ended) return std::nullopt;
  return static_cast<double>(*ended) / (static_cast<double>(look.at - before->at) / 1e6);
}

nlohmann::json json_of_service(const Look& look, const Look* before, const MergedService& service) {
  const auto sums = sums_of(service);
  const auto figures = merge_figures(look.told, service.service);
  nlohmann::json row{{"service", service.service},   {"workers", service.workers.size()},
                     {"credit", sums.credit},        {"inflight", sums.inflight},
                     {"queued", figures.queued},     {"answered", figures.answered},
                     {"refused", figures.refused},   {"failed", figures.failed},
                     {"at", nlohmann::json::array()}};
  for (const auto& [broker, latency] : figures.at) {
    row["at"].push_back(
        {{"broker", broker}, {"p50_us", latency.p50_us}, {"p99_us", latency.p99_us}});
  }
  if (look.told.size() == 1) {
    row.erase("at");
    row["p50_us"] = figures.at.empty() ? 0 : figures.at[0].latency.p50_us;
    row["p99_us"] = figures.at.empty() ? 0 : figures.at[0].latency.p99_us;
  }
  if (const auto per_s = rate(look, before, service.service)) row["per_s"] = *per_s;
  return row;
}

nlohmann::json json_of_look(const Look& look, const Look* before) {
  nlohmann::json out{{"services", nlohmann::json::array()}, {"readers", nlohmann::json::array()}};
  if (look.told.size() == 1) {
    out["broker"] = look.told[0].report->info.name;
    out["peers"] = look.told[0].report->info.peers;
  } else {
    out["brokers"] = json_of_brokers(look.told);
  }
  for (const auto& service : look.services) {
    out["services"].push_back(json_of_service(look, before, service));
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

using Rows = std::vector<std::vector<std::string>>;

void print_brokers(const std::vector<Told>& told) {
  if (told.size() == 1) {
    const auto& info = told[0].report->info;
    std::printf("broker %s  peers %u  in flight %u  queued %u%s\n\n", info.name.c_str(), info.peers,
                info.inflight, info.queued, info.draining ? "  draining" : "");
    return;
  }
  Rows rows{{"BROKER", "ADDRESS", "PEERS", "INFLIGHT", "QUEUED", "STATE"}};
  for (const auto& [address, report] : told) {
    if (!report) {
      rows.push_back({"-", address, "-", "-", "-", why_silent(report.error())});
      continue;
    }
    const auto& info = report->info;
    rows.push_back({info.name, address, std::to_string(info.peers), std::to_string(info.inflight),
                    std::to_string(info.queued), info.draining ? "draining" : ""});
  }
  print_table(rows);
  std::printf("\n");
}

// With one broker its quantiles stand in the service's line; those of several cannot be summed.
void print_services(const Look& look, const Look* before) {
  const bool is_one = look.told.size() == 1;
  Rows rows{{"SERVICE", "WORKERS", "CREDIT", "INFLIGHT", "QUEUED", "PER S"}};
  if (is_one) rows[0].insert(rows[0].end(), {"P50", "P99"});
  rows[0].insert(rows[0].end(), {"REFUSED", "FAILED"});
  Rows quantiles{{"SERVICE", "AT BROKER", "P50", "P99"}};
  for (const auto& service : look.services) {
    const auto sums = sums_of(service);
    const auto figures = merge_figures(look.told, service.service);
    const auto per_s = rate(look, before, service.service);
    const auto workers = service.workers.size();
    auto& row = rows.emplace_back(
        std::vector<std::string>{service.service, workers == 0 ? "away" : std::to_string(workers),
                                 std::to_string(sums.credit), std::to_string(sums.inflight),
                                 std::to_string(figures.queued), per_s ? decimal(*per_s, 1) : "-"});
    for (const auto& [broker, latency] : figures.at) {
      const auto p50 = millis(latency.p50_us), p99 = millis(latency.p99_us);
      if (is_one) row.insert(row.end(), {p50, p99});
      if (latency.p99_us > 0) quantiles.push_back({service.service, broker, p50, p99});
    }
    if (is_one && figures.at.empty()) row.insert(row.end(), {"-", "-"});
    row.insert(row.end(), {std::to_string(figures.refused), std::to_string(figures.failed)});
  }
  print_table(rows);
  if (is_one || quantiles.size() == 1) return;
  std::printf("\n");
  print_table(quantiles);
}

void print_look(const Look& look, const Look* before) {
  print_brokers(look.told);
  print_services(look, before);
  if (look.readers.empty()) return;
  std::printf("\n");
  Rows rows{{"READER", "OWNER", "LAG", "STOPPED"}};
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

}  // namespace

int top(const Session& session, Process& process, const TopOptions& options) {
  auto brokers = Brokers::open(session.mesh);
  if (!brokers) return report(session, brokers.error());
  std::optional<Look> before;
  while (!process.stopping()) {
    auto look = look_at(*brokers);
    const auto answered = first_answer(look.told);
    if (answered) show(session, look, before ? &*before : nullptr, options.once);
    if (options.once) return answered ? kExitOk : report(session, answered.error());
    // A mesh that restarts is waited for: the table goes on when it is back.
    if (!answered) report(session, answered.error());
    before = answered ? std::optional(std::move(look)) : std::nullopt;
    wait(process, static_cast<int>(options.interval_s * 1000));
  }
  return kExitOk;
}

}  // namespace bilten::ctl
