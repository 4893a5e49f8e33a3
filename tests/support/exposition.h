// Reads a page of Prometheus's text format as strictly as promtool's linter: what it finds wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bilten::test {

// Empty: the page is sound. Counters end in _total and nothing else does, each family stands once
// with HELP and TYPE, no series comes twice, base units only, buckets are cumulative.
std::vector<std::string> exposition_faults(std::string_view page);

}  // namespace bilten::test
