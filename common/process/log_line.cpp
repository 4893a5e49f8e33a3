// Log lines as JSON or as text.
#include "common/process/log_line.h"

#include <functional>

#include "common/base/text.h"
#include "common/base/time.h"

namespace bilten {
namespace {

constexpr size_t kValueMax = 1000;
constexpr size_t kNameMax = 100;
// Left of a line for its end: "cut" and the line feed.
constexpr size_t kFieldsMax = kLogLineMax - 32;

void append_escaped(std::string& out, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<uint8_t>(c);
    // U+0080 to U+009F: terminals obey some of them.
    const bool is_c1 = byte == 0xC2 && static_cast<uint8_t>(text[i + 1]) < 0xA0;
    if (c == '"' || c == '\\') {
      out.append("\\").append(1, c);
    } else if (byte < 0x20 || byte == 0x7F || is_c1) {
      out.append("\\u00").append(hex(text.substr(is_c1 ? ++i : i, 1)));
    } else {
      out += c;
    }
  }
}

// Cuts between characters, not inside one.
std::string_view cut(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<uint8_t>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

std::string quoted(std::string_view text, size_t most) {
  const auto kept = cut(text, most);
  std::string out = "\"";
  if (code_points(kept)) {
    append_escaped(out, kept);
  } else {
    // Not UTF-8, so not text: shown as what it is.
    out += "hex:" + hex(kept.substr(0, most / 2));
  }
  if (kept.size() < text.size()) out += "...";
  return out + "\"";
}

bool is_plain(std::string_view text) {
  for (char c : text) {
    if (c <= ' ' || c >= 0x7F || c == '"' || c == '\\' || c == '=') return false;
  }
  return !text.empty() && text.size() <= kValueMax;
}

std::string value_text(const LogField& field, bool bare) {
  if (const auto* number = std::get_if<int64_t>(&field.value)) return std::to_string(*number);
  const auto& text = std::get<std::string>(field.value);
  return bare && is_plain(text) ? text : quoted(text, kValueMax);
}

std::string json_line(UnixMillis at, std::string_view program, LogLevel level,
                      std::string_view what, LogFields fields) {
  std::string line = "{\"at\":\"" + rfc3339(at) + "\",\"level\":\"";
  line.append(names_of(level)[static_cast<size_t>(level)]);
  line += "\",\"program\":" + quoted(program, kNameMax) + ",\"what\":" + quoted(what, kNameMax);
  for (const auto& field : fields) {
    const std::string pair = "," + quoted(field.key, kNameMax) + ":" + value_text(field, false);
    if (line.size() + pair.size() > kFieldsMax) {
      line += ",\"cut\":true";
      break;
    }
    line += pair;
  }
  return line + "}\n";
}

std::string text_line(UnixMillis at, LogLevel level, std::string_view what, LogFields fields) {
  std::string line = rfc3339(at);
  line.append(" ").append(names_of(level)[static_cast<size_t>(level)]).append(" ");
  line += is_plain(what) ? std::string(cut(what, kNameMax)) : quoted(what, kNameMax);
  for (const auto& field : fields) {
    const bool bare = is_plain(field.key);
    const std::string pair = " " + (bare ? std::string(field.key) : quoted(field.key, kNameMax)) +
                             "=" + value_text(field, true);
    if (line.size() + pair.size() > kFieldsMax) {
      line += " ...";
      break;
    }
    line += pair;
  }
  return line + "\n";
}

}  // namespace

std::string log_line(LogStyle style, UnixMillis at, std::string_view program, LogLevel level,
                     std::string_view what, LogFields fields) {
  if (style == LogStyle::text) return text_line(at, level, what, fields);
  if (style == LogStyle::json) return json_line(at, program, level, what, fields);
  // syslog(3): 7 debug, 6 information, 4 warning, 3 error.
  constexpr std::array<const char*, 4> kPriorities = {"<7>", "<6>", "<4>", "<3>"};
  return kPriorities[static_cast<size_t>(level)] + json_line(at, program, level, what, fields);
}

LogBudget::Verdict LogBudget::take(std::string_view what, SteadyMicros now) {
  constexpr SteadyMicros kSecond = 1'000'000;
  const size_t kind = std::hash<std::string_view>{}(what);
  Slot& slot = slots_[kind % slots_.size()];
  Verdict verdict;
  if (slot.kind != kind || now - slot.since >= kSecond) {
    if (slot.kind == kind && slot.count > kLinesPerSecond) {
      verdict.left_out = slot.count - kLinesPerSecond;
    }
    slot = {kind, now, 0};
  }
  verdict.write = ++slot.count <= kLinesPerSecond;
  return verdict;
}

}  // namespace bilten
