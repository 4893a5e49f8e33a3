// OpenAPI 3.1 of everything the mesh serves over HTTP, written from the contracts.
#pragma once

#include <string>

#include "gateway/routes.h"

namespace bilten::gateway {

std::string openapi_json(const Routes& routes, std::string_view version);

// JSON Schema (2020-12) of one schema, as it stands in the document.
std::string json_schema(const Schema& schema);

}  // namespace bilten::gateway
