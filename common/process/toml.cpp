// Reads TOML with toml++, writes it by hand.
#include "common/process/toml.h"

namespace bilten::toml_file {
namespace {
// toml++ 3.3 asserts what does not hold for some malformed texts, "[" among them.
struct ParserLost {};
[[gnu::noinline]] void lose_parser() {
  throw ParserLost();
}
}  // namespace
}  // namespace bilten::toml_file

#define TOML_ASSERT(expression) \
  (static_cast<bool>(expression) ? void(0) : ::bilten::toml_file::lose_parser())
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <system_error>

#include "common/base/text.h"

namespace bilten::toml_file {
namespace {

constexpr size_t kFileMax = 1 << 20;
// A dotted key stands on one line, and toml++ opens a table inside a table for each dot: 30,000 of
// them overflow the stack.
constexpr size_t kLineMax = 4096;

std::string at_line(std::string_view source, const toml::source_region& region) {
  return std::string(source) + ":" + std::to_string(region.begin.line);
}

// The number of the first line that is too long, or 0.
size_t overlong_line(std::string_view text) {
  for (size_t line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > kLineMax) return line;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}

// Whether a letter beyond ASCII stands outside quotes and comments.
bool is_foreign(std::string_view line) {
  constexpr std::string_view kBeforeQuote = "=,[{\n";
  char quote = '\0', before = '\n';
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != '\0') {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = '\0';
      continue;
    }
    if (c == '#') return false;
    if (static_cast<unsigned char>(c) >= 0x80) return true;
    const bool opens = kBeforeQuote.find(before) != std::string_view::npos;
    if ((c == '"' || c == '\'') && opens) quote = c;
    if (c != ' ' && c != '\t') before = c;
  }
  return false;
}

// The number of the first such line, or 0: of some letters there toml++ 3.3 has no defined opinion.
// (So too in a text of several lines; no setting is one.)
size_t foreign_line(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (size_t line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    if (is_foreign(text.substr(0, end))) return line;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}

std::string_view first_lines(std::string_view text, size_t count) {
  size_t end = 0;
  while (count-- > 0 && end < text.size()) end = std::min(text.find('\n', end), text.size()) + 1;
  return text.substr(0, end);
}

bool loses_parser(std::string_view text) {
  try {
    (void)toml::parse(text);
  } catch (const toml::parse_error&) {
    return false;
  } catch (const ParserLost&) {
    return true;
  }
  return false;
}

// The line that a text which loses the parser does it on: no shorter beginning does.
size_t lost_line(std::string_view text) {
  size_t low = 1, high = 1 + static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (loses_parser(first_lines(text, middle))) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

Result<toml::table> table_of(std::string_view text, std::string_view source) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return refusal({at_line(source, error.source()) + ": " + std::string(error.description())});
  } catch (const ParserLost&) {
    return refusal(
        {std::string(source) + ":" + std::to_string(lost_line(text)) + ": this is not TOML"});
  }
}

std::string date_refused(const toml::node& node, std::string_view source) {
  return at_line(source, node.source()) + ": dates and times are not settings; put it in quotes";
}

// False: the value, or one inside it, is a date or a time.
bool pack(Packer& packer, const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string: packer.text(node.as_string()->get()); return true;
    case toml::node_type::integer: packer.integer(node.as_integer()->get()); return true;
    case toml::node_type::floating_point:
      packer.number(node.as_floating_point()->get());
      return true;
    case toml::node_type::boolean: packer.boolean(node.as_boolean()->get()); return true;
    case toml::node_type::array: {
      const auto& list = *node.as_array();
      packer.array(list.size());
      return std::all_of(list.begin(), list.end(),
                         [&](const toml::node& item) { return pack(packer, item); });
    }
    case toml::node_type::table: {
      const auto& table = *node.as_table();
      packer.map(table.size());
      return std::all_of(table.begin(), table.end(), [&](const auto& pair) {
        packer.text(pair.first.str());
        return pack(packer, pair.second);
      });
    }
    default: return false;
  }
}

