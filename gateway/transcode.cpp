// JSON to MessagePack: one walk over the text (simdjson's on-demand parser), each value judged
// where it stands.
#include "gateway/transcode.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>

#include "common/base/text.h"

namespace bilten::gateway {
namespace {

using simdjson::ondemand::json_type;
using JsonValue = simdjson::ondemand::value;
using JsonObject = simdjson::ondemand::object;
using JsonArray = simdjson::ondemand::array;
using JsonField = simdjson::ondemand::field;

constexpr size_t kLanguagesMax = 20;

size_t index_of_property(const Schema& schema, std::string_view name, size_t expected) {
  const auto& properties = schema.properties;
  if (expected < properties.size() && properties[expected].name == name) return expected;
  for (size_t i = 0; i < properties.size(); ++i) {
    if (properties[i].name == name) return i;
  }
  return properties.size();
}

// Walks the text. Once the text is no JSON, `broken` holds why and everything returns early.
class Walker {
 public:
  Walker(Packer& packer, Faults& faults) : packer_(packer), faults_(faults) {}

  simdjson::error_code broken() const { return broken_; }
  bool is_too_deep() const { return too_deep_; }
  // Packs the pairs of an object of the schema; counts them and notes which properties came.
  void fields(JsonObject object, const Schema& schema, const Path& path, Seen& seen, size_t& count,
              uint32_t depth);

 private:
  void value(JsonValue json, const Schema& schema, const Path& path, uint32_t depth);
  void object(JsonValue json, const Schema& schema, const Path& path, uint32_t depth);
  void list(JsonValue json, const Schema& schema, const Path& path, uint32_t depth);
  void text(JsonValue json, const Schema& schema, const Path& path);
  void languages(JsonObject object, const Schema& schema, const Path& path);
  void boolean(JsonValue json, const Path& path);
  void integer(JsonValue json, const Schema& schema, const Path& path);
  void number(JsonValue json, const Schema& schema, const Path& path);
  void any(JsonValue json, const Path& path, uint32_t depth);
  void any_number(JsonValue json, const Path& path);
  void any_object(JsonValue json, const Path& path, uint32_t depth);
  void any_array(JsonValue json, const Path& path, uint32_t depth);

  bool key_of(JsonField& field, std::string_view& key);
  std::optional<std::string_view> string_of(JsonValue json, const Path& path);
  json_type type_of(JsonValue json);
  bool descend(uint32_t depth);
  bool fails(simdjson::error_code error) {
    if (error) broken_ = error;
    return error != simdjson::SUCCESS;
  }

