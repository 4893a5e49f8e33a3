// Structured log lines on stderr: one JSON object a line, or readable text on a terminal; under
// systemd the journal takes stderr, with the priority as "<N>" in front. No secret or personal
// data: a line carries ids, names of messages and numbers.
//
//   log_info("order_expired", {{"order_id", id.text()}, {"count", 3}});
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace bilten {

enum class LogLevel : uint8_t { debug, info, warning, error };
constexpr auto names_of(LogLevel) {
  return std::array<std::string_view, 4>{"debug", "info", "warning", "error"};
}

// automatic: text where stderr is a terminal, else JSON.
enum class LogFormat : uint8_t { automatic, json, text };
constexpr auto names_of(LogFormat) {
  return std::array<std::string_view, 3>{"auto", "json", "text"};
}

struct LogField {
  std::string_view key;
  std::variant<int64_t, std::string> value;
  LogField(std::string_view k, int64_t v) : key(k), value(v) {}
  LogField(std::string_view k, int v) : key(k), value(int64_t{v}) {}
  LogField(std::string_view k, uint32_t v) : key(k), value(int64_t{v}) {}
  LogField(std::string_view k, uint64_t v) : key(k), value(static_cast<int64_t>(v)) {}
  LogField(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
};
using LogFields = std::initializer_list<LogField>;

// Called once, before threads start.
void set_log(std::string program, LogLevel least, LogFormat format = LogFormat::automatic);
// One write(2) a line, never over 4096 bytes: values are cut. The same `what` more than 100 times
// in a second is counted, and the count written, instead. Any thread.
void log(LogLevel level, std::string_view what, LogFields fields);
inline void log_debug(std::string_view what, LogFields fields = {}) {
  log(LogLevel::debug, what, fields);
}
inline void log_info(std::string_view what, LogFields fields = {}) {
  log(LogLevel::info, what, fields);
}
inline void log_warning(std::string_view what, LogFields fields = {}) {
  log(LogLevel::warning, what, fields);
}
inline void log_error(std::string_view what, LogFields fields = {}) {
  log(LogLevel::error, what, fields);
}

}  // namespace bilten
