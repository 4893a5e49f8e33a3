// nats-server through its C client, no TLS, flushed at once:
//   peer_nats worker URL | client URL REQUESTS WINDOW BYTES
#include <nats/nats.h>

#include <atomic>
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

// Each answer sends the next request.
struct Flow {
  natsConnection* connection;
  const std::string& body;
  std::vector<double>& latency;  // First the time of sending; answers come in its order.
  std::atomic<size_t> sent = 0;
  size_t got = 0;
  std::binary_semaphore ended{0};

  void next() {
    const size_t number = sent++;
    if (number >= latency.size()) return;
    latency[number] = bench::now_us();
    natsConnection_PublishRequest(connection, "svc.echo", "inbox.bench", body.data(),
                                  static_cast<int>(body.size()));
  }
};

void on_reply(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
  auto& flow = *static_cast<Flow*>(closure);
  auto& each = flow.latency[flow.got++];
  each = bench::now_us() - each;
  natsMsg_Destroy(message);
  flow.next();
  if (flow.got == flow.latency.size()) flow.ended.release();
}

int client(const char* url, size_t requests, size_t window, size_t bytes) {
  natsConnection* connection = connect(url);
  const std::string body(bytes, 'x');
  const int length = static_cast<int>(bytes);
  natsMsg* reply = nullptr;
  for (int i = 0; i < 200; ++i) {
    if (natsConnection_Request(&reply, connection, "svc.echo", body.data(), length, 2000)) return 1;
    natsMsg_Destroy(reply);
  }
  std::vector<double> latency(requests);
  Flow flow{connection, body, latency};
  natsSubscription* inbox = nullptr;
  natsConnection_Subscribe(&inbox, connection, "inbox.bench", on_reply, &flow);
  natsSubscription_SetPendingLimits(inbox, -1, -1);
  const double began = bench::now_us();
  if (window == 1) {
    for (auto& each : latency) {
      const double at = bench::now_us();
      if (natsConnection_Request(&reply, connection, "svc.echo", body.data(), length, 2000)) {
        return 1;
      }
      each = bench::now_us() - at;
      natsMsg_Destroy(reply);
    }
  } else {
    for (size_t i = 0; i < window; ++i) flow.next();
    flow.ended.acquire();
  }
  bench::print_figures(latency, (bench::now_us() - began) / 1e6);
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
