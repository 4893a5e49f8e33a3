// What the HTTP client does with servers that are not what they should be.
#include "common/http/client.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "tests/support/stripe_server.h"

using namespace bilten;
using namespace bilten::http;
using bilten::test::Folder;
using bilten::test::StripeServer;

namespace {

std::string refusal(Client& client, Request request) {
  const auto answer = client.send(request);
  return answer ? "answered " + std::to_string(answer->status) : answer.error().reason;
}

std::string host_of(const std::string& url) {
  return url.substr(url.find("//") + 2);
}

// Takes connections, and never says a word.
class Silent {
 public:
  Silent() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof address;
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), bytes) == 0);
    REQUIRE(::listen(fd_, 8) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &bytes) == 0);
    host = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~Silent() { ::close(fd_); }
  std::string host;

 private:
  int fd_;
};

}  // namespace

TEST_CASE("a server whose certificate nobody vouches for is not spoken to", "[http]") {
  const Folder folder;
  const StripeServer server({"--tls", folder.path()});
  Client trusting_nobody_new;
  CHECK(refusal(trusting_nobody_new, {.url = server.url() + "/v1/balance"}) == "http_untrusted");
  Client knowing({.ca_file = folder.path() + "/ca.pem"});
  CHECK(refusal(knowing, {.url = server.url() + "/v1/balance"}) == "answered 401");
  Client misled({.ca_file = folder.path() + "/none.pem"});
  CHECK(refusal(misled, {.url = server.url() + "/v1/balance"}) == "http_untrusted");
}

TEST_CASE("a certificate of another name proves nothing", "[http]") {
  const Folder folder;
  const StripeServer server({"--tls", folder.path(), "--certified", "127.0.0.9"});
  Client client({.ca_file = folder.path() + "/ca.pem"});
  CHECK(refusal(client, {.url = server.url() + "/v1/balance"}) == "http_untrusted");
}

TEST_CASE("a client goes to the hosts it was given and nowhere else", "[http]") {
  const StripeServer server;
  Client client({.hosts = {"api.example.org", host_of(server.url())}});
  CHECK(refusal(client, {.url = server.url() + "/v1/balance"}) == "answered 401");
  const auto port = host_of(server.url()).substr(10);
  const std::vector<std::string> elsewhere = {"http://localhost:" + port + "/",
                                              "http://127.0.0.1/",
                                              "https://api.example.org.evil/",
                                              "http://api.example.org@127.0.0.9:" + port,
                                              "file:///etc/passwd",
                                              "http://[::1",
                                              ""};
  for (const auto& url : elsewhere) {
    INFO(url);
    CHECK(refusal(client, {.url = url}) == "http_out_of_reach");
  }
}

TEST_CASE("a redirect is an answer, not a way", "[http]") {
  const StripeServer server;
  server.order("fault", {{"kind", "redirect"}, {"to", server.url() + "/v1/elsewhere"}});
  Client client;
  CHECK(refusal(client, {.method = "POST", .url = server.url() + "/v1/refunds"}) == "answered 302");
  CHECK(server.requests("/v1/elsewhere").empty());
}

TEST_CASE("an answer larger than was allowed ends there", "[http]") {
  const StripeServer server;
  server.fault("huge", "/v1/refunds");
  Client client;
  CHECK(refusal(client, {.method = "POST",
                         .url = server.url() + "/v1/refunds",
                         .answer_bytes_max = 1 << 20}) == "http_too_large");
  CHECK(refusal(client, {.url = server.url() + "/v1/balance"}) == "answered 401");
}

TEST_CASE("a server that says nothing is not waited for longer than was said", "[http]") {
  const Silent silent;
  Client client;
  const auto began = std::chrono::steady_clock::now();
  CHECK(refusal(client, {.url = "http://" + silent.host, .timeout_ms = 100}) == "http_timeout");
  CHECK(refusal(client, {.url = "https://" + silent.host, .connect_timeout_ms = 100}) ==
        "http_timeout");
  CHECK(bilten::test::seconds_since(began) < 5 * bilten::test::time_scale());
}

TEST_CASE("an answer that ends in its middle is none", "[http]") {
  const StripeServer server;
  server.fault("half_answer", "/v1/balance", 1, "GET");
  Client client;
  CHECK(refusal(client, {.url = server.url() + "/v1/balance"}) == "http_failed");
}
