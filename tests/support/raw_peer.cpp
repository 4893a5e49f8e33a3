#include "tests/support/raw_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "common/base/check.h"

namespace bilten::test {
namespace {

sockaddr_in address_of(const std::string& endpoint) {
  const auto colon = endpoint.rfind(':');
  const auto host = endpoint.substr(6, colon - 6);  // Behind "tcp://".
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::stoi(endpoint.substr(colon + 1))));
  CHECK_INVARIANT(inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1);
  return address;
}

}  // namespace

RawPeer::RawPeer() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  CHECK_INVARIANT(fd_ >= 0);
}

RawPeer::RawPeer(const std::string& endpoint) : RawPeer() {
  connect(endpoint);
}

RawPeer::RawPeer(RawPeer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

RawPeer& RawPeer::operator=(RawPeer&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

RawPeer::~RawPeer() {
  if (fd_ >= 0) close(fd_);
}

void RawPeer::connect(const std::string& endpoint) {
  const auto address = address_of(endpoint);
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  int status = 0;
  do status = ::connect(fd_, raw, sizeof address);
  while (status != 0 && errno == EINTR);  // On Linux asking again waits on.
  CHECK_INVARIANT(status == 0);
}

size_t RawPeer::send(std::string_view bytes) {
  const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent < 0 ? 0 : static_cast<size_t>(sent);
}

bool RawPeer::is_cut() {
  std::array<char, 4096> unread;
  for (;;) {
    const auto got = recv(fd_, unread.data(), unread.size(), MSG_DONTWAIT);
    if (got == 0) return true;
    if (got < 0) return errno != EAGAIN && errno != EINTR;
  }
}

void RawPeer::reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(std::exchange(fd_, -1));
}

std::string zmtp_greeting(std::string_view mechanism) {
  std::string greeting("\xff\0\0\0\0\0\0\0\x01\x7f\x03\0", 12);
  greeting.append(mechanism);
  greeting.resize(64, '\0');
  return greeting;
}

std::string zmtp_frame_head(unsigned char flags, uint64_t bytes) {
  std::string head(1, static_cast<char>(flags));
  for (int shift = 56; shift >= 0; shift -= 8) head += static_cast<char>(bytes >> shift & 0xff);
  return head;
}

}  // namespace bilten::test
