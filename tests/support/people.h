// Ids of people and things that a test can tell apart at a glance.
#pragma once

#include "common/base/time.h"
#include "common/service/access.h"

namespace bilten::test {

constexpr UnixMillis kHour = 3'600'000;

inline Id id_of(uint8_t n) {
  Id id;
  id.bytes[15] = n;
  return id;
}
inline Person person_of(uint8_t n) {
  Person person;
  person.person_id = id_of(n);
  return person;
}

}  // namespace bilten::test