  Packer& packer_;
  Faults& faults_;
  simdjson::error_code broken_ = simdjson::SUCCESS;
  bool too_deep_ = false;
};

bool Walker::descend(uint32_t depth) {
  if (depth <= kDepthMax) return true;
  too_deep_ = true;
  broken_ = simdjson::DEPTH_ERROR;
  return false;
}

json_type Walker::type_of(JsonValue json) {
  json_type type = json_type::null;
  fails(json.type().get(type));
  return type;
}

bool Walker::key_of(JsonField& field, std::string_view& key) {
  return !fails(field.unescaped_key().get(key));
}

std::optional<std::string_view> Walker::string_of(JsonValue json, const Path& path) {
  if (type_of(json) != json_type::string) {
    faults_.add(path, "must be a string");
    return std::nullopt;
  }
  std::string_view text;
  if (json.get_string().get(text)) {
    faults_.add(path, "must be UTF-8 with whole escape sequences");
    return std::nullopt;
  }
  return text;
}

void Walker::fields(JsonObject json, const Schema& schema, const Path& path, Seen& seen,
                    size_t& count, uint32_t depth) {
  size_t expected = 0;
  for (auto result : json) {
    JsonField field;
    std::string_view key;
    if (broken_ || fails(std::move(result).get(field)) || !key_of(field, key)) return;
    const Path here{&path, key};
    const size_t index = index_of_property(schema, key, expected);
    if (index == schema.properties.size()) {
      faults_.add(here, "is not known here");
      continue;
    }
    expected = index + 1;
    if (seen[index]) {
      faults_.add(here, "stands twice");
      continue;
    }
    seen.set(index);
    const auto& property = schema.properties[index];
    JsonValue json_value = field.value();
    if (!property.required && type_of(json_value) == json_type::null) {
      fails(json_value.is_null().error());
      continue;
    }
    packer_.text(property.name);
    ++count;
    value(json_value, property.schema, here, depth);
  }
}

void Walker::object(JsonValue json, const Schema& schema, const Path& path, uint32_t depth) {
  if (type_of(json) != json_type::object) return faults_.add(path, "must be an object");
  JsonObject object;
  if (!descend(depth) || fails(json.get_object().get(object))) return;
  const size_t opened = packer_.open_map();
  size_t count = 0;
  Seen seen;
  fields(object, schema, path, seen, count, depth);
  packer_.close(opened, count);
  for (size_t i = 0; i < schema.properties.size() && !broken_; ++i) {
    const auto& property = schema.properties[i];
    if (property.required && !seen[i]) faults_.add(Path{&path, property.name}, "is missing");
  }
}

void Walker::list(JsonValue json, const Schema& schema, const Path& path, uint32_t depth) {
  if (type_of(json) != json_type::array) return faults_.add(path, "must be a list");
  JsonArray array;
  if (!descend(depth) || fails(json.get_array().get(array))) return;
  const auto& limits = schema.limits;
  const size_t opened = packer_.open_array();
  size_t count = 0;
  for (auto result : array) {
    JsonValue item;
    // NOLINTNEXTLINE(performance-move-const-arg): get() is for rvalues only.
    if (broken_ || fails(std::move(result).get(item))) return;
    if (static_cast<int64_t>(count) < limits.items_max) {
      value(item, schema.item.front(), Path{&path, {}, count}, depth + 1);
    }
    ++count;
  }
  packer_.close(opened, count);
  const auto items = static_cast<int64_t>(count);
  if (items < limits.items_min || items > limits.items_max) {
    faults_.add(path, range_words({.min = limits.items_min, .max = limits.items_max}, " items"));
  }
}

void Walker::boolean(JsonValue json, const Path& path) {
  bool truth = false;
  if (json.get_bool().get(truth)) return faults_.add(path, "must be true or false");
  packer_.boolean(truth);
}

void Walker::integer(JsonValue json, const Schema& schema, const Path& path) {
  if (type_of(json) != json_type::number) return faults_.add(path, "must be a whole number");
  int64_t whole = 0;
  if (json.get_int64().get(whole)) {
    const std::string_view token = json.raw_json_token();
    const bool is_whole = token.find_first_of(".eE") == std::string_view::npos;
    return faults_.add(path, is_whole ? range_words(schema.limits, "") : "must be a whole number");
  }
  if (whole < schema.limits.min || whole > schema.limits.max) {
    return faults_.add(path, range_words(schema.limits, ""));
  }
  packer_.integer(whole);
}

void Walker::number(JsonValue json, const Schema& schema, const Path& path) {
  if (type_of(json) != json_type::number) return faults_.add(path, "must be a number");
  double real = 0;
  const bool is_read = json.get_double().get(real) == simdjson::SUCCESS;
  if (!is_read || real < static_cast<double>(schema.limits.min) ||
      real > static_cast<double>(schema.limits.max)) {
    return faults_.add(path, range_words(schema.limits, ""));
  }
  packer_.number(real);
}

void Walker::text(JsonValue json, const Schema& schema, const Path& path) {
  if (type_of(json) == json_type::object) {
    JsonObject object;
    if (!fails(json.get_object().get(object))) languages(object, schema, path);
    return;
  }
  if (const auto text = string_of(json, path)) pack_text(packer_, *text, schema, path, faults_);
}

void Walker::languages(JsonObject object, const Schema& schema, const Path& path) {
  const Schema words(Type::string, schema.limits);
  const size_t opened = packer_.open_map();
  std::vector<std::string_view> tags;
  for (auto result : object) {
    JsonField field;
    std::string_view tag;
    if (fails(std::move(result).get(field)) || !key_of(field, tag)) return;
    const Path here{&path, tag};
    if (tags.size() == kLanguagesMax) {
      return faults_.add(path, "must have at most 20 languages");
    }
    const bool is_double = std::find(tags.begin(), tags.end(), tag) != tags.end();
    tags.push_back(tag);
    if (is_double) {
      faults_.add(here, "stands twice");
    } else if (const char* fault = language_fault(tag)) {
      faults_.add(here, fault);
    } else if (const auto text = string_of(field.value(), here)) {
      packer_.text(tag);
      pack_text(packer_, *text, words, here, faults_);
    }
  }
  if (tags.empty()) faults_.add(path, "must have at least one language");
  packer_.close(opened, tags.size());
}

void Walker::value(JsonValue json, const Schema& schema, const Path& path, uint32_t depth) {
  switch (schema.type) {
    case Type::boolean: return boolean(json, path);
    case Type::integer: return integer(json, schema, path);
    case Type::number: return number(json, schema, path);
    case Type::text: return text(json, schema, path);
    case Type::list: return list(json, schema, path, depth + 1);
    case Type::object: return object(json, schema, path, depth + 1);
    case Type::any: return any(json, path, depth + 1);
    case Type::string:
    case Type::bytes:
    case Type::id:
    case Type::instant:
    case Type::choice:
      if (const auto string = string_of(json, path)) {
        pack_text(packer_, *string, schema, path, faults_);
      }
  }
}

void Walker::any(JsonValue json, const Path& path, uint32_t depth) {
  switch (type_of(json)) {
    case json_type::object: return any_object(json, path, depth);
    case json_type::array: return any_array(json, path, depth);
    case json_type::number: return any_number(json, path);
    case json_type::boolean: return boolean(json, path);
    case json_type::null:
      if (!fails(json.is_null().error())) packer_.nil();
      return;
    case json_type::string:
      if (const auto text = string_of(json, path)) {
        if (const char* fault = text_fault(*text)) return faults_.add(path, fault);
        packer_.text(*text);
      }
  }
}

void Walker::any_number(JsonValue json, const Path& path) {
  int64_t whole = 0;
  if (json.get_int64().get(whole) == simdjson::SUCCESS) {
    packer_.integer(whole);
    return;
  }
  double real = 0;
  const std::string_view token = json.raw_json_token();
  if (token.find_first_of(".eE") == std::string_view::npos ||
      json.get_double().get(real) != simdjson::SUCCESS) {
    return faults_.add(path, "is not a number that fits");
  }
  packer_.number(real);
}

void Walker::any_object(JsonValue json, const Path& path, uint32_t depth) {
  JsonObject object;
  if (!descend(depth) || fails(json.get_object().get(object))) return;
  const size_t opened = packer_.open_map();
  std::vector<std::string_view> keys;
  for (auto result : object) {
    JsonField field;
    std::string_view key;
    if (broken_ || fails(std::move(result).get(field)) || !key_of(field, key)) return;
    const Path here{&path, key};
    if (const char* fault = text_fault(key)) return faults_.add(here, fault);
    keys.push_back(key);
    packer_.text(key);
    any(field.value(), here, depth + 1);
  }
  packer_.close(opened, keys.size());
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) faults_.add(Path{&path, *twice}, "stands twice");
}

void Walker::any_array(JsonValue json, const Path& path, uint32_t depth) {
  JsonArray array;
  if (!descend(depth) || fails(json.get_array().get(array))) return;
  const size_t opened = packer_.open_array();
  size_t count = 0;
  for (auto result : array) {
    JsonValue item;
    // NOLINTNEXTLINE(performance-move-const-arg): get() is for rvalues only.
    if (broken_ || fails(std::move(result).get(item))) return;
    any(item, Path{&path, {}, count++}, depth + 1);
  }
  packer_.close(opened, count);
}

// A parser keeps buffers of the size of its largest text: the common small ones share the thread's.
constexpr size_t kSmall = 4 * 1024;
simdjson::ondemand::parser& small_parser() {
  thread_local simdjson::ondemand::parser parser;
  return parser;
}

void pad(std::string& json) {
  json.reserve(json.size() + simdjson::SIMDJSON_PADDING);
}

Error malformed(const Walker& walker, simdjson::error_code error) {
  if (walker.is_too_deep()) {
    return {Code::invalid, "malformed_json", "The body is nested deeper than 32 levels."};
  }
  return {Code::invalid, "malformed_json",
          std::string("The body must be one JSON object: ") + simdjson::error_message(error)};
}

}  // namespace

