#include "gateway/chunked.h"

#include <algorithm>

#include "gateway/request_checks.h"

namespace bilten::gateway {
namespace {

constexpr size_t kDigitsMax = 8;
constexpr size_t kExtraMax = 4096;

bool is_printable(char c) {
  return c == '\t' || (c >= 0x20 && c < 0x7f);
}

}  // namespace

ChunkedReader::State ChunkedReader::take(std::string_view in, std::string& body, size_t& used) {
  for (used = 0; used < in.size();) {
    if (at_ == At::data) {
      const size_t count = std::min<size_t>(left_, in.size() - used);
      if (body.size() + count > body_max_) return State::too_large;
      body.append(in.substr(used, count));
      used += count;
      left_ -= count;
      if (left_ == 0) at_ = At::data_cr;
      continue;
    }
    const State state = take_byte(in[used++]);
    if (state != State::more) return state;
  }
  return State::more;
}

ChunkedReader::State ChunkedReader::take_size(char c) {
  const int value = hex_value(c);
  if (value >= 0) {
    if (++digits_ > kDigitsMax) return State::malformed;
    left_ = left_ * 16 + static_cast<uint64_t>(value);
    return State::more;
  }
  if (digits_ == 0 || (c != ';' && c != '\r')) return State::malformed;
  at_ = c == ';' ? At::extension : At::size_lf;
  return left_ > body_max_ ? State::too_large : State::more;
}

ChunkedReader::State ChunkedReader::take_trailer(char c) {
  if (c == '\r') {
    at_ = At::trailer_lf;
    return State::more;
  }
  ++line_bytes_;
  return is_printable(c) && ++extra_bytes_ <= kExtraMax ? State::more : State::malformed;
}

ChunkedReader::State ChunkedReader::take_byte(char c) {
  const auto expect = [&](char wanted, At next) {
    at_ = next;
    return c == wanted ? State::more : State::malformed;
  };
  switch (at_) {
    case At::size: return take_size(c);
    case At::extension:
      if (c == '\r') return expect('\r', At::size_lf);
      return is_printable(c) && ++extra_bytes_ <= kExtraMax ? State::more : State::malformed;
    case At::size_lf: {
      const bool is_last = left_ == 0;
      digits_ = 0;
      line_bytes_ = 0;
      return expect('\n', is_last ? At::trailer : At::data);
    }
    case At::data_cr: return expect('\r', At::data_lf);
    case At::data_lf: return expect('\n', At::size);
    case At::trailer: return take_trailer(c);
    case At::trailer_lf: {
      if (c != '\n') return State::malformed;
      if (line_bytes_ == 0) return State::done;
      line_bytes_ = 0;
      at_ = At::trailer;
      return State::more;
    }
    case At::data: break;
  }
  return State::malformed;
}

}  // namespace bilten::gateway
