#include "tests/support/collector.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

namespace bilten::test {
namespace {

constexpr int kPollMs = 50;

// False: the peer is gone, or the collector stops.
bool receive_more(int connection, std::string& into, const std::atomic<bool>& stopping) {
  while (!stopping) {
    pollfd readable{connection, POLLIN, 0};
    if (::poll(&readable, 1, kPollMs) <= 0) continue;
    char bytes[65536];
    const auto count = ::recv(connection, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    into.append(bytes, static_cast<size_t>(count));
    return true;
  }
  return false;
}

size_t content_length(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

}  // namespace

Collector::Collector() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof address;
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), bytes) == 0);
  REQUIRE(::listen(listener_, 64) == 0);
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &bytes) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

Collector::~Collector() {
  stopping_ = true;
  thread_.join();
  for (auto& talk : talks_) talk.join();
  ::close(listener_);
}

void Collector::serve() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kPollMs) <= 0) continue;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) talks_.emplace_back([this, connection] { talk(connection); });
  }
}

void Collector::talk(int connection) {
  std::string bytes;
  for (;;) {
    size_t end = bytes.find("\r\n\r\n");
    while (end == std::string::npos && receive_more(connection, bytes, stopping_)) {
      end = bytes.find("\r\n\r\n");
    }
    if (end == std::string::npos) break;
    const auto head = bytes.substr(0, end + 2);
    const size_t whole = end + 4 + content_length(head);
    while (bytes.size() < whole && receive_more(connection, bytes, stopping_)) {
    }
    if (bytes.size() < whole) break;
    const auto reply = answer(head, bytes.substr(end + 4, whole - end - 4));
    bytes.erase(0, whole);
    if (::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) break;
  }
  ::close(connection);
}

std::string Collector::answer(const std::string& head, const std::string& body) {
  const std::lock_guard lock(mutex_);
  std::string status = "200 OK";
  if (!refusals_.empty()) {
    status = refusals_.front();
    refusals_.pop_front();
    ++refused_;
  } else {
    posts_.push_back({head, nlohmann::json::parse(body, nullptr, false)});
  }
  return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
}

void Collector::refuse_with(std::vector<std::string> statuses) {
  const std::lock_guard lock(mutex_);
  refusals_.insert(refusals_.end(), statuses.begin(), statuses.end());
}

std::vector<Collector::Post> Collector::posts() const {
  const std::lock_guard lock(mutex_);
  return posts_;
}

std::vector<Collector::Received> Collector::spans() const {
  std::vector<Received> found;
  for (const auto& post : posts()) {
    if (!post.body.is_object()) continue;
    for (const auto& resource : post.body["resourceSpans"]) {
      std::string service;
      for (const auto& attribute : resource["resource"]["attributes"]) {
        if (attribute["key"] == "service.name") service = attribute["value"]["stringValue"];
      }
      for (const auto& scope : resource["scopeSpans"]) {
        for (const auto& span : scope["spans"]) found.push_back({service, span});
      }
    }
  }
  return found;
}

}  // namespace bilten::test
