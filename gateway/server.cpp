// The only file that knows CivetWeb.
#include "gateway/server.h"

#include <civetweb.h>
#include <pthread.h>
#include <signal.h>

#include <array>
#include <cstring>
#include <ctime>
#include <thread>

#include "common/process/log.h"
#include "gateway/problem.h"
#include "gateway/wire_shim.h"

namespace bilten::gateway {
namespace {

// All that CivetWeb ever parses.
constexpr std::string_view kStandIn = "GET / HTTP/1.1\r\n\r\n";
constexpr size_t kKeepOutput = 8 * 1024;  // Of a thread's memory between answers.

// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second.
std::string_view http_date(UnixMillis now) {
  thread_local UnixMillis made_for = -1;
  thread_local std::array<char, 32> text;
  if (now / 1000 != made_for) {
    made_for = now / 1000;
    const auto seconds = static_cast<time_t>(made_for);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  }
  return text.data();
}

bool has_no_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

class Server::Shell {
 public:
  Shell(ServerOptions options, Handler handler, const Clock& clock)
      : options_(std::move(options)), handler_(std::move(handler)), clock_(clock) {}
  ~Shell() { stop(0); }

  Status start();
  uint32_t port() const;
  void begin_drain() { draining_ = true; }
  void stop(uint32_t wait_ms);
  Counts counts() const { return {connections_, refused_, in_flight_, streams_}; }

 private:
  class Worker;
  static int on_new_connection(const mg_connection* connection, void** data);
  static ssize_t on_receive(int fd, void* into, size_t length);
  static int on_request(mg_connection* connection);
  static void on_thread_end(const mg_context* context, int type, void* data);
  static int on_message(const mg_connection* connection, const char* message);
  static int on_error(mg_connection* connection, int status, const char* message);

  static thread_local std::unique_ptr<Worker> worker;

  ServerOptions options_;
  Handler handler_;
  const Clock& clock_;
  mg_context* context_ = nullptr;
  std::atomic<bool> draining_{false}, stopping_{false};
  std::atomic<uint64_t> connections_{0}, refused_{0};
  std::atomic<uint32_t> in_flight_{0}, streams_{0};
};

// What one CivetWeb thread has in hand.
class Server::Shell::Worker final : public BodySource, public Outlet {
 public:
  explicit Worker(Shell& shell)
      : shell_(shell), connection_(shell.clock_, shell.options_.reading, shell.stopping_) {}

  void expect_client() { is_new_ = true; }
  bool take(int fd);
  // Serves all requests that have arrived; answers the last status.
  int serve(mg_connection* civet);

  HeadFault read(std::string& into, size_t bytes_max) override;
  bool write(std::string_view bytes) override;
  bool stopping() const override { return shell_.draining_.load(); }

 private:
  bool answer_one();
  bool answer_fault(const HeadFault& fault);
  bool send(const Response& response, bool keep_alive);
  void append_head(const Response& response, bool keep_alive);
  void stream(const Response& response);
  std::string_view remote_address() const { return mg_get_request_info(civet_)->remote_addr; }

