#include "common/wire/field.h"

namespace bilten {

std::string Path::pointer() const {
  if (!up) return "";
  std::string out = up->pointer() + "/";
  if (key.data() == nullptr) return out + std::to_string(index);
  for (char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

void Faults::add(const Path& path, std::string message) {
  if (list.size() < kMax) list.push_back({path.pointer(), std::move(message)});
}

Error invalid(Faults faults) {
  Error error{Code::invalid, "invalid", "The request has invalid fields; see errors."};
  error.fields = std::move(faults.list);
  return error;
}

namespace detail {

void add_property(Schema& object, std::string_view name, Describe describe, const Limits& limits,
                  bool required, std::string_view words) {
  object.properties.push_back({std::string(name), describe(limits), required, std::string(words)});
}

std::optional<size_t> read_choice(const Value& v, std::span<const std::string_view> words,
                                  const Path& p, Faults& f) {
  const auto text = v.text();
  for (size_t i = 0; i < words.size(); ++i) {
    if (v.type() == ValueType::string && text == words[i]) return i;
  }
  std::string list;
  for (auto each : words) list += (list.empty() ? "" : ", ") + std::string(each);
  f.add(p, "must be one of " + list);
  return std::nullopt;
}

Schema choice_schema(std::span<const std::string_view> words) {
  Schema schema(Type::choice);
  schema.choices.assign(words.begin(), words.end());
  return schema;
}

bool is_list(const Value& v, const Limits& l, const Path& p, Faults& f) {
  if (v.type() != ValueType::array) {
    f.add(p, "must be a list");
    return false;
  }
  const auto count = static_cast<int64_t>(v.size());
  if (count >= l.items_min && count <= l.items_max) return true;
  f.add(p, range_words({.min = l.items_min, .max = l.items_max}, " items"));
  return false;
}

namespace {

// The value of one field, found where it is expected before it is searched for: senders keep the
// order of the list.
std::optional<Value> find_field(const Value& map, std::string_view name, size_t& expected) {
  if (expected < map.size() && map.key(expected).text() == name) return map.value(expected++);
  return map.find(name);
}

}  // namespace

void read_object(const Value& v, std::span<const Sought> fields, void* const* members,
                 const Path& p, Faults& f) {
  if (v.type() != ValueType::map) return f.add(p, "must be an object");
  size_t expected = 0;
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto& field = fields[i];
    const Path here{&p, field.name};
    if (const auto value = find_field(v, field.name, expected)) {
      field.read(*value, field.limits, members[i], here, f);
    } else if (field.required) {
      f.add(here, "is missing");
    }
  }
}

std::optional<Error> decode(const Value& value, Read read, void* into) {
  Faults faults;
  read(value, {}, into, Path{}, faults);
  if (faults.list.empty()) return std::nullopt;
  return invalid(std::move(faults));
}

std::optional<Error> decode(std::string_view bytes, Read read, void* into) {
  auto document = Document::parse(bytes);
  if (!document) return std::move(document.error());
  return decode(document->root(), read, into);
}

}  // namespace detail

void Wire<bool>::read(const Value& v, const Limits&, bool& into, const Path& p, Faults& f) {
  if (v.type() != ValueType::boolean) return f.add(p, "must be true or false");
  into = v.boolean();
}

void Wire<int64_t>::read(const Value& v, const Limits& l, int64_t& into, const Path& p, Faults& f) {
  if (v.type() != ValueType::integer) return f.add(p, "must be a whole number");
  const auto value = v.integer();
  if (!value || *value < l.min || *value > l.max) return f.add(p, range_words(l, ""));
  into = *value;
}

void Wire<uint32_t>::read(const Value& v, const Limits& l, uint32_t& into, const Path& p,
                          Faults& f) {
  int64_t wide = 0;
  Limits narrow = l;
  narrow.min = std::max<int64_t>(l.min, 0);
  narrow.max = std::min<int64_t>(l.max, UINT32_MAX);
  const size_t before = f.list.size();
  Wire<int64_t>::read(v, narrow, wide, p, f);
  if (f.list.size() == before) into = static_cast<uint32_t>(wide);
}

void Wire<double>::read(const Value& v, const Limits& l, double& into, const Path& p, Faults& f) {
  if (v.type() != ValueType::number && v.type() != ValueType::integer) {
    return f.add(p, "must be a number");
  }
  const double value = v.number();
  if (!std::isfinite(value) || value < static_cast<double>(l.min) ||
      value > static_cast<double>(l.max)) {
    return f.add(p, range_words(l, ""));
  }
  into = value;
}

void Wire<std::string>::read(const Value& v, const Limits& l, std::string& into, const Path& p,
                             Faults& f) {
  if (v.type() != ValueType::string) return f.add(p, "must be a string");
  if (const char* fault = string_fault(v.text(), l)) return f.add(p, fault);
  into.assign(v.text());
}

void Wire<Bytes>::read(const Value& v, const Limits& l, Bytes& into, const Path& p, Faults& f) {
  if (v.type() != ValueType::bytes) return f.add(p, "must be bytes");
  const auto size = static_cast<int64_t>(v.bytes().size());
  if (size < l.min || size > l.max) return f.add(p, range_words(l, " bytes"));
  into.data.assign(v.bytes());
}

void Wire<Id>::read(const Value& v, const Limits&, Id& into, const Path& p, Faults& f) {
  const auto id = Id::from_bytes(v.bytes());
  if (!id) return f.add(p, "must be a UUID");
  into = *id;
}

void Wire<Instant>::read(const Value& v, const Limits&, Instant& into, const Path& p, Faults& f) {
  const auto value = v.integer();
  if (!value || *value < 0 || *value > kInstantMax) {
    return f.add(p, "must be a time between 1970 and 9999");
  }
  into.ms = *value;
}

void Wire<Text>::read(const Value& v, const Limits& l, Text& into, const Path& p, Faults& f) {
  into = {};
  if (v.type() == ValueType::string) return Wire<std::string>::read(v, l, into.plain, p, f);
  if (v.type() != ValueType::map || v.size() == 0 || v.size() > 20) {
    return f.add(p, "must be a string, or an object with a string for each of 1 to 20 languages");
  }
  for (size_t i = 0; i < v.size(); ++i) {
    const auto language = v.key(i).text();
    const Path here{&p, language.data() ? language : std::string_view("")};
    if (const char* fault = language_fault(language.empty() ? "-" : language)) {
      f.add(here, fault);
      continue;
    }
    Wire<std::string>::read(v.value(i), l, into.by_language[std::string(language)], here, f);
  }
}

void Wire<Text>::write(Packer& packer, const Text& value) {
  if (value.by_language.empty()) {
    packer.text(value.plain);
    return;
  }
  packer.map(value.by_language.size());
  for (const auto& [language, words] : value.by_language) packer.text(language).text(words);
}

namespace {

void copy_value(Packer& packer, const Value& v) {
  switch (v.type()) {
    case ValueType::boolean: packer.boolean(v.boolean()); break;
    case ValueType::integer:
      if (const auto integer = v.integer()) {
        packer.integer(*integer);
      } else {
        packer.unsigned_integer(v.unsigned_integer().value_or(0));
      }
      break;
    case ValueType::number: packer.number(v.number()); break;
    case ValueType::string: packer.text(v.text()); break;
    case ValueType::bytes: packer.bytes(v.bytes()); break;
    case ValueType::array:
      packer.array(v.size());
      for (size_t i = 0; i < v.size(); ++i) copy_value(packer, v.at(i));
      break;
    case ValueType::map:
      packer.map(v.size());
      for (size_t i = 0; i < v.size(); ++i) {
        copy_value(packer, v.key(i));
        copy_value(packer, v.value(i));
      }
      break;
    case ValueType::nil:
    case ValueType::other: packer.nil(); break;
  }
}

}  // namespace

void Wire<Raw>::read(const Value& v, const Limits&, Raw& into, const Path&, Faults&) {
  Packer packer;
  copy_value(packer, v);
  into.messagepack = packer.take();
}

void Wire<Schema>::read(const Value& v, const Limits&, Schema& into, const Path& p, Faults& f) {
  auto schema = unpack_schema(v);
  if (!schema) return f.add(p, "must be a schema");
  into = std::move(*schema);
}

void Wire<Money>::read(const Value& v, const Limits& l, Money& into, const Path& p, Faults& f) {
  if (v.type() != ValueType::map) return f.add(p, "must be an object");
  const auto amount = v.find("amount");
  const auto currency = v.find("currency");
  const Path at_amount{&p, "amount"};
  const Path at_currency{&p, "currency"};
  if (!amount) f.add(at_amount, "is missing");
  if (!currency) f.add(at_currency, "is missing");
  const auto bounds = l.max == 0 && l.min == 0 ? between(-kMoneyMax, kMoneyMax) : l;
  if (amount) Wire<int64_t>::read(*amount, bounds, into.amount, at_amount, f);
  if (currency) {
    Wire<std::string>::read(*currency, length(3, 3, Format::currency), into.currency, at_currency,
                            f);
  }
}

Schema Wire<Money>::schema(const Limits& l) {
  const auto bounds = l.max == 0 && l.min == 0 ? between(-kMoneyMax, kMoneyMax) : l;
  Schema schema(Type::object);
  schema.properties = {
      {"amount", Schema(Type::integer, bounds), true, "Minor units."},
      {"currency", Schema(Type::string, length(3, 3, Format::currency)), true, "ISO 4217."}};
  return schema;
}

}  // namespace bilten
