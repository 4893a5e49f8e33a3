// Takes a chunked body (RFC 9112, section 7.1) out of its framing, byte for byte as the grammar
// says. Extensions and trailers are skipped, within bounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bilten::gateway {

class ChunkedReader {
 public:
  enum class State : uint8_t { more, done, malformed, too_large };
  explicit ChunkedReader(size_t body_max) : body_max_(body_max) {}

  // Appends what `in` holds of the body to `body`; `used` says how much of `in` was taken, all of
  // it unless the body ended.
  State take(std::string_view in, std::string& body, size_t& used);

 private:
  enum class At : uint8_t { size, extension, size_lf, data, data_cr, data_lf, trailer, trailer_lf };
  State take_byte(char c);
  State take_size(char c);
  State take_trailer(char c);

  size_t body_max_;
  At at_ = At::size;
  uint64_t left_ = 0;       // Of the chunk in hand.
  size_t digits_ = 0;       // Of its size.
  size_t line_bytes_ = 0;   // Of the extension, or of the trailer line.
  size_t extra_bytes_ = 0;  // Extensions and trailers together.
};

}  // namespace bilten::gateway
