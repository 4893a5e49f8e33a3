#include "gateway/idempotency.h"

#include <algorithm>

#include "common/crypto/crypto.h"

namespace bilten::gateway {
namespace {

std::string text(const std::array<char, 32>& hash, size_t bytes) {
  return {hash.data(), bytes};
}

}  // namespace

Result<RequestKey> request_key(std::optional<std::string_view> header, const Id& person,
                               std::string_view method, std::string_view path,
                               std::string_view body, const Id& fresh) {
  // A zero byte stands in none of the parts before the body, so no two requests run together.
  constexpr std::string_view kEnd("\0", 1);
  RequestKey made;
  made.hash = text(crypto::hash({method, kEnd, path, kEnd, body}), 32);
  if (!header) {
    made.key = std::string(fresh.view());
    return made;
  }
  const bool is_printable =
      std::all_of(header->begin(), header->end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (header->empty() || header->size() > 255 || !is_printable) {
    return Error{Code::invalid, "bad_idempotency_key",
                 "Idempotency-Key must be 1 to 255 printable ASCII characters."};
  }
  const std::string_view whose = person.is_nil() ? std::string_view(made.hash) : person.view();
  const std::string_view kind = person.is_nil() ? "guest" : "person";
  made.key = text(crypto::hash({kind, kEnd, whose, method, kEnd, path, kEnd, *header}), 16);
  return made;
}

}  // namespace bilten::gateway
