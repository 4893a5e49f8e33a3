// Any bytes as a request's head, chunked body and JSON body: refused or taken, never a crash; and
// what is taken is a message that the service's own decoder can read.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/wire/contract.h"
#include "gateway/chunked.h"
#include "gateway/parameters.h"
#include "gateway/request_checks.h"
#include "gateway/transcode.h"

namespace {

using namespace bilten;

struct Line {
  Id id;
  int64_t quantity = 0;
  static constexpr auto fields() {
    return field_list(field("id", &Line::id), field("quantity", &Line::quantity, between(-9, 9)));
  }
};
struct Everything {
  std::string title;
  std::vector<Line> lines;
  std::optional<Money> price;
  std::optional<Text> words;
  std::optional<Instant> at;
  std::optional<Bytes> data;
  std::optional<double> ratio;
  std::optional<bool> flag;
  std::optional<Kind> kind;
  std::optional<Raw> raw;
  static constexpr auto fields() {
    return field_list(
        field("title", &Everything::title, length(0, 20)),
        field("lines", &Everything::lines, items(0, 3)), field("price", &Everything::price),
        field("words", &Everything::words, length(0, 9)), field("at", &Everything::at),
        field("data", &Everything::data, between(0, 9)),
        field("ratio", &Everything::ratio, between(-9, 9)), field("flag", &Everything::flag),
        field("kind", &Everything::kind), field("raw", &Everything::raw));
  }
};

void fuzz_body(std::string json) {
  static const Schema schema = schema_of<Everything>();
  gateway::MessageBuilder builder(schema);
  if (!builder.add_json(json)) return;
  const auto message = builder.finish();
  if (!message) return;
  if (!decode<Everything>(*message)) std::abort();
  const auto document = Document::parse(*message);
  std::string out;
  if (!document || !gateway::append_json(out, document->root(), schema)) std::abort();
}

void fuzz_query(std::string_view text) {
  static const Schema schema = schema_of<Line>();
  std::vector<std::string> names;
  const auto query = gateway::read_query(text, names);
  if (!query) return;
  gateway::MessageBuilder builder(schema);
  for (const auto& parameter : *query) builder.add(parameter);
  const auto message = builder.finish();
  if (message && !decode<Line>(*message)) std::abort();
}

void fuzz_wire(std::string_view text) {
  gateway::HeadScanner scanner;
  const size_t length = scanner.scan(text);
  gateway::Head head;
  if (length > 0) gateway::read_head(text.substr(0, length), head);
  gateway::ChunkedReader reader(1024);
  std::string body;
  size_t used = 0;
  reader.take(text, body, used);
  if (used > text.size() || body.size() > 1024) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fuzz_body(std::string(text));
  fuzz_query(text);
  fuzz_wire(text);
  return 0;
}
