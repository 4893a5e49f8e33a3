#include "tests/support/exposition.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

namespace bilten::test {
namespace {

struct Family {
  std::string type;
  bool has_help = false;
};

class Reader {
 public:
  void read(const std::string& line) {
    if (line.empty()) return;
    if (line.starts_with("# HELP ")) return comment(line, true);
    if (line.starts_with("# TYPE ")) return comment(line, false);
    if (line[0] != '#') sample(line);
  }

  std::vector<std::string> finish() {
    for (const auto& [series, last] : buckets_) {
      if (counts_.contains(series) && counts_[series] != last)
        fault("+Inf is not the count", series);
    }
    return std::move(faults_);
  }

 private:
  void fault(const std::string& what, const std::string& where) {
    faults_.push_back(what + ": " + where);
  }

  void comment(const std::string& line, bool is_help) {
    const auto end = line.find(' ', 7);
    const auto name = line.substr(7, end - 7);
    if (end == std::string::npos || end + 1 == line.size()) fault("says nothing", line);
    if (name != family_ && families_.contains(name)) fault("family stands twice", name);
    family_ = name;
    auto& family = families_[name];
    if (is_help) {
      family.has_help = true;
      return;
    }
    if (!family.type.empty()) fault("TYPE twice", name);
    family.type = line.substr(end + 1);
    const bool is_total = name.ends_with("_total");
    if ((family.type == "counter") != is_total) fault("only counters end in _total", name);
    for (const char* unit : {"_ms", "_us", "_milliseconds", "_microseconds", "_kb"}) {
      if (name.ends_with(unit)) fault("not a base unit", name);
    }
  }

  void sample(const std::string& line) {
    const auto space = line.rfind(' ');
    const auto series = line.substr(0, space);
    const auto name = series.substr(0, series.find('{'));
    char* end = nullptr;
    const double value = std::strtod(line.c_str() + space + 1, &end);
    if (*end != '\0' || end == line.c_str() + space + 1) fault("no number", line);
    if (!series_.insert(series).second) fault("series comes twice", series);
    const auto& family = families_[family_];
    if (family.type.empty() || !family.has_help) fault("without HELP and TYPE", name);
    if (family.type == "histogram") return histogram_sample(name, series, value);
    if (name != family_) fault("stands under another family", name);
    if (family.type == "counter" && value < 0) fault("a counter below zero", series);
  }

  void histogram_sample(const std::string& name, const std::string& series, double value) {
    if (name == family_ + "_sum") return;
    const auto labels = series.substr(name.size());
    if (name == family_ + "_count") {
      counts_[family_ + (labels == "{}" ? "" : labels)] = value;
    } else if (name == family_ + "_bucket") {
      auto rest = labels;
      const auto le = rest.find("le=\"");
      if (le == std::string::npos) return fault("a bucket without le", series);
      rest.erase(le, rest.find('"', le + 4) + 1 - le);
      if (const auto comma = rest.find(",}"); comma != std::string::npos) rest.erase(comma, 1);
      const auto key = family_ + (rest == "{}" ? "" : rest);
      if (buckets_.contains(key) && buckets_[key] > value) fault("buckets fall", series);
      buckets_[key] = value;
    } else {
      fault("no part of a histogram", name);
    }
  }

  std::string family_;
  std::map<std::string, Family> families_;
  std::set<std::string> series_;
  std::map<std::string, double> buckets_, counts_;  // Last bucket and count, by other labels.
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> exposition_faults(std::string_view page) {
  Reader reader;
  while (!page.empty()) {
    const auto end = std::min(page.find('\n'), page.size());
    reader.read(std::string(page.substr(0, end)));
    page.remove_prefix(std::min(end + 1, page.size()));
  }
  return reader.finish();
}

}  // namespace bilten::test
