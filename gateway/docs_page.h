// The documentation page: one HTML file that needs no script, no other file and no network.
#pragma once

#include <string>

#include "gateway/routes.h"

namespace bilten::gateway {

std::string docs_html(const Routes& routes, std::string_view version);

// Content-Security-Policy of the page: its one style, named by its SHA-256, and nothing else.
inline constexpr std::string_view kDocsPolicy =
    "default-src 'none'; style-src 'sha256-7HtMZVyHKLjUkeOLDryrvTiyS3KCMz6LuBRfRWBj1Z4='; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace bilten::gateway
