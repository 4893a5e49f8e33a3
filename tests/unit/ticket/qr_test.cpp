#include "daemons/ticket/qr.h"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <vector>

#include "daemons/ticket/code.h"
#include "daemons/ticket/png.h"
#include "tests/support/platform.h"

using namespace bilten::ticket;

namespace {

const std::string kText =
    "W4V6A0 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./: "
    "W4V6A0 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./: W4V6A0 0123456789 ABCDEFGHIJKLMN";

// The modules that the path paints, quiet zone included.
std::vector<std::vector<bool>> paint(const std::string& svg) {
  const auto box = svg.find("viewBox=\"0 0 ") + 13;
  const auto side = static_cast<size_t>(std::stoi(svg.substr(box)));
  std::vector<std::vector<bool>> dark(side, std::vector<bool>(side));
  size_t at = svg.find(" d=\"") + 4;
  while (svg[at] == 'M') {
    int x = 0, y = 0, run = 0, back = 0, used = 0;
    REQUIRE(sscanf(svg.c_str() + at, "M%d,%dh%dv1h-%dz%n", &x, &y, &run, &back, &used) == 4);
    REQUIRE(run == back);
    for (int i = 0; i < run; ++i)
      dark.at(static_cast<size_t>(y)).at(static_cast<size_t>(x + i)) = true;
    at += static_cast<size_t>(used);
  }
  REQUIRE(svg.substr(at) == "\"/></svg>\n");
  return dark;
}

bool is_finder(const std::vector<std::vector<bool>>& dark, size_t left, size_t top) {
  for (size_t y = 0; y < 7; ++y) {
    for (size_t x = 0; x < 7; ++x) {
      const bool ring = x == 1 || x == 5 || y == 1 || y == 5;
      const bool edge = x == 0 || x == 6 || y == 0 || y == 6;
      if (dark[top + y][left + x] != (edge || !ring)) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("a ticket's QR image is of version 7 at most, with finders and a quiet zone",
          "[ticket]") {
  REQUIRE(kText.size() >= 140);
  const auto dark = paint(qr_svg(kText.substr(0, 140) + "0123456789ABCDEF"));
  const size_t side = dark.size();
  CHECK(side <= 45 + 8);  // Version 7 has 45 modules a side.
  CHECK(is_finder(dark, 4, 4));
  CHECK(is_finder(dark, side - 11, 4));
  CHECK(is_finder(dark, 4, side - 11));
  for (size_t i = 0; i < side; ++i) {
    for (size_t edge = 0; edge < 4; ++edge) {
      CHECK_FALSE(dark[edge][i]);
      CHECK_FALSE(dark[side - 1 - edge][i]);
      CHECK_FALSE(dark[i][edge]);
      CHECK_FALSE(dark[i][side - 1 - edge]);
    }
  }
}

TEST_CASE("a reader of QR codes reads the ticket's text", "[ticket]") {
  if (system("command -v zbarimg >/dev/null 2>&1") != 0) {
    WARN(
        "SKIPPED: zbarimg is not installed (apt-get install zbar-tools); the image is not read "
        "back");
    return;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "bilten-qr-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const auto dark = paint(qr_svg(kText));
  std::ofstream image(folder + "/qr.pgm");
  const size_t scale = 4;
  image << "P2\n" << dark.size() * scale << ' ' << dark.size() * scale << "\n1\n";
  for (size_t y = 0; y < dark.size() * scale; ++y) {
    for (size_t x = 0; x < dark.size() * scale; ++x) {
      image << (dark[y / scale][x / scale] ? "0 " : "1 ");
    }
    image << '\n';
  }
  image.close();
  const auto command = "zbarimg --raw -q " + folder + "/qr.pgm 2>/dev/null > " + folder + "/text";
  CHECK(system(command.c_str()) == 0);
  std::string read;
  std::getline(std::ifstream(folder + "/text"), read);
  CHECK(read == kText);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a reader of QR codes reads the PNG image too", "[ticket]") {
  const auto png = qr_png(kText);
  CHECK(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  CHECK(png.size() < 4000);
  if (bilten::test::run_program({"/usr/bin/which", "zbarimg"}).status != 0) {
    WARN("SKIPPED: zbarimg is not installed (apt-get install zbar-tools); the image is not read");
    return;
  }
  bilten::test::Folder folder;
  const auto file = folder.write("qr.png", png);
  const auto read = bilten::test::run_program({"/usr/bin/zbarimg", "--raw", "-q", file});
  CHECK(read.status == 0);
  CHECK(read.out.find(kText) != std::string::npos);
}

TEST_CASE("a code with the greatest of every field is of version 7", "[ticket]") {
  TicketCode code;
  code.key_id = UINT8_MAX;
  code.event_id.bytes.fill(0xff);
  code.ticket_id.bytes.fill(0xff);
  code.generation = UINT16_MAX;
  code.valid_until_s = UINT32_MAX;
  const auto text = write_code(code, event_key(std::string(32, 's'), code.event_id, code.key_id));
  CHECK(qr_modules(text).side == 45 + 2 * kQuietZone);
}
