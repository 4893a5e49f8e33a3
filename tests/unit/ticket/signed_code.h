// A ticket code checked as others check it: by the event's public key (docs/ticket-code.md).
#pragma once

#include "daemons/ticket/code.h"

namespace bilten::ticket {

inline bool is_signed(const ShownCode& shown, std::string_view public_key) {
  return crypto::verify(shown.payload, shown.signature, public_key);
}

}  // namespace bilten::ticket
