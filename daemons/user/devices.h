// The rules of an organisation's devices. A device's code and key are derived and proven (keys.h);
// its row says which generation of them is good.
#pragma once

#include "common/api/user_devices.h"
#include "common/service/handlers.h"
#include "daemons/user/keys.h"
#include "daemons/user/rows.h"

namespace bilten::user {

// unknown_organization, role_missing, too_many_devices
Decided<api::user::DeviceCode> decide_add_device(const Keys&, const Rows&, const Context&,
                                                 const api::user::AddDevice&);
// unknown_organization, role_missing, unknown_device
Decided<api::user::DeviceCode> decide_roll_device(const Keys&, const Rows&, const Context&,
                                                  const api::user::RollDevice&);
// As above.
Decided<Nothing> decide_revoke_device(const Rows&, const Context&, const api::user::RevokeDevice&);
// bad_code, device_revoked, code_used, code_expired
Decided<api::user::DeviceTokens> decide_enrol_device(const Keys&, const Rows&, const Context&,
                                                     const api::user::EnrolDevice&);
// bad_token, device_revoked
Decided<api::user::DeviceTokens> decide_renew_device(const Keys&, const Rows&, const Context&,
                                                     const api::user::RenewDevice&);
// The code as a QR image: as decide_roll_device; code_used, code_expired
Result<Content> device_qr(const Keys&, const Reader&, const api::user::ReadDeviceQr&);
// unknown_organization, role_missing
Status need_manager(const Rows& rows, const Person& person, const Id& organization_id);
api::user::DeviceView view_of_device(const Id& device_id, const DeviceRow& device);

void apply(Rows& rows, const api::user::DeviceAdded& fact);
void apply(Rows& rows, const api::user::DeviceEnrolled& fact);
void apply(Rows& rows, const api::user::DeviceRolled& fact);
void apply(Rows& rows, const api::user::DeviceRevoked& fact);

}  // namespace bilten::user
