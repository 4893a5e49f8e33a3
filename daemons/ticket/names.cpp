#include "daemons/ticket/names.h"

#include <glib.h>

#include <algorithm>
#include <memory>

namespace bilten::ticket {
namespace {

using Utf8 = std::unique_ptr<gchar, decltype(&g_free)>;

// Compatibility forms taken apart, and case folded: accents are characters of their own.
Utf8 fold(std::string_view name) {
  const Utf8 apart(g_utf8_normalize(name.data(), static_cast<gssize>(name.size()), G_NORMALIZE_ALL),
                   &g_free);
  if (!apart) return {nullptr, &g_free};
  return {g_utf8_casefold(apart.get(), -1), &g_free};
}

}  // namespace

std::vector<std::string> name_words(std::string_view name) {
  std::vector<std::string> words;
  const auto folded = fold(name);
  if (!folded) return words;
  bool in_word = false;
  const gchar* next = folded.get();
  while (*next != '\0') {
    const gchar* at = next;
    next = g_utf8_next_char(at);
    const auto letter = g_utf8_get_char(at);
    if (g_unichar_ismark(letter)) continue;
    const bool is_letter = g_unichar_isalnum(letter) != 0;
    if (is_letter && !in_word) words.emplace_back();
    if (is_letter) words.back().append(at, next);
    in_word = is_letter;
  }
  return words;
}

bool begin_words(const std::vector<std::string>& wanted, const std::vector<std::string>& words) {
  return !wanted.empty() &&
         std::all_of(wanted.begin(), wanted.end(), [&](const std::string& front) {
           return std::any_of(words.begin(), words.end(),
                              [&](const auto& word) { return word.starts_with(front); });
         });
}

}  // namespace bilten::ticket
