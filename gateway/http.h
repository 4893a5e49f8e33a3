// A request and its answer as the gateway's own rooms see them: no socket, no CivetWeb.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "gateway/request_checks.h"

namespace bilten::gateway {

// Where the body of the request in hand comes from; it is read only once someone wants it.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Reads the whole body. Faults: 413 beyond `bytes_max`, 408 too slow, 400 malformed or cut short.
  virtual HeadFault read(std::string& into, size_t bytes_max) = 0;
};

// Where a live stream goes. Each write reaches the wire at once.
class Outlet {
 public:
  virtual ~Outlet() = default;
  // False: the reader is gone or too slow, or the gateway is stopping; the stream ends.
  virtual bool write(std::string_view bytes) = 0;
  virtual bool stopping() const = 0;
};

struct Request {
  const Head& head;
  BodySource& body;
  std::string_view remote_address;
};

struct Response {
  int status = 200;
  std::string content_type = {};  // Empty: the answer has no body.
  std::string headers = {};       // Whole lines: "ETag: \"x\"\r\n".
  std::string body = {};
  bool close = false;
  // If set, the head goes out without a length and this writes the rest; the connection closes.
  std::function<void(Outlet&)> stream = {};

  void add(std::string_view name, std::string_view value) {
    headers.append(name).append(": ").append(value).append("\r\n");
  }
};

using Handler = std::function<Response(Request&)>;

std::string_view status_phrase(int status);

}  // namespace bilten::gateway
