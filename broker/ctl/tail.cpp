// `biltenctl tail`: facts as they happen, one feed an owner, so that what a publication lost is
// read from the owner's journal and printed in its place.
#include <fnmatch.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>

#include "broker/ctl/commands.h"
#include "broker/ctl/json.h"
#include "broker/ctl/maintenance.h"
#include "common/base/parallel.h"
#include "common/net/feed.h"

namespace bilten::ctl {
namespace {

constexpr uint32_t kHeadMs = 5000;
// An owner that was away is asked so often, and for so long: the others' facts wait meanwhile.
constexpr SteadyMicros kSilentUs = 2'000'000;
constexpr uint32_t kSilentBudgetMs = 300;

// What the mesh thread hands over.
struct Inbox {
  std::mutex mutex;
  std::vector<net::Publication> heard;
  int wake_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  ~Inbox() { ::close(wake_fd); }

  void put(std::vector<net::Publication> publications) {
    {
      std::lock_guard lock(mutex);
      for (auto& publication : publications) heard.push_back(std::move(publication));
    }
    const uint64_t one = 1;
    if (::write(wake_fd, &one, sizeof one) < 0) return;  // Already full: it will wake.
  }
  std::vector<net::Publication> take() {
    uint64_t count = 0;
    if (::read(wake_fd, &count, sizeof count) < 0) count = 0;
    std::lock_guard lock(mutex);
    return std::exchange(heard, {});
  }
};

struct Owner {
  net::Feed feed;
  std::map<std::string, Schema> bodies;  // By fact name.
  bool told_stop = false;
};

std::string owner_of(std::string_view topic) {
  if (topic.starts_with("wm.")) topic.remove_prefix(3);
  return std::string(topic.substr(0, topic.find('.')));
}

void print(const Session& session, const Owner& owner, const net::FeedFact& fact) {
  const auto known = owner.bodies.find(fact.name);
  const auto body = json_of(fact.body, known == owner.bodies.end() ? Schema{} : known->second);
  if (session.as_json) {
    const nlohmann::json line{{"seq", fact.after.seq},
                              {"epoch", fact.after.epoch},
                              {"at", rfc3339(fact.at)},
                              {"name", fact.name},
                              {"body", body}};
    std::printf("%s\n", line.dump().c_str());
  } else {
    std::printf("%s %s #%llu %s\n", rfc3339(fact.at).c_str(), fact.name.c_str(),
                static_cast<unsigned long long>(fact.after.seq), body.dump().c_str());
  }
}

// Of the first that was asked: why there is nothing to follow.
Error why_nobody(const std::string& owner, Error error) {
  if (error.code == Code::no_service) {
    error.detail = "no service " + owner + " is there; facts are those of";
    for (const auto& name : stateful_services()) error.detail += " " + name;
  } else {
    error.detail = owner + ".journal.head: " + error.detail;
  }
  return error;
}

class Tail {
 public:
  Tail(const Session& session, std::string pattern)
      : session_(session), pattern_(std::move(pattern)) {}

  // An error: no owner answers.
  Status open(std::optional<uint64_t> from_seq);
  void run(Process& process);

 private:
  Result<mesh::JournalHead> head_of(const std::string& name, uint32_t budget_ms);
  void add_owner(const std::string& name, const mesh::JournalHead& head);
  void ask_silent();
  void hear(net::Publication publication);
  void read(Owner& owner);
  void print_facts(Owner& owner);

