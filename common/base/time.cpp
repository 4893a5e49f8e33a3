#include "common/base/time.h"

#include <charconv>
#include <cstdio>

namespace bilten {
namespace {

constexpr int64_t kDayMs = 86'400'000;

// Days since 1970-01-01 and back (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
int64_t days_from_civil(int64_t y, int64_t m, int64_t d) {
  y -= m <= 2;
  const int64_t era = y / 400;
  const int64_t yoe = y - era * 400;
  const int64_t doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146'097 + doe - 719'468;
}

struct Civil {
  int64_t year, month, day;
};

Civil civil_from_days(int64_t days) {
  days += 719'468;
  const int64_t era = days / 146'097;
  const int64_t doe = days - era * 146'097;
  const int64_t yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153;
  const int64_t month = mp < 10 ? mp + 3 : mp - 9;
  return {yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}

int64_t days_in_month(int64_t year, int64_t month) {
  static constexpr int64_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// Takes fixed-width fields off the front; one failure and all later fields read as failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  int64_t digits(size_t count) {
    if (rest_.size() < count) return fail();
    for (size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return fail();
    }
    int64_t value = 0;
    std::from_chars(rest_.data(), rest_.data() + count, value);
    rest_.remove_prefix(count);
    return value;
  }
  void literal(char expected) {
    if (rest_.empty() || rest_[0] != expected) {
      fail();
    } else {
      rest_.remove_prefix(1);
    }
  }
  char take() {
    if (rest_.empty()) return static_cast<char>(fail());
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }
  int64_t fraction_ms() {
    if (rest_.empty() || rest_[0] != '.') return 0;
    rest_.remove_prefix(1);
    int64_t ms = 0;
    size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      if (count < 3) ms = ms * 10 + (rest_[count] - '0');
    }
    if (count == 0 || count > 9) return fail();
    for (size_t i = count; i < 3; ++i) ms *= 10;
    rest_.remove_prefix(count);
    return ms;
  }
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  int64_t fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string rfc3339(UnixMillis at) {
  const auto date = civil_from_days(at / kDayMs);
  const int64_t in_day = at % kDayMs;
  const int64_t ms = in_day % 1000;
  char text[48];
  int length = std::snprintf(
      text, sizeof text, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld",
      static_cast<long long>(date.year), static_cast<long long>(date.month),
      static_cast<long long>(date.day), static_cast<long long>(in_day / 3'600'000),
      static_cast<long long>(in_day / 60'000 % 60), static_cast<long long>(in_day / 1000 % 60));
  std::string out(text, static_cast<size_t>(length));
  if (ms != 0) {
    length = std::snprintf(text, sizeof text, ".%03lld", static_cast<long long>(ms));
    out.append(text, static_cast<size_t>(length));
  }
  return out + "Z";
}

std::optional<UnixMillis> parse_rfc3339(std::string_view text) {
  Scanner scan(text);
  const int64_t year = scan.digits(4);
  scan.literal('-');
  const int64_t month = scan.digits(2);
  scan.literal('-');
  const int64_t day = scan.digits(2);
  const char separator = scan.take();
  const int64_t hour = scan.digits(2);
  scan.literal(':');
  const int64_t minute = scan.digits(2);
  scan.literal(':');
  const int64_t second = scan.digits(2);
  const int64_t ms = scan.fraction_ms();
  const char zone = scan.take();
  int64_t offset_minutes = 0;
  if (zone == '+' || zone == '-') {
    const int64_t offset_hour = scan.digits(2);
    scan.literal(':');
    const int64_t offset_minute = scan.digits(2);
    if (offset_hour > 23 || offset_minute > 59) return std::nullopt;
    offset_minutes = (offset_hour * 60 + offset_minute) * (zone == '+' ? 1 : -1);
  } else if (zone != 'Z' && zone != 'z') {
    return std::nullopt;
  }
  if (!scan.finished() || (separator != 'T' && separator != 't')) return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const int64_t at = days_from_civil(year, month, day) * kDayMs +
                     ((hour * 60 + minute - offset_minutes) * 60 + second) * 1000 + ms;
  if (at < 0 || at > kInstantMax) return std::nullopt;
  return at;
}

}  // namespace bilten
