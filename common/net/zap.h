// The ZAP handler (ZeroMQ RFC 27): who may enter which listening socket of this process, by public
// key alone. It fails closed: an unknown domain, key, mechanism or form of question is refused.
// One a context, opened before any CURVE socket binds, on the thread that answers.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/net/keys.h"
#include "common/net/socket.h"

namespace bilten::net {

// Who has which public key (Z85), and so which name becomes the User-Id of what they send.
using Guests = std::map<std::string, std::string, std::less<>>;

// The guests among `names` that have a key; while one is rotated, by either key. Two names with one
// key is an error.
Result<Guests> guests_of(const KeyRing& keys, const std::vector<std::string>& names);

class Zap {
 public:
  static Result<Zap> open(Context& context);
  Zap(Zap&& other) noexcept;
  Zap& operator=(Zap&&) = delete;
  ~Zap();

  // Replaces the guest list of one domain; connections that stand are not touched.
  void admit(const std::string& domain, Guests guests);
  // Answers what has been asked, never blocks. False: the handler is broken, and the process must
  // end, since nobody could enter any more.
  [[nodiscard]] bool answer();

  void* handle() const { return handle_; }
  uint64_t admitted() const { return admitted_; }
  uint64_t refused() const { return refused_; }
  // Who was refused since the last call, for one line of a log; "": nobody.
  std::string take_refusals();

 private:
  explicit Zap(void* handle) : handle_(handle) {}
  struct Guest {
    std::string name, key;
  };
  Guest guest_of(const std::vector<std::string>& question) const;

  void* handle_;
  std::map<std::string, Guests> domains_;
  uint64_t admitted_ = 0, refused_ = 0, told_ = 0;
  std::string last_refused_;
};

}  // namespace bilten::net
