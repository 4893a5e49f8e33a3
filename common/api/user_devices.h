// The messages of an organisation's devices: added by a manager, enrolled by a code that is shown
// once, revoked at once (docs/offline-doors.md).
#pragma once

#include "common/api/user_messages.h"

namespace bilten::api::user {

struct DeviceView {
  Id id;
  std::string title;
  std::optional<Id> event_id;
  std::optional<std::string> gate;
  Instant created_at;
  std::optional<Instant> enrolled_at = {};
  static constexpr auto fields() {
    return field_list(
        field("id", &DeviceView::id), field("name", &DeviceView::title, length(1, 100)),
        field("event_id", &DeviceView::event_id),
        field("gate", &DeviceView::gate, length(1, kGateMax)),
        field("created_at", &DeviceView::created_at),
        field("enrolled_at", &DeviceView::enrolled_at).doc("Absent: its code was not used yet."));
  }
};
struct DeviceViews {
  std::vector<DeviceView> items;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    return field_list(field("items", &DeviceViews::items, bilten::items(0, kPageMax)),
                      field("next_cursor", &DeviceViews::next_cursor, length(1, 200)));
  }
};

// A device with the code that enrols it.
struct DeviceCode {
  DeviceView device;
  std::string code;
  Instant code_until;
  static constexpr auto fields() {
    return field_list(field("device", &DeviceCode::device),
                      field("code", &DeviceCode::code, length(1, 200, Format::secret))
                          .doc("Enrols the device, once. qr.svg shows it to a scanner."),
                      field("code_until", &DeviceCode::code_until));
  }
};

struct DeviceTokens {
  DeviceView device;
  std::string access_token, device_key;
  Instant expires_at;
  static constexpr auto fields() {
    return field_list(
        field("device", &DeviceTokens::device),
        field("access_token", &DeviceTokens::access_token, length(1, 2000, Format::secret))
            .doc("For the Authorization header: Bearer <token>. Good for 15 minutes."),
        field("device_key", &DeviceTokens::device_key, length(1, 200, Format::secret))
            .doc("Gets new access tokens until the device is rolled or revoked."),
        field("expires_at", &DeviceTokens::expires_at).doc("Of the access token."));
  }
};

struct AddDevice {
  static constexpr std::string_view name = "user.device.add";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/organizations/{organization_id}/devices",
               .status = 201},
      .refusals = {"unknown_organization", "role_missing", "too_many_devices"},
      .doc =
          "Adds a scanner, for one event and gate or for all; for managers. The code that "
          "enrols it is good once, within 15 minutes."};
  using Answer = DeviceCode;
  Id organization_id;
  std::string title;
  std::optional<Id> event_id;
  std::optional<std::string> gate;
  static constexpr auto fields() {
    return field_list(
        field("organization_id", &AddDevice::organization_id),
        field("name", &AddDevice::title, length(1, 100, Format::line))
            .doc("The organisation's word for it, such as Scanner 3; no person's name."),
        field("event_id", &AddDevice::event_id).doc("Absent: any event of the organisation."),
        field("gate", &AddDevice::gate, length(1, kGateMax, Format::line)).doc("Absent: any."));
  }
};

struct Devices {
  static constexpr std::string_view name = "user.devices";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET", .path = "/v1/organizations/{organization_id}/devices"},
      .refusals = {"unknown_organization", "role_missing", "invalid"},
      .doc = "The devices of an organisation that are not revoked, oldest first; for managers."};
  using Answer = DeviceViews;
  Id organization_id;
  std::optional<std::string> cursor;
  uint32_t limit = 20;
  static constexpr auto fields() {
    return field_list(field("organization_id", &Devices::organization_id),
                      field("cursor", &Devices::cursor, length(1, 200)),
                      field("limit", &Devices::limit, between(1, kPageMax)).or_default());
  }
};

struct RollDevice {
  static constexpr std::string_view name = "user.device.roll";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/organizations/{organization_id}/devices/{device_id}/roll"},
      .refusals = {"unknown_organization", "role_missing", "unknown_device"},
      .doc = "Gives a device a new code; what it was enrolled with is dead at once. For managers."};
  using Answer = DeviceCode;
  Id organization_id, device_id;
  static constexpr auto fields() {
    return field_list(field("organization_id", &RollDevice::organization_id),
                      field("device_id", &RollDevice::device_id));
  }
};

// The code that a device can be enrolled by just now, for a scanner to read off a screen.
struct ReadDeviceQr {
  static constexpr std::string_view name = "user.device.qr";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::person,
      .http = {.method = "GET",
               .path = "/v1/organizations/{organization_id}/devices/{device_id}/qr.svg",
               .produces = "image/svg+xml"},
      .refusals = {"unknown_organization", "role_missing", "unknown_device", "code_used",
                   "code_expired"},
      .doc =
          "The device's code as a QR image, as long as it is good; docs/offline-doors.md says what "
          "it holds. For managers."};
  using Answer = Content;
  Id organization_id, device_id;
  std::optional<std::string> address;
  static constexpr auto fields() {
    return field_list(field("organization_id", &ReadDeviceQr::organization_id),
                      field("device_id", &ReadDeviceQr::device_id),
                      field("address", &ReadDeviceQr::address, length(8, 150, Format::url))
                          .doc("Where the scanner is to send the code: as it reaches this API, "
                               "such as https://tickets.example.org. Absent: it knows."));
  }
};

struct RevokeDevice {
  static constexpr std::string_view name = "user.device.revoke";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "DELETE",
               .path = "/v1/organizations/{organization_id}/devices/{device_id}",
               .status = 204},
      .refusals = {"unknown_organization", "role_missing", "unknown_device"},
      .doc = "Takes a device out of service: it is refused at once, everywhere. For managers."};
  using Answer = Nothing;
  Id organization_id, device_id;
  static constexpr auto fields() {
    return field_list(field("organization_id", &RevokeDevice::organization_id),
                      field("device_id", &RevokeDevice::device_id));
  }
};

struct EnrolDevice {
  static constexpr std::string_view name = "user.device.enrol";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::anyone,
      .http = {.method = "POST", .path = "/v1/devices/enrol"},
      .refusals = {"bad_code", "code_used", "code_expired", "device_revoked"},
      .doc =
          "Trades a device's code, once, for what it works with. Send an Idempotency-Key: the "
          "answer can then be asked for again."};
  using Answer = DeviceTokens;
  std::string code;
  static constexpr auto fields() {
    return field_list(field("code", &EnrolDevice::code, length(1, 200, Format::secret)));
  }
};

struct RenewDevice {
  static constexpr std::string_view name = "user.device.renew";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::anyone,
      .http = {.method = "POST", .path = "/v1/devices/tokens"},
      .refusals = {"bad_token", "device_revoked"},
      .doc = "A new access token for a device that was neither rolled nor revoked."};
  using Answer = DeviceTokens;
  std::string device_key;
  static constexpr auto fields() {
    return field_list(
        field("device_key", &RenewDevice::device_key, length(1, 200, Format::secret)));
  }
};

}  // namespace bilten::api::user
