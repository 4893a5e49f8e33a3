// The thread and sockets of a Mesh: carries frames between libzmq and MeshCore, and commands from
// other threads to both. Used by mesh.cpp alone.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/net/address.h"
#include "common/net/mesh.h"
#include "common/net/mesh_core.h"

namespace bilten::net {

class Mesh::Shell {
 public:
  Shell(Context& context, MeshOptions options, Handlers handlers, const Clock& clock,
        Random& random);
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  Status start();
  void call(Call call, OnAnswer done);
  void cancel(std::shared_ptr<CallHandle> handle);
  Answer call_and_wait(Call call);
  void reply(std::vector<Reply> replies);
  void publish(std::vector<std::string> frames);
  void hear(std::vector<std::string> topics);
  void set_credit(const std::string& service, uint32_t credit);
  void drain();
  bool connected() const { return connected_.load(std::memory_order_relaxed); }
  const Id& instance() const { return core_.instance(); }
  MeshCounts counts() const;

 private:
  struct NewCall {
    Call call;
    OnAnswer done;
  };
  // What other threads want of the mesh thread; swapped out whole, so both sides keep capacity.
  struct Inbox {
    std::vector<NewCall> calls;
    std::vector<std::shared_ptr<CallHandle>> cancels;
    std::vector<Reply> replies;
    std::vector<std::string> publications;
    std::vector<std::pair<std::string, uint32_t>> credits;
    std::optional<std::vector<std::string>> topics;
    bool drain = false;
    bool stop = false;
    void clear();
  };

  template <class Put>
  bool post(Put put);
  Status check_options();
  Status open_event_sockets();
  void renew_event_sockets(SteadyMicros now);
  void subscribe(std::vector<std::string> topics);
  Status open_link(uint32_t link, bool again);
  SocketOptions socket_options(const ServerKey& server) const;

  void run();
  void turn(SteadyMicros now);
  void wait(SteadyMicros now);
  void take_inbox(SteadyMicros now);
  void receive_frames(SteadyMicros now);
  void receive_publications(SteadyMicros now);
  void carry_out(SteadyMicros now);
  void carry_out_sockets(SteadyMicros now);
  void send_frames(SteadyMicros now);
  void hand_over();
  bool finished(SteadyMicros now);
  void close_inbox();

  Context& context_;
  MeshOptions options_;
  Handlers handlers_;
  const Clock& clock_;
  SeededRandom random_;  // The core's own: the caller's source may not be for this thread.
  MeshCore core_;

  std::vector<Address> addresses_;  // Of the brokers, once start() has read them.
  std::vector<std::optional<Socket>> links_;
  std::optional<Socket> subscriber_, publisher_;
  std::vector<ServerKey> broker_keys_;  // By link.
  ServerKey events_key_;
  SteadyMicros events_doubted_at_ = 0;  // Silence until then makes us look at the key folder.
  int wake_fd_ = -1;
  std::vector<PollItem> items_;
  std::vector<MeshCore::Outgoing> sending_;  // Members to keep their capacity.
  std::vector<EndedCall> ending_;
  Message message_;

  std::mutex mutex_;
  Inbox inbox_;         // Guarded by mutex_, as are the next two.
  bool awake_ = false;  // The mesh thread was told already.
  bool closed_ = true;  // Before start() and after the end: nobody would take a command.
  Inbox taken_;
  bool posted_here_ = false;  // By a callback, so the mesh thread's.
  SteadyMicros stop_at_ = 0;  // 0: not stopping; else when the drain is cut short.
  bool reported_ = false;

  std::atomic<bool> connected_{false};
  uint64_t bad_publications_ = 0;
  mutable std::mutex counts_mutex_;
  MeshCounts counts_;
  std::thread thread_;
};

}  // namespace bilten::net
