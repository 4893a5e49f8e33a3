// Structured log lines on stderr: one JSON object a line, or readable text on a terminal; under
// systemd the journal takes stderr, with the priority as "<N>" in front. No secret or personal data:
// a line carries ids, names of messages and numbers.
//
//   log_info("order_expired", {{"order_id", id.text()}, {"count", 3}});
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace bilten {

enum class LogLevel : uint8_t { debug, info, warning, error };

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

void set_log(std::string program, LogLevel least);
void log(LogLevel level, std::string_view what, LogFields fields);
inline void log_debug(std::string_view what, LogFields fields = {}) { log(LogLevel::debug, what, fields); }
inline void log_info(std::string_view what, LogFields fields = {}) { log(LogLevel::info, what, fields); }
inline void log_warning(std::string_view what, LogFields fields = {}) { log(LogLevel::warning, what, fields); }
inline void log_error(std::string_view what, LogFields fields = {}) { log(LogLevel::error, what, fields); }

}  // namespace bilten
