// The HTTP listener: CivetWeb's threads and sockets, our reading and our answers. Reduced to what
// its 1.15 does safely (docs/decisions): plain HTTP/1.1, no files, no forms, no TLS, one handler
// for all.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "gateway/connection.h"
#include "gateway/http.h"

namespace bilten::gateway {

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";  // Port 0 takes any free one.
  // A connection holds a thread, also while idle or slow.
  uint32_t threads = 1'200;
  ReadLimits reading;
  uint32_t keep_alive_ms = 15'000;
  uint32_t first_byte_ms = 5'000;  // Of a new connection; also how long a reader may stall.
};

class Server {
 public:
  // The handler is called from many threads at once.
  Server(ServerOptions options, Handler handler, const Clock& clock);
  ~Server();  // Without a drain: answers in flight are lost.
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Status start();
  uint32_t port() const;
  // Answers carry Connection: close from now on and streams end.
  void begin_drain();
  // Waits for what is in flight, at most so long, then stops listening.
  void stop(uint32_t wait_ms);

  struct Counts {
    uint64_t connections = 0;  // Ever taken.
    uint64_t refused = 0;      // Requests that were not HTTP enough to be handled.
    uint32_t in_flight = 0, streams = 0;
  };
  Counts counts() const;

 private:
  class Shell;
  std::unique_ptr<Shell> shell_;
};

}  // namespace bilten::gateway
