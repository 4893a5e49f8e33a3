// A reader's part in the trace of the request that led to a fact.
#include "common/service/fact_spans.h"

#include <catch2/catch.hpp>

#include "tests/unit/service/harness.h"

using namespace bilten;
using namespace bilten::test;

namespace {

std::string traceparent(char trace, char flags = 1) {
  return std::string(16, trace) + std::string(8, 'p') + std::string(1, flags);
}

FeedFacts joined(Harness& harness, std::string traceparent) {
  auto feed = harness.fact_of("user", api::user::MemberJoined{});
  feed.facts[0].traceparent = std::move(traceparent);
  return feed;
}

// One step as the runtime's shell takes it.
void take(Harness& harness, FactSpans& spans, FeedFacts feed) {
  WriterCore::Input input;
  input.feeds.push_back(std::move(feed));
  spans.begin(input.feeds);
  spans.end(harness.step(std::move(input)));
}

}  // namespace

TEST_CASE("a sampled fact is taken under a span, which the own journal names from then on",
          "[service]") {
  Harness harness;
  FactSpans spans(harness.table);
  take(harness, spans, joined(harness, traceparent('a')));
  const auto found = spans_of(std::string(16, 'a'));
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == SpanKind::consumer);
  CHECK(found[0].parent_id.data == std::string(8, 'p'));
  CHECK(found[0].name == "raffle user.member_joined");
  const auto journal = harness.store->snapshot()->journal(0, SIZE_MAX, false);
  REQUIRE(journal);
  CHECK(journal->back().traceparent == found[0].traceparent());
}

TEST_CASE("a fact that is not sampled leaves no span, and keeps its traceparent", "[service]") {
  Harness harness;
  FactSpans spans(harness.table);
  take(harness, spans, joined(harness, traceparent('b', 0)));
  CHECK(spans_of(std::string(16, 'b')).empty());
  const auto journal = harness.store->snapshot()->journal(0, SIZE_MAX, false);
  REQUIRE(journal);
  CHECK(journal->back().traceparent == traceparent('b', 0));
}

TEST_CASE("a fact whose commit was refused is not said to have been taken", "[service]") {
  Harness harness;
  FactSpans spans(harness.table);
  harness.store->full = true;
  take(harness, spans, joined(harness, traceparent('c')));
  CHECK(spans_of(std::string(16, 'c')).empty());
}
