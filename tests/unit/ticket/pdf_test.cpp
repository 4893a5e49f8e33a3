// Tickets to print, as other programs read them: poppler for text and fonts, zbar for the code.
#include "daemons/ticket/pdf.h"

#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "common/print/sheets.h"
#include "daemons/ticket/code.h"
#include "tests/support/platform.h"

using namespace bilten;
using namespace bilten::test;
using namespace bilten::ticket;

namespace {

// False, and a loud word, where the program is not installed (packages.txt names its package).
bool has(const std::string& program) {
  const bool found = run_program({"/usr/bin/which", program}).status == 0;
  if (!found) std::cout << "SKIPPED: " << program << " is not installed; make packages-test\n";
  return found;
}

std::string code_of(uint8_t number) {
  TicketCode code;
  code.ticket_id.bytes.fill(number);
  return write_code(code, event_key(std::string(32, 's'), code.event_id, kFirstKey));
}

constexpr UnixMillis kStart = 1'795'888'800'000;

Printout jazz(size_t tickets = 1) {
  Printout printout;
  printout.event_title = "Nile Jazz Night";
  printout.venue_name = "Opera House, Main Hall";
  printout.address = "El Borg, Cairo, EG";
  printout.timezone = "Africa/Cairo";
  printout.order_code = "K7QX4M2P";
  printout.holder = "Nadia Fathy";
  printout.ordered_at = 1'795'000'000'000;
  for (size_t i = 0; i < tickets; ++i) {
    printout.tickets.push_back({"ticket-" + std::to_string(i + 1), "Balcony",
                                code_of(static_cast<uint8_t>(i + 1)), kStart, kStart - 3'600'000});
  }
  return printout;
}

std::string print(const Folder& folder, const Printout& printout) {
  const auto pdf = tickets_pdf(printout);
  REQUIRE(pdf);
  CHECK(pdf->substr(0, 5) == "%PDF-");
  return folder.write("ticket.pdf", *pdf);
}

std::string text_of(const Printout& printout) {
  Folder folder;
  const auto read = run_program({"/usr/bin/pdftotext", print(folder, printout), "-"});
  REQUIRE(read.status == 0);
  return read.out;
}

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

// The lines of pdffonts below its head: name, type, encoding, embedded, subset, unicode.
std::vector<std::string> fonts_of(const Printout& printout) {
  Folder folder;
  std::istringstream lines(run_program({"/usr/bin/pdffonts", print(folder, printout)}).out);
  std::vector<std::string> fonts;
  for (std::string line; std::getline(lines, line);) fonts.push_back(line);
  REQUIRE(fonts.size() > 2);
  fonts.erase(fonts.begin(), fonts.begin() + 2);
  return fonts;
}

}  // namespace

TEST_CASE("a printed ticket says what its holder and the door need", "[ticket]") {
  if (!has("pdftotext")) return;
  const auto text = text_of(jazz());
  for (const auto* words :
       {"Nile Jazz Night", "Saturday 28 November 2026, 20:00", "Doors open at 19:00 (Africa/Cairo)",
        "Opera House, Main Hall", "El Borg, Cairo, EG", "Balcony", "Nadia Fathy", "K7QX4M2P",
        "Ticket ticket-1"}) {
    INFO(text);
    CHECK(says(text, words));
  }
  CHECK_FALSE(says(text, "1 of 1"));
}

TEST_CASE("wall times are those of the event's zone, on its own day", "[ticket]") {
  if (!has("pdftotext")) return;
  auto printout = jazz();
  printout.timezone = "Asia/Tokyo";
  auto text = text_of(printout);
  CHECK(says(text, "Sunday 29 November 2026, 03:00"));
  CHECK(says(text, "Doors open at 02:00 (Asia/Tokyo)"));
  auto& ticket = printout.tickets[0];
  ticket.doors_at = kStart - 4 * 3'600'000;
  CHECK(says(text_of(printout), "Doors open Saturday 28 November 2026, 23:00 (Asia/Tokyo)"));
  printout.timezone = "Europe/Berlin";
  ticket.starts_at = 1'806'195'600'000;  // 2027-03-28T01:00Z: summer time has just begun.
  ticket.doors_at = ticket.starts_at - 60'000;
  ticket.label = "Matinee";
  text = text_of(printout);
  CHECK(says(text, "Matinee"));
  CHECK(says(text, "Sunday 28 March 2027, 03:00"));
  CHECK(says(text, "Doors open at 01:59"));
}

