// Words of people's names, as they are looked for: without case, accents and signs between them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bilten::ticket {

// "José da Silva-Krüger" -> "jose", "da", "silva", "kruger". Any UTF-8.
std::vector<std::string> name_words(std::string_view name);
// Each of `wanted` begins one of `words`; not so if nothing is wanted.
bool begin_words(const std::vector<std::string>& wanted, const std::vector<std::string>& words);

}  // namespace bilten::ticket
