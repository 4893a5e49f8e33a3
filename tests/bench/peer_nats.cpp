// nats-server through its C client, no TLS, flushed at once. A window's requests are published by a
// thread of their own, which serves it best: from its callback it reaches half.
//   peer_nats worker URL | client URL REQUESTS WINDOW BYTES
#include <nats/nats.h>

#include <semaphore>
#include <string>

#include "tests/bench/figures.h"

namespace {

using namespace bilten;

natsConnection* connect(const char* url) {
  natsOptions* options = nullptr;
  natsConnection* connection = nullptr;
  natsOptions_Create(&options);
  natsOptions_SetURL(options, url);
  natsOptions_SetSendAsap(options, true);
  if (natsConnection_Connect(&connection, options) != NATS_OK) std::exit(75);
  return connection;
}

void answer(natsConnection* connection, natsSubscription*, natsMsg* message, void*) {
  natsConnection_Publish(connection, natsMsg_GetReply(message), natsMsg_GetData(message),
                         natsMsg_GetDataLength(message));
  natsMsg_Destroy(message);
}

int worker(const char* url) {
  natsSubscription* subscription = nullptr;
  natsConnection_QueueSubscribe(&subscription, connect(url), "svc.echo", "q", answer, nullptr);
  natsSubscription_SetPendingLimits(subscription, -1, -1);
  std::binary_semaphore forever(0);
  forever.acquire();
  return 0;
}

struct Window {
  std::counting_semaphore<> room;
  std::vector<double> latency;  // First the time of sending.
  size_t got = 0;
};

void on_reply(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
  auto& window = *static_cast<Window*>(closure);
  auto& each = window.latency[window.got++];
  each = bench::now_us() - each;
  natsMsg_Destroy(message);
  window.room.release();
}

int client(const char* url, size_t requests, size_t window_size, size_t bytes) {
  natsConnection* connection = connect(url);
  const std::string body(bytes, 'x');
  const int length = static_cast<int>(bytes);
  natsMsg* reply = nullptr;
  for (int i = 0; i < 200; ++i) {
    if (natsConnection_Request(&reply, connection, "svc.echo", body.data(), length, 2000)) return 1;
    natsMsg_Destroy(reply);
  }
  Window window{std::counting_semaphore<>(static_cast<std::ptrdiff_t>(window_size)),
                std::vector<double>(requests)};
  natsSubscription* inbox = nullptr;
  natsConnection_Subscribe(&inbox, connection, "inbox.bench", on_reply, &window);
  natsSubscription_SetPendingLimits(inbox, -1, -1);
  const double began = bench::now_us();
  for (auto& each : window.latency) {
    if (window_size == 1) {
      const double at = bench::now_us();
      if (natsConnection_Request(&reply, connection, "svc.echo", body.data(), length, 2000)) {
        return 1;
      }
      each = bench::now_us() - at;
      natsMsg_Destroy(reply);
      continue;
    }
    window.room.acquire();
    each = bench::now_us();
    natsConnection_PublishRequest(connection, "svc.echo", "inbox.bench", body.data(), length);
  }
  for (size_t i = 0; i < window_size; ++i) window.room.acquire();
  bench::print_figures(window.latency, (bench::now_us() - began) / 1e6);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  int status = 64;
  if (words.size() == 2 && words[0] == "worker") status = worker(argv[2]);
  if (words.size() == 5 && words[0] == "client") {
    status = client(argv[2], std::stoul(words[2]), std::stoul(words[3]), std::stoul(words[4]));
  }
  std::fflush(stdout);
  std::_Exit(status);
}
