#include "gateway/request_checks.h"

#include <catch2/catch.hpp>
#include <string>

#include "gateway/chunked.h"
#include "tests/unit/gateway/malformed.h"

using namespace bilten::gateway;

namespace {

HeadFault judge(const std::string& bytes, Head& head) {
  HeadScanner scanner;
  const size_t length = scanner.scan(bytes);
  if (length == 0) return scanner.fault();
  return read_head(std::string_view(bytes).substr(0, length), head);
}

HeadFault judge(const std::string& bytes) {
  Head head;
  return judge(bytes, head);
}

}  // namespace

TEST_CASE("every malformed head is refused with its status") {
  for (const auto& sample : malformed_requests()) {
    if (!sample.in_head) continue;
    INFO(sample.what);
    CHECK(judge(sample.bytes).status == sample.status);
  }
}

TEST_CASE("a plain request is read as it stands") {
  const std::string request =
      "POST /v1/orders?x=1 HTTP/1.1\r\nHost: a.example:8080\r\nContent-Length: 12\r\n"
      "Content-Type:application/json \r\nX-Empty:\r\n\r\n";
  Head head;
  const auto fault = judge(request, head);
  CHECK(fault.status == 0);
  CHECK(head.method == "POST");
  CHECK(head.path == "/v1/orders");
  CHECK(head.query == "x=1");
  CHECK(head.framing == Framing::length);
  CHECK(head.content_length == 12);
  CHECK(head.header("content-type") == "application/json");
  CHECK(head.header("x-empty").empty());
  CHECK(head.keep_alive);
}

TEST_CASE("keep-alive follows the version and the Connection header") {
  Head head;
  REQUIRE(judge("GET / HTTP/1.0\r\n\r\n", head).status == 0);
  CHECK_FALSE(head.keep_alive);
  REQUIRE(judge("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", head).status == 0);
  CHECK(head.keep_alive);
  REQUIRE(judge("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n", head).status == 0);
  CHECK_FALSE(head.keep_alive);
}

TEST_CASE("a head that comes byte by byte ends exactly at its empty line") {
  const std::string request = "\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n";
  HeadScanner scanner;
  for (size_t i = 1; i < request.size(); ++i) {
    REQUIRE(scanner.scan(request.substr(0, i)) == 0);
    REQUIRE(scanner.fault().status == 0);
  }
  CHECK(scanner.scan(request + "GET /b") == request.size());
}

TEST_CASE("64 headers pass and the 65th does not") {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 63; ++i) head += "X-" + std::to_string(i) + ": 1\r\n";
  CHECK(judge(head + "\r\n").status == 0);
  CHECK(judge(head + "X-One-More: 1\r\n\r\n").status == 400);
}

TEST_CASE("a chunked body is taken out of its framing in pieces of any size") {
  const std::string wire = "4;name=\"v\"\r\nWiki\r\n6\r\npedia \r\n0\r\nTrailer: x\r\n\r\nGET /";
  for (size_t piece = 1; piece <= wire.size(); ++piece) {
    ChunkedReader reader(100);
    std::string body;
    auto state = ChunkedReader::State::more;
    size_t at = 0;
    while (state == ChunkedReader::State::more && at < wire.size()) {
      size_t used = 0;
      state = reader.take(std::string_view(wire).substr(at, piece), body, used);
      at += used;
    }
    CHECK(state == ChunkedReader::State::done);
    CHECK(body == "Wikipedia ");
    CHECK(wire.substr(at) == "GET /");
  }
}

TEST_CASE("a chunked body that breaks its grammar is refused") {
  const auto judge_chunks = [](const std::string& wire) {
    ChunkedReader reader(16);
    std::string body;
    size_t used = 0;
    return reader.take(wire, body, used);
  };
  using State = ChunkedReader::State;
  for (const char* wire : {"x\r\n", "\r\n", "-1\r\n", "+4\r\nWiki\r\n", "0x4\r\nWiki\r\n",
                           "4\nWiki", "4\r\nWikiXX", "4 \r\nWiki\r\n", "4\r\nWiki\n",
                           "000000001\r\nW\r\n", "0\r\nbad\x01header\r\n\r\n", "4\rxWiki"}) {
    INFO(wire);
    CHECK(judge_chunks(wire) == State::malformed);
  }
  CHECK(judge_chunks("11\r\n") == State::too_large);
  CHECK(judge_chunks("ffffffff\r\n") == State::too_large);
  CHECK(judge_chunks("8\r\n12345678\r\n9\r\n123456789") == State::too_large);
  CHECK(judge_chunks("4\r\nWi") == State::more);
}
