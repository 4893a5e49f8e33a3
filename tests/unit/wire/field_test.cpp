#include "common/wire/field.h"

#include <catch2/catch.hpp>

#include "common/wire/contract.h"

using namespace bilten;

namespace {

enum class Color : uint8_t { red, green };
constexpr auto names_of(Color) {
  return std::array<std::string_view, 2>{"red", "green"};
}

struct Part {
  int64_t count = 0;
  static constexpr auto fields() { return field_list(field("count", &Part::count, between(1, 9))); }
};

struct Whole {
  Id id;
  std::string name;
  std::optional<std::string> note;
  std::vector<Part> parts;
  Money price;
  Text title;
  Instant at;
  Color color = Color::red;
  bool loud = false;
  double weight = 0;
  Bytes blob;
  static constexpr auto fields() {
    return field_list(
        field("id", &Whole::id), field("name", &Whole::name, length(1, 5, Format::line)),
        field("note", &Whole::note, length(0, 10)), field("parts", &Whole::parts, items(1, 3)),
        field("price", &Whole::price), field("title", &Whole::title, length(1, 20)),
        field("at", &Whole::at), field("color", &Whole::color),
        field("loud", &Whole::loud).or_default(), field("weight", &Whole::weight, between(0, 10)),
        field("blob", &Whole::blob, between(0, 4)));
  }
};

Whole sample() {
  Whole whole;
  whole.id.bytes[0] = 7;
  whole.name = "Zoë";
  whole.parts = {{1}, {9}};
  whole.price = {1250, "EUR"};
  whole.title.by_language = {{"ar", "حفلة"}, {"en", "Night"}};
  whole.at = {1'800'000'000'000};
  whole.color = Color::green;
  whole.weight = 2.5;
  whole.blob.data = std::string("\0\xff", 2);
  return whole;
}

std::vector<std::string> pointers(const Error& error) {
  std::vector<std::string> out;
  for (const auto& fault : error.fields) out.push_back(fault.pointer);
  return out;
}

}  // namespace

TEST_CASE("what is encoded decodes to the same, whatever its fields", "[wire]") {
  auto packed = encode(sample());
  auto again = decode<Whole>(packed);
  REQUIRE(again);
  CHECK(encode(*again) == packed);
  CHECK(again->title.by_language.at("ar") == "حفلة");
  CHECK_FALSE(again->note);
}

TEST_CASE("every bad field is named at once, by its pointer", "[wire]") {
  auto bad = sample();
  bad.name = "too long";
  bad.parts = {{1}, {10}};
  bad.price.currency = "EUX";
  bad.title.by_language = {{"not a tag", "x"}};
  bad.weight = 11;
  bad.blob.data = "12345";
  auto refused = decode<Whole>(encode(bad));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::invalid);
  CHECK(pointers(refused.error()) == std::vector<std::string>{"/name", "/parts/1/count",
                                                              "/price/currency", "/title/not a tag",
                                                              "/weight", "/blob"});
}

TEST_CASE("a missing field is named unless it is optional or has a default", "[wire]") {
  auto refused = decode<Whole>(Packer().map(0).take());
  REQUIRE_FALSE(refused);
  CHECK(pointers(refused.error()) == std::vector<std::string>{"/id", "/name", "/parts", "/price",
                                                              "/title", "/at", "/color", "/weight",
                                                              "/blob"});
}

TEST_CASE("unknown keys are skipped, so that a newer sender may add fields", "[wire]") {
  auto packed = Packer().map(2).text("count").integer(3).text("new").array(1).nil().take();
  auto part = decode<Part>(packed);
  REQUIRE(part);
  CHECK(part->count == 3);
}

TEST_CASE("hostile MessagePack is refused without taking memory or stack", "[wire]") {
  using namespace std::string_literals;
  const std::string deep(200, '\x91');
  for (const auto& bytes :
       {"\xdd\x00\xff\xff\xff"s, "\xdd\xff\xff\xff\xff"s, "\xdf\x03\xff\xff\xff"s, "\xc1"s, ""s,
        "\x81"s, "\xdb\xff\xff\xff\xff"s, "\xc6\x7f\xff\xff\xff"s, deep + "\xc0", "\xc0\xc0"s}) {
    CHECK_FALSE(Document::parse(bytes));
  }
  const std::string fits(30, '\x91');
  CHECK(Document::parse(fits + "\xc0"));
}

TEST_CASE("a contract survives its way through the mesh", "[wire]") {
  ServiceDescription service;
  service.service = "probe";
  MessageDescription message;
  message.name = "probe.whole";
  message.http = {"POST", "/v1/probe", "", "", 201};
  message.request = schema_of<Whole>();
  message.answer = schema_of<Part>();
  service.messages.push_back(message);
  auto again = decode<ServiceDescription>(encode(service));
  REQUIRE(again);
  CHECK(encode(*again) == encode(service));
  CHECK(again->messages[0].request.properties[3].schema.item[0].properties[0].name == "count");
}
