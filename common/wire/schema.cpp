#include "common/wire/schema.h"

#include <algorithm>

#include "common/base/money.h"
#include "common/base/text.h"
#include "common/wire/codec.h"

namespace bilten {
namespace {

bool all_of(std::string_view text, std::string_view extra) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           extra.find(c) != std::string_view::npos;
  });
}

bool is_timezone(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '/' || text.back() == '/') return false;
  if (text.find("..") != std::string_view::npos || text.find("//") != std::string_view::npos) {
    return false;
  }
  return all_of(lower_ascii(text), "/_+-");
}

bool is_one_line(std::string_view text) {
  if (text.find_first_of("\t\r\n") != std::string_view::npos) return false;
  return text.empty() || (text.front() != ' ' && text.back() != ' ');
}

bool is_url(std::string_view text) {
  if (!text.starts_with("https://") && !text.starts_with("http://")) return false;
  return text.find_first_of(" \t\r\n\"<>\\^`{|}") == std::string_view::npos;
}

const char* format_fault(std::string_view value, Format format) {
  switch (format) {
    case Format::none:
    case Format::secret: return nullptr;
    case Format::line:
      return is_one_line(value) ? nullptr : "must be one line without outer spaces";
    case Format::email: return is_email(value) ? nullptr : "must be an e-mail address";
    case Format::currency:
      return currency_decimals(value) ? nullptr : "must be an ISO 4217 currency code";
    case Format::timezone:
      return is_timezone(value) ? nullptr : "must be an IANA time zone, such as Africa/Cairo";
    case Format::word:
      return all_of(value, "_-") ? nullptr : "must be of a-z, 0-9, hyphen and underscore only";
    case Format::url: return is_url(value) ? nullptr : "must be an http(s) address";
    case Format::language: return language_fault(value);
  }
  return "has an unknown format";
}

}  // namespace

Schema::Schema(Type type_, Limits limits_) : type(type_), limits(limits_) {}

const char* language_fault(std::string_view tag) {
  const auto primary = tag.substr(0, tag.find('-'));
  const bool shaped = tag.size() <= 35 && primary.size() >= 2 && primary.size() <= 3 &&
                      all_of(primary, "") && all_of(lower_ascii(tag), "-") && tag.back() != '-';
  return shaped ? nullptr : "must be a language tag, such as en or pt-BR";
}

const char* string_fault(std::string_view value, const Limits& limits) {
  if (const char* fault = text_fault(value)) return fault;
  const auto count = static_cast<int64_t>(code_points(value).value_or(0));
  if (count < limits.min) return value.empty() ? "must not be empty" : "is too short";
  if (count > limits.max) return "is too long";
  return format_fault(value, limits.format);
}

std::string range_words(const Limits& limits, const char* unit) {
  return "must be between " + std::to_string(limits.min) + " and " + std::to_string(limits.max) +
         unit;
}

void pack_schema(Packer& packer, const Schema& schema) {
  packer.array(9)
      .integer(static_cast<int64_t>(schema.type))
      .integer(schema.limits.min)
      .integer(schema.limits.max)
      .integer(static_cast<int64_t>(schema.limits.format))
      .integer(schema.limits.items_min)
      .integer(schema.limits.items_max);
  packer.array(schema.choices.size());
  for (const auto& choice : schema.choices) packer.text(choice);
  packer.array(schema.properties.size());
  for (const auto& property : schema.properties) {
    packer.array(4).text(property.name).boolean(property.required).text(property.doc);
    pack_schema(packer, property.schema);
  }
  packer.array(schema.item.size());
  for (const auto& item : schema.item) pack_schema(packer, item);
}

Result<Schema> unpack_schema(const Value& value) {
  const Error bad{Code::invalid, "malformed", "not a schema"};
  const auto number = [&](size_t at) { return value.at(at).integer().value_or(-1); };
  if (value.size() != 9 || number(0) < 0 || number(0) > static_cast<int64_t>(Type::any)) return bad;
  if (number(3) < 0 || number(3) > static_cast<int64_t>(Format::language)) return bad;
  Schema schema;
  schema.type = static_cast<Type>(number(0));
  schema.limits = {value.at(1).integer().value_or(0), value.at(2).integer().value_or(0),
                   static_cast<Format>(number(3)), value.at(4).integer().value_or(0),
                   value.at(5).integer().value_or(0)};
  const auto choices = value.at(6);
  for (size_t i = 0; i < choices.size(); ++i) schema.choices.emplace_back(choices.at(i).text());
  const auto properties = value.at(7);
  for (size_t i = 0; i < properties.size(); ++i) {
    const auto packed = properties.at(i);
    auto inner = unpack_schema(packed.at(3));
    if (!inner) return bad;
    schema.properties.push_back({std::string(packed.at(0).text()), std::move(*inner),
                                 packed.at(1).boolean(), std::string(packed.at(2).text())});
  }
  const auto item = value.at(8);
  if (item.size() != (schema.type == Type::list ? 1U : 0U)) return bad;
  for (size_t i = 0; i < item.size(); ++i) {
    auto inner = unpack_schema(item.at(i));
    if (!inner) return bad;
    schema.item.push_back(std::move(*inner));
  }
  return schema;
}

}  // namespace bilten