TEST_CASE("an order's tickets are printed each on a page with its number", "[ticket]") {
  if (!has("pdftotext")) return;
  const auto text = text_of(jazz(3));
  CHECK(says(text, "1 of 3"));
  CHECK(says(text, "3 of 3"));
  CHECK(std::count(text.begin(), text.end(), '\f') == 3);
}

TEST_CASE("Arabic, Chinese, Japanese, Korean and more come out, in embedded fonts", "[ticket]") {
  if (!has("pdftotext") || !has("pdffonts")) return;
  auto printout = jazz();
  printout.event_title = "ليلة الجاز · 東京ジャズ · 서울의 밤 · संगीत · ดนตรี · ליל · Ночь · Zoë";
  printout.venue_name = "دار الأوبرا المصرية";
  printout.address = "千代田区北の丸公園, 東京, JP";
  printout.holder = "محمد عبد الرحمن";
  const auto text = text_of(printout);
  INFO(text);
  for (const auto* words : {"ليلة الجاز", "東京ジャズ", "서울의", "संगीत", "ดนตรี", "ליל", "Ночь",
                            "Zoë", "المصرية", "千代田区北の丸公園", "محمد عبد"}) {
    CHECK(says(text, words));
  }
  for (const auto& font : fonts_of(printout)) {
    INFO(font);
    CHECK(says(font.substr(font.size() - 30), "yes yes yes"));
    CHECK(font[6] == '+');  // A subset: six letters before its name.
  }
}

TEST_CASE("the code on the printed page is the ticket's, on each page its own", "[ticket]") {
  if (!has("pdftoppm") || !has("zbarimg")) return;
  Folder folder;
  const auto printout = jazz(2);
  const auto file = print(folder, printout);
  REQUIRE(run_program({"/usr/bin/pdftoppm", "-r", "100", "-png", file, folder.path() + "/page"})
              .status == 0);
  for (size_t i = 0; i < 2; ++i) {
    const auto image = folder.path() + "/page-" + std::to_string(i + 1) + ".png";
    const auto read = run_program({"/usr/bin/zbarimg", "--raw", "-q", image});
    CHECK(says(read.out, printout.tickets[i].code));
    CHECK_FALSE(says(read.out, printout.tickets[1 - i].code));
  }
}

TEST_CASE("the same printout makes the same bytes", "[ticket]") {
  CHECK(*tickets_pdf(jazz(2)) == *tickets_pdf(jazz(2)));
}

TEST_CASE("a hundred tickets fit an answer, and what does not fit is refused", "[ticket]") {
  auto printout = jazz(100);
  const auto pdf = tickets_pdf(printout);
  REQUIRE(pdf);
  CHECK(pdf->size() < kPdfMax);
  printout = jazz(250);
  const auto too_many = tickets_pdf(printout);
  REQUIRE_FALSE(too_many);
  CHECK(too_many.error().reason == "too_large");
}

TEST_CASE("no text, however long or strange, breaks the page", "[ticket]") {
  const std::string marks = "e\u0301\u0323\u0301\u0323\u0301\u0323\u0301\u0323";
  std::string many_marks, many_letters, many_emoji, turned;
  for (int i = 0; i < 28; ++i) many_marks += marks;
  for (int i = 0; i < 255; ++i) many_letters += "ﷺ";
  for (int i = 0; i < 36; ++i) many_emoji += "👨‍👩‍👧🎷";
  for (int i = 0; i < 60; ++i) turned += "\u202e\u2067a\u0627";
  for (const auto& text :
       {many_marks, many_letters, many_emoji, turned, std::string("\u200b"), std::string(255, 'W'),
        std::string("\ufdd0\ufffe\U0001ffff\U0010fffd\U000e0001")}) {
    auto printout = jazz();
    printout.event_title = printout.venue_name = printout.address = printout.holder = text;
    printout.tickets[0].type_name = printout.order_code = text;
    CHECK(tickets_pdf(printout));
  }
  auto printout = jazz();
  printout.timezone = "Mars/Olympus";
  printout.holder.clear();
  CHECK(tickets_pdf(printout));
}
