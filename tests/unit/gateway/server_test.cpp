// The listener over real sockets: hostile input, slow clients, draining. The mesh behind it is made
// up.
#include "gateway/server.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <memory>
#include <thread>
#include <vector>

#include "gateway/front.h"
#include "tests/support/http_client.h"
#include "tests/support/slow_clients.h"
#include "tests/unit/gateway/fake_mesh.h"
#include "tests/unit/gateway/malformed.h"

using namespace bilten;
using namespace bilten::gateway;
using namespace bilten::test;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t kMany = 100;
constexpr double kFreshMs = 2'000;
constexpr int64_t kSlackMs = 20'000;
#else
constexpr size_t kMany = 1'000;
constexpr double kFreshMs = 100;
constexpr int64_t kSlackMs = 2'000;
#endif
constexpr size_t kStalled = 50;

// A whole gateway but for the mesh. Stopping CivetWeb takes two seconds, so most tests share one.
struct TestGateway {
  SystemClock clock;
  FakeMesh mesh;
  Contracts contracts{mesh.call(), FakeMesh::rules()};
  Front front{{}, contracts, mesh.call(), state(), clock};
  Server server;

  explicit TestGateway(ServerOptions options = small())
      : server(
            std::move(options), [this](Request& request) { return front.answer(request); }, clock) {
    contracts.poll();
    REQUIRE(server.start());
    REQUIRE(server.port() != 0);
  }
  static Front::State state() {
    return {[] { return true; }, [] { return std::string("# none\n"); },
            [](Request&, const Trace&) { return Response{}; }};
  }
  static ServerOptions small() {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.threads = kMany + 100;
    options.reading = {
        .head_ms = 4'000, .body_ms = 3'000, .body_grace_ms = 400, .body_bytes_per_s = 1'000};
    options.first_byte_ms = 4'000;
    return options;
  }
  HttpClient client() const { return HttpClient(server.port()); }
};

TestGateway& shared() {
  static TestGateway gateway;
  return gateway;
}

const std::string kGet = "GET /v1/items HTTP/1.1\r\nHost: a\r\n\r\n";
std::string post(const std::string& body, const std::string& headers = "") {
  return "POST /v1/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
const std::string kItem = R"({"title":"Cup","quantity":2})";

int64_t ms_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               then)
      .count();
}

// As many connections, each served by a thread; none has been sent a byte.
std::vector<HttpClient> many_silent(TestGateway& gateway) {
  const auto before = gateway.server.counts().connections;
  std::vector<HttpClient> clients;
  for (size_t i = 0; i < kMany; ++i) {
    clients.push_back(gateway.client());
    REQUIRE(clients.back().connected());
  }
  REQUIRE(eventually([&] { return gateway.server.counts().connections >= before + kMany; }));
  return clients;
}

}  // namespace

TEST_CASE(
    "every malformed request gets its status, the connection closes, and nothing of it runs") {
  auto& gateway = shared();
  const size_t before = gateway.mesh.calls("shop.add_item").size();
  for (const auto& sample : malformed_requests()) {
    INFO(sample.what);
    auto client = gateway.client();
    client.send(sample.bytes);
    const auto answer = client.read();
    CHECK(answer.status == sample.status);
    CHECK(answer.header("Content-Type") == "application/problem+json");
    CHECK(answer.header("Connection") == "close");
    CHECK(client.is_closed());
  }
  CHECK(gateway.mesh.calls("shop.add_item").size() == before);
  CHECK(fresh_client_ms(gateway.server.port(), kGet) < kFreshMs);
}

