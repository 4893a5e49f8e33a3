#include "common/net/socket.h"

#include <zmq.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "common/base/check.h"
#include "common/crypto/crypto.h"
#include "common/wire/frame.h"

namespace bilten::net {
namespace {

// Options whose names libzmq 4.3.4 hides behind its draft switch, but obeys by number.
constexpr int kZeroCopyReceive = 10;   // ZMQ_ZERO_COPY_RECV, of a context.
constexpr int kZapEnforceDomain = 93;  // ZMQ_ZAP_ENFORCE_DOMAIN

constexpr size_t kPeerIdMax = 255;
constexpr size_t kPollMax = 16;
constexpr size_t kTopicMax = 200;  // Longer subscriptions are mis-encoded by 4.3.4.

zmq_msg_t* native(void* storage) {
  return static_cast<zmq_msg_t*>(storage);
}
const zmq_msg_t* native(const void* storage) {
  return static_cast<const zmq_msg_t*>(storage);
}

Error failed(const char* reason, std::string detail) {
  return {Code::unavailable, reason, std::move(detail)};
}

// Where another listens already, an ipc:// bind of 4.3.4 takes the address away without an error.
Status judge_transport(const std::string& endpoint) {
  if (endpoint.starts_with("tcp://")) return Done{};
  return failed("bad_endpoint", endpoint + ": an address is tcp://host:port");
}

int zmq_type(SocketType type) {
  switch (type) {
    case SocketType::dealer: return ZMQ_DEALER;
    case SocketType::router: return ZMQ_ROUTER;
    case SocketType::pub: return ZMQ_PUB;
    case SocketType::sub: return ZMQ_SUB;
    case SocketType::xpub: return ZMQ_XPUB;
    case SocketType::xsub: break;
  }
  CHECK_INVARIANT(type == SocketType::xsub);
  return ZMQ_XSUB;
}

bool set(void* handle, int option, int value) {
  return zmq_setsockopt(handle, option, &value, sizeof value) == 0;
}

bool set(void* handle, int option, const std::string& value) {
  return zmq_setsockopt(handle, option, value.data(), value.size()) == 0;
}

// LINGER comes first: a socket that is given up half-way must not hold the context's end.
bool set_transport(void* handle, SocketType type, const SocketOptions& options) {
  const int64_t frame_max = kFrameMax;
  return set(handle, ZMQ_LINGER, options.linger_ms) &&
         zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &frame_max, sizeof frame_max) == 0 &&
         set(handle, ZMQ_SNDHWM, options.send_high_water) &&
         set(handle, ZMQ_RCVHWM, options.receive_high_water) &&
         set(handle, ZMQ_HANDSHAKE_IVL, 3000) && set(handle, ZMQ_BACKLOG, 1024) &&
         set(handle, ZMQ_RECONNECT_IVL, 100) && set(handle, ZMQ_RECONNECT_IVL_MAX, 5000) &&
         set(handle, ZMQ_TCP_KEEPALIVE, 1) && set(handle, ZMQ_TCP_KEEPALIVE_IDLE, 30) &&
         (type != SocketType::router || set(handle, ZMQ_ROUTER_MANDATORY, 1));
}

bool set_curve(void* handle, const SocketOptions& options) {
  if (options.server_key.empty()) {
    return set(handle, ZMQ_CURVE_SERVER, 1) &&
           set(handle, ZMQ_CURVE_SECRETKEY, options.keys.secret_key) &&
           set(handle, ZMQ_ZAP_DOMAIN, options.zap_domain) && set(handle, kZapEnforceDomain, 1);
  }
  // IMMEDIATE: what is sent while there is no connection is told at once, not queued for later.
  return set(handle, ZMQ_IMMEDIATE, 1) && set(handle, ZMQ_CURVE_SERVERKEY, options.server_key) &&
         set(handle, ZMQ_CURVE_PUBLICKEY, options.keys.public_key) &&
         set(handle, ZMQ_CURVE_SECRETKEY, options.keys.secret_key);
}

// ROUTER numbers its peers on from a value of rand(). A guest that guesses the next number and
// takes it as an id of its own makes 4.3.4 abort at the next connection (docs/decisions/0018).
void make_peer_ids_hard_to_guess() {
  crypto::SystemRandom random;
  srandom(static_cast<unsigned>(random.next()));
}

Sent outcome_of_failure() {
  return errno == EAGAIN ? Sent::full : Sent::gone;
}

// A second frame is nobody's business here, but left unread it would pose as the next message.
void drain_parts(void* handle) {
  Message rest;
  do {
    if (zmq_msg_recv(native(rest.raw()), handle, ZMQ_DONTWAIT) < 0) return;
  } while (zmq_msg_more(native(rest.raw())));
}

}  // namespace

