// The bare peer: libzmq alone, DEALER client -> ROUTER/DEALER proxy -> DEALER worker, CURVE on both
// legs, bare frames, no protocol; with --plain without CURVE:
//   peer_zmq [--plain] proxy FRONT BACK | worker BACK | client FRONT REQUESTS WINDOW BYTES
#include <zmq.h>

#include <cstdlib>
#include <string>

#include "tests/bench/figures.h"

namespace {

using namespace bilten;

// Fixed pairs: nothing is secret here, and both sides must know them.
struct Pair {
  char public_key[41], secret_key[41];
};
Pair server_pair() {
  Pair pair{};
  const char* secret = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";
  std::snprintf(pair.secret_key, sizeof pair.secret_key, "%s", secret);
  zmq_curve_public(pair.public_key, pair.secret_key);
  return pair;
}

bool plain = false;

void* open(void* context, int type, bool server) {
  void* socket = zmq_socket(context, type);
  const int none = 0, one = 1;
  zmq_setsockopt(socket, ZMQ_SNDHWM, &none, sizeof none);
  zmq_setsockopt(socket, ZMQ_RCVHWM, &none, sizeof none);
  zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
  if (plain) return socket;
  const auto pair = server_pair();
  if (server) {
    zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &one, sizeof one);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, pair.secret_key, 41);
  } else {
    char public_key[41], secret_key[41];
    zmq_curve_keypair(public_key, secret_key);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public_key, 41);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret_key, 41);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, pair.public_key, 41);
  }
  return socket;
}

int proxy(const char* front, const char* back) {
  void* context = zmq_ctx_new();
  void* router = open(context, ZMQ_ROUTER, true);
  void* dealer = open(context, ZMQ_DEALER, true);
  if (zmq_bind(router, front) != 0 || zmq_bind(dealer, back) != 0) return 75;
  return zmq_proxy(router, dealer, nullptr);
}

int worker(const char* back) {
  void* socket = open(zmq_ctx_new(), ZMQ_DEALER, false);
  zmq_connect(socket, back);
  for (;;) {
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, socket, 0) < 0) return 0;
    const int more = zmq_msg_more(&frame);
    zmq_msg_send(&frame, socket, more ? ZMQ_SNDMORE : 0);
  }
}

int client(const char* front, size_t requests, size_t window, size_t bytes) {
  void* socket = open(zmq_ctx_new(), ZMQ_DEALER, false);
  zmq_connect(socket, front);
  std::string body(bytes, 'x');
  for (int i = 0; i < 200; ++i) {
    zmq_send(socket, body.data(), bytes, 0);
    zmq_recv(socket, body.data(), bytes, 0);
  }
  std::vector<double> latency(requests), sent_at(requests);
  const double began = bench::now_us();
  for (size_t sent = 0, got = 0; got < requests; ++got) {
    for (; sent < requests && sent - got < window; ++sent) {
      sent_at[sent] = bench::now_us();
      zmq_send(socket, body.data(), bytes, 0);
    }
    zmq_recv(socket, body.data(), bytes, 0);
    latency[got] = bench::now_us() - sent_at[got];
  }
  bench::print_figures(latency, (bench::now_us() - began) / 1e6);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  plain = !words.empty() && words[0] == "--plain";
  if (plain) words.erase(words.begin());
  int status = 64;
  if (words.size() == 3 && words[0] == "proxy") status = proxy(words[1].c_str(), words[2].c_str());
  if (words.size() == 2 && words[0] == "worker") status = worker(words[1].c_str());
  if (words.size() == 5 && words[0] == "client") {
    status =
        client(words[1].c_str(), std::stoul(words[2]), std::stoul(words[3]), std::stoul(words[4]));
  }
  std::fflush(stdout);
  std::_Exit(status);  // Nothing to wait for; contexts are left to the kernel.
}