MessageBuilder::MessageBuilder(const Schema& schema)
    : schema_(schema), opened_at_(packer_.open_map()) {}

Status MessageBuilder::add_json(std::string& json) {
  pad(json);
  Walker walker(packer_, faults_);
  simdjson::ondemand::parser own;
  auto& parser = json.size() <= kSmall ? small_parser() : own;
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  auto error = parser.iterate(json.data(), json.size(), json.capacity()).get(document);
  if (!error) error = document.get_object().get(object);
  if (error) return malformed(walker, error);
  walker.fields(object, schema_, Path{}, seen_, count_, 1);
  if (walker.broken()) return malformed(walker, walker.broken());
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return malformed(walker, simdjson::TRAILING_CONTENT);
  }
  return Done{};
}

namespace {

template <class Into>
std::optional<Into> member(std::string& json, std::string_view name) {
  pad(json);
  simdjson::ondemand::document document;
  if (small_parser().iterate(json.data(), json.size(), json.capacity()).get(document)) return {};
  if constexpr (std::is_same_v<Into, std::string>) {
    std::string_view text;
    if (document[name].get_string().get(text)) return {};
    return std::string(text);
  } else {
    Into value{};
    if (document[name].get(value)) return {};
    return value;
  }
}

}  // namespace

std::optional<std::string> json_string_member(std::string json, std::string_view name) {
  return member<std::string>(json, name);
}

std::optional<int64_t> json_integer_member(std::string json, std::string_view name) {
  return member<int64_t>(json, name);
}

}  // namespace bilten::gateway
