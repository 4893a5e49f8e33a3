// Reads the head of an HTTP/1.1 request and refuses whatever two servers could read differently
// (request smuggling). Pure: bytes in, a head or a fault out. CivetWeb's own parser accepts two
// lengths, drops folded and 8-bit lines and the 65th header in silence, so it never sees a head:
// this one reads the raw bytes before it (server.h).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bilten::gateway {

inline constexpr size_t kHeadersMax = 64;
inline constexpr size_t kHeadMax = 16 * 1024;   // Request line and headers; beyond: 431.
inline constexpr size_t kTargetMax = 8 * 1024;  // Beyond: 414.

struct HeaderField {
  std::string_view name, value;  // The value without outer blanks.
};

enum class Framing : uint8_t { none, length, chunked };

// Views into the bytes it was read from.
struct Head {
  std::string_view method, target, path, query;  // Path and query still percent-encoded.
  bool is_1_1 = true;
  std::array<HeaderField, kHeadersMax> headers;
  size_t header_count = 0;
  Framing framing = Framing::none;
  uint64_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;

  // The first of that name (lower case), or empty.
  std::string_view header(std::string_view name) const;
  bool has(std::string_view name) const;
};

// A refusal by HTTP itself: the connection is closed after it.
struct HeadFault {
  int status = 0;  // 0: none.
  const char* detail = "";
};

// Looks for the end of the head in bytes that grow; each byte is looked at once.
class HeadScanner {
 public:
  // Bytes of the whole head including its empty line; 0: more is needed, or fault() says why not.
  size_t scan(std::string_view bytes);
  const HeadFault& fault() const { return fault_; }

 private:
  size_t refuse(int status, const char* detail);
  size_t seen_ = 0;
  bool line_ended_ = false;
  size_t line_start_ = 0;
  HeadFault fault_;
};

// `bytes` is a whole head as HeadScanner found it. Fills `into` unless there is a fault.
HeadFault read_head(std::string_view bytes, Head& into);

// Of a hexadecimal digit, -1 of anything else.
int hex_value(char c);

bool same_word(std::string_view a, std::string_view lower_case_b);

}  // namespace bilten::gateway