// Tables inside tables become sections of their own.
void collect(const toml::table& table, const std::string& name, std::string_view source,
             std::vector<Section>& sections, std::vector<std::string>& faults) {
  Section section{name, at_line(source, table.source()), {}};
  const std::string prefix = name.empty() ? "" : name + ".";
  for (const auto& [key, node] : table) {
    if (const auto* const inner = node.as_table()) {
      collect(*inner, prefix + std::string(key.str()), source, sections, faults);
      continue;
    }
    Packer packer;
    if (pack(packer, node)) {
      section.entries.push_back(
          {std::string(key.str()), packer.take(), at_line(source, key.source())});
    } else {
      faults.push_back(date_refused(node, source));
    }
  }
  const bool is_only_a_path = section.entries.empty() && !table.empty();
  if (!is_only_a_path) sections.push_back(std::move(section));
}

uint64_t line_of(const std::string& where) {
  uint64_t line = 0;
  const auto colon = where.rfind(':');
  std::from_chars(where.data() + colon + 1, where.data() + where.size(), line);
  return line;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out.append("\\").append(1, c);
    } else if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F) {
      out.append("\\u00").append(hex({&c, 1}));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string number_text(double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return {text, end};
}

}  // namespace

Error refusal(const std::vector<std::string>& lines) {
  std::string detail;
  for (const auto& line : lines) detail += (detail.empty() ? "" : "\n") + line;
  return {Code::invalid, "configuration", detail};
}

Result<std::vector<Section>> parse(std::string_view text, std::string_view source) {
  if (const auto line = overlong_line(text)) {
    return refusal({std::string(source) + ":" + std::to_string(line) + ": a line is at most " +
                    std::to_string(kLineMax) + " bytes long; break the list"});
  }
  if (const auto line = foreign_line(text)) {
    return refusal({std::string(source) + ":" + std::to_string(line) +
                    ": outside quotes stand ASCII letters only"});
  }
  const auto parsed = table_of(text, source);
  if (!parsed) return parsed.error();
  std::vector<Section> sections;
  std::vector<std::string> faults;
  collect(*parsed, "", source, sections, faults);
  if (!faults.empty()) return refusal(faults);

  const auto by_line = [](const auto& a, const auto& b) {
    return line_of(a.where) < line_of(b.where);
  };
  for (auto& section : sections) {
    std::stable_sort(section.entries.begin(), section.entries.end(), by_line);
  }
  std::stable_sort(sections.begin(), sections.end(), by_line);
  return sections;
}

Result<std::vector<Section>> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return refusal({path + ": cannot be opened: " + std::generic_category().message(errno)});
  }
  std::string text(kFileMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof())) return refusal({path + ": cannot be read"});
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kFileMax) return refusal({path + ": is over 1 MiB, so not a settings file"});
  return parse(text, path);
}

Result<std::string> parse_value(std::string_view text) {
  // A line feed would let the text add keys of its own.
  const bool one_line = text.find('\n') == std::string_view::npos && text.size() <= kLineMax;
  const auto parsed = table_of("value = " + (one_line ? std::string(text) : ""), "value");
  Packer packer;
  if (!parsed || !pack(packer, *parsed->get("value"))) {
    return refusal({"is not a TOML value"});
  }
  return packer.take();
}

std::string text_of(const Value& value) {
  switch (value.type()) {
    case ValueType::boolean: return value.boolean() ? "true" : "false";
    case ValueType::integer: return std::to_string(value.integer().value_or(INT64_MAX));
    case ValueType::number: return number_text(value.number());
    case ValueType::string: return quoted(value.text());
    case ValueType::bytes: return quoted(base64url(value.bytes()));
    case ValueType::array: {
      std::string out;
      for (size_t i = 0; i < value.size(); ++i) out += (i ? ", " : "") + text_of(value.at(i));
      return "[" + out + "]";
    }
    case ValueType::map: {
      std::string out;
      for (size_t i = 0; i < value.size(); ++i) {
        out += (i ? ", " : "") + quoted(value.key(i).text()) + " = " + text_of(value.value(i));
      }
      return "{" + out + "}";
    }
    case ValueType::nil:
    case ValueType::other: break;
  }
  return "\"\"";
}

}  // namespace bilten::toml_file