  const Session& session_;
  std::string pattern_;
  std::optional<uint64_t> from_seq_;
  Inbox inbox_;
  SystemClock clock_;
  std::map<std::string, Owner> owners_;
  std::vector<std::string> silent_;  // Owners that have not said yet where they stand.
  SteadyMicros ask_silent_at_ = 0;
  std::unique_ptr<Link> link_;  // Last: its thread fills the inbox.
};

Result<mesh::JournalHead> Tail::head_of(const std::string& name, uint32_t budget_ms) {
  auto answer = link_->call(name + ".journal.head", Packer().map(0).take(), budget_ms);
  if (answer.code != Code::ok) return answer.error;
  return decode<mesh::JournalHead>(answer.body);
}

// A feed needs a position to start from: the owner's head, or the one asked for in the head's
// epoch. There the owner's history is taken as it is, since the hash at that position is not known.
void Tail::add_owner(const std::string& name, const mesh::JournalHead& head) {
  net::FeedCursor cursor{static_cast<uint64_t>(head.epoch), static_cast<uint64_t>(head.seq),
                         head.hash.data};
  if (from_seq_) cursor = {cursor.epoch, *from_seq_};
  Owner owner{net::Feed(name, cursor), {}};
  if (from_seq_) owner.feed.accept_epoch(clock_.steady_us());
  if (auto contract = link_->contract(name)) {
    for (auto& fact : contract->facts) owner.bodies[fact.name] = std::move(fact.body);
  }
  owners_.emplace(name, std::move(owner));
}

// Without its head nobody knows which of an owner's facts are new.
void Tail::ask_silent() {
  const auto now = clock_.steady_us();
  if (silent_.empty() || now < ask_silent_at_) return;
  ask_silent_at_ = now + kSilentUs;
  std::erase_if(silent_, [this](const auto& name) {
    const auto head = head_of(name, kSilentBudgetMs);
    if (head) add_owner(name, *head);
    return bool(head);
  });
}

Status Tail::open(std::optional<uint64_t> from_seq) {
  const auto service = pattern_.substr(0, pattern_.find_first_of(".*?["));
  std::vector<std::string> names, topics;
  for (const auto& name : stateful_services()) {
    const bool fits =
        pattern_.find('.') == std::string::npos ? name.starts_with(service) : name == service;
    if (fits || service.empty()) names.push_back(name);
  }
  if (names.empty() && !service.empty()) names.push_back(service);
  for (const auto& name : names) topics.insert(topics.end(), {name + ".", "wm." + name});
  auto link =
      Link::open(session_.mesh, topics, [this](auto heard) { inbox_.put(std::move(heard)); });
  if (!link) return link.error();
  link_ = std::move(*link);
  from_seq_ = from_seq;
  // All at once: where the mesh is away, that is known after one budget.
  std::vector<Result<mesh::JournalHead>> heads(names.size(), Error{});
  in_parallel(names.size(), names.size(), [&](size_t i) { heads[i] = head_of(names[i], kHeadMs); });
  for (size_t i = 0; i < names.size(); ++i) {
    if (heads[i]) {
      add_owner(names[i], *heads[i]);
    } else {
      silent_.push_back(names[i]);
    }
  }
  if (owners_.empty()) return why_nobody(names.front(), heads.front().error());
  for (const auto& name : silent_) {
    std::fprintf(stderr, "biltenctl: %s does not answer; its facts follow once it does\n",
                 name.c_str());
  }
  return Done{};
}

void Tail::hear(net::Publication publication) {
  const auto found = owners_.find(owner_of(publication.topic));
  if (found == owners_.end()) return;
  auto& feed = found->second.feed;
  if (!publication.topic.starts_with("wm.")) {
    feed.on_publication(clock_.steady_us(), std::move(publication));
  } else if (auto head = decode<mesh::JournalHead>(publication.body)) {
    feed.on_head(clock_.steady_us(), *head);
  }
}

void Tail::read(Owner& owner) {
  auto wanted = owner.feed.read_due(clock_.steady_us());
  if (!wanted) return;
  auto answer = link_->call(owner.feed.owner() + ".journal.read", encode(*wanted));
  const auto now = clock_.steady_us();
  if (answer.code != Code::ok) return owner.feed.on_read_failed(now, answer.error);
  auto page = decode<mesh::JournalPage>(answer.body);
  if (!page) return owner.feed.on_read_failed(now, page.error());
  owner.feed.on_page(now, std::move(*page));
}

void Tail::print_facts(Owner& owner) {
  for (const auto& fact : owner.feed.take_facts()) {
    if (::fnmatch(pattern_.c_str(), fact.name.c_str(), 0) == 0) print(session_, owner, fact);
    owner.feed.committed(clock_.steady_us(), fact.after);
  }
  std::fflush(stdout);
  if (owner.feed.stopped() == net::FeedStop::none || owner.told_stop) return;
  owner.told_stop = true;
  std::fprintf(stderr, "biltenctl: %s has another history now (restored?); run tail again\n",
               owner.feed.owner().c_str());
}

void Tail::run(Process& process) {
  while (!process.stopping()) {
    ask_silent();
    for (auto& [name, owner] : owners_) {
      read(owner);
      print_facts(owner);
    }
    pollfd polled[2] = {{process.stop_fd(), POLLIN, 0}, {inbox_.wake_fd, POLLIN, 0}};
    ::poll(polled, 2, 250);
    for (auto& publication : inbox_.take()) hear(std::move(publication));
  }
}

}  // namespace

int tail(const Session& session, Process& process, const std::string& pattern,
         std::optional<uint64_t> from_seq) {
  Tail tail(session, pattern);
  auto opened = tail.open(from_seq);
  if (!opened) return report(session, opened.error());
  tail.run(process);
  return kExitOk;
}

}  // namespace bilten::ctl
