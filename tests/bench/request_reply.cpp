// Request-reply through client library, broker and echo worker, keys on:
//   request_reply echo CONFIG_KEYS BROKER
//   request_reply client CONFIG_KEYS BROKER REQUESTS WINDOW BYTES
#include <atomic>
#include <semaphore>
#include <string>
#include <thread>

#include "common/crypto/crypto.h"
#include "common/net/mesh.h"
#include "tests/bench/figures.h"

using namespace bilten;

namespace {

net::MeshOptions options(const std::string& keys, const std::string& principal,
                         const std::string& broker) {
  auto ring = net::load_keys(keys, principal);
  if (!ring) {
    std::fprintf(stderr, "%s\n", ring.error().detail.c_str());
    std::exit(78);
  }
  net::MeshOptions made;
  made.brokers = {broker};
  made.keys = std::move(*ring);
  return made;
}

int echo(const std::string& keys, const std::string& broker) {
  SystemClock clock;
  crypto::SystemRandom random;
  net::Context context;
  auto made = options(keys, "probe", broker);
  auto& claim = made.services.emplace_back();
  claim.service = "echo";
  claim.version = "1";
  claim.credit = 1024;
  net::Mesh* place = nullptr;
  net::Mesh::Handlers handlers;
  handlers.on_requests = [&](std::vector<net::Incoming> requests) {
    std::vector<net::Mesh::Reply> replies;
    replies.reserve(requests.size());
    for (auto& request : requests) {
      replies.push_back({request.link, request.generation, request.header.id,
                         net::reply_frame(request.header.id, request.body)});
    }
    place->reply(std::move(replies));
  };
  net::Mesh mesh(context, std::move(made), std::move(handlers), clock, random);
  place = &mesh;
  if (!mesh.start()) return 75;
  std::binary_semaphore forever(0);
  forever.acquire();
  return 0;
}

// Each answer sends the next request.
struct Flow {
  net::Mesh& mesh;
  const net::Call& call;
  std::vector<double>& latency;  // First the time of sending.
  std::atomic<size_t> sent = 0, got = 0, failed = 0;
  std::binary_semaphore ended{0};

  void next() {
    const size_t number = sent++;
    if (number >= latency.size()) return;
    latency[number] = bench::now_us();
    mesh.call(call, [this, number](const net::Answer& answer) {
      latency[number] = bench::now_us() - latency[number];
      if (answer.code != Code::ok) ++failed;
      next();
      if (++got == latency.size()) ended.release();
    });
  }
};

int client(const std::string& keys, const std::string& broker, size_t requests, size_t window,
           size_t bytes) {
  SystemClock clock;
  crypto::SystemRandom random;
  net::Context context;
  net::Mesh mesh(context, options(keys, "ops", broker), {}, clock, random);
  if (!mesh.start()) return 75;
  net::Call call;
  call.name = "echo.echo";
  call.body = std::string(bytes, 'x');
  call.budget_ms = 10'000;
  for (int i = 0; i < 200; ++i) {
    if (mesh.call_and_wait(call).code != Code::ok) return 1;
  }
  std::vector<double> latency(requests);
  const double began = bench::now_us();
  if (window == 1) {
    for (auto& each : latency) {
      const double at = bench::now_us();
      if (mesh.call_and_wait(call).code != Code::ok) return 1;
      each = bench::now_us() - at;
    }
  } else {
    Flow flow{mesh, call, latency};
    for (size_t i = 0; i < window; ++i) flow.next();
    flow.ended.acquire();
    if (flow.failed > 0) return 1;
  }
  bench::print_figures(latency, (bench::now_us() - began) / 1e6);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "echo") return echo(words[1], words[2]);
  if (words.size() == 6 && words[0] == "client") {
    return client(words[1], words[2], std::stoul(words[3]), std::stoul(words[4]),
                  std::stoul(words[5]));
  }
  std::fprintf(stderr, "usage: see the first lines of this program's source\n");
  return 64;
}
