// What makes two requests the same one: the key that a service keeps an answer under.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/id.h"
#include "common/base/result.h"

namespace bilten::gateway {

struct RequestKey {
  std::string key;   // 16 bytes.
  std::string hash;  // 32 bytes: what the key stands for besides itself.
};

// `header` is Idempotency-Key, 1 to 255 printable characters (Code::invalid otherwise), or nothing:
// then `fresh` makes the key, for the mesh's own re-sends. A key counts for its person and route
// alone; a guest's also for its body, since guests share no name.
Result<RequestKey> request_key(std::optional<std::string_view> header, const Id& person,
                               std::string_view method, std::string_view path,
                               std::string_view body, const Id& fresh);

}  // namespace bilten::gateway
