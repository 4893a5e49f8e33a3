#include "common/print/qr.h"

#include <catch2/catch.hpp>

#include "daemons/ticket/code.h"
#include "daemons/ticket/png.h"
#include "tests/support/platform.h"

using namespace bilten;
using namespace bilten::ticket;

TEST_CASE("a reader of QR codes reads the PNG image too", "[ticket]") {
  const std::string text = "W4V6A0 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const auto png = qr_png(text + text);
  CHECK(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  CHECK(png.size() < 4000);
  const test::Folder folder;
  const auto file = folder.write("qr.png", png);
  const auto read = test::run_program({"/usr/bin/zbarimg", "--raw", "-q", file});
  CHECK(read.status == 0);
  CHECK(read.out.find(text + text) != std::string::npos);
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
