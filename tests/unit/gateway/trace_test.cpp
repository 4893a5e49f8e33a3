#include "gateway/trace.h"

#include <catch2/catch.hpp>

#include "common/base/text.h"

using namespace bilten;
using namespace bilten::gateway;

TEST_CASE("a caller's trace goes on under a span of the gateway's own") {
  SeededRandom random(1);
  const std::string given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto trace = begin_trace(given, random);
  CHECK(trace.request_id == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(trace.binary.size() == 25);
  CHECK(trace.header().size() == given.size());
  CHECK(trace.header().substr(0, 36) == given.substr(0, 36));
  CHECK(trace.header().substr(36, 16) != given.substr(36, 16));
  CHECK(trace.header().substr(52) == "-01");
  CHECK(begin_trace("cc-" + given.substr(3) + "-more", random).request_id == trace.request_id);
}

TEST_CASE("a recorded request's span has the caller's as its parent, another has no span") {
  SeededRandom random(1);
  const std::string given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0";
  const auto wanted = begin_trace(given + "1", random);
  CHECK(hex(wanted.parent) == "00f067aa0ba902b7");
  REQUIRE(server_span(wanted, "GET", "/v1/items"));
  CHECK(server_span(wanted, "GET", "/v1/items")->traceparent() == wanted.binary);
  // The caller's word counts, not the draw.
  CHECK(!server_span(begin_trace(given + "0", random, true), "GET", "/v1/items"));
  CHECK(!server_span(begin_trace("", random, false), "GET", "/v1/items"));
  const auto drawn = begin_trace("", random, true);
  CHECK(drawn.parent.empty());
  CHECK(drawn.header().ends_with("-01"));
  CHECK(server_span(drawn, "GET", "/v1/items"));
}

TEST_CASE("what is no traceparent begins a trace of its own") {
  SeededRandom random(1);
  for (const std::string bad : {"", "x", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                                "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01"}) {
    INFO(bad);
    const auto trace = begin_trace(bad, random);
    CHECK(trace.request_id != "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(trace.request_id.size() == 32);
    CHECK(trace.binary.size() == 25);
  }
}