  Shell& shell_;
  Connection connection_;
  mg_connection* civet_ = nullptr;
  bool is_new_ = true;
  bool is_head_request_ = false;
  int status_ = 0;
  std::string out_;
};

thread_local std::unique_ptr<Server::Shell::Worker> Server::Shell::worker;

bool Server::Shell::Worker::take(int fd) {
  if (is_new_) connection_.open(fd);
  is_new_ = false;
  return connection_.take_arrived();
}

int Server::Shell::Worker::serve(mg_connection* civet) {
  civet_ = civet;
  bool goes_on = true;
  while (goes_on) {
    HeadFault fault;
    switch (connection_.next_head(fault)) {
      case Connection::Next::gone: goes_on = false; break;
      case Connection::Next::fault:
        is_head_request_ = false;
        goes_on = answer_fault(fault);
        break;
      case Connection::Next::head: goes_on = answer_one(); break;
    }
    if (goes_on && !connection_.has_more()) return status_;
  }
  mg_disable_connection_keep_alive(civet_);
  connection_.linger();
  return status_ == 0 ? 400 : status_;
}

bool Server::Shell::Worker::answer_fault(const HeadFault& fault) {
  ++shell_.refused_;
  const char* const code = fault.status == 408 ? "too_slow" : "malformed_request";
  send(problem(fault.status, code, fault.detail, ""), false);
  return false;
}

bool Server::Shell::Worker::answer_one() {
  ++shell_.in_flight_;
  is_head_request_ = connection_.head().method == "HEAD";
  Request request{connection_.head(), *this, remote_address()};
  const Response response = shell_.handler_(request);
  const bool keep_alive = connection_.head().keep_alive && connection_.body_is_read() &&
                          !response.close && !response.stream && !shell_.draining_.load();
  const bool is_sent = send(response, keep_alive);
  --shell_.in_flight_;
  if (is_sent && response.stream) stream(response);
  return is_sent && keep_alive;
}

void Server::Shell::Worker::append_head(const Response& response, bool keep_alive) {
  out_ += "HTTP/1.1 " + std::to_string(response.status) + " ";
  out_ += status_phrase(response.status);
  out_ += "\r\nDate: ";
  out_ += http_date(shell_.clock_.wall_ms());
  if (!response.content_type.empty()) out_ += "\r\nContent-Type: " + response.content_type;
  if (!response.stream && !has_no_body(response.status)) {
    out_ += "\r\nContent-Length: " + std::to_string(response.body.size());
  }
  if (!keep_alive) {
    out_ += "\r\nConnection: close";
  } else if (!connection_.head().is_1_1) {
    out_ += "\r\nConnection: keep-alive";
  }
  out_ += "\r\n";
  out_ += response.headers;
  out_ += "\r\n";
}

bool Server::Shell::Worker::send(const Response& response, bool keep_alive) {
  status_ = response.status;
  out_.clear();
  append_head(response, keep_alive);
  if (!is_head_request_ && !has_no_body(response.status)) out_ += response.body;
  const bool is_sent = write(out_);
  if (out_.capacity() > kKeepOutput) {
    out_.clear();
    out_.shrink_to_fit();
  }
  return is_sent;
}

void Server::Shell::Worker::stream(const Response& response) {
  ++shell_.streams_;
  response.stream(*this);
  --shell_.streams_;
}

HeadFault Server::Shell::Worker::read(std::string& into, size_t bytes_max) {
  return connection_.read_body(into, bytes_max, [this] {
    if (connection_.head().expects_continue) write("HTTP/1.1 100 Continue\r\n\r\n");
  });
}

bool Server::Shell::Worker::write(std::string_view bytes) {
  // A reader that stalls makes mg_write come back short; the connection is then useless.
  return mg_write(civet_, bytes.data(), bytes.size()) == static_cast<int>(bytes.size());
}

int Server::Shell::on_new_connection(const mg_connection* connection, void**) {
  auto& shell = *static_cast<Shell*>(mg_get_user_context_data(connection));
  if (!worker) worker = std::make_unique<Worker>(shell);
  ++shell.connections_;
  worker->expect_client();
  hook_receive(&Shell::on_receive);
  return 0;
}

ssize_t Server::Shell::on_receive(int fd, void* into, size_t length) {
  if (length < kStandIn.size() || !worker->take(fd)) return 0;
  std::memcpy(into, kStandIn.data(), kStandIn.size());
  return static_cast<ssize_t>(kStandIn.size());
}

int Server::Shell::on_request(mg_connection* connection) {
  // Bytes that did not come through the shim were read by CivetWeb's parser: not to be trusted.
  if (!worker) {
    mg_disable_connection_keep_alive(connection);
    return 500;
  }
  return worker->serve(connection);
}

void Server::Shell::on_thread_end(const mg_context*, int, void*) {
  hook_receive(nullptr);
  worker.reset();
}

int Server::Shell::on_message(const mg_connection*, const char* message) {
  log_warning("civetweb", {{"message", message}});
  return 1;
}

int Server::Shell::on_error(mg_connection* connection, int, const char*) {
  mg_disable_connection_keep_alive(connection);
  return 0;
}

Status Server::Shell::start() {
  if (!shim_works()) {
    return Error{Code::internal, "no_shim",
                 "The gateway's own recv() is not in effect; link it dynamically, without a "
                 "preloaded library that replaces recv()."};
  }
  const std::string threads = std::to_string(options_.threads);
  const std::string keep_alive = std::to_string(options_.keep_alive_ms);
  const std::string first_byte = std::to_string(options_.first_byte_ms);
  const std::array<const char*, 29> settings{
      "listening_ports", options_.listen.c_str(), "num_threads", threads.c_str(),
      "enable_keep_alive", "yes", "keep_alive_timeout_ms", keep_alive.c_str(), "request_timeout_ms",
      first_byte.c_str(), "tcp_nodelay", "1", "decode_url", "no", "decode_query_string", "no",
      "enable_auth_domain_check", "no", "access_control_allow_methods", "",
      "access_control_allow_origin", "",
      // The stand-in is all that must fit.
      "max_request_size", "1024", "connection_queue", "1024", "listen_backlog", "1024",
      // nullptr ends the list.
      nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = &Shell::on_request;
  callbacks.init_connection = &Shell::on_new_connection;
  callbacks.exit_thread = &Shell::on_thread_end;
  callbacks.log_message = &Shell::on_message;
  callbacks.http_error = &Shell::on_error;
  // Its threads must take no signal: an interrupted poll drops a connection.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  mg_init_library(0);
  context_ = mg_start(&callbacks, this, const_cast<const char**>(settings.data()));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!context_) {
    return Error{Code::unavailable, "cannot_listen",
                 "Cannot listen on " + options_.listen + "; is the port taken?"};
  }
  return Done{};
}

uint32_t Server::Shell::port() const {
  mg_server_port port{};
  if (!context_ || mg_get_server_ports(context_, 1, &port) != 1) return 0;
  return static_cast<uint32_t>(port.port);
}

void Server::Shell::stop(uint32_t wait_ms) {
  if (!context_) return;
  begin_drain();
  const SteadyMicros deadline = clock_.steady_us() + SteadyMicros{wait_ms} * 1000;
  while (in_flight_ + streams_ > 0 && clock_.steady_us() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  stopping_ = true;
  mg_stop(context_);
  context_ = nullptr;
  mg_exit_library();
}

Server::Server(ServerOptions options, Handler handler, const Clock& clock)
    : shell_(std::make_unique<Shell>(std::move(options), std::move(handler), clock)) {}
Server::~Server() = default;
Status Server::start() {
  return shell_->start();
}
uint32_t Server::port() const {
  return shell_->port();
}
void Server::begin_drain() {
  shell_->begin_drain();
}
void Server::stop(uint32_t wait_ms) {
  shell_->stop(wait_ms);
}
Server::Counts Server::counts() const {
  return shell_->counts();
}

}  // namespace bilten::gateway
