// Any bytes as the first that a TCP connection sends to a running broker, which goes on answering
// who has a key. libzmq itself is not instrumented: the dictionary and the prefixes lead inside.
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>

#include "broker/broker.h"
#include "common/base/check.h"
#include "common/crypto/crypto.h"
#include "common/net/mesh.h"
#include "common/wire/codec.h"
#include "tests/support/raw_peer.h"

namespace {

using namespace bilten;

constexpr uint64_t kInputsPerPing = 64;
constexpr uint32_t kPingMaxMs = 5000;

class Target {
 public:
  Target() {
    keys_.name = "broker";
    keys_.own = net::make_key_pair();
    client_keys_ = net::make_key_pair();
    keys_.public_keys = {{"broker", keys_.own.public_key}, {"ann", client_keys_.public_key}};
    AccessRule ann;
    ann.principal = "ann";
    ann.number = 7;
    broker::Config config;
    config.listen = "tcp://127.0.0.1:0";
    auto opened = broker::Broker::open(broker_context_, config, {keys_, {ann}}, clock_, random_);
    CHECK_INVARIANT(opened);
    broker_ = std::move(*opened);
    endpoint_ = broker_->endpoint();
    thread_ = std::thread([this] {
      while (!stop_) CHECK_INVARIANT(broker_->turn(-1, 10));
    });
    net::MeshOptions options;
    options.brokers = {endpoint_};
    options.keys.own = client_keys_;
    options.keys.public_keys = keys_.public_keys;
    options.keys.public_keys["events"] = keys_.own.public_key;  // Named, never called.
    client_ = std::make_unique<net::Mesh>(client_context_, std::move(options),
                                          net::Mesh::Handlers{}, clock_, client_random_);
    CHECK_INVARIANT(client_->start());
  }
  ~Target() {
    client_.reset();
    stop_ = true;
    thread_.join();
  }

  // The connections before it are reset only when their bytes have surely been read.
  void send(std::string_view bytes) {
    auto& place = peers_[inputs_ % peers_.size()];
    if (place) place->reset();
    place.emplace(endpoint_).send(bytes);
    if (++inputs_ % kInputsPerPing == 0) ping();
  }

 private:
  void ping() {
    net::Call call;
    call.name = "$mesh.ping";
    call.body = Packer().map(0).take();
    call.budget_ms = kPingMaxMs;
    CHECK_INVARIANT(client_->call_and_wait(std::move(call)).code == Code::ok);
  }

  SystemClock clock_;
  crypto::SystemRandom random_, client_random_;
  net::Context broker_context_, client_context_;
  net::KeyRing keys_;
  net::KeyPair client_keys_;
  std::unique_ptr<broker::Broker> broker_;
  std::string endpoint_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
  std::unique_ptr<net::Mesh> client_;
  std::array<std::optional<test::RawPeer>, 256> peers_;
  uint64_t inputs_ = 0;
};

}  // namespace

// The first byte chooses how far a well-behaved beginning goes before the noise.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Target target;
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string bytes;
  if (data[0] & 1) bytes += test::zmtp_greeting();
  if (data[0] & 2) bytes += test::zmtp_frame_head(6, 200) + std::string("\5HELLO\1\0", 8);
  bytes += rest;
  target.send(bytes);
  return 0;
}
