#include "tests/support/wall_clock.h"

#include <cstdio>
#include <filesystem>

namespace bilten::test {
namespace {

constexpr const char* kLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

}  // namespace

std::string WallClock::obstacle() {
  if (is_sanitized()) return "a sanitizer must be the first library of a program";
  return std::filesystem::exists(kLibrary) ? "" : "needs faketime";
}

void WallClock::set(int seconds) const {
  char text[16];
  std::snprintf(text, sizeof text, "%+d\n", seconds);
  const auto file = folder_.write("clock.new", text);
  std::filesystem::rename(file, folder_.path() + "/clock");
}

std::vector<std::string> WallClock::environment() const {
  return {std::string("LD_PRELOAD=") + kLibrary,
          "FAKETIME_TIMESTAMP_FILE=" + folder_.path() + "/clock", "FAKETIME_CACHE_DURATION=1",
          "FAKETIME_DONT_FAKE_MONOTONIC=1"};
}

}  // namespace bilten::test
