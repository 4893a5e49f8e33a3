// Requests that two servers could read differently, with the status each gets before its connection
// is closed; judged by the pure checks and again over real sockets.
#pragma once

#include <string>
#include <vector>

struct MalformedRequest {
  const char* what;
  std::string bytes;
  int status = 400;
  bool in_head = true;  // The head alone gives it away.
};

inline std::vector<MalformedRequest> malformed_requests() {
  const std::string get = "GET /v1/items HTTP/1.1\r\nHost: a\r\n";
  const std::string post =
      "POST /v1/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  std::string headers65 = get;
  for (int i = 0; i < 64; ++i) headers65 += "X-" + std::to_string(i) + ": 1\r\n";
  const auto target = [](const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  return {
      {"length and chunked",
       post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled},
      {"chunked and length",
       post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + smuggled},
      {"two lengths", post + "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + smuggled},
      {"two equal lengths", post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"},
      {"two lengths in one line", post + "Content-Length: 2, 2\r\n\r\n{}"},
      {"length with letters", post + "Content-Length: 0abc\r\n\r\n" + smuggled},
      {"length with a sign", post + "Content-Length: +4\r\n\r\nabcd"},
      {"negative length", post + "Content-Length: -1\r\n\r\n"},
      {"hexadecimal length", post + "Content-Length: 0x10\r\n\r\n"},
      {"empty length", post + "Content-Length:\r\n\r\n"},
      {"endless length", post + "Content-Length: 99999999999999999999\r\n\r\n"},
      {"identity, then chunked",
       post + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"chunked twice",
       post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"identity encoding", post + "Transfer-Encoding: identity\r\n\r\n"},
      {"unknown encoding", post + "Transfer-Encoding: xchunked\r\n\r\n"},
      {"chunked on HTTP/1.0",
       "POST /v1/items HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"8-bit header name", get + "\xffX: 1\r\nContent-Length: 38\r\n\r\n" + smuggled},
      {"0x7f header name", get + "\x7fX: 1\r\n\r\n"},
      {"8-bit header value", get + "X: \xc3\xa9\r\n\r\n"},
      {"folded header", get + "X: a\r\n b\r\nContent-Length: 4\r\n\r\n"},
      {"header folded by a tab", get + "X: a\r\n\tb\r\n\r\n"},
      {"65 headers", headers65 + "\r\n"},
      {"blank before the colon", post + "Content-Length : 4\r\n\r\nabcd"},
      {"tab before the colon", post + "Transfer-Encoding\t: chunked\r\n\r\n"},
      {"header without a colon", get + "Nonsense\r\n\r\n"},
      {"header without a name", get + ": x\r\n\r\n"},
      {"NUL in a header", get + std::string("X: a\0b\r\n\r\n", 10)},
      {"lone CR in a header", get + "X: a\rb\r\n\r\n"},
      {"bare line feeds", "GET /v1/items HTTP/1.1\nHost: a\n\n"},
      {"one bare line feed", get + "X: 1\nY: 2\r\n\r\n"},
      {"no Host", "GET /v1/items HTTP/1.1\r\n\r\n"},
      {"two Hosts", get + "Host: b\r\n\r\n"},
      {"Host with a path", "GET /v1/items HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {"Host with an account", "GET /v1/items HTTP/1.1\r\nHost: a@b\r\n\r\n"},
      {"encoded NUL", target("/v1/items/a%00b")},
      {"encoded slash", target("/v1/a%2fb")},
      {"encoded backslash", target("/v1/a%5cb")},
      {"dot segments", target("/v1/../metrics")},
      {"encoded dot segments", target("/v1/%2e%2e/metrics")},
      {"half encoded dot segment", target("/v1/.%2E/metrics")},
      {"dot segment and encoded slash", target("/a/..%2f../dump")},
      {"broken percent-encoding", target("/v1/a%4")},
      {"percent-encoding of no hex", target("/v1/a%zz")},
      {"encoded NUL in the query", target("/v1/items?a=%00")},
      {"broken encoding in the query", target("/v1/items?a=%")},
      {"fragment", target("/v1/items#top")},
      {"8-bit target", target("/v1/\xc3\xa9")},
      {"blank in the target", target("/v1/a b")},
      {"tab in the target", target("/v1/a\tb")},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"absolute form", target("http://other.example/v1/items")},
      {"authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"unknown method", "FROB /v1/items HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"WebDAV method", "PROPFIND /v1/items HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"lower case method", "get /v1/items HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"no version", "GET /v1/items\r\nHost: a\r\n\r\n"},
      {"two blanks", "GET  /v1/items HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"lower case protocol", "GET /v1/items http/1.1\r\nHost: a\r\n\r\n"},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.2", "GET /v1/items HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)},
      {"two Authorizations", get + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n"},
      {"unknown expectation", post + "Expect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}", 417},
      {"20 KB header", get + "X: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
      {"9 KB target", target("/" + std::string(9'000, 'a')), 414},
      {"chunk size of no hex", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
       400, false},
      {"chunk longer than its size",
       post + "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n" + smuggled, 400, false},
      {"bare line feed in chunks", post + "Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n",
       400, false},
  };
}
