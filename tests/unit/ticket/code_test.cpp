#include "daemons/ticket/code.h"

#include <catch2/catch.hpp>

#include "common/base/text.h"
#include "common/crypto/order_link.h"
#include "tests/unit/ticket/signed_code.h"

using namespace bilten;
using namespace bilten::ticket;

namespace {

const std::string kSecret(32, 's');

TicketCode sample() {
  TicketCode code;
  code.event_id = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  code.ticket_id = *Id::parse("01890a5d-ac97-7000-8000-0000000000ff");
  code.generation = 3;
  code.valid_until_s = 1'800'000'000;
  return code;
}

std::string sample_text() {
  return write_code(sample(), event_key(kSecret, sample().event_id, kFirstKey));
}

bool passes(const std::string& text) {
  const auto shown = read_code(text);
  if (!shown) return false;
  const auto key = event_key(kSecret, shown->code.event_id, shown->code.key_id);
  const bool genuine = is_genuine(*shown, key);
  CHECK(genuine == is_signed(*shown, key.public_key));
  return genuine;
}

}  // namespace

TEST_CASE("a code reads as it was written and is genuine", "[ticket]") {
  const auto text = sample_text();
  CHECK(text.size() == kCodeText);
  const auto shown = read_code(text);
  REQUIRE(shown);
  CHECK(shown->code == sample());
  CHECK(passes(text));
  CHECK(sample_text() == text);
}

// Codes are printed and mailed: these bytes may never change for version 1.
TEST_CASE("the bytes of version 1 are those that were printed", "[ticket]") {
  const auto key = event_key(kSecret, sample().event_id, kFirstKey);
  CHECK(hex(key.public_key) == "90f9e6568ad9ac6abbf77a23ce630fadd2ffe8183211f3e35d3f3f33b5c1484d");
  CHECK(sample_text() ==
        "W50X80/D1$ LT3F4*NGSMS915AGX80/D1% L77E88G000000U503"
        "00FPDUOQ03E8%UG/NRB4843HK1IIQ9J2/BE9VQ 3S2%2+44E05 *"
        "B0PG.7U7BERXHP8U524.W5ACWFKV3.M9$IJGCOF94PRUOCPYDBVG");
  const auto bytes = *from_base45(sample_text());
  CHECK(hex(bytes.substr(0, kCodePayload)) ==
        "010101890a5dac96774bbcceb302099a805701890a5dac977000800000000000"
        "00ff00036b49d200");
}

TEST_CASE("a code with any byte changed is refused", "[ticket]") {
  const auto text = sample_text();
  const auto bytes = *from_base45(text);
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      INFO("byte " << i << " bit " << bit);
      CHECK_FALSE(passes(base45(changed)));
    }
  }
  for (size_t i = 0; i < text.size(); ++i) {
    auto changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    INFO("character " << i);
    CHECK_FALSE(passes(changed));
  }
}

TEST_CASE("a text that is no code at all is refused", "[ticket]") {
  const auto text = sample_text();
  CHECK_FALSE(read_code(""));
  CHECK_FALSE(read_code(text.substr(1)));
  CHECK_FALSE(read_code(text.substr(0, text.size() - 3)));
  CHECK_FALSE(read_code(text + "000"));
  CHECK_FALSE(read_code(lower_ascii(text)));
  CHECK_FALSE(read_code(std::string(kCodeText, '0')));
  CHECK_FALSE(read_code(std::string(kCodeText, ':')));
  CHECK_FALSE(read_code(std::string(kCodeText, '\0')));
  CHECK_FALSE(read_code(std::string(1 << 20, 'A')));
}

TEST_CASE("a version, key id or generation of zero is no code", "[ticket]") {
  auto with = [](size_t at, size_t count) {
    auto bytes = *from_base45(sample_text());
    for (size_t i = 0; i < count; ++i) bytes[at + i] = 0;
    return base45(bytes);
  };
  CHECK_FALSE(read_code(with(0, 1)));
  CHECK_FALSE(read_code(with(1, 1)));
  CHECK_FALSE(read_code(with(34, 2)));
}

TEST_CASE("the key of another event or another service does not sign", "[ticket]") {
  auto other_event = sample().event_id;
  other_event.bytes[15] ^= 1;
  CHECK_FALSE(passes(write_code(sample(), event_key(kSecret, other_event, kFirstKey))));
  const std::string other_secret(32, 't');
  CHECK_FALSE(passes(write_code(sample(), event_key(other_secret, sample().event_id, kFirstKey))));
  CHECK_FALSE(passes(write_code(sample(), event_key(kSecret, sample().event_id, 2))));
}

TEST_CASE("an order's secret opens that order alone", "[ticket]") {
  const auto secret = order_secret(kSecret, sample().event_id);
  CHECK(secret.size() == 32);
  CHECK(secret != order_secret(kSecret, sample().ticket_id));
  CHECK(secret != order_secret(std::string(32, 't'), sample().event_id));
}
