#include "broker/ctl/keys.h"

#include <cstdio>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>

#include "common/net/keys.h"
#include "common/process/access.h"

namespace bilten::ctl {
namespace {

// Tests and benches; access.toml lets it call everything.
constexpr std::string_view kProbe = "probe";

constexpr const char* kReload =
    "  1. make broker and events read it: systemctl reload bilten-broker bilten-events\n"
    "     (or SIGHUP to them, or to `biltenctl up`), on each machine, after copying public.toml "
    "there\n";

int fail(const Session& session, const Error& error) {
  report(session, error);
  return kExitConfig;
}

bool is_server(const std::string& name) {
  return name == "broker" || name == "events";
}

std::string age_of(const std::optional<int64_t>& made_at_s) {
  if (!made_at_s) return "elsewhere";
  const int64_t hours = std::max<int64_t>(0, std::time(nullptr) - *made_at_s) / 3600;
  return hours < 48 ? std::to_string(hours) + " h" : std::to_string(hours / 24) + " d";
}

std::string state_of(const net::KeyInfo& key, bool is_known) {
  if (key.revoked) return "revoked";
  if (!is_known) return "not in access.toml";
  return key.previous.empty() ? "good" : "rotating, " + key.previous + " accepted too";
}

int print_change(const std::string& name, const char* state) {
  print_json({{"name", name}, {"state", state}});
  return kExitOk;
}

}  // namespace

Result<std::vector<std::string>> principals_of(const std::string& access, bool with_probe) {
  const auto rules = load_access(access);
  if (!rules) return rules.error();
  std::vector<std::string> names;
  for (const auto& rule : *rules) {
    if (with_probe || rule.principal != kProbe) names.push_back(rule.principal);
  }
  return names;
}

int keys_gen(const Session& session, const KeyOptions& options) {
  const auto names = principals_of(options.access, options.with_probe);
  if (!names) return fail(session, names.error());
  const auto made = net::generate_keys(options.folder, *names);
  if (!made) return fail(session, made.error());
  if (session.as_json) {
    print_json({{"principals", *names}, {"folder", options.folder}});
    return kExitOk;
  }
  std::printf("keys of %zu principals in %s\n", names->size(), options.folder.c_str());
  return kExitOk;
}

int keys_ls(const Session& session, const KeyOptions& options) {
  const auto keys = net::list_keys(options.folder);
  if (!keys) return fail(session, keys.error());
  const auto rules = load_access(options.access);
  if (!rules) return fail(session, rules.error());
  std::map<std::string, uint32_t> numbers;
  for (const auto& rule : *rules) numbers[rule.principal] = rule.number;
  std::vector<std::vector<std::string>> rows{{"NAME", "NUMBER", "FINGERPRINT", "AGE", "STATE"}};
  auto list = nlohmann::json::array();
  for (const auto& key : *keys) {
    const auto number = numbers.find(key.name);
    const bool is_known = number != numbers.end();
    rows.push_back({key.name, is_known ? std::to_string(number->second) : "-", key.fingerprint,
                    key.revoked ? "-" : age_of(key.made_at_s), state_of(key, is_known)});
    nlohmann::json entry{{"name", key.name},
                         {"fingerprint", key.fingerprint},
                         {"previous", key.previous},
                         {"revoked", key.revoked}};
    if (is_known) entry["number"] = number->second;
    if (key.made_at_s) entry["made_at"] = *key.made_at_s;
    list.push_back(std::move(entry));
  }
  if (session.as_json) {
    print_json({{"keys", list}});
  } else {
    print_table(rows);
  }
  return kExitOk;
}

int keys_rotate(const Session& session, const KeyOptions& options) {
  const char* name = options.name.c_str();
  if (options.finish) {
    const auto done = net::finish_rotation(options.folder, options.name);
    if (!done) return fail(session, done.error());
    if (session.as_json) return print_change(options.name, "good");
    std::printf("%s: the key before is good no more. Next:\n%s", name, kReload);
    return kExitOk;
  }
  const auto done = net::rotate_key(options.folder, options.name);
  if (!done) return fail(session, done.error());
  if (session.as_json) return print_change(options.name, "rotating");
  std::printf("%s: a new pair; the key before stays good. Next:\n%s", name, kReload);
  std::printf("  2. restart what runs as %s: systemctl restart bilten-%s\n", name, name);
  if (is_server(options.name)) {
    std::printf("     (its peers find the new key in public.toml by themselves)\n");
  }
  std::printf("  3. biltenctl keys rotate --finish %s, and reload once more\n", name);
  return kExitOk;
}

int keys_revoke(const Session& session, const KeyOptions& options) {
  const char* name = options.name.c_str();
  const auto done = net::revoke_key(options.folder, options.name);
  if (!done) return fail(session, done.error());
  if (session.as_json) return print_change(options.name, "revoked");
  std::printf("%s: its keys are good no more, and its pair is removed. Next:\n%s", name, kReload);
  std::printf("     this ends its connections\n");
  std::printf(
      "  2. to let it in again with a new pair: biltenctl keys rotate %s, reload, restart\n", name);
  return kExitOk;
}

}  // namespace bilten::ctl
