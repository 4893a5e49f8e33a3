// Settings for people: as commented TOML.
#include "common/process/settings.h"

namespace bilten {
namespace {

std::string range(int64_t min, int64_t max) {
  if (min == max) return std::to_string(min);
  return std::to_string(min) + " to " + std::to_string(max);
}

std::string choices(const Schema& schema) {
  std::string out;
  for (const auto& choice : schema.choices) out += (out.empty() ? "" : ", ") + choice;
  return out;
}

std::string setting_toml(const Property& property, const std::optional<Value>& value) {
  std::string out = "\n";
  if (!property.doc.empty()) out += "# " + property.doc + "\n";
  out += "# (" + describe_value(property.schema) + ")\n";
  const bool is_secret = property.schema.limits.format == Format::secret;
  if (is_secret && value && !value->text().empty()) {
    return out + "# " + property.name + " is set; secrets are not shown.\n";
  }
  if (!value || is_secret) return out + "# " + property.name + " = (not set)\n";
  return out + property.name + " = " + toml_file::text_of(*value) + "\n";
}

}  // namespace

std::string describe_value(const Schema& schema) {
  const auto& limits = schema.limits;
  switch (schema.type) {
    case Type::boolean: return "true or false";
    case Type::integer: return "whole number, " + range(limits.min, limits.max);
    case Type::number: return "number, " + range(limits.min, limits.max);
    case Type::string:
    case Type::text: return "text, " + range(limits.min, limits.max) + " characters";
    case Type::bytes: return range(limits.min, limits.max) + " bytes";
    case Type::id: return "UUID";
    case Type::instant: return "time";
    case Type::choice: return "one of " + choices(schema);
    case Type::list:
      return "list of " + range(limits.items_min, limits.items_max) + ": " +
             describe_value(schema.item.at(0));
    case Type::object: return "table";
    case Type::any: break;
  }
  return "any value";
}

std::string settings_toml(const Settings& settings, const std::vector<std::string>& values) {
  std::string out;
  for (size_t i = 0; i < settings.sections().size(); ++i) {
    const auto& section = settings.sections()[i];
    const auto document = Document::parse(values.at(i));
    out += (i ? "\n[" : "[") + section.name + "]\n";
    for (const auto& property : section.schema.properties) {
      const auto value = document ? document->root().find(property.name) : std::nullopt;
      out += setting_toml(property, value);
    }
  }
  return out;
}

}  // namespace bilten
