#include "common/service/fact_spans.h"

namespace bilten {

void FactSpans::begin(std::vector<FeedFacts>& feeds) {
  for (auto& feed : feeds) {
    for (auto& fact : feed.facts) {
      if (!is_sampled(fact.traceparent) || !table_.reaction(fact.name)) continue;
      auto span = open_span(fact.traceparent, SpanKind::consumer, table_.name() + " " + fact.name);
      span->note("bilten.owner", feed.owner);
      span->note("bilten.seq", static_cast<int64_t>(fact.seq));
      fact.traceparent = span->traceparent();
      taking_.push_back({feed.owner, fact.seq, std::move(span)});
    }
  }
}

void FactSpans::end(const WriterCore::Output& out) {
  for (const auto& taking : taking_) {
    for (const auto& feed : out.cursors) {
      if (out.committed && feed.owner == taking.owner && taking.seq <= feed.cursor.seq) {
        taking.span->end(Code::ok);
        break;
      }
    }
  }
  taking_.clear();
}

}  // namespace bilten
