// The bare sale path, the most this machine can do with our libraries: CivetWeb thread -> one mesh
// agent thread -> broker (one frame, id patched in place) -> daemon (a network thread gathers, a
// writer thread takes what has gathered: five puts each, one synced commit, then the answers). No
// JSON, no rules, no keys:
//   bare_sale broker PORT | daemon PORT FOLDER | gateway PORT HTTP_PORT | page HTTP_PORT FILE
#include <civetweb.h>
#include <lmdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "common/wire/frame.h"

namespace {

using namespace bilten;

void* g_context = nullptr;

void* open(int type, const std::string& endpoint, bool bind) {
  void* socket = zmq_socket(g_context, type);
  const int high_water = 100'000, none = 0, one = 1;
  zmq_setsockopt(socket, ZMQ_SNDHWM, &high_water, sizeof high_water);
  zmq_setsockopt(socket, ZMQ_RCVHWM, &high_water, sizeof high_water);
  zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
  if (type == ZMQ_ROUTER) zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &one, sizeof one);
  const int failed =
      bind ? zmq_bind(socket, endpoint.c_str()) : zmq_connect(socket, endpoint.c_str());
  if (failed) std::exit(75);
  return socket;
}

// A queue that wakes its one reader only when it was empty.
template <class T>
class Mailbox {
 public:
  int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  void put(std::vector<T> items) {
    bool wake = false;
    {
      std::lock_guard lock(mutex_);
      wake = items_.empty();
      for (auto& item : items) items_.push_back(std::move(item));
    }
    const uint64_t one = 1;
    if (wake && ::write(fd, &one, sizeof one) < 0) std::abort();
  }
  std::vector<T> take() {
    uint64_t count = 0;
    if (::read(fd, &count, sizeof count) < 0) count = 0;
    std::lock_guard lock(mutex_);
    return std::exchange(items_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<T> items_;
};

void send(void* socket, const std::string& frame) {
  zmq_send(socket, frame.data(), frame.size(), ZMQ_DONTWAIT);
}

// Up to 256 frames that are there.
std::vector<std::string> receive(void* socket) {
  std::vector<std::string> frames;
  while (frames.size() < 256) {
    zmq_msg_t message;
    zmq_msg_init(&message);
    const int bytes = zmq_msg_recv(&message, socket, ZMQ_DONTWAIT);
    if (bytes >= 0) {
      frames.emplace_back(static_cast<char*>(zmq_msg_data(&message)), static_cast<size_t>(bytes));
    }
    zmq_msg_close(&message);
    if (bytes < 0) break;
  }
  return frames;
}

uint64_t id_of(const char* frame) {
  uint64_t id = 0;
  std::memcpy(&id, frame + 8, sizeof id);
  return id;
}

int broker(const std::string& endpoint) {
  void* router = open(ZMQ_ROUTER, endpoint, true);
  struct Waiting {
    std::string peer;
    uint64_t id = 0;
  };
  std::vector<Waiting> slab(65'536);
  std::vector<uint32_t> free_slots(slab.size());
  for (uint32_t i = 0; i < free_slots.size(); ++i) free_slots[i] = i;
  std::string worker;
  for (;;) {
    zmq_msg_t peer, body;
    zmq_msg_init(&peer);
    if (zmq_msg_recv(&peer, router, 0) < 0) return 0;
    zmq_msg_init(&body);
    zmq_msg_recv(&body, router, 0);
    const std::string from(static_cast<char*>(zmq_msg_data(&peer)), zmq_msg_size(&peer));
    char* frame = static_cast<char*>(zmq_msg_data(&body));
    const auto command = static_cast<Command>(frame[3]);
    const std::string* to = &worker;
    if (command == Command::ready) {
      worker = from;
      to = nullptr;
    } else if (command == Command::request) {
      const auto slot = free_slots.back();
      free_slots.pop_back();
      slab[slot] = {from, id_of(frame)};
      patch_id(frame, slot);
    } else {
      const auto slot = static_cast<uint32_t>(id_of(frame));
      patch_id(frame, slab[slot].id);
      to = &slab[slot].peer;
      free_slots.push_back(slot);
    }
    if (to) {
      zmq_send(router, to->data(), to->size(), ZMQ_SNDMORE | ZMQ_DONTWAIT);
      zmq_msg_send(&body, router, ZMQ_DONTWAIT);
    }
    zmq_msg_close(&body);
    zmq_msg_close(&peer);
  }
}

// Five puts an order: journal, order, ticket, answer, stock.
class Writer {
 public:
  explicit Writer(const std::string& folder) {
    mdb_env_create(&env_);
    mdb_env_set_mapsize(env_, size_t{16} << 30);
    mdb_env_set_maxdbs(env_, 4);
    if (mdb_env_open(env_, folder.c_str(), 0, 0600)) std::exit(75);
    MDB_txn* txn = nullptr;
    mdb_txn_begin(env_, nullptr, 0, &txn);
    mdb_dbi_open(txn, "journal", MDB_CREATE, &journal_);
    mdb_dbi_open(txn, "rows", MDB_CREATE, &rows_);
    mdb_txn_commit(txn);
  }

  void write(const std::vector<std::string>& frames) {
    MDB_txn* txn = nullptr;
    mdb_txn_begin(env_, nullptr, 0, &txn);
    for (const auto& frame : frames) {
      std::string fact = frame.substr(kHeaderBytes, 200);
      fact.resize(250, '\1');
      ++seq_;
      const uint64_t key = __builtin_bswap64(seq_);
      put(txn, journal_, {reinterpret_cast<const char*>(&key), sizeof key}, fact, MDB_APPEND);
      char name[24];
      const int length =
          std::snprintf(name, sizeof name, "o%020llu", static_cast<unsigned long long>(seq_));
      const std::string_view order(name, static_cast<size_t>(length));
      put(txn, rows_, order, std::string_view(fact).substr(0, 120), 0);
      name[0] = 't';
      put(txn, rows_, order, std::string_view(fact).substr(0, 16), 0);
      name[0] = 'a';
      put(txn, rows_, order, std::string_view(fact).substr(0, 100), 0);
      const uint64_t free = stock_ - seq_;
      put(txn, rows_, "s1", {reinterpret_cast<const char*>(&free), sizeof free}, 0);
    }
    if (mdb_txn_commit(txn)) std::exit(75);
  }

 private:
  static void put(MDB_txn* txn, MDB_dbi table, std::string_view key, std::string_view value,
                  unsigned flags) {
    MDB_val k{key.size(), const_cast<char*>(key.data())};
    MDB_val v{value.size(), const_cast<char*>(value.data())};
    if (mdb_put(txn, table, &k, &v, flags)) std::exit(75);
  }
  MDB_env* env_ = nullptr;
  MDB_dbi journal_ = 0, rows_ = 0;
  uint64_t seq_ = 0, stock_ = uint64_t{1} << 40;
};

int daemon(const std::string& endpoint, const std::string& folder) {
  void* dealer = open(ZMQ_DEALER, endpoint, false);
  Header ready;
  ready.command = Command::ready;
  send(dealer, build_frame(ready));
  std::mutex mutex;
  std::condition_variable gathered;
  std::vector<std::string> waiting;
  Mailbox<std::string> answers;
  std::thread writer([&] {
    Writer store(folder);
    for (;;) {
      std::vector<std::string> batch;
      {
        std::unique_lock lock(mutex);
        gathered.wait(lock, [&] { return !waiting.empty(); });
        batch.swap(waiting);
      }
      store.write(batch);
      std::vector<std::string> out;
      for (const auto& frame : batch) {
        Header header;
        header.command = Command::reply;
        header.id = id_of(frame.data());
        out.push_back(build_frame(header, {}, {}, std::string(180, 'y')));
      }
      answers.put(std::move(out));
    }
  });
  for (;;) {
    zmq_pollitem_t polled[2] = {{dealer, 0, ZMQ_POLLIN, 0}, {nullptr, answers.fd, ZMQ_POLLIN, 0}};
    zmq_poll(polled, 2, 1000);
    for (const auto& answer : answers.take()) send(dealer, answer);
    auto got = receive(dealer);
    if (got.empty()) continue;
    std::lock_guard lock(mutex);
    for (auto& frame : got) waiting.push_back(std::move(frame));
    gathered.notify_one();
  }
}

struct Slot {
  std::binary_semaphore answered{0};
  std::string answer;
};
std::vector<Slot> g_slots(2048);
std::atomic<size_t> g_slots_used{0};
Mailbox<std::string> g_requests;

int on_request(mg_connection* connection) {
  thread_local const size_t mine = g_slots_used++;
  auto& slot = g_slots[mine];
  char body[1024];
  const int bytes = mg_read(connection, body, sizeof body);
  Header header;
  header.id = mine;
  g_requests.put({build_frame(header, "bare.order", {},
                              std::string_view(body, bytes > 0 ? static_cast<size_t>(bytes) : 0))});
  slot.answered.acquire();
  const std::string out =
      "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(slot.answer.size()) + "\r\nConnection: keep-alive\r\n\r\n" + slot.answer;
  mg_write(connection, out.data(), out.size());
  return 201;
}

bool serve(const std::string& http_port, int (*on_request)(mg_connection*)) {
  const std::string listen = "127.0.0.1:" + http_port;
  const char* options[] = {"listening_ports",
                           listen.c_str(),
                           "num_threads",
                           "300",
                           "enable_keep_alive",
                           "yes",
                           "tcp_nodelay",
                           "1",
                           "keep_alive_timeout_ms",
                           "30000",
                           "decode_url",
                           "no",
                           "enable_auth_domain_check",
                           "no",
                           "connection_queue",
                           "1024",
                           "listen_backlog",
                           "1024",
                           nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = on_request;
  mg_init_library(0);
  return mg_start(&callbacks, nullptr, options) != nullptr;
}

// The same bytes to whoever asks: what a read can cost at the least.
std::string g_page;
int on_read(mg_connection* connection) {
  const std::string out = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                          std::to_string(g_page.size()) + "\r\nConnection: keep-alive\r\n\r\n" +
                          g_page;
  mg_write(connection, out.data(), out.size());
  return 200;
}
int page(const std::string& http_port, const std::string& file) {
  std::ifstream in(file);
  g_page.assign(std::istreambuf_iterator<char>(in), {});
  if (!serve(http_port, on_read)) return 75;
  for (;;) pause();
}

int gateway(const std::string& endpoint, const std::string& http_port) {
  std::thread agent([&] {
    void* dealer = open(ZMQ_DEALER, endpoint, false);
    for (;;) {
      zmq_pollitem_t polled[2] = {{dealer, 0, ZMQ_POLLIN, 0},
                                  {nullptr, g_requests.fd, ZMQ_POLLIN, 0}};
      zmq_poll(polled, 2, 1000);
      for (const auto& request : g_requests.take()) send(dealer, request);
      for (auto& frame : receive(dealer)) {
        auto& slot = g_slots[id_of(frame.data())];
        slot.answer = frame.substr(kHeaderBytes);
        slot.answered.release();
      }
    }
  });
  if (!serve(http_port, on_request)) return 75;
  agent.join();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 2) return 64;
  g_context = zmq_ctx_new();
  zmq_ctx_set(g_context, 10, 0);  // ZMQ_ZERO_COPY_RECV: docs/decisions, libzmq.
  const std::string endpoint = "tcp://127.0.0.1:" + words[1];
  if (words[0] == "broker") return broker(endpoint);
  if (words[0] == "daemon" && words.size() == 3) return daemon(endpoint, words[2]);
  if (words[0] == "gateway" && words.size() == 3) return gateway(endpoint, words[2]);
  if (words[0] == "page" && words.size() == 3) return page(words[1], words[2]);
  return 64;
}
