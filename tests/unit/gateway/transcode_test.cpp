#include "gateway/transcode.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "gateway/parameters.h"

using namespace bilten;
using namespace bilten::gateway;

namespace {

enum class Colour : uint8_t { red, green };
constexpr auto names_of(Colour) {
  return std::array<std::string_view, 2>{"red", "green"};
}

struct Inner {
  std::string name;
  int64_t count = 0;
  bool operator==(const Inner&) const = default;
  static constexpr auto fields() {
    return field_list(field("name", &Inner::name, length(1, 10)),
                      field("count", &Inner::count, between(-5, INT64_MAX)));
  }
};

struct Sample {
  Id id;
  std::string title;
  Instant at;
  Money price;
  Text words;
  Colour colour = Colour::red;
  std::vector<Inner> inner;
  std::optional<double> ratio;
  std::optional<Bytes> data;
  std::optional<bool> flag;
  std::optional<Raw> raw;
  bool operator==(const Sample&) const = default;
  static constexpr auto fields() {
    return field_list(field("id", &Sample::id),
                      field("title", &Sample::title, length(1, 20, Format::line)),
                      field("at", &Sample::at), field("price", &Sample::price),
                      field("words", &Sample::words, length(1, 20)),
                      field("colour", &Sample::colour), field("inner", &Sample::inner, items(0, 3)),
                      field("ratio", &Sample::ratio, between(-10, 10)),
                      field("data", &Sample::data, between(0, 8)), field("flag", &Sample::flag),
                      field("raw", &Sample::raw));
  }
};

const char* const kGood =
    R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","title":"Café \"é\" 東京 🎟",)"
    R"("at":"2026-11-23T08:00:00.500Z","price":{"amount":1250,"currency":"EUR"},)"
    R"("words":{"en":"Hi","ar":"أهلا"},"colour":"green","inner":[{"name":"a","count":-5},)"
    R"({"name":"b","count":9223372036854775807}],"ratio":-0.25,"data":"AQID","flag":true,)"
    R"("raw":{"a":[1,2.5,null,"x",{"b":false}],"big":18446744073709551}})";

Result<std::string> to_message(std::string json) {
  const Schema schema = schema_of<Sample>();
  MessageBuilder builder(schema);
  if (auto status = builder.add_json(json); !status) return status.error();
  return builder.finish();
}

std::string to_json(const std::string& message, const Schema& schema) {
  const auto document = Document::parse(message);
  REQUIRE(document);
  std::string out;
  REQUIRE(append_json(out, document->root(), schema));
  return out;
}

std::string with(const std::string& member, const std::string& json) {
  auto document = nlohmann::ordered_json::parse(kGood);
  document.erase(member);
  std::string text = document.dump();
  text.pop_back();
  return text + (json.empty() ? "" : ",\"" + member + "\":" + json) + "}";
}

// "pointer: message" of every fault, or the detail of a refusal without any.
std::string faults(const std::string& json) {
  const auto message = to_message(json);
  if (message) return "none";
  const auto& error = message.error();
  CHECK(error.code == Code::invalid);
  std::string list;
  for (const auto& fault : error.fields) list += fault.pointer + ": " + fault.message + "; ";
  return list.empty() ? error.reason : list;
}

}  // namespace

TEST_CASE("JSON of every type reaches the struct and comes back the same") {
  const auto message = to_message(kGood);
  REQUIRE(message);
  const auto sample = decode<Sample>(*message);
  REQUIRE(sample);
  CHECK(sample->title == "Café \"é\" 東京 🎟");
  CHECK(sample->price == Money{1250, "EUR"});
  CHECK(sample->inner.at(1).count == INT64_MAX);
  CHECK(sample->data->data == "\1\2\3");
  CHECK(nlohmann::json::parse(to_json(encode(*sample), schema_of<Sample>())) ==
        nlohmann::json::parse(kGood));
}

TEST_CASE("an absent or null optional is left out") {
  const auto message = to_message(with("ratio", "null"));
  REQUIRE(message);
  CHECK_FALSE(decode<Sample>(*message)->ratio);
  CHECK(to_json(*message, schema_of<Sample>()).find("ratio") == std::string::npos);
}

