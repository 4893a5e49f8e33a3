// A small blocking HTTP client (libcurl): one connection kept alive, bounded in time and size.
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
  long timeout_ms = 10'000;
  size_t answer_bytes_max = 8 << 20;
};

struct Response {
  long status = 0;
  std::map<std::string, std::string> headers;  // Names in lower case; the last of equals.
  std::string body;
};

// Not thread-safe: one for each thread.
class Client {
 public:
  Client();
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  // Errors (Code::unavailable) say what failed: resolve, connect, time-out, answer too large.
  Result<Response> send(const Request& request);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace bilten::http
