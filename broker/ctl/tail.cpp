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
#include "common/net/feed.h"

namespace bilten::ctl {
namespace {

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

class Tail {
 public:
  Tail(const Session& session, std::string pattern)
      : session_(session), pattern_(std::move(pattern)) {}

  Status open(std::optional<uint64_t> from_seq);
  void run(Process& process);

 private:
  void add_owner(const std::string& name, std::optional<uint64_t> from_seq);
  void hear(net::Publication publication);
  void read(Owner& owner);
  void print_facts(Owner& owner);

  const Session& session_;
  std::string pattern_;
  Inbox inbox_;
  SystemClock clock_;
  std::map<std::string, Owner> owners_;
  std::unique_ptr<Link> link_;  // Last: its thread fills the inbox.
};

// A feed needs a position to start from: the one asked for (its hash unknown, so epoch 0), or the
// owner's head.
void Tail::add_owner(const std::string& name, std::optional<uint64_t> from_seq) {
  net::FeedCursor cursor;
  if (from_seq) {
    cursor.seq = *from_seq;
  } else {
    auto answer = link_->call(name + ".journal.head", Packer().map(0).take());
    auto head = answer.code == Code::ok ? decode<mesh::JournalHead>(answer.body)
                                        : Result<mesh::JournalHead>(answer.error);
    if (head) {
      cursor = {static_cast<uint64_t>(head->epoch), static_cast<uint64_t>(head->seq),
                head->hash.data};
    }
  }
  Owner owner{net::Feed(name, cursor), {}};
  // A position without its hash: the owner's history is taken as it is.
  if (from_seq) owner.feed.accept_epoch(clock_.steady_us());
  if (auto contract = link_->contract(name)) {
    for (auto& fact : contract->facts) owner.bodies[fact.name] = std::move(fact.body);
  }
  owners_.emplace(name, std::move(owner));
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
  for (const auto& name : names) add_owner(name, from_seq);
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
