// Calendar files, against what RFC 5545 says by hand.
#include "daemons/ticket/ics.h"

#include <catch2/catch.hpp>

#include "common/base/text.h"
#include "daemons/ticket/printout.h"

using namespace bilten;
using namespace bilten::ticket;

namespace {

CalendarEvent jazz() {
  CalendarEvent event;
  event.uid = "01890a5d-ac96-774b-bcce-b302099a8057";
  event.version = 3;
  event.changed_at = 1'795'000'000'123;
  event.starts_at = 1'795'888'800'000;
  event.ends_at = 1'795'903'200'000;
  event.title = "Nile Jazz Night";
  event.place = "Opera House";
  return event;
}

// What a calendar reads: folded lines put together again.
std::string unfolded(std::string text) {
  for (size_t at; (at = text.find("\r\n ")) != std::string::npos;) text.erase(at, 3);
  return text;
}

std::string line_of(const CalendarEvent& event, const std::string& name) {
  const auto text = unfolded(calendar_ics({event}));
  const auto at = text.find("\r\n" + name + ":");
  if (at == std::string::npos) return "";
  return text.substr(at + 2, text.find("\r\n", at + 2) - at - 2);
}

}  // namespace

TEST_CASE("an event's calendar file is these lines", "[ticket]") {
  auto event = jazz();
  event.position = {{30.0425, 31.224444}};
  CHECK(calendar_ics({event}) ==
        "BEGIN:VCALENDAR\r\n"
        "VERSION:2.0\r\n"
        "PRODID:-//Bilten//Tickets//EN\r\n"
        "BEGIN:VEVENT\r\n"
        "UID:01890a5d-ac96-774b-bcce-b302099a8057\r\n"
        "SEQUENCE:3\r\n"
        "DTSTAMP:20261118T110640Z\r\n"
        "DTSTART:20261128T180000Z\r\n"
        "DTEND:20261128T220000Z\r\n"
        "STATUS:CONFIRMED\r\n"
        "SUMMARY:Nile Jazz Night\r\n"
        "LOCATION:Opera House\r\n"
        "GEO:30.042500;31.224444\r\n"
        "END:VEVENT\r\n"
        "END:VCALENDAR\r\n");
}

TEST_CASE("what has a meaning in a calendar's text is escaped", "[ticket]") {
  auto event = jazz();
  event.title = "Jazz, Blues; Rock\\Soul: all\r\nnight";
  CHECK(line_of(event, "SUMMARY") == "SUMMARY:Jazz\\, Blues\\; Rock\\\\Soul: all\\nnight");
  event.title = "x\r\nEND:VEVENT\r\nBEGIN:VALARM";  // Text cannot become a line of its own.
  CHECK(line_of(event, "END") == "END:VEVENT");
  CHECK(calendar_ics({event}).find("\r\nBEGIN:VALARM") == std::string::npos);
}

TEST_CASE("a line is folded at 75 bytes, and at its 76th alone", "[ticket]") {
  auto event = jazz();
  event.title = std::string(75 - 8, 'a');  // "SUMMARY:" is 8.
  CHECK(calendar_ics({event}).find("\r\nSUMMARY:" + event.title + "\r\n") != std::string::npos);
  event.title += 'b';
  CHECK(calendar_ics({event}).find("\r\nSUMMARY:" + std::string(67, 'a') + "\r\n b\r\n") !=
        std::string::npos);
  event.title = std::string(67 + 74 + 1, 'a');  // The space of a folded line counts.
  CHECK(calendar_ics({event}).find("\r\n " + std::string(74, 'a') + "\r\n a\r\n") !=
        std::string::npos);
}

TEST_CASE("no fold falls within a character", "[ticket]") {
  const std::string letters[] = {"é", "日", "🎷"};
  for (const auto& letter : letters) {
    for (size_t before = 0; before < 5; ++before) {
      auto event = jazz();
      event.title = std::string(before, 'a');
      for (int i = 0; i < 60; ++i) event.title += letter;
      const auto text = calendar_ics({event});
      CHECK(line_of(event, "SUMMARY") == "SUMMARY:" + event.title);
      for (size_t start = 0; start < text.size();) {
        const auto end = text.find("\r\n", start);
        CHECK(end - start <= 75);
        CHECK(code_points(text.substr(start, end - start)));
        start = end + 2;
      }
    }
  }
}

TEST_CASE("a cancelled event says so, and one without a place has none", "[ticket]") {
  auto event = jazz();
  event.is_cancelled = true;
  event.place.clear();
  CHECK(line_of(event, "STATUS") == "STATUS:CANCELLED");
  CHECK(line_of(event, "LOCATION") == "");
  CHECK(line_of(event, "GEO") == "");
}

TEST_CASE("positions have six decimals and a sign", "[ticket]") {
  auto event = jazz();
  event.position = {{-0.0000004, -179.9999996}};
  CHECK(line_of(event, "GEO") == "GEO:0.000000;-180.000000");
  event.position = {{-33.856784, 151.2}};
  CHECK(line_of(event, "GEO") == "GEO:-33.856784;151.200000");
}

TEST_CASE("a text is given in the language asked for, its family, plainly, or in English",
          "[ticket]") {
  Text text;
  text.by_language = {{"ar", "ليلة"}, {"en", "Night"}, {"pt", "Noite"}};
  CHECK(text_in(text, "ar") == "ليلة");
  CHECK(text_in(text, "pt-BR") == "Noite");
  CHECK(text_in(text, "fr") == "Night");
  CHECK(text_in(text, {}) == "Night");
  text.plain = "Nacht";
  CHECK(text_in(text, "fr") == "Nacht");
  CHECK(text_in(text, "en-GB") == "Night");
  text.by_language.erase("en");
  text.plain.clear();
  CHECK(text_in(text, "fr") == "ليلة");
  CHECK(text_in(Text{}, "fr").empty());
}
