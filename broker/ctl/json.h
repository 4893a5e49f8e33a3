// JSON for the operators' tool: a message from what a person typed, and answers for people and for
// programs. Unlike the gateway's transcoder it trusts its caller: it fills types in by the schema
// and leaves judging to the service.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/wire/schema.h"

namespace bilten::ctl {

// MessagePack of the JSON text, ids, instants and bytes taken from their text forms.
Result<std::string> pack_json(std::string_view json, const Schema& schema);

// JSON of MessagePack; `schema` may be Type::any: then 16 bytes read as an id and other bytes as
// base64url.
nlohmann::json json_of(std::string_view messagepack, const Schema& schema);

}  // namespace bilten::ctl
