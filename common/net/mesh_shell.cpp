#include "common/net/mesh_shell.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "common/base/check.h"

namespace bilten::net {
namespace {

// How many frames one socket may bring in a wake-up before the others have their turn.
constexpr size_t kBurst = 256;
constexpr SteadyMicros kDrainUs = 5'000'000;
constexpr int64_t kPollMaxMs = 1000;
constexpr int64_t kStoppingPollMs = 20;  // How soon the end of the drain is noticed.
// Last replies and DISCONNECT leave after the socket is closed.
constexpr int kLingerMs = 500;
constexpr SteadyMicros kEventsSilentUs = 3'000'000;

MeshCore::Options core_options(const MeshOptions& options, const Clock& clock, Random& random) {
  MeshCore::Options out;
  out.brokers = options.brokers;
  out.ready.role = options.services.empty() ? PeerRole::client : PeerRole::worker;
  out.ready.incarnation = clock.wall_ms();
  out.ready.instance = IdSource(random).next(out.ready.incarnation);
  out.ready.build = options.build;
  out.ready.heartbeat_ms = options.heartbeat_ms;
  out.ready.services = options.services;
  return out;
}

Answer stopped_answer() {
  return {Code::draining, {}, {Code::draining, "draining", "this process has left the mesh"}};
}

// The one whose mesh thread this is, if any.
thread_local const void* own_shell = nullptr;

// Where a thread waits for its one answer. The wake-up names the address only, so the slot may be
// gone by then.
struct WaitSlot {
  std::atomic<uint32_t> ready{0};
  Answer answer;

