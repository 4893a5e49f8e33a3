// Whether readers stand where the journals that they follow end, as an operator is told.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "tests/support/probe.h"

namespace bilten::test {

// The answer to a message without content; it must be one.
template <class Answer>
Answer ask(Probe& ops, const std::string& name) {
  const auto answer = ops.call(name);
  INFO(name);
  REQUIRE(answer.code == Code::ok);
  auto decoded = decode<Answer>(answer.body);
  REQUIRE(decoded);
  return std::move(*decoded);
}

// The feeds of a service whose cursor does not stand where its owner's journal ends, or that stand
// still, one a line; empty: it is level. `ops` may call both.
std::string feeds_behind(Probe& ops, const std::string& reader);

inline bool is_level(Probe& ops, const std::string& reader) {
  return feeds_behind(ops, reader).empty();
}

}  // namespace bilten::test
