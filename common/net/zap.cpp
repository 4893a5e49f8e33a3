#include "common/net/zap.h"

#include <zmq.h>

#include <array>
#include <cerrno>
#include <utility>

namespace bilten::net {
namespace {

constexpr const char* kZapEndpoint = "inproc://zeromq.zap.01";
constexpr int kQuestionsPerTurn = 64;  // So that a crowd at the door does not stop the traffic.
constexpr size_t kFramesMax = 16;

// The frames of a question (RFC 27, section "ZAP request").
enum : size_t { kVersion, kRequestId, kDomain, kAddress, kIdentity, kMechanism, kCredentials };
constexpr size_t kQuestionFrames = kCredentials + 1;

enum class Received : uint8_t { question, nothing, broken };

Received receive_question(void* handle, std::vector<std::string>& frames) {
  frames.clear();
  Message part;
  do {
    auto* native = static_cast<zmq_msg_t*>(part.raw());
    if (zmq_msg_recv(native, handle, ZMQ_DONTWAIT) < 0) {
      return errno == EAGAIN || errno == EINTR ? Received::nothing : Received::broken;
    }
    if (frames.size() < kFramesMax) frames.emplace_back(part.view());
  } while (zmq_msg_more(static_cast<zmq_msg_t*>(part.raw())));
  return Received::question;
}

// One property as ZMTP writes it: what the frames of this connection will carry beside its User-Id.
std::string property(std::string_view name, std::string_view value) {
  std::string out(1, static_cast<char>(name.size()));
  out.append(name);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value.size() >> shift);
  return out.append(value);
}

bool send_answer(void* handle, const std::string& request_id, const std::string& name,
                 const std::string& key) {
  const bool welcome = !name.empty();
  const std::array<std::string, 6> frames{"1.0",
                                          request_id,
                                          welcome ? "200" : "400",
                                          welcome ? "OK" : "not admitted",
                                          name,
                                          welcome ? property(kKeyProperty, key) : std::string()};
  for (size_t i = 0; i < frames.size(); ++i) {
    const int flags = ZMQ_DONTWAIT | (i + 1 < frames.size() ? ZMQ_SNDMORE : 0);
    if (zmq_send(handle, frames[i].data(), frames[i].size(), flags) < 0) return false;
  }
  return true;
}

}  // namespace

Result<Guests> guests_of(const KeyRing& keys, const std::vector<std::string>& names) {
  Guests guests;
  for (const auto* table : {&keys.public_keys, &keys.previous_keys}) {
    for (const auto& name : names) {
      const auto key = table->find(name);
      if (key == table->end()) continue;
      const auto [other, fresh] = guests.emplace(key->second, name);
      if (!fresh && other->second != name) {
        return Error{Code::unavailable, "shared_key",
                     name + " and " + other->second + " have one key; give each its own"};
      }
    }
  }
  return guests;
}

Result<Zap> Zap::open(Context& context) {
  void* handle = zmq_socket(context.handle(), ZMQ_REP);
  Zap zap(handle);
  const int linger = 0;
  if (handle == nullptr || zmq_setsockopt(handle, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
      zmq_bind(handle, kZapEndpoint) != 0) {
    return Error{Code::unavailable, "no_zap",
                 std::string("cannot answer ZAP questions: ") + zmq_strerror(errno)};
  }
  return zap;
}

Zap::Zap(Zap&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      domains_(std::move(other.domains_)),
      admitted_(other.admitted_),
      refused_(other.refused_),
      told_(other.told_),
      last_refused_(std::move(other.last_refused_)) {}

Zap::~Zap() {
  if (handle_ != nullptr) zmq_close(handle_);
}

void Zap::admit(const std::string& domain, Guests guests) {
  domains_[domain] = std::move(guests);
}

Zap::Guest Zap::guest_of(const std::vector<std::string>& question) const {
  if (question.size() != kQuestionFrames || question[kVersion] != "1.0" ||
      question[kMechanism] != "CURVE" || question[kCredentials].size() != 32) {
    return {};
  }
  const auto domain = domains_.find(question[kDomain]);
  if (domain == domains_.end()) return {};
  std::array<char, 41> key{};
  const auto* raw = reinterpret_cast<const uint8_t*>(question[kCredentials].data());
  if (zmq_z85_encode(key.data(), raw, 32) == nullptr) return {};
  const auto guest = domain->second.find(key.data());
  return guest == domain->second.end() ? Guest() : Guest{guest->second, key.data()};
}

bool Zap::answer() {
  std::vector<std::string> question;
  for (int turn = 0; turn < kQuestionsPerTurn; ++turn) {
    const auto received = receive_question(handle_, question);
    if (received != Received::question) return received == Received::nothing;
    const auto guest = guest_of(question);
    ++(guest.name.empty() ? refused_ : admitted_);
    if (guest.name.empty() && question.size() > kAddress) {
      last_refused_ = question[kAddress] + " at " + question[kDomain];
    }
    const auto& request_id = question.size() > kRequestId ? question[kRequestId] : question[0];
    if (!send_answer(handle_, request_id, guest.name, guest.key)) return false;
  }
  return true;
}

std::string Zap::take_refusals() {
  const auto count = refused_ - std::exchange(told_, refused_);
  if (count == 0) return {};
  return std::to_string(count) + " handshakes, the last from " + last_refused_;
}

}  // namespace bilten::net
