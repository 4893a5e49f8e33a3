// Devices at doors: which the user service has enrolled, and what each may do here. A device has
// the rights of door staff, at its own event and gate.
#pragma once

#include "common/service/handlers.h"
#include "daemons/ticket/offline_rows.h"

namespace bilten::ticket {

// Refuses a device that is none of the organisation's (with `unknown`), or is for another event.
// Rests on user: it may have been enrolled a moment ago.
Status need_device(const Rows& rows, const Person& device, const Id& organization_id,
                   const Id& event_id, const Error& unknown);
// The only gate that a device works at; nothing: any, or it is a person who asks.
std::optional<std::string> device_gate(const Rows& rows, const Person& person);
Error wrong_gate(const std::string& own_gate);

// Notes a device's fact of the user service; false: it is none.
bool note_device(Rows& rows, std::string_view name, std::string_view body);

}  // namespace bilten::ticket
