#include "daemons/ticket/devices.h"

namespace bilten::ticket {
namespace {

using DeviceFacts =
    std::variant<api::user::DeviceEnrolled, api::user::DeviceRolled, api::user::DeviceRevoked>;

void apply(Rows& rows, const api::user::DeviceEnrolled& fact) {
  rows.save(fact.device_id.view(),
            DeviceRow{fact.organization_id, fact.terms.event_id, fact.terms.gate});
}
void apply(Rows& rows, const api::user::DeviceRolled& fact) {
  rows.erase<DeviceRow>(fact.device_id.view());
}
void apply(Rows& rows, const api::user::DeviceRevoked& fact) {
  rows.erase<DeviceRow>(fact.device_id.view());
}

}  // namespace

Status need_device(const Rows& rows, const Person& device, const Id& organization_id,
                   const Id& event_id, const Error& unknown) {
  const auto row = rows.find<DeviceRow>(device.person_id.view());
  const bool is_for = row && row->organization_id == organization_id &&
                      (!row->event_id || *row->event_id == event_id);
  return is_for ? Status(Done{}) : rests_on("user", unknown);
}

std::optional<std::string> device_gate(const Rows& rows, const Person& person) {
  if (!person.is_device) return std::nullopt;
  auto row = rows.find<DeviceRow>(person.person_id.view());
  return row ? std::move(row->gate) : std::nullopt;
}

Error wrong_gate(const std::string& own_gate) {
  return {Code::forbidden, "wrong_gate", "This device is for the gate " + own_gate + "."};
}

bool note_device(Rows& rows, std::string_view name, std::string_view body) {
  return evolve_named<DeviceFacts>(rows, name, body,
                                   [](Rows& into, const auto& fact) { apply(into, fact); });
}

}  // namespace bilten::ticket
