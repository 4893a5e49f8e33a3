// A text of an organiser where nobody says in which language it is wanted.
#pragma once

#include "common/wire/field.h"

namespace bilten {

// As it was written in no language; else in English, or in the first there is.
inline const std::string& any_text(const Text& text) {
  if (!text.plain.empty() || text.by_language.empty()) return text.plain;
  const auto english = text.by_language.find("en");
  return english != text.by_language.end() ? english->second : text.by_language.begin()->second;
}

}  // namespace bilten
