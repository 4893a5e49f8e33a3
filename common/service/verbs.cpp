#include "common/service/verbs.h"

#include <cstdio>
#include <filesystem>
#include <map>

#include "common/base/text.h"
#include "common/base/time.h"
#include "common/crypto/crypto.h"
#include "common/service/table.h"

namespace bilten {

namespace {

using Words = std::vector<std::string>;

constexpr size_t kPageBytes = 1 << 20;

int complain(const std::string& detail) {
  std::fprintf(stderr, "%s\n", detail.c_str());
  return kExitUsage;
}

int failed(const Error& error) {
  std::fprintf(stderr, "%s\n", error.detail.c_str());
  return exit_code_of(error);
}

// A daemon's store as a verb uses it.
struct Opened {
  crypto::SystemRandom random;
  ServiceKeys keys;
  std::unique_ptr<Store> store;
};

Status open_for(Opened& into, const Daemon& daemon, const StoreSettings& settings, bool read_only) {
  crypto::init();
  auto keys = load_service_keys(settings, daemon.name, into.random);
  if (!keys) return keys.error();
  into.keys = std::move(*keys);
  auto store = open_store(settings, daemon.name, into.keys, read_only, into.random);
  if (!store) return store.error();
  into.store = std::move(*store);
  return Done{};
}

int print_report(const char* what, const Result<VerifyReport>& report) {
  if (!report) {
    std::fprintf(stderr, "%s: %s\n", what, report.error().detail.c_str());
    return kExitConfig;
  }
  std::printf("%s: ok, %llu facts, head %llu\n", what,
              static_cast<unsigned long long>(report->facts),
              static_cast<unsigned long long>(report->head.seq));
  return kExitOk;
}

int verify(const Daemon& daemon, const StoreSettings& settings, const Words& words) {
  if (!words.empty()) return complain("verify takes no words");
  Opened opened;
  if (auto status = open_for(opened, daemon, settings, true); !status)
    return failed(status.error());
  return print_report("journal", verify_journal(*opened.store->snapshot()));
}

int rebuild(const Daemon& daemon, const StoreSettings& settings, const Words& words) {
  if (words != Words{"--verify"}) return complain("say rebuild --verify");
  Opened opened;
  if (auto status = open_for(opened, daemon, settings, true); !status)
    return failed(status.error());
  const Table table(daemon.service(opened.keys));
  return print_report("rows", verify_rebuild(*opened.store->snapshot(), table.applier()));
}

Result<std::map<std::string, uint64_t>> count_facts(const Snapshot& snapshot) {
  std::map<std::string, uint64_t> counts;
  for (uint64_t after = 0;;) {
    const auto page = snapshot.journal(after, kPageBytes, false);
    if (!page) return page.error();
    if (page->empty()) return counts;
    for (const auto& fact : *page) ++counts[fact.name];
    after = page->back().seq;
  }
}

void print_stats(const Head& head, const std::map<std::string, uint64_t>& counts,
                 const std::vector<std::pair<std::string, Cursor>>& cursors, bool json) {
  const auto number = [](uint64_t value) { return std::to_string(value); };
  std::string facts, feeds;
  for (const auto& [name, count] : counts) {
    facts += json ? (facts.empty() ? "" : ",") + ("\"" + name + "\":") + number(count)
                  : "  " + name + " " + number(count) + "\n";
  }
  for (const auto& [owner, cursor] : cursors) {
    feeds += json ? (feeds.empty() ? "" : ",") + ("\"" + owner + "\":") + number(cursor.seq)
                  : "  " + owner + " " + number(cursor.seq) + "\n";
  }
  const auto hash = hex({head.hash.data(), head.hash.size()});
  if (json) {
    std::printf(
        "{\"epoch\":%s,\"seq\":%s,\"public_seq\":%s,\"hash\":\"%s\",\"at\":\"%s\","
        "\"facts\":{%s},\"cursors\":{%s}}\n",
        number(head.epoch).c_str(), number(head.seq).c_str(), number(head.public_seq).c_str(),
        hash.c_str(), rfc3339(head.at).c_str(), facts.c_str(), feeds.c_str());
  } else {
    std::printf("epoch %s\nhead %s (public %s) at %s\nhash %s\nfacts\n%scursors\n%s",
                number(head.epoch).c_str(), number(head.seq).c_str(),
                number(head.public_seq).c_str(), rfc3339(head.at).c_str(), hash.c_str(),
                facts.c_str(), feeds.c_str());
  }
}

int stats(const Daemon& daemon, const StoreSettings& settings, const Words& words) {
  const bool json = words == Words{"-o", "json"};
  if (!json && !words.empty()) return complain("stats takes -o json, or nothing");
  Opened opened;
  if (auto status = open_for(opened, daemon, settings, true); !status)
    return failed(status.error());
  const Table table(daemon.service(opened.keys));
  const auto snapshot = opened.store->snapshot();
  const auto counts = count_facts(*snapshot);
  if (!counts) return failed(counts.error());
  std::vector<std::pair<std::string, Cursor>> cursors;
  for (const auto& owner : table.owners()) {
    cursors.emplace_back(owner, snapshot->cursor(owner).value_or(Cursor{}));
  }
  print_stats(snapshot->head(), *counts, cursors, json);
  return kExitOk;
}

int backup(const Daemon& daemon, const StoreSettings& settings, const Words& words) {
  if (words.size() != 1) return complain("say backup FOLDER");
  Opened opened;
  if (auto status = open_for(opened, daemon, settings, true); !status)
    return failed(status.error());
  const auto head = opened.store->backup(words[0]);
  if (!head) return failed(head.error());
  std::printf("%s: head %llu of epoch %llu; keep the key files apart from it\n", words[0].c_str(),
              static_cast<unsigned long long>(head->seq),
              static_cast<unsigned long long>(head->epoch));
  return kExitOk;
}

// Puts the files of a backup where the store is to be. It must not be there yet.
Status copy_back(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code fault;
  if (!std::filesystem::is_directory(from, fault)) {
    return Error{Code::not_found, "no_backup", from.string() + " is not a folder"};
  }
  if (std::filesystem::exists(to, fault) && !std::filesystem::is_empty(to, fault)) {
    return Error{Code::conflict, "not_empty",
                 to.string() + " holds data already; move it away first"};
  }
  std::filesystem::create_directories(to, fault);
  if (!fault) std::filesystem::copy(from, to, fault);
  if (!fault) return Done{};
  return Error{Code::unavailable, "copy_failed", to.string() + ": " + fault.message()};
}

int restore(const Daemon& daemon, const StoreSettings& settings, const Words& words) {
  if (words.size() != 1) return complain("say restore FOLDER");
  if (auto copied = copy_back(words[0], store_folder(settings, daemon.name)); !copied) {
    return failed(copied.error());
  }
  Opened opened;
  if (auto status = open_for(opened, daemon, settings, false); !status) {
    return failed(status.error());
  }
  if (const auto report = verify_journal(*opened.store->snapshot()); !report) {
    return failed(report.error());
  }
  if (auto renewed = opened.store->new_epoch(); !renewed) return failed(renewed.error());
  const Head head = opened.store->snapshot()->head();
  std::printf("restored: head %llu, new epoch %llu; readers wait until feeds.accept\n",
              static_cast<unsigned long long>(head.seq),
              static_cast<unsigned long long>(head.epoch));
  return kExitOk;
}

}  // namespace

std::vector<Verb> store_verbs(const Daemon& daemon, const StoreSettings& settings) {
  const auto verb = [&](const char* name, const char* usage, const char* help, auto run) {
    return Verb{name, usage, help, [&daemon, &settings, run](Process&, const Words& words) {
                  return run(daemon, settings, words);
                }};
  };
  return {
      verb("verify", "verify", "Walks the whole journal and checks every record and hash.", verify),
      verb("rebuild", "rebuild --verify",
           "Builds the rows anew from the journal and compares them with those that stand.",
           rebuild),
      verb("stats", "stats [-o json]", "Shows the journal's head, its facts by name, and cursors.",
           stats),
      verb("backup", "backup FOLDER", "Copies the store while it serves; FOLDER must not exist.",
           backup),
      verb("restore", "restore FOLDER",
           "Puts a backup into the empty data folder, under a new journal epoch.", restore),
  };
}

}  // namespace bilten
