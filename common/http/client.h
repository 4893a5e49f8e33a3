// A small blocking HTTP client (libcurl): one connection kept alive, bounded in time and size. A
// TLS server must prove its name by a certificate that an authority vouches for.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace bilten::http {

struct Request {
  std::string method = "GET";
  std::string url;                        // http:// or https:// only; redirects are not followed.
  std::vector<std::string> headers = {};  // "Name: value"
  std::string body = {};
  long timeout_ms = 10'000;         // Until the answer is whole.
  long connect_timeout_ms = 5'000;  // Until TCP and TLS stand.
  size_t answer_bytes_max = 8 << 20;
};

struct Response {
  long status = 0;
  std::map<std::string, std::string> headers;  // Names in lower case; the last of equals.
  std::string body;
};

// Where a client may go.
struct Reach {
  std::vector<std::string> hosts = {};  // "api.example.org", "127.0.0.1:8080"; none: anywhere.
  std::string ca_file = {};             // PEM of the authorities; empty: the system's.
};

// Not thread-safe: one for each thread.
class Client {
 public:
  explicit Client(Reach reach = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  // Errors (Code::unavailable) say what failed: http_timeout, http_untrusted (the certificate),
  // http_too_large, http_failed; but a host out of reach is http_out_of_reach (Code::forbidden).
  Result<Response> send(const Request& request);

 private:
  struct Handle;
  Reach reach_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace bilten::http
