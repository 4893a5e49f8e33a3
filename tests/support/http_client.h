// A client that speaks raw bytes, for tests of what arrives on the wire.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace bilten::test {

// Until the condition holds, looked at each few milliseconds; false: not before the deadline.
template <class Condition>
bool eventually(Condition condition, int ms = 10'000) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

// Of "http://127.0.0.1:8080".
inline uint32_t port_of(const std::string& url) {
  return static_cast<uint32_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

class HttpClient {
 public:
  explicit HttpClient(uint32_t port, int receive_bytes = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_bytes > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  HttpClient(HttpClient&& other) noexcept
      : fd_(other.fd_), connected_(other.connected_), buffer_(std::move(other.buffer_)) {
    other.fd_ = -1;
  }
  HttpClient(const HttpClient&) = delete;
  ~HttpClient() {
    if (fd_ >= 0) ::close(fd_);
  }

  bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  // Something, or the end, can be read within so long.
  bool is_readable(int ms) const {
    pollfd item{fd_, POLLIN, 0};
    return ::poll(&item, 1, ms) > 0;
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  struct Answer {
    int status = 0;  // 0: none came in time.
    std::string head, body;
    std::string header(const std::string& name) const {
      const size_t at = head.find("\r\n" + name + ": ");
      if (at == std::string::npos) return "";
      const size_t from = at + name.size() + 4;
      return head.substr(from, head.find("\r\n", from) - from);
    }
  };
  // The next answer; without a body after HEAD.
  Answer read(int ms = 5000, bool has_body = true) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill(deadline)) return {};
    }
    Answer answer;
    answer.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const auto length = answer.header("Content-Length");
    const size_t bytes = length.empty() || !has_body ? 0 : std::stoul(length);
    while (buffer_.size() < bytes) {
      if (!fill(deadline)) return {};
    }
    answer.body = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return answer;
  }
  // Text up to and with `mark`, of a stream; empty if it does not come in time.
  std::string read_until(std::string_view mark, int ms = 5000) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    size_t at = 0;
    while ((at = buffer_.find(mark)) == std::string::npos) {
      if (!fill(deadline)) return "";
    }
    auto text = buffer_.substr(0, at + mark.size());
    buffer_.erase(0, at + mark.size());
    return text;
  }
  // The server closes within so long, whatever it sent before; that is read and forgotten.
  bool is_cut(int ms = 5000) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    while (fill(deadline)) buffer_.clear();
    return closed_;
  }
  // The server closes within so long, and sent nothing more.
  bool is_closed(int ms = 5000) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    while (fill(deadline)) {
    }
    return buffer_.empty() && closed_;
  }

 private:
  bool fill(std::chrono::steady_clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd item{fd_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&item, 1, static_cast<int>(left.count())) <= 0) return false;
    char bytes[16384];
    const ssize_t count = ::read(fd_, bytes, sizeof bytes);
    closed_ = count <= 0;
    if (!closed_) buffer_.append(bytes, static_cast<size_t>(count));
    return !closed_;
  }

  int fd_ = -1;
  bool connected_ = false, closed_ = false;
  std::string buffer_;
};

}  // namespace bilten::test
