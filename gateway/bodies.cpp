#include "gateway/bodies.h"

#include <algorithm>

#include "gateway/parameters.h"

namespace bilten::gateway {
namespace {

constexpr std::string_view kRawBody = "raw_body";
constexpr std::string_view kHeaderPrefix = "header_";

}  // namespace

bool takes_raw_body(const MessageDescription& message) {
  const auto& properties = message.request.properties;
  return std::any_of(properties.begin(), properties.end(), [](const Property& property) {
    return property.name == kRawBody && property.schema.type == Type::bytes;
  });
}

std::optional<std::string> header_of_field(std::string_view field) {
  if (!field.starts_with(kHeaderPrefix)) return std::nullopt;
  std::string header(field.substr(kHeaderPrefix.size()));
  std::replace(header.begin(), header.end(), '_', '-');
  return header;
}

void add_raw_body(const MessageDescription& message, const Head& head, std::string_view body,
                  MessageBuilder& builder) {
  builder.add_bytes(kRawBody, body);
  for (const auto& property : message.request.properties) {
    const auto header = header_of_field(property.name);
    if (!header || !head.has(*header)) continue;
    builder.add({property.name, {std::string(head.header(*header))}});
  }
}

bool takes_form(const MessageDescription& message) {
  return message.http.produces.starts_with("text/html");
}

bool is_form(std::string_view content_type) {
  auto essence = content_type.substr(0, content_type.find(';'));
  while (essence.ends_with(' ')) essence.remove_suffix(1);
  return same_word(essence, "application/x-www-form-urlencoded");
}

Status add_form(std::string_view body, MessageBuilder& builder) {
  std::vector<std::string> names;
  const auto fields = read_query(body, names);
  if (!fields) return fields.error();
  for (const auto& field : *fields) builder.add(field);
  return Done{};
}

}  // namespace bilten::gateway
