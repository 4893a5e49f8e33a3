// The bytes of one journal record, and the chain that ties it to all before it. Bounded in every
// part; what does not decode is damage, since only encode_record ever writes one.
//
//   value  = hash (32) record         hash = BLAKE2b-256(hash of the record before, record)
//   record = version (1, is 1) flags (1; bit 0: public) at (8) name length (1) name
//            traceparent length (1; 0 or 25) traceparent body
#pragma once

#include "common/store/store.h"
#include "common/wire/trace.h"

namespace bilten {

inline constexpr size_t kFactNameMax = 64;
inline constexpr size_t kFactBodyMax = kRowMax;

// The value for the journal table. CHECKs the limits: a fact is made by our own code.
// `fact.hash` is set from `before`, the hash of the fact before (zeros: the first).
std::string encode_record(JournalFact& fact, const Hash32& before);

// The fact of a value; seq is not in it and stays 0. Nothing: not a record, or `before` is not what
// it was chained to.
std::optional<JournalFact> decode_record(std::string_view value, const Hash32& before);

// The parts of a value without the chain: for a first look, and the fuzzer.
std::optional<JournalFact> parse_record(std::string_view value);

}  // namespace bilten
