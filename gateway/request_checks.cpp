#include "gateway/request_checks.h"

#include <algorithm>

namespace bilten::gateway {
namespace {

constexpr HeadFault kFine{};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
  });
}

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_known_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                     "PATCH", "DELETE", "OPTIONS"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

// The value of a percent-encoded byte at `at`, or -1.
int encoded_byte(std::string_view text, size_t at) {
  if (at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// "." and ".." in any spelling: two readers would resolve them differently.
bool is_dot_segment(std::string_view segment) {
  size_t dots = 0;
  for (size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] == '%' && encoded_byte(segment, i) == '.')
      i += 2;
    else if (segment[i] != '.')
      return false;
    ++dots;
  }
  return dots == 1 || dots == 2;
}

const char* path_fault(std::string_view path) {
  constexpr std::string_view kMarks = "-._~!$&'()*+,;=:@/";
  for (size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '%') {
      const int byte = encoded_byte(path, i);
      if (byte < 0) return "The path has a broken percent-encoding.";
      if (byte < 0x20 || byte == 0x7f) return "The path has an encoded control byte.";
      if (byte == '/' || byte == '\\') return "The path has an encoded slash.";
      i += 2;
    } else if (!is_letter(c) && !is_digit(c) && kMarks.find(c) == std::string_view::npos) {
      return "The path has a byte that must be percent-encoded.";
    }
  }
  for (size_t start = 1; start <= path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (is_dot_segment(path.substr(start, end - start))) return "The path has a dot segment.";
    start = end + 1;
  }
  return nullptr;
}

const char* query_fault(std::string_view query) {
  for (size_t i = 0; i < query.size(); ++i) {
    const char c = query[i];
    if (c <= 0x20 || c == 0x7f || c == '#') {
      return "The query has a byte that must be percent-encoded.";
    }
    if (c != '%') continue;
    const int byte = encoded_byte(query, i);
    if (byte < 0) return "The query has a broken percent-encoding.";
    if (byte == 0) return "The query has an encoded NUL.";
    i += 2;
  }
  return nullptr;
}

HeadFault read_request_line(std::string_view line, Head& into) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return {400, "The request line must be: method, target, version."};
  }
  into.method = line.substr(0, first);
  into.target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (into.target.size() > kTargetMax) return {414, "The target is longer than 8 KiB."};
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return {400, "The request line must end in an HTTP version."};
  }
  if (version[5] != '1' || version[7] > '1') return {505, "Only HTTP/1.0 and HTTP/1.1 are spoken."};
  into.is_1_1 = version[7] == '1';
  if (!is_known_method(into.method)) return {400, "The method is unknown here."};
  if (!into.target.starts_with('/')) return {400, "The target must be a path that begins with /."};
  const size_t mark = into.target.find('?');
  into.path = into.target.substr(0, mark);
  into.query = mark == std::string_view::npos ? "" : into.target.substr(mark + 1);
  if (const char* fault = path_fault(into.path)) return {400, fault};
  if (const char* fault = query_fault(into.query)) return {400, fault};
  return kFine;
}

HeadFault read_header(std::string_view line, Head& into) {
  if (line.front() == ' ' || line.front() == '\t') return {400, "A header line is folded."};
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return {400, "A header line has no proper name before its colon."};
  }
  if (into.header_count == kHeadersMax) return {400, "The request has more than 64 headers."};
  into.headers[into.header_count++] = {line.substr(0, colon), trim(line.substr(colon + 1))};
  return kFine;
}

bool is_host(std::string_view host) {
  constexpr std::string_view kMarks = "-._~!$&'()*+;=:[]%";
  return std::all_of(host.begin(), host.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
  });
}

size_t count_of(const Head& head, std::string_view name) {
  size_t count = 0;
  for (size_t i = 0; i < head.header_count; ++i) count += same_word(head.headers[i].name, name);
  return count;
}