  void set(Answer value) {
    answer = std::move(value);
    ready.store(1, std::memory_order_release);
    syscall(SYS_futex, &ready, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  Answer wait() {
    while (ready.load(std::memory_order_acquire) == 0) {
      syscall(SYS_futex, &ready, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
    }
    return std::move(answer);
  }
};

}  // namespace

void Mesh::Shell::Inbox::clear() {
  calls.clear();
  cancels.clear();
  replies.clear();
  publications.clear();
  credits.clear();
  topics.reset();
  drain = stop = false;
}

Mesh::Shell::Shell(Context& context, MeshOptions options, Handlers handlers, const Clock& clock,
                   Random& random)
    : context_(context),
      options_(std::move(options)),
      handlers_(std::move(handlers)),
      clock_(clock),
      random_(random.next()),
      core_(
          [&] {
            auto core = core_options(options_, clock, random);
            core.load = [this]() -> std::optional<Load> {
              if (handlers_.alive && !handlers_.alive()) return std::nullopt;
              return handlers_.load ? handlers_.load() : Load{};
            };
            return core;
          }(),
          random_),
      links_(options_.brokers.size()),
      events_key_(options_.keys, "events") {}

Mesh::Shell::~Shell() {
  if (thread_.joinable()) {
    post([](Inbox& inbox) { inbox.stop = true; });
    thread_.join();
  }
  if (wake_fd_ >= 0) close(wake_fd_);
}

// ---- any thread ----

// False: nobody would take the command any more. What a callback posts the mesh thread finds by
// itself, before it sleeps.
template <class Put>
bool Mesh::Shell::post(Put put) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    put(inbox_);
    wake = !awake_ && own_shell != this;
    awake_ = true;
  }
  if (own_shell == this) posted_here_ = true;
  if (wake) {
    const uint64_t one = 1;
    CHECK_INVARIANT(write(wake_fd_, &one, sizeof one) == sizeof one || errno == EAGAIN);
  }
  return true;
}

void Mesh::Shell::call(Call call, OnAnswer done) {
  const bool taken = post([&](Inbox& inbox) {
    inbox.calls.push_back({std::move(call), std::move(done)});
  });
  if (!taken) done(stopped_answer());
}

void Mesh::Shell::cancel(std::shared_ptr<CallHandle> handle) {
  post([&](Inbox& inbox) { inbox.cancels.push_back(std::move(handle)); });
}

Answer Mesh::Shell::call_and_wait(Call call) {
  CHECK_INVARIANT(own_shell != this);
  thread_local WaitSlot slot;
  slot.ready.store(0, std::memory_order_relaxed);
  this->call(std::move(call), [waiter = &slot](Answer answer) { waiter->set(std::move(answer)); });
  return slot.wait();
}

void Mesh::Shell::reply(std::vector<Reply> replies) {
  post([&](Inbox& inbox) {
    if (inbox.replies.empty()) {
      inbox.replies.swap(replies);
    } else {
      std::move(replies.begin(), replies.end(), std::back_inserter(inbox.replies));
    }
  });
}

void Mesh::Shell::publish(std::vector<std::string> frames) {
  post([&](Inbox& inbox) {
    std::move(frames.begin(), frames.end(), std::back_inserter(inbox.publications));
  });
}

void Mesh::Shell::hear(std::vector<std::string> topics) {
  post([&](Inbox& inbox) { inbox.topics = std::move(topics); });
}

void Mesh::Shell::set_credit(const std::string& service, uint32_t credit) {
  post([&](Inbox& inbox) { inbox.credits.emplace_back(service, credit); });
}

void Mesh::Shell::drain() {
  post([](Inbox& inbox) { inbox.drain = true; });
}

MeshCounts Mesh::Shell::counts() const {
  const std::lock_guard lock(counts_mutex_);
  return counts_;
}

// ---- start ----

Status Mesh::Shell::start() {
  CHECK_INVARIANT(!thread_.joinable());
  if (auto status = check_options(); !status) return status;
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd_ < 0) {
    return Error{Code::unavailable, "no_descriptor",
                 std::string("no eventfd: ") + std::generic_category().message(errno) +
                     "; raise LimitNOFILE"};
  }
  if (auto status = open_event_sockets(); !status) return status;
  // The first sockets are opened here, so that an address that cannot work is told at once.
  const auto now = clock_.steady_us();
  events_doubted_at_ = now + kEventsSilentUs;
  core_.tick(now);
  for (const auto& wish : std::exchange(core_.output().sockets, {})) {
    if (auto status = open_link(wish.link, false); !status) return status;
  }
  carry_out(now);
  {
    const std::lock_guard lock(mutex_);
    closed_ = false;
  }
  thread_ = std::thread([this] { run(); });
  return Done{};
}

Status Mesh::Shell::check_options() {
  addresses_.clear();
  broker_keys_.clear();
  for (const auto& broker : options_.brokers) {
    auto address = parse_address(broker, "broker");
    if (!address) return address.error();
    broker_keys_.emplace_back(options_.keys, address->principal);
    addresses_.push_back(std::move(*address));
  }
  std::vector<std::string> servers{"events"};
  for (const auto& address : addresses_) servers.push_back(address.principal);
  for (const auto& server : servers) {
    if (!options_.keys.public_keys.contains(server)) {
      return Error{
          Code::invalid, "no_key",
          "no public key of '" + server + "' in the key folder; make it with biltenctl keys gen"};
    }
  }
  return Done{};
}

SocketOptions Mesh::Shell::socket_options(const ServerKey& server) const {
  SocketOptions options;
  options.keys = options_.keys.own;
  options.server_key = server.in_use();
  options.linger_ms = kLingerMs;
  return options;
}

Status Mesh::Shell::open_event_sockets() {
  if (!options_.events_subscribe.empty()) {
    auto socket = Socket::open(context_, SocketType::sub, socket_options(events_key_));
    if (!socket) return socket.error();
    for (const auto& topic : options_.topics) {
      if (auto status = socket->subscribe(topic); !status) return status;
    }
    if (auto status = socket->connect(options_.events_subscribe); !status) return status;
    subscriber_ = std::move(*socket);
  }
  if (!options_.events_publish.empty()) {
    auto socket = Socket::open(context_, SocketType::pub, socket_options(events_key_));
    if (!socket) return socket.error();
    if (auto status = socket->connect(options_.events_publish); !status) return status;
    publisher_ = std::move(*socket);
  }
  return Done{};
}

// Watermarks come every second. Where nothing comes, bilten-events may have been restarted with a
// new key, which libzmq cannot find out by itself.
void Mesh::Shell::renew_event_sockets(SteadyMicros now) {
  if (now < events_doubted_at_) return;
  events_doubted_at_ = now + kEventsSilentUs;
  const auto before = events_key_.in_use();
  if (events_key_.renew(true) == before) return;
  subscriber_.reset();
  publisher_.reset();
  // What fails here failed at the start too, or is tried again with the other key.
  static_cast<void>(open_event_sockets());
}

void Mesh::Shell::subscribe(std::vector<std::string> topics) {
  std::sort(topics.begin(), topics.end());
  auto& heard = options_.topics;
  std::sort(heard.begin(), heard.end());
  if (subscriber_) {
    std::vector<std::string> more, less;
    std::set_difference(topics.begin(), topics.end(), heard.begin(), heard.end(),
                        std::back_inserter(more));
    std::set_difference(heard.begin(), heard.end(), topics.begin(), topics.end(),
                        std::back_inserter(less));
    for (const auto& topic : more) static_cast<void>(subscriber_->subscribe(topic));
    for (const auto& topic : less) static_cast<void>(subscriber_->unsubscribe(topic));
  }
  heard = std::move(topics);
}

Status Mesh::Shell::open_link(uint32_t link, bool again) {
  links_[link].reset();
  broker_keys_[link].renew(again);
  auto socket = Socket::open(context_, SocketType::dealer, socket_options(broker_keys_[link]));
  if (!socket) return socket.error();
  if (auto status = socket->connect(addresses_[link].endpoint); !status) return status;
  links_[link] = std::move(*socket);
  return Done{};
}

// ---- the mesh thread ----

void Mesh::Shell::run() {
  pthread_setname_np(pthread_self(), "mesh");
  own_shell = this;
  for (;;) {
    wait(clock_.steady_us());
    const auto now = clock_.steady_us();
    core_.wake(now);
    carry_out_sockets(now);
    receive_frames(now);
    receive_publications(now);
    renew_event_sockets(now);
    turn(now);
    // What the callbacks asked for leaves at once. What the second ones ask for waits for the next
    // round: frames must have their turn too.
    if (posted_here_) turn(now);
    if (stop_at_ != 0 && finished(now)) break;
  }
  own_shell = nullptr;
  close_inbox();
  links_.clear();
  subscriber_.reset();
  publisher_.reset();
}

void Mesh::Shell::turn(SteadyMicros now) {
  posted_here_ = false;
  take_inbox(now);
  core_.tick(now);
  carry_out(now);
  hand_over();
}

void Mesh::Shell::wait(SteadyMicros now) {
  items_.clear();
  items_.push_back({.socket = nullptr, .fd = wake_fd_});
  if (subscriber_) items_.push_back({.socket = &*subscriber_});
  for (auto& link : links_) {
    if (link) items_.push_back({.socket = &*link});
  }
  const auto longest = stop_at_ == 0 ? kPollMaxMs : kStoppingPollMs;
  const auto due = posted_here_ ? now : std::min(core_.next_wake(), now + longest * 1000);
  poll(items_.data(), items_.size(), std::max<int64_t>(0, (due - now + 999) / 1000));
  if (!items_[0].readable) return;
  uint64_t count = 0;
  CHECK_INVARIANT(read(wake_fd_, &count, sizeof count) == sizeof count || errno == EAGAIN);
}

void Mesh::Shell::take_inbox(SteadyMicros now) {
  {
    const std::lock_guard lock(mutex_);
    if (!awake_) return;
    awake_ = false;
    std::swap(inbox_, taken_);
  }
  for (auto& [service, credit] : taken_.credits) core_.set_credit(now, service, credit);
  for (auto& reply : taken_.replies) core_.reply(now, std::move(reply));
  for (auto& [call, done] : taken_.calls) core_.call(now, std::move(call), std::move(done));
  for (const auto& handle : taken_.cancels) core_.cancel(now, handle->id);
  if (publisher_) {
    // A full queue drops: the journal has every fact, publications are hints.
    for (const auto& frame : taken_.publications) publisher_->send(frame);
  }
  if (taken_.topics) subscribe(std::move(*taken_.topics));
  if (taken_.drain || taken_.stop) core_.drain(now);
  if (taken_.stop) stop_at_ = now + kDrainUs;
  taken_.clear();
}

void Mesh::Shell::receive_frames(SteadyMicros now) {
  for (uint32_t link = 0; link < links_.size(); ++link) {
    if (!links_[link]) continue;
    bool more = false;
    for (size_t i = 0; i < kBurst && links_[link]->receive(message_, more); ++i) {
      if (more) {
        core_.broken(now, link, "the broker sent two frames in one message");
        break;
      }
      core_.receive(now, link, core_.generation(link), message_.view());
    }
  }
}

void Mesh::Shell::receive_publications(SteadyMicros now) {
  if (!subscriber_) return;
  std::vector<Publication> publications;
  bool more = false;
  for (size_t i = 0; i < kBurst && subscriber_->receive(message_, more); ++i) {
    events_doubted_at_ = now + kEventsSilentUs;
    auto publication = parse_event_frame(message_.view());
    if (more || !publication) {
      ++bad_publications_;
    } else {
      publications.push_back(std::move(*publication));
    }
  }
  if (!publications.empty() && handlers_.on_publications) {
    handlers_.on_publications(std::move(publications));
  }
}

// A frame that a socket refuses may make the core move calls to another link, hence the loop.
void Mesh::Shell::carry_out(SteadyMicros now) {
  auto& output = core_.output();
  while (!output.sockets.empty() || !output.frames.empty()) {
    carry_out_sockets(now);
    send_frames(now);
  }
}

void Mesh::Shell::carry_out_sockets(SteadyMicros now) {
  std::vector<MeshCore::SocketWish> wishes;
  wishes.swap(core_.output().sockets);
  for (const auto& wish : wishes) {
    links_[wish.link].reset();
    if (!wish.open) continue;
    if (auto status = open_link(wish.link, wish.again); !status) {
      core_.broken(now, wish.link, status.error().detail);
    }
  }
}

void Mesh::Shell::send_frames(SteadyMicros now) {
  sending_.swap(core_.output().frames);
  for (auto& frame : sending_) {
    auto& socket = links_[frame.link];
    if (!socket || core_.generation(frame.link) != frame.generation) continue;
    if (socket->send(frame.frame) != Sent::ok) core_.refused(now, std::move(frame));
  }
  sending_.clear();
}

void Mesh::Shell::hand_over() {
  auto& output = core_.output();
  for (const auto& notice : std::exchange(output.notices, {})) {
    if (handlers_.on_notice) handlers_.on_notice(notice);
  }
  if (const bool is_connected = core_.connected(); is_connected != reported_) {
    reported_ = is_connected;
    connected_.store(is_connected, std::memory_order_relaxed);
    if (handlers_.on_link) handlers_.on_link(is_connected);
  }
  if (!output.requests.empty()) handlers_.on_requests(std::exchange(output.requests, {}));
  if (auto cancelled = std::exchange(output.cancellations, {});
      !cancelled.empty() && handlers_.on_cancellations) {
    handlers_.on_cancellations(std::move(cancelled));
  }
  for (auto& [to, body] : std::exchange(output.parts, {})) to(std::move(body));
  ending_.swap(core_.ended());
  for (auto& [done, answer] : ending_) done(std::move(answer));
  ending_.clear();
  const std::lock_guard lock(counts_mutex_);
  counts_ = core_.counts();
  counts_.bad_frames += bad_publications_;
}

bool Mesh::Shell::finished(SteadyMicros now) {
  if (!core_.idle(now) && now < stop_at_) return false;
  core_.finish(now);
  carry_out(now);
  hand_over();
  return true;
}

void Mesh::Shell::close_inbox() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    std::swap(inbox_, taken_);
  }
  for (auto& [call, done] : taken_.calls) done(stopped_answer());
  taken_.clear();
}

}  // namespace bilten::net
