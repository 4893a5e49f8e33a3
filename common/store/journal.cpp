#include "common/store/journal.h"

#include "common/crypto/crypto.h"
#include "common/store/records.h"

namespace bilten {
namespace {

constexpr uint8_t kVersion = 1;
constexpr uint8_t kPublic = 1;
constexpr size_t kHashBytes = sizeof(Hash32);

}  // namespace

std::string encode_record(JournalFact& fact, const Hash32& before) {
  CHECK_INVARIANT(!fact.name.empty() && fact.name.size() <= kFactNameMax);
  CHECK_INVARIANT(fact.body.size() <= kFactBodyMax && fact.at >= 0);
  CHECK_INVARIANT(fact.traceparent.empty() || fact.traceparent.size() == kTraceparentBytes);
  engine::Parts parts;
  parts.reserve(kHashBytes + 12 + fact.name.size() + fact.traceparent.size() + fact.body.size());
  parts.bytes(engine::view(before)).byte(kVersion).byte(fact.is_public ? kPublic : 0);
  parts.number(static_cast<uint64_t>(fact.at));
  parts.byte(static_cast<uint8_t>(fact.name.size())).bytes(fact.name);
  parts.byte(static_cast<uint8_t>(fact.traceparent.size())).bytes(fact.traceparent);
  std::string value = parts.bytes(fact.body).take();
  fact.hash = crypto::hash({value});  // So far it begins with `before`: the chain's input.
  value.replace(0, kHashBytes, fact.hash.data(), kHashBytes);
  return value;
}

std::optional<JournalFact> parse_record(std::string_view value) {
  engine::Takes takes(value);
  JournalFact fact;
  fact.hash = takes.hash();
  const uint8_t version = takes.byte(), flags = takes.byte();
  const uint64_t at = takes.number();
  fact.name = takes.bytes(takes.byte());
  fact.traceparent = takes.bytes(takes.byte());
  fact.body = takes.rest();
  if (!takes.complete() || version != kVersion || flags > kPublic || at > uint64_t{INT64_MAX} ||
      fact.name.empty() || fact.name.size() > kFactNameMax || fact.body.size() > kFactBodyMax ||
      (!fact.traceparent.empty() && fact.traceparent.size() != kTraceparentBytes)) {
    return std::nullopt;
  }
  fact.at = static_cast<UnixMillis>(at);
  fact.is_public = flags == kPublic;
  return fact;
}

std::optional<JournalFact> decode_record(std::string_view value, const Hash32& before) {
  auto fact = parse_record(value);
  if (!fact || fact->hash != crypto::hash({engine::view(before), value.substr(kHashBytes)})) {
    return std::nullopt;
  }
  return fact;
}

}  // namespace bilten