Context::Context() : handle_(zmq_ctx_new()) {
  CHECK_INVARIANT(handle_ != nullptr);
  zmq_ctx_set(handle_, ZMQ_IO_THREADS, 1);
  // Queued messages must not pin whole 8 KiB read buffers.
  zmq_ctx_set(handle_, kZeroCopyReceive, 0);
  zmq_ctx_set(handle_, ZMQ_BLOCKY, 0);
}

Context::~Context() {
  zmq_ctx_shutdown(handle_);
  while (zmq_ctx_term(handle_) != 0 && errno == EINTR) {
  }
}

Message::Message() {
  static_assert(sizeof storage_ >= sizeof(zmq_msg_t));
  zmq_msg_init(native(storage_));
}

Message::Message(std::string_view bytes) {
  CHECK_INVARIANT(zmq_msg_init_size(native(storage_), bytes.size()) == 0);
  if (!bytes.empty()) std::memcpy(data(), bytes.data(), bytes.size());
}

Message::Message(Message&& other) noexcept : Message() {
  zmq_msg_move(native(storage_), native(other.storage_));
}

Message& Message::operator=(Message&& other) noexcept {
  if (this != &other) zmq_msg_move(native(storage_), native(other.storage_));
  return *this;
}

Message::~Message() {
  zmq_msg_close(native(storage_));
}

Message Message::share() {
  Message other;
  CHECK_INVARIANT(zmq_msg_copy(native(other.storage_), native(storage_)) == 0);
  return other;
}

char* Message::data() {
  return static_cast<char*>(zmq_msg_data(native(storage_)));
}

size_t Message::size() const {
  return zmq_msg_size(native(storage_));
}

std::string_view Message::view() const {
  // zmq_msg_data wants a mutable message, but changes nothing.
  auto* self = const_cast<unsigned char*>(storage_);
  return {static_cast<const char*>(zmq_msg_data(native(static_cast<void*>(self)))), size()};
}

std::string Message::user_id() const {
  const char* name = zmq_msg_gets(native(storage_), "User-Id");
  return name == nullptr ? std::string() : std::string(name);
}

std::string_view Message::peer_key() const {
  const char* key = zmq_msg_gets(native(storage_), kKeyProperty);
  return key == nullptr ? std::string_view() : std::string_view(key);
}

Result<Socket> Socket::open(Context& context, SocketType type, const SocketOptions& options) {
  const bool server = options.server_key.empty();
  if (options.keys.secret_key.size() != kKeyCharacters ||
      options.keys.public_key.size() != kKeyCharacters) {
    return failed("no_keys", "a socket needs a key pair; make one with biltenctl keys gen");
  }
  // Without a domain libzmq 4.3.4 would let anybody in who knows the server's public key.
  if (server && options.zap_domain.empty()) {
    return failed("no_zap_domain", "a listening socket needs a ZAP domain");
  }
  if (type == SocketType::router) make_peer_ids_hard_to_guess();
  Socket socket(zmq_socket(context.handle(), zmq_type(type)));
  if (socket.handle_ == nullptr) {
    return failed("no_socket", std::string("cannot make a socket: ") + zmq_strerror(errno) +
                                   "; raise the limit of open files (LimitNOFILE)");
  }
  if (!set_transport(socket.handle_, type, options) || !set_curve(socket.handle_, options)) {
    return failed("bad_socket_option", std::string("libzmq refuses a key or an option: ") +
                                           zmq_strerror(errno) + "; check the key files");
  }
  return socket;
}

Socket::Socket(Socket&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    if (handle_ != nullptr) zmq_close(handle_);
    handle_ = std::exchange(other.handle_, nullptr);
  }
  return *this;
}

Socket::~Socket() {
  if (handle_ != nullptr) zmq_close(handle_);
}

Status Socket::bind(const std::string& endpoint) {
  if (auto fit = judge_transport(endpoint); !fit) return fit;
  if (zmq_bind(handle_, endpoint.c_str()) == 0) return Done{};
  return failed("bind_failed", "cannot listen on " + endpoint + ": " + zmq_strerror(errno) +
                                   "; free the port or choose another");
}

