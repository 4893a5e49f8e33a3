// Calls of Stripe's API: form-encoded out, JSON in, and what every way to fail means. Thread-safe;
// blocks for as long as the settings say.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/wire/field.h"
#include "daemons/payment/stripe_connections.h"

namespace bilten::payment::stripe {

// Parameters in their order; names as Stripe writes them ("metadata[payment_id]").
using Form = std::vector<std::pair<std::string, std::string>>;
std::string form_encoded(const Form& form);

struct Access {
  std::string url = "https://api.stripe.com";  // Scheme and host: nowhere else is gone to.
  std::string key;                             // Secret: in no error, no log.
  std::string ca_file = {};
  long connect_timeout_ms = 3'000, timeout_ms = 10'000;
  std::shared_ptr<Connections> connections = {};  // Of several accounts; null: of its own.
};

// How a call ends, besides with an answer; the details hold Stripe's codes, never its sentences,
// our key, or anything personal.
//   unavailable       perhaps it ran: provider_timeout, provider_unreachable, provider_untrusted,
//                     provider_failed, provider_garbled, provider_key_in_use;
//                     provider_kept_failure: nothing more will come of this idempotency key;
//                     provider_refuses_us: somebody must see to our key of the API, until then
//                     nothing goes
//   no_capacity       it did not run: provider_busy, with the time to wait
//   unprocessable     declined
//   not_found         provider_unknown
//   conflict          provider_key_reused: two requests under one idempotency key
//   invalid           provider_refused
class Api {
 public:
  explicit Api(Access access);

  // The answer as MessagePack.
  Result<std::string> get(const std::string& path, const Form& query = {});
  Result<std::string> post(const std::string& path, const Form& form, const std::string& key);

  // Whether money is real here.
  bool live() const { return live_; }

 private:
  Result<std::string> send(http::Request request);

  const Access access_;
  const std::shared_ptr<Connections> connections_;
  const bool live_;
};

// What the accounts that are reached so may share.
std::shared_ptr<Connections> connections_of(const Access& access);

// Stripe answered well, but with what we cannot read: provider_garbled, as perhaps it ran.
Error garbled(const Error& why);

// The object that an answer of get() or post() is.
template <Described T>
Result<T> read(const Result<std::string>& answer) {
  if (!answer) return answer.error();
  auto object = decode<T>(*answer);
  if (!object) return garbled(object.error());
  return object;
}

// Whether it can be an object's id, so that it may stand in a path.
bool is_object_id(std::string_view text);

}  // namespace bilten::payment::stripe