TEST_CASE("requests that came together are answered one after the other") {
  auto client = shared().client();
  client.send(kGet + post(kItem) + "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  CHECK(client.read().status == 200);
  CHECK(client.read().status == 201);
  CHECK(client.read().status == 404);
  CHECK(client.read().status == 200);
  client.send(kGet);
  CHECK(client.read().status == 200);
}

TEST_CASE("a request cut into single bytes is the same request") {
  auto client = shared().client();
  for (char c : post(kItem)) client.send(std::string_view(&c, 1));
  const auto answer = client.read();
  CHECK(answer.status == 201);
  CHECK(answer.header("Location") == "/v1/items/01890a5d-ac96-774b-bcce-b302099a8057");
}

TEST_CASE("a chunked body with extensions and trailers is taken") {
  auto client = shared().client();
  client.send(
      "POST /v1/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n10;x=y\r\n{\"title\":\"Cup\",\"\r\nc\r\nquantity\":2}\r\n"
      "0\r\nX-Sum: 1\r\n\r\n" +
      kGet);
  CHECK(client.read().status == 201);
  CHECK(client.read().status == 200);
}

TEST_CASE("a client that expects 100-continue is told to go on, or refused before it sends") {
  auto client = shared().client();
  client.send(
      "POST /v1/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Expect: 100-continue\r\nContent-Length: 28\r\n\r\n");
  CHECK(client.read().status == 100);
  client.send(kItem);
  CHECK(client.read().status == 201);
  client.send(
      "POST /v1/items HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
      "Expect: 100-continue\r\nContent-Length: 28\r\n\r\n");
  CHECK(client.read().status == 415);
  CHECK(client.is_closed());
}

TEST_CASE("a body over the limit is 413, and the client that still sends can read that") {
  auto client = shared().client();
  client.send(post(std::string(300'000, ' ')));
  CHECK(client.read().status == 413);
  auto chunked = shared().client();
  chunked.send(
      "POST /v1/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n");
  CHECK(chunked.read().status == 413);
  CHECK(chunked.is_closed());
}

TEST_CASE("a body cut short does not run") {
  auto& gateway = shared();
  const size_t before = gateway.mesh.calls("shop.add_item").size();
  auto client = gateway.client();
  client.send(
      "POST /v1/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: 28\r\n\r\n{\"title\"");
  client.finish_sending();
  CHECK(client.read().status == 400);
  CHECK(gateway.mesh.calls("shop.add_item").size() == before);
}

TEST_CASE("HEAD is GET without the body, and the connection goes on") {
  auto client = shared().client();
  client.send("HEAD /v1/items HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  const auto head = client.read(5000, false);
  CHECK(head.status == 200);
  const auto get = client.read();
  CHECK(get.status == 200);
  CHECK(head.header("Content-Length") == std::to_string(get.body.size()));
}

TEST_CASE("a request to become a WebSocket is answered as the plain request that it is") {
  auto client = shared().client();
  client.send(
      "GET /v1/items HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  const auto answer = client.read();
  CHECK(answer.status == 200);
  CHECK(answer.header("Upgrade").empty());
  CHECK(answer.header("Sec-WebSocket-Accept").empty());
  client.send(kGet);  // What follows is no frame.
  CHECK(client.read().status == 200);
}

TEST_CASE("HTTP/1.0 closes unless it asks to stay") {
  auto closing = shared().client();
  closing.send("GET /v1/items HTTP/1.0\r\n\r\n");
  CHECK(closing.read().status == 200);
  CHECK(closing.is_closed());
  auto staying = shared().client();
  staying.send("GET /v1/items HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(staying.read().header("Connection") == "keep-alive");
  staying.send(kGet);
  CHECK(staying.read().status == 200);
}

TEST_CASE("a body that trickles is cut although it never stops") {
  auto client = shared().client();
  client.send(
      "POST /v1/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: 100000\r\n\r\n");
  const auto started = std::chrono::steady_clock::now();
  while (!client.is_readable(20)) client.send(" ");
  const auto answer = client.read();
  CHECK(answer.status == 408);
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::milliseconds(2'500));
}

TEST_CASE("a thousand idle clients do not keep a fresh one waiting, and are still served") {
  auto& gateway = shared();
  std::vector<HttpClient> idle;
  for (size_t i = 0; i < kMany; ++i) {
    idle.push_back(gateway.client());
    idle.back().send(kGet);
    REQUIRE(idle.back().read().status == 200);
  }
  CHECK(fresh_client_ms(gateway.server.port(), kGet) < kFreshMs);
  for (auto& client : idle) {
    client.send(kGet);
    REQUIRE(client.read().status == 200);
  }
}

TEST_CASE("a thousand clients that say nothing do not keep a fresh one waiting, and are cut") {
  auto& gateway = shared();
  auto silent = many_silent(gateway);
  const auto met = std::chrono::steady_clock::now();
  CHECK(fresh_client_ms(gateway.server.port(), kGet) < kFreshMs);
  for (auto& client : silent) REQUIRE(client.is_closed(10'000));
  CHECK(ms_since(met) < TestGateway::small().first_byte_ms + kSlackMs);
}

TEST_CASE("a thousand heads that drip do not keep a fresh client waiting, and are cut with 408") {
  auto& gateway = shared();
  auto slow = many_silent(gateway);
  for (auto& client : slow) client.send("GET /v1/items HTTP/1.1\r\nHost: a\r\nX: ");
  const auto begun = std::chrono::steady_clock::now();
  const Drip drip(slow);  // A limit that each byte sets anew would never be reached.
  CHECK(fresh_client_ms(gateway.server.port(), kGet) < kFreshMs);
  for (auto& client : slow) {
    REQUIRE(client.read(10'000).status == 408);
    REQUIRE(client.is_closed());
  }
  CHECK(ms_since(begun) < TestGateway::small().reading.head_ms + kSlackMs);
  CHECK(drip.rounds() > 5);
}

TEST_CASE("fifty readers that stall do not keep a fresh client waiting, and are cut") {
  auto& gateway = shared();
  gateway.mesh.on("shop.list_items", [](const net::Call&) {
    return FakeMesh::ok(
        encode(shop::ItemViews{std::vector<shop::ItemView>(900, shop::item()), {}}));
  });
  std::string flood;
  for (int i = 0; i < 100; ++i) flood += kGet;
  std::vector<HttpClient> stalled;
  for (size_t i = 0; i < kStalled; ++i) {
    stalled.emplace_back(gateway.server.port(), 2048);
    stalled.back().send(flood);
  }
  const auto in_flight = [&] { return gateway.server.counts().in_flight; };
  REQUIRE(eventually([&] { return in_flight() == kStalled; }));
  CHECK(fresh_client_ms(gateway.server.port(), kGet) < kFreshMs);
  // Each was stuck in a write all the time; the last fresh client's answer is counted for a moment.
  CHECK(eventually([&] { return in_flight() == kStalled; }, 1'000));
  CHECK(eventually([&] { return in_flight() == 0; }, 30'000));
  for (auto& client : stalled) CHECK(client.is_cut());
  gateway.mesh.on("shop.list_items", [](const net::Call&) {
    return FakeMesh::ok(encode(shop::ItemViews{{shop::item()}, "c1"}));
  });
}

TEST_CASE("a stop lets the request in flight be answered, closes after it and takes no other") {
  auto options = TestGateway::small();
  options.threads = 8;
  TestGateway gateway(options);
  std::mutex mutex;
  std::condition_variable changed;
  bool is_running = false, may_end = false;
  gateway.mesh.on("shop.list_items", [&](const net::Call&) {
    std::unique_lock lock(mutex);
    is_running = true;
    changed.notify_all();
    changed.wait_for(lock, std::chrono::seconds(10), [&] { return may_end; });
    return FakeMesh::ok(encode(shop::ItemViews{{shop::item()}, {}}));
  });
  auto client = gateway.client();
  client.send(kGet);
  {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return is_running; }));
  }
  gateway.server.begin_drain();
  std::thread stop([&] { gateway.server.stop(10'000); });
  {
    const std::lock_guard lock(mutex);
    may_end = true;
  }
  changed.notify_all();
  const auto answer = client.read();
  CHECK(answer.status == 200);
  CHECK(answer.header("Connection") == "close");
  stop.join();
  CHECK_FALSE(gateway.client().connected());
}
