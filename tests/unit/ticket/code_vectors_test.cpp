// tests/golden/ticket_codes.json: codes with what a verifier must say of each, for those who write
// one from docs/ticket-code.md. Made here anew and compared, so that the file is never out of date;
// docs/examples/python/verify_ticket.py is run on it by tests/integration/ticket_code_test.cpp.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "daemons/ticket/code.h"
#include "tests/support/platform.h"
#include "tests/unit/ticket/signed_code.h"

using namespace bilten;
using namespace bilten::ticket;
using nlohmann::ordered_json;

namespace {

constexpr const char* kFile = "tests/golden/ticket_codes.json";
constexpr uint32_t kAt = 1'790'000'000;  // When the codes are shown.
constexpr uint8_t kRevoked = 1, kCurrent = 3;
const std::string kSecret = "the ticket service's own secret.";

// What a verifier may find.
const std::string kGenuine = "genuine", kNoCode = "not_a_code", kUnknownKey = "unknown_key",
                  kForged = "forged", kRevokedCode = "revoked", kExpired = "expired";

TicketCode sample(uint8_t key_id = kCurrent) {
  TicketCode code;
  code.key_id = key_id;
  code.event_id = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  code.ticket_id = *Id::parse("01890a5d-ac97-7000-8000-0000000000ff");
  code.generation = 3;
  code.valid_until_s = 1'800'000'000;
  return code;
}

std::string signed_by(const TicketCode& code, std::string_view secret, const Id& event_id,
                      uint8_t key_id) {
  return write_code(code, event_key(secret, event_id, key_id));
}
std::string good(const TicketCode& code) {
  return signed_by(code, kSecret, code.event_id, code.key_id);
}

// The event's keys, as GET /v1/events/{event_id}/ticket-keys answers them.
ordered_json keys() {
  ordered_json items = ordered_json::array();
  for (uint8_t key_id = 1; key_id <= kCurrent; ++key_id) {
    items.push_back(
        {{"key_id", key_id},
         {"algorithm", "Ed25519"},
         {"public_key", base64url(event_key(kSecret, sample().event_id, key_id).public_key)},
         {"current", key_id == kCurrent},
         {"accepted", key_id != kRevoked}});
  }
  return {{"items", items}};
}

ordered_json vector_of(const std::string& name, const std::string& code,
                       const std::string& verdict) {
  return {{"name", name}, {"verdict", verdict}, {"code", code}};
}

ordered_json genuine(const std::string& name, const TicketCode& code) {
  auto vector = vector_of(name, good(code), kGenuine);
  vector["event_id"] = code.event_id.text();
  vector["ticket_id"] = code.ticket_id.text();
  vector["key_id"] = code.key_id;
  vector["generation"] = code.generation;
  vector["valid_until"] = code.valid_until_s;
  return vector;
}

void add_good_and_old(std::vector<ordered_json>& into) {
  into.push_back(genuine("good", sample()));
  into.push_back(genuine("good, of an earlier key that is accepted", sample(2)));
  auto code = sample();
  code.valid_until_s = 0;
  into.push_back(genuine("good, without an end", code));
  code.ticket_id.bytes.fill(0xff);
  code.generation = UINT16_MAX;
  code.valid_until_s = UINT32_MAX;
  into.push_back(genuine("good, the greatest of every number", code));
  code = sample();
  code.valid_until_s = kAt;
  into.push_back(genuine("good, in its last second", code));
  code.valid_until_s = kAt - 1;
  into.push_back(vector_of("past its end", good(code), kExpired));
  into.push_back(vector_of("of a key that is revoked", good(sample(kRevoked)), kRevokedCode));
  into.push_back(vector_of("of an old generation", good(sample()), kRevokedCode));
  into.back()["current_generation"] = sample().generation + 1;
}

void add_foreign(std::vector<ordered_json>& into) {
  const auto& event_id = sample().event_id;
  auto other_event = event_id;
  other_event.bytes[15] ^= 1;
  into.push_back(vector_of("signed by the key of another event",
                           signed_by(sample(), kSecret, other_event, kCurrent), kForged));
  into.push_back(vector_of("signed by another key of the event",
                           signed_by(sample(), kSecret, event_id, 2), kForged));
  into.push_back(vector_of("signed by another service",
                           signed_by(sample(), std::string(32, '?'), event_id, kCurrent), kForged));
  auto code = sample();
  code.event_id = other_event;
  into.push_back(vector_of("a good code of another event", good(code), kForged));
  into.push_back(vector_of("signed by a key the event has not", good(sample(9)), kUnknownKey));
}

void add_broken(std::vector<ordered_json>& into) {
  const auto text = good(sample());
  const auto bytes = *from_base45(text);
  for (size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    into.push_back(vector_of("byte " + std::to_string(i) + " changed", base45(changed),
                             i == 0 ? kNoCode : kForged));
  }
  const auto with = [&](size_t at, size_t count) {
    return base45(std::string(bytes).replace(at, count, count, '\0'));
  };
  into.push_back(vector_of("key id 0", with(1, 1), kNoCode));
  into.push_back(vector_of("generation 0", with(34, 2), kNoCode));
  into.push_back(vector_of("empty", "", kNoCode));
  into.push_back(vector_of("too short", text.substr(3), kNoCode));
  into.push_back(vector_of("too long", text + "000", kNoCode));
  into.push_back(vector_of("lower case", lower_ascii(text), kNoCode));
  into.push_back(vector_of("a triple over 65535", ":::" + text.substr(3), kNoCode));
  into.push_back(vector_of("a character base45 has not", "!" + text.substr(1), kNoCode));
}

std::vector<ordered_json> vectors() {
  std::vector<ordered_json> all;
  add_good_and_old(all);
  add_foreign(all);
  add_broken(all);
  return all;
}

std::string file_of(const std::vector<ordered_json>& all) {
  std::string text =
      "{\"at\": " + std::to_string(kAt) + ",\n\"keys\": " + keys().dump() + ",\n\"vectors\": [\n";
  for (const auto& vector : all) text += vector.dump() + (&vector == &all.back() ? "\n" : ",\n");
  return text + "]}\n";
}

// As docs/ticket-code.md says it.
std::string verdict_on(const ordered_json& vector) {
  const auto shown = read_code(vector["code"].get<std::string>());
  if (!shown) return kNoCode;
  const auto& code = shown->code;
  if (code.key_id > kCurrent) return kUnknownKey;
  if (!is_signed(*shown, event_key(kSecret, sample().event_id, code.key_id).public_key)) {
    return kForged;
  }
  const auto current = vector.value("current_generation", code.generation);
  if (code.key_id == kRevoked || code.generation != current) return kRevokedCode;
  return code.valid_until_s != 0 && code.valid_until_s < kAt ? kExpired : kGenuine;
}

}  // namespace

TEST_CASE("the test vectors of ticket codes are what this release makes", "[ticket]") {
  const auto made = file_of(vectors());
  if (test::read_file(kFile) != made) {
    std::ofstream("build/ticket_codes.json") << made;
    FAIL(kFile << " differs from build/ticket_codes.json, which was made just now");
  }
}

TEST_CASE("every test vector is judged as it says", "[ticket]") {
  std::map<std::string, int> counts;
  for (const auto& vector : vectors()) {
    INFO(vector["name"]);
    const auto verdict = verdict_on(vector);
    CHECK(verdict == vector["verdict"]);
    ++counts[verdict];
  }
  CHECK(counts.size() == 6);
  CHECK(counts[kForged] >= static_cast<int>(kCodeBytes));
}
