// ZeroMQ sockets with the options that libzmq 4.3.4 needs to be safe (docs/decisions/0002): one
// frame a message, never blocking, no exceptions. One context a process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace bilten::net {

// Of one CURVE key as Z85 text.
inline constexpr size_t kKeyCharacters = 40;

// A CURVE key pair, Z85 text of kKeyCharacters each.
struct KeyPair {
  std::string public_key, secret_key;
};

// The process's one libzmq context. Destroying it closes what sockets left; sockets go first.
class Context {
 public:
  Context();
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  void* handle() const { return handle_; }

 private:
  void* handle_;
};

// One received or outgoing frame; moving is free, the bytes are libzmq's.
class Message {
 public:
  Message();
  explicit Message(std::string_view bytes);
  Message(Message&& other) noexcept;
  Message& operator=(Message&& other) noexcept;
  ~Message();
  char* data();
  size_t size() const;
  std::string_view view() const;
  // The principal's name that ZAP gave the peer; "" where there is none. Read it from the payload
  // frame, never from a ROUTER's id frame (4.3.4 loses it there).
  std::string user_id() const;
  // The public key (Z85) that the peer's connection was let in by; "" where there is no ZAP. Stands
  // as long as the message.
  std::string_view peer_key() const;
  // Another handle on the same bytes: nobody may change them any more.
  Message share();
  void* raw() { return storage_; }

 private:
  alignas(8) unsigned char storage_[64];  // A zmq_msg_t.
};

// The property by which the ZAP handler tells frames their connection's key.
inline constexpr const char* kKeyProperty = "Public-Key";

enum class SocketType : uint8_t { dealer, router, pub, sub, xpub, xsub };
enum class Sent : uint8_t { ok, full, gone };

struct SocketOptions {
  KeyPair keys;            // Of this process.
  std::string server_key;  // Connecting side: the server's public key. Empty: this is the server.
  std::string zap_domain;  // Server side; enforced (option 93), so no handler means no entry.
  int send_high_water = 10'000;
  int receive_high_water = 10'000;
  int linger_ms = 0;
};

class Socket {
 public:
  static Result<Socket> open(Context& context, SocketType type, const SocketOptions& options);
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  // "tcp://127.0.0.1:0" binds any free port; endpoint() then says which.
  Status bind(const std::string& endpoint);
  // Stops listening there, and ends the connections that were taken there.
  void unbind(const std::string& endpoint);
  Status connect(const std::string& endpoint);
  Status subscribe(std::string_view prefix);
  // SUB only: undoes one subscribe().
  Status unsubscribe(std::string_view prefix);
  std::string endpoint() const;

  // Never block. A second frame of a received message is drained and `more` set: the caller treats
  // the peer as broken.
  bool receive(Message& into, bool& more);
  Sent send(Message& message);
  Sent send(std::string_view bytes);
  // ROUTER only: the peer's id and one frame.
  bool receive_from(std::string& peer, Message& into, bool& more);
  Sent send_to(std::string_view peer, Message& message);

  void* handle() const { return handle_; }

 private:
  explicit Socket(void* handle) : handle_(handle) {}
  void* handle_ = nullptr;
};

// Waits until a socket is readable, a descriptor is readable, or the time is up. EINTR counts as
// time up.
struct PollItem {
  Socket* socket = nullptr;
  int fd = -1;
  void* handle = nullptr;  // A libzmq socket that is no Socket: the ZAP handler's.
  bool readable = false;
};
void poll(PollItem* items, size_t count, int64_t timeout_ms);

}  // namespace bilten::net