TEST_CASE("each bad value is refused with the pointer to it") {
  struct Case {
    std::string json, expected;
  };
  const std::vector<Case> cases{
      {with("id", "\"x\""), "/id: must be a UUID; "},
      {with("id", "7"), "/id: must be a string; "},
      {with("id", ""), "/id: is missing; "},
      {with("id", "null"), "/id: must be a string; "},
      {with("title", "\"\""), "/title: must not be empty; "},
      {with("title", "\"123456789012345678901\""), "/title: is too long; "},
      {with("title", R"("a\nb")"), "/title: must be one line without outer spaces; "},
      {with("title", R"("a\u0000b")"), "/title: must not contain control characters; "},
      {with("title", R"("\ud800")"), "/title: must be UTF-8 with whole escape sequences; "},
      {with("title", R"("\udc00")"), "/title: must be UTF-8 with whole escape sequences; "},
      {with("title", R"("\ud800\u0041")"), "/title: must be UTF-8 with whole escape sequences; "},
      {with("at", "\"2026-13-01T00:00:00Z\""),
       "/at: must be an RFC 3339 time, such as 2026-11-23T08:00:00Z; "},
      {with("price", R"({"amount":1.0,"currency":"EUR"})"),
       "/price/amount: must be a whole number; "},
      {with("price", R"({"amount":1e2,"currency":"XXY"})"),
       "/price/amount: must be a whole number; /price/currency: must be an ISO 4217 currency "
       "code; "},
      {with("price", R"({"amount":99999999999999999999,"currency":"EUR"})"),
       "/price/amount: must be between -1000000000000000 and 1000000000000000; "},
      {with("price", "7"), "/price: must be an object; "},
      {with("words", "{}"), "/words: must have at least one language; "},
      {with("words", R"({"en":"a","en":"b"})"), "/words/en: stands twice; "},
      {with("words", R"({"english":"a"})"),
       "/words/english: " + std::string(language_fault("english")) + "; "},
      {with("colour", "\"blue\""), "/colour: must be one of red, green; "},
      {with("inner", "{}"), "/inner: must be a list; "},
      {with("inner", R"([{"name":"a","count":1},{"name":"","count":-6,"x":[[]]}])"),
       "/inner/1/name: must not be empty; /inner/1/count: must be between -5 and "
       "9223372036854775807; /inner/1/x: is not known here; "},
      {with("inner", R"([{"count":1},1])"),
       "/inner/0/name: is missing; /inner/1: must be an object; "},
      {with("inner", R"([1,2,3,4])"),
       "/inner/0: must be an object; /inner/1: must be an object; /inner/2: must be an object; "
       "/inner: must be between 0 and 3 items; "},
      {with("ratio", "10.5"), "/ratio: must be between -10 and 10; "},
      {with("ratio", "1e999"), "/ratio: must be between -10 and 10; "},
      {with("ratio", "\"1\""), "/ratio: must be a number; "},
      {with("data", "\"A\""), "/data: must be base64url without padding; "},
      {with("data", "\"AQIDBAUGBwgJ\""), "/data: must be between 0 and 8 bytes; "},
      {with("flag", "1"), "/flag: must be true or false; "},
      {with("raw", R"({"a":1,"a":2})"), "/raw/a: stands twice; "},
      {with("raw", "99999999999999999999"), "/raw: is not a number that fits; "},
      {with("extra~/", "1"), "/extra~0~1: is not known here; "},
      {R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057",)" + std::string(kGood).substr(1),
       "/id: stands twice; "},
  };
  for (const auto& each : cases) {
    INFO(each.json);
    CHECK(faults(each.json) == each.expected);
  }
}

