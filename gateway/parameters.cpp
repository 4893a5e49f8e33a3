#include "gateway/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/base/check.h"
#include "common/base/id.h"
#include "common/base/text.h"
#include "common/base/time.h"

namespace bilten::gateway {
namespace {

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

bool is_whole_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void pack_integer(Packer& packer, std::string_view text, const Limits& limits, const Path& path,
                  Faults& faults) {
  if (!is_whole_number(text)) return faults.add(path, "must be a whole number");
  const auto value = number_of<int64_t>(text);
  if (!value || *value < limits.min || *value > limits.max) {
    return faults.add(path, range_words(limits, ""));
  }
  packer.integer(*value);
}

void pack_number(Packer& packer, std::string_view text, const Limits& limits, const Path& path,
                 Faults& faults) {
  const auto value = number_of<double>(text);
  if (!value || !std::isfinite(*value)) return faults.add(path, "must be a number");
  if (*value < static_cast<double>(limits.min) || *value > static_cast<double>(limits.max)) {
    return faults.add(path, range_words(limits, ""));
  }
  packer.number(*value);
}

void pack_bytes(Packer& packer, std::string_view text, const Limits& limits, const Path& path,
                Faults& faults) {
  const auto bytes = from_base64url(text);
  if (!bytes) return faults.add(path, "must be base64url without padding");
  const auto size = static_cast<int64_t>(bytes->size());
  if (size < limits.min || size > limits.max) {
    return faults.add(path, range_words(limits, " bytes"));
  }
  packer.bytes(*bytes);
}

void pack_choice(Packer& packer, std::string_view text, const Schema& schema, const Path& path,
                 Faults& faults) {
  const auto& choices = schema.choices;
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) {
    packer.text(text);
    return;
  }
  std::string list;
  for (const auto& choice : choices) list += (list.empty() ? "" : ", ") + choice;
  faults.add(path, "must be one of " + list);
}

}  // namespace

void pack_text(Packer& packer, std::string_view text, const Schema& schema, const Path& path,
               Faults& faults) {
  switch (schema.type) {
    case Type::boolean:
      if (text != "true" && text != "false") return faults.add(path, "must be true or false");
      packer.boolean(text == "true");
      return;
    case Type::integer: return pack_integer(packer, text, schema.limits, path, faults);
    case Type::number: return pack_number(packer, text, schema.limits, path, faults);
    case Type::bytes: return pack_bytes(packer, text, schema.limits, path, faults);
    case Type::choice: return pack_choice(packer, text, schema, path, faults);
    case Type::id: {
      const auto id = Id::parse(text);
      if (!id) return faults.add(path, "must be a UUID");
      packer.bytes(id->view());
      return;
    }
    case Type::instant: {
      const auto at = parse_rfc3339(text);
      if (!at) return faults.add(path, "must be an RFC 3339 time, such as 2026-11-23T08:00:00Z");
      packer.integer(*at);
      return;
    }
    case Type::string:
    case Type::text:
      if (const char* fault = string_fault(text, schema.limits)) return faults.add(path, fault);
      packer.text(text);
      return;
    case Type::any: packer.text(text); return;
    case Type::list:
    case Type::object: faults.add(path, "cannot be given here");
  }
}

void MessageBuilder::add(const Parameter& parameter) {
  const Path root;
  const Path here{&root, parameter.name};
  const auto& properties = schema_.properties;
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const Property& p) { return p.name == parameter.name; });
  if (found == properties.end()) return faults_.add(here, "is not known here");
  const auto index = static_cast<size_t>(found - properties.begin());
  const bool is_list = found->schema.type == Type::list;
  const bool is_double = seen_[index] || (!is_list && parameter.values.size() > 1);
  seen_.set(index);
  if (is_double) return faults_.add(here, "stands twice");
  ++count_;
  packer_.text(found->name);
  if (!is_list) return pack_text(packer_, parameter.values.front(), found->schema, here, faults_);
  const auto& limits = found->schema.limits;
  const auto items = static_cast<int64_t>(parameter.values.size());
  if (items < limits.items_min || items > limits.items_max) {
    faults_.add(here, range_words({.min = limits.items_min, .max = limits.items_max}, " items"));
  }
  packer_.array(parameter.values.size());
  for (size_t i = 0; i < parameter.values.size(); ++i) {
    pack_text(packer_, parameter.values[i], found->schema.item.front(), Path{&here, {}, i},
              faults_);
  }
}

void MessageBuilder::add_bytes(std::string_view name, std::string_view bytes) {
  const auto& properties = schema_.properties;
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const Property& property) { return property.name == name; });
  CHECK_INVARIANT(found != properties.end());
  const auto index = static_cast<size_t>(found - properties.begin());
  const Path root;
  if (seen_[index]) return faults_.add(Path{&root, name}, "stands twice");
  seen_.set(index);
  ++count_;
  packer_.text(name);
  packer_.bytes(bytes);
}

Result<std::string> MessageBuilder::finish() {
  const Path root;
  for (size_t i = 0; i < schema_.properties.size(); ++i) {
    const auto& property = schema_.properties[i];
    if (property.required && !seen_[i]) faults_.add(Path{&root, property.name}, "is missing");
  }
  if (!faults_.list.empty()) return invalid(std::move(faults_));
  packer_.close(opened_at_, count_);
  return packer_.take();
}

std::optional<std::string> percent_decode(std::string_view encoded, bool plus_is_space) {
  std::string text;
  text.reserve(encoded.size());
  for (size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '%') {
      if (i + 2 >= encoded.size()) return std::nullopt;
      const auto byte = from_hex(lower_ascii(encoded.substr(i + 1, 2)));
      if (!byte) return std::nullopt;
      text += *byte;
      i += 2;
    } else {
      text += encoded[i] == '+' && plus_is_space ? ' ' : encoded[i];
    }
  }
  if (text_fault(text)) return std::nullopt;
  return text;
}

Result<std::vector<Parameter>> read_query(std::string_view query,
                                          std::vector<std::string>& decoded_names) {
  std::vector<Parameter> parameters;
  size_t count = 0;
  // Names are viewed: the vector must not move them.
  decoded_names.reserve(kParametersMax);
  while (!query.empty()) {
    const size_t end = query.find('&');
    const auto pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::string()
                                                  : percent_decode(pair.substr(equals + 1), true);
    if (!name || !value || ++count > kParametersMax) {
      return Error{Code::invalid, "malformed_query",
                   "The query must be at most 200 UTF-8 parameters, percent-encoded once."};
    }
    const auto known = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const Parameter& p) { return p.name == *name; });
    if (known != parameters.end()) {
      known->values.push_back(std::move(*value));
    } else {
      decoded_names.push_back(std::move(*name));
      parameters.push_back({decoded_names.back(), {}});
      parameters.back().values.push_back(std::move(*value));
    }
  }
  return parameters;
}

}  // namespace bilten::gateway