HeadFault check_framing(Head& head) {
  const size_t lengths = count_of(head, "content-length");
  const size_t encodings = count_of(head, "transfer-encoding");
  if (lengths > 1) return {400, "Content-Length stands twice."};
  if (encodings > 1) return {400, "Transfer-Encoding stands twice."};
  if (lengths == 1 && encodings == 1) {
    return {400, "Content-Length and Transfer-Encoding exclude each other."};
  }
  if (encodings == 1) {
    if (!head.is_1_1) return {400, "HTTP/1.0 has no Transfer-Encoding."};
    if (!same_word(head.header("transfer-encoding"), "chunked")) {
      return {400, "The only Transfer-Encoding understood is chunked."};
    }
    head.framing = Framing::chunked;
  } else if (lengths == 1) {
    const auto text = head.header("content-length");
    if (text.empty() || text.size() > 18 || !std::all_of(text.begin(), text.end(), is_digit)) {
      return {400, "Content-Length must be a number."};
    }
    for (char c : text) head.content_length = head.content_length * 10 + uint64_t(c - '0');
    head.framing = head.content_length == 0 ? Framing::none : Framing::length;
  }
  return kFine;
}

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    if (same_word(trim(list.substr(0, comma)), word)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

HeadFault check_headers(Head& head) {
  const size_t hosts = count_of(head, "host");
  if (hosts > 1) return {400, "Host stands twice."};
  if (hosts == 0 && head.is_1_1) return {400, "HTTP/1.1 needs a Host header."};
  if (!is_host(head.header("host"))) return {400, "Host is not a host name."};
  for (std::string_view once : {"authorization", "content-type", "idempotency-key", "expect"}) {
    if (count_of(head, once) > 1) return {400, "A header that may stand once stands twice."};
  }
  if (const auto expect = head.header("expect"); !expect.empty()) {
    if (!same_word(expect, "100-continue")) return {417, "Only 100-continue can be expected."};
    head.expects_continue = head.is_1_1;
  }
  head.keep_alive = head.is_1_1;
  for (size_t i = 0; i < head.header_count; ++i) {
    if (!same_word(head.headers[i].name, "connection")) continue;
    if (has_word(head.headers[i].value, "keep-alive")) head.keep_alive = true;
    if (has_word(head.headers[i].value, "close")) {
      head.keep_alive = false;
      break;
    }
  }
  return check_framing(head);
}

}  // namespace

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char low = lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

bool same_word(std::string_view a, std::string_view lower_case_b) {
  return a.size() == lower_case_b.size() &&
         std::equal(a.begin(), a.end(), lower_case_b.begin(),
                    [](char x, char y) { return lower(x) == y; });
}

bool Head::has(std::string_view name) const {
  return count_of(*this, name) > 0;
}

std::string_view Head::header(std::string_view name) const {
  for (size_t i = 0; i < header_count; ++i) {
    if (same_word(headers[i].name, name)) return headers[i].value;
  }
  return {};
}

size_t HeadScanner::refuse(int status, const char* detail) {
  fault_ = {status, detail};
  return 0;
}

size_t HeadScanner::scan(std::string_view bytes) {
  for (; seen_ < bytes.size(); ++seen_) {
    const auto byte = static_cast<uint8_t>(bytes[seen_]);
    if (byte == '\n') {
      if (seen_ == 0 || bytes[seen_ - 1] != '\r') return refuse(400, "A line ends without CR LF.");
      const bool is_empty = seen_ - line_start_ == 1;
      line_start_ = seen_ + 1;
      // One empty line before the request is what old clients send after a body (RFC 9112, 2.2).
      if (is_empty && seen_ > 1) return ++seen_;
      line_ended_ = line_ended_ || !is_empty;
    } else if (seen_ > 0 && bytes[seen_ - 1] == '\r') {
      return refuse(400, "A line ends without CR LF.");
    } else if ((byte < 0x20 && byte != '\r' && byte != '\t') || byte >= 0x7f) {
      return refuse(400, "The head has a byte that is not printable ASCII.");
    }
    // The method and the version stand beside the target in its line.
    if (!line_ended_ && seen_ >= kTargetMax + 64) {
      return refuse(414, "The target is longer than 8 KiB.");
    }
    if (seen_ >= kHeadMax) return refuse(431, "The head is longer than 16 KiB.");
  }
  return 0;
}

HeadFault read_head(std::string_view bytes, Head& into) {
  into.header_count = 0;
  into.framing = Framing::none;
  into.content_length = 0;
  into.expects_continue = false;
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  bool is_first = true;
  while (!bytes.empty()) {
    const size_t end = bytes.find("\r\n");
    if (end == std::string_view::npos) return {400, "A line ends without CR LF."};
    const auto line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    if (line.empty()) break;
    const auto fault = is_first ? read_request_line(line, into) : read_header(line, into);
    if (fault.status != 0) return fault;
    is_first = false;
  }
  if (is_first) return {400, "The request line is missing."};
  return check_headers(into);
}

}  // namespace bilten::gateway