TEST_CASE("what is no JSON object is refused as a whole") {
  for (const std::string& json :
       std::vector<std::string>{"",
                                " ",
                                "[]",
                                "1",
                                "null",
                                "{",
                                "}",
                                "{}}",
                                "{} x",
                                "{\"a\"}",
                                "{'a':1}",
                                "{\"a\":1,}",
                                "{\"a\":1 \"b\":2}",
                                "{\"a\":tru}",
                                "\xff",
                                "{\"a\":\"\xc3\"}",
                                "{\"a\":\"\n\"}",
                                std::string("{\"a\":\"b\0\"}", 10),
                                with("raw", std::string(40, '[') + std::string(40, ']')),
                                std::string(200'000, '['),
                                std::string(100'000, '{')}) {
    INFO(json.substr(0, 60));
    const auto found = faults(json);
    CHECK((found == "malformed_json" || found.find("is not known here") != std::string::npos));
  }
  // In a field that is known, so that nothing else can be the fault.
  for (const auto& text : {std::string("\"\xff\""), std::string("\"\xc3\""),
                           std::string("\"\xed\xa0\x80\""), std::string("\"a\0b\"", 5)}) {
    CHECK(faults(with("title", text)) == "malformed_json");
  }
  // 32 levels, of which the whole is the first.
  CHECK(faults(with("raw", std::string(31, '[') + std::string(31, ']'))) == "none");
  CHECK(faults(with("raw", std::string(32, '[') + std::string(32, ']'))) == "malformed_json");
  CHECK(faults(std::string(kGood) + "x") == "malformed_json");
  CHECK(faults(std::string(kGood) + kGood) == "malformed_json");
}

TEST_CASE("a million unknown fields give at most fifty faults") {
  std::string json = "{";
  for (int i = 0; i < 20'000; ++i) json += "\"u" + std::to_string(i) + "\":1,";
  json.back() = '}';
  const auto message = to_message(json);
  REQUIRE_FALSE(message);
  CHECK(message.error().fields.size() == Faults::kMax);
}

TEST_CASE("parameters become fields of their types") {
  const Schema schema = schema_of<Inner>();
  std::vector<std::string> names;
  const auto query = read_query("count=-3&name=a+b%2Bc", names);
  REQUIRE(query);
  MessageBuilder builder(schema);
  for (const auto& parameter : *query) builder.add(parameter);
  const auto message = builder.finish();
  REQUIRE(message);
  CHECK(decode<Inner>(*message).operator*() == Inner{"a b+c", -3});
}

TEST_CASE("a parameter that is doubled, unknown or of the wrong type is refused by name") {
  const Schema schema = schema_of<Inner>();
  std::vector<std::string> names;
  const auto query = read_query("count=1.0&name=a&name=b&other=1", names);
  REQUIRE(query);
  MessageBuilder builder(schema);
  for (const auto& parameter : *query) builder.add(parameter);
  const auto message = builder.finish();
  REQUIRE_FALSE(message);
  const auto& fields = message.error().fields;
  REQUIRE(fields.size() == 3);
  CHECK(fields[0] == FieldError{"/count", "must be a whole number"});
  CHECK(fields[1] == FieldError{"/name", "stands twice"});
  CHECK(fields[2] == FieldError{"/other", "is not known here"});
}

TEST_CASE("a field that the path gives may not stand in the body again") {
  const Schema schema = schema_of<Inner>();
  MessageBuilder builder(schema);
  builder.add({"name", {"a"}});
  std::string json = R"({"name":"b","count":1})";
  REQUIRE(builder.add_json(json));
  const auto message = builder.finish();
  REQUIRE_FALSE(message);
  CHECK(message.error().fields.at(0) == FieldError{"/name", "stands twice"});
}

TEST_CASE("percent-decoding is done once and is strict") {
  CHECK(percent_decode("a%20b+c", true) == "a b c");
  CHECK(percent_decode("a+b", false) == "a+b");
  CHECK(percent_decode("%2541", false) == "%41");
  CHECK_FALSE(percent_decode("%", false));
  CHECK_FALSE(percent_decode("%4", false));
  CHECK_FALSE(percent_decode("%g0", false));
  CHECK_FALSE(percent_decode("%ff", false));
  CHECK_FALSE(percent_decode("%00", false));
}

TEST_CASE("an answer that is not of its contract is not written") {
  const Schema schema = schema_of<Inner>();
  Packer packer;
  packer.map(2).text("name").integer(1).text("count").integer(1);
  const auto document = Document::parse(packer.view());
  std::string out;
  CHECK_FALSE(append_json(out, document->root(), schema));
}

TEST_CASE("a written string survives any JSON reader") {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "é東🎟";
  std::string out;
  append_json_string(out, all);
  CHECK(nlohmann::json::parse(out).get<std::string>() == all);
}

TEST_CASE("text that is no UTF-8 is no answer, and is JSON where it has to be told") {
  const auto document = Document::parse(
      "\x82\xa4name\xa4"
      "Caf\xe9\xa5"
      "count\x01");
  REQUIRE(document);
  std::string out;
  CHECK_FALSE(append_json(out, document->root(), schema_of<Inner>()));
  out.clear();
  append_json_any(out, document->root());
  CHECK(nlohmann::json::parse(out)["name"] == "Caf\ufffd");
}
