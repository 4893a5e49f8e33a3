// Bodies that are not JSON, by the shape of the message (docs/protocol.md, section 12): bytes as
// they came, for what others signed, and a browser's form, for pages that work without scripts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/wire/contract.h"
#include "gateway/request_checks.h"
#include "gateway/transcode.h"

namespace bilten::gateway {

// The request has a field raw_body: it takes the whole body, of whatever media type; its fields
// header_x_y take the header X-Y.
bool takes_raw_body(const MessageDescription& message);
void add_raw_body(const MessageDescription& message, const Head& head, std::string_view body,
                  MessageBuilder& builder);
// Which header a field is for; nothing: it is no such field.
std::optional<std::string> header_of_field(std::string_view field);

// The answer is a page: it may be asked for by a form, whose fields are the request's.
bool takes_form(const MessageDescription& message);
bool is_form(std::string_view content_type);
// Refuses (Code::invalid) what is no form.
Status add_form(std::string_view body, MessageBuilder& builder);

}  // namespace bilten::gateway