void Socket::unbind(const std::string& endpoint) {
  zmq_unbind(handle_, endpoint.c_str());
}

Status Socket::connect(const std::string& endpoint) {
  if (auto fit = judge_transport(endpoint); !fit) return fit;
  if (zmq_connect(handle_, endpoint.c_str()) == 0) return Done{};
  return failed("connect_failed", "cannot connect to " + endpoint + ": " + zmq_strerror(errno) +
                                      "; check the address");
}

Status Socket::subscribe(std::string_view prefix) {
  if (prefix.size() > kTopicMax) return failed("bad_topic", "a topic has at most 200 bytes");
  int type = 0;
  size_t type_bytes = sizeof type;
  zmq_getsockopt(handle_, ZMQ_TYPE, &type, &type_bytes);
  if (type == ZMQ_XSUB) {
    if (send("\x01" + std::string(prefix)) == Sent::ok) return Done{};
  } else if (zmq_setsockopt(handle_, ZMQ_SUBSCRIBE, prefix.data(), prefix.size()) == 0) {
    return Done{};
  }
  return failed("subscribe_failed", std::string("cannot subscribe: ") + zmq_strerror(errno));
}

Status Socket::unsubscribe(std::string_view prefix) {
  if (zmq_setsockopt(handle_, ZMQ_UNSUBSCRIBE, prefix.data(), prefix.size()) == 0) return Done{};
  return failed("unsubscribe_failed", std::string("cannot unsubscribe: ") + zmq_strerror(errno));
}

std::string Socket::endpoint() const {
  std::array<char, 256> text{};
  size_t bytes = text.size();
  if (zmq_getsockopt(handle_, ZMQ_LAST_ENDPOINT, text.data(), &bytes) != 0) return {};
  return text.data();
}

bool Socket::receive(Message& into, bool& more) {
  int received;
  do {
    received = zmq_msg_recv(native(into.raw()), handle_, ZMQ_DONTWAIT);
  } while (received < 0 && errno == EINTR);
  if (received < 0) return false;
  more = zmq_msg_more(native(into.raw())) != 0;
  if (more) drain_parts(handle_);
  return true;
}

Sent Socket::send(Message& message) {
  for (;;) {
    if (zmq_msg_send(native(message.raw()), handle_, ZMQ_DONTWAIT) >= 0) return Sent::ok;
    if (errno != EINTR) return outcome_of_failure();
  }
}

Sent Socket::send(std::string_view bytes) {
  for (;;) {
    if (zmq_send(handle_, bytes.data(), bytes.size(), ZMQ_DONTWAIT) >= 0) return Sent::ok;
    if (errno != EINTR) return outcome_of_failure();
  }
}

bool Socket::receive_from(std::string& peer, Message& into, bool& more) {
  std::array<char, kPeerIdMax> id;
  int bytes;
  do {
    bytes = zmq_recv(handle_, id.data(), id.size(), ZMQ_DONTWAIT);
  } while (bytes < 0 && errno == EINTR);
  if (bytes < 0) return false;
  peer.assign(id.data(), static_cast<size_t>(bytes));
  return receive(into, more);
}

Sent Socket::send_to(std::string_view peer, Message& message) {
  for (;;) {
    // With ROUTER_MANDATORY the id frame alone tells whether the peer is there and has room.
    if (zmq_send(handle_, peer.data(), peer.size(), ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0) break;
    if (errno != EINTR) return outcome_of_failure();
  }
  return send(message);
}

void poll(PollItem* items, size_t count, int64_t timeout_ms) {
  CHECK_INVARIANT(count <= kPollMax);
  std::array<zmq_pollitem_t, kPollMax> native_items{};
  for (size_t i = 0; i < count; ++i) {
    void* handle = items[i].socket != nullptr ? items[i].socket->handle() : items[i].handle;
    native_items[i] = {handle, items[i].fd, ZMQ_POLLIN, 0};
    items[i].readable = false;
  }
  if (zmq_poll(native_items.data(), static_cast<int>(count), static_cast<long>(timeout_ms)) <= 0) {
    return;
  }
  for (size_t i = 0; i < count; ++i) items[i].readable = native_items[i].revents != 0;
}

}  // namespace bilten::net
