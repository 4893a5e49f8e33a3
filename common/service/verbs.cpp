#include "common/service/verbs.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "common/base/text.h"
#include "common/base/time.h"
#include "common/crypto/crypto.h"
#include "common/process/json_text.h"
#include "common/service/table.h"

namespace bilten {

namespace {

using Words = std::vector<std::string>;

constexpr size_t kPageBytes = 1 << 20;

// What a verb has found: for people, and as the members of a JSON object.
struct Found {
  std::string text, members;
};

std::string member(const char* name, uint64_t value) {
  return "\"" + std::string(name) + "\":" + std::to_string(value);
}

int tell(const Result<Found>& found, bool as_json) {
  if (found) {
    const auto& [text, members] = *found;
    std::fputs((as_json ? "{\"ok\":true," + members + "}\n" : text).c_str(), stdout);
    return kExitOk;
  }
  const auto& error = found.error();
  if (as_json) {
    std::printf("{\"ok\":false,\"code\":%s,\"detail\":%s}\n", json_text(error.reason).c_str(),
                json_text(error.detail).c_str());
  } else {
    std::fprintf(stderr, "%s\n", error.detail.c_str());
  }
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

Result<Found> found_of(const char* what, const Result<VerifyReport>& report) {
  if (!report) return report.error();
  const auto facts = report->facts, seq = report->head.seq;
  return Found{std::string(what) + ": ok, " + std::to_string(facts) + " facts, head " +
                   std::to_string(seq) + "\n",
               member("facts", facts) + "," + member("seq", seq)};
}

Result<Found> verify(const Daemon& daemon, const StoreSettings& settings, const Words&) {
  Opened opened;
  if (auto status = open_for(opened, daemon, settings, true); !status) return status.error();
  return found_of("journal", verify_journal(*opened.store->snapshot()));
}

Result<Found> rebuild(const Daemon& daemon, const StoreSettings& settings, const Words&) {
  Opened opened;
  if (auto status = open_for(opened, daemon, settings, true); !status) return status.error();
  const Table table(daemon.service(opened.keys));
  return found_of("rows", verify_rebuild(*opened.store->snapshot(), table.applier()));
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

Found found_of(const Head& head, const std::map<std::string, uint64_t>& counts,
               const std::vector<std::pair<std::string, Cursor>>& cursors) {
  std::string facts, feeds, facts_json, feeds_json;
  const auto add = [](const std::string& name, uint64_t value, std::string& text,
                      std::string& json) {
    text += "  " + name + " " + std::to_string(value) + "\n";
    json += (json.empty() ? "" : ",") + member(name.c_str(), value);
  };
  for (const auto& [name, count] : counts) add(name, count, facts, facts_json);
  for (const auto& [owner, cursor] : cursors) add(owner, cursor.seq, feeds, feeds_json);
  const auto hash = hex({head.hash.data(), head.hash.size()});
  const auto at = rfc3339(head.at);
  return {"epoch " + std::to_string(head.epoch) + "\nhead " + std::to_string(head.seq) +
              " (public " + std::to_string(head.public_seq) + ") at " + at + "\nhash " + hash +
              "\nfacts\n" + facts + "cursors\n" + feeds,
          member("epoch", head.epoch) + "," + member("seq", head.seq) + "," +
              member("public_seq", head.public_seq) + ",\"hash\":\"" + hash + "\",\"at\":\"" + at +
              "\",\"facts\":{" + facts_json + "},\"cursors\":{" + feeds_json + "}"};
}

Result<Found> stats(const Daemon& daemon, const StoreSettings& settings, const Words&) {
  Opened opened;
  if (auto status = open_for(opened, daemon, settings, true); !status) return status.error();
  const Table table(daemon.service(opened.keys));
  const auto snapshot = opened.store->snapshot();
  const auto counts = count_facts(*snapshot);
  if (!counts) return counts.error();
  std::vector<std::pair<std::string, Cursor>> cursors;
  for (const auto& owner : table.owners()) {
    cursors.emplace_back(owner, snapshot->cursor(owner).value_or(Cursor{}));
  }
  return found_of(snapshot->head(), *counts, cursors);
}

Result<Found> backup(const Daemon& daemon, const StoreSettings& settings, const Words& words) {
  Opened opened;
  if (auto status = open_for(opened, daemon, settings, true); !status) return status.error();
  const auto head = opened.store->backup(words[0]);
  if (!head) return head.error();
  return Found{words[0] + ": head " + std::to_string(head->seq) + " of epoch " +
                   std::to_string(head->epoch) + "; keep the key files apart from it\n",
               "\"folder\":" + json_text(words[0]) + "," + member("epoch", head->epoch) + "," +
                   member("seq", head->seq)};
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

Result<Found> restore(const Daemon& daemon, const StoreSettings& settings, const Words& words) {
  if (auto copied = copy_back(words[0], store_folder(settings, daemon.name)); !copied) {
    return copied.error();
  }
  Opened opened;
  if (auto status = open_for(opened, daemon, settings, false); !status) return status.error();
  if (auto report = verify_journal(*opened.store->snapshot()); !report) return report.error();
  if (auto renewed = opened.store->new_epoch(); !renewed) return renewed.error();
  const Head head = opened.store->snapshot()->head();
  return Found{"restored: head " + std::to_string(head.seq) + ", new epoch " +
                   std::to_string(head.epoch) + "; readers wait until feeds.accept\n",
               member("epoch", head.epoch) + "," + member("seq", head.seq)};
}

constexpr const char* kFolder = "FOLDER";

// Whether the words are those of the usage, where FOLDER stands for any.
bool fits(const Words& words, const Words& usage) {
  return std::ranges::equal(words, usage, [](const auto& word, const auto& of_usage) {
    return of_usage == kFolder || word == of_usage;
  });
}

}  // namespace

std::vector<Verb> store_verbs(const Daemon& daemon, const StoreSettings& settings) {
  const auto verb = [&](const std::string& name, const Words& wanted, const char* help, auto run) {
    std::string usage;
    for (const auto& word : wanted) usage += word + " ";
    usage += "[-o json]";
    return Verb{name, usage, help, [=, &daemon, &settings](Process&, Words words) {
                  const bool as_json =
                      words.size() >= 2 && words.end()[-2] == "-o" && words.back() == "json";
                  if (as_json) words.resize(words.size() - 2);
                  if (fits(words, wanted)) return tell(run(daemon, settings, words), as_json);
                  std::fprintf(stderr, "say %s %s\n", name.c_str(), usage.c_str());
                  return kExitUsage;
                }};
  };
  return {
      verb("verify", {}, "Walks the whole journal and checks every record and hash.", verify),
      verb("rebuild", {"--verify"},
           "Builds the rows anew from the journal and compares them with those that stand.",
           rebuild),
      verb("stats", {}, "Shows the journal's head, its facts by name, and cursors.", stats),
      verb("backup", {kFolder}, "Copies the store while it serves; FOLDER must not exist.", backup),
      verb("restore", {kFolder},
           "Puts a backup into the empty data folder, under a new journal epoch.", restore),
  };
}

}  // namespace bilten
