// Text from outside: what is accepted, how it is measured.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bilten {

// The number of code points, or nothing if the bytes are not UTF-8 (overlong forms, surrogates and
// values above U+10FFFF are not).
std::optional<size_t> code_points(std::string_view text);

// Why text may not enter the platform, or nullptr: it must be UTF-8 without control characters
// other than tab, line feed and carriage return.
const char* text_fault(std::string_view text);

// "Zoë@Example.org" -> "zoë@example.org": ASCII letters only; the domain and the local part are
// compared without case, as every large provider does.
std::string lower_ascii(std::string_view text);

// Address syntax of HTML's e-mail input: what people have, not the whole of RFC 5321. At most 254.
bool is_email(std::string_view text);

// RFC 4648, section 5 (URL alphabet, no padding). Decoding is strict: one text per value.
std::string base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

// RFC 9285: 2 bytes -> 3 characters of QR's alphanumeric set. Decoding is strict.
std::string base45(std::string_view bytes);
std::optional<std::string> from_base45(std::string_view text);

std::string hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);

}  // namespace bilten
