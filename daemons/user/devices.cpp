// Devices: scanners that are enrolled by a code instead of a person's password.
#include "daemons/user/devices.h"

#include "common/print/qr.h"
#include "daemons/user/core.h"

namespace bilten::user {

using api::user::DeviceAdded;
using api::user::DeviceCode;
using api::user::DeviceEnrolled;
using api::user::DeviceRevoked;
using api::user::DeviceRolled;
using api::user::DeviceTokens;

namespace {

constexpr UnixMillis kCodeFor = 15 * kMinute;
constexpr size_t kDevicesMax = 500;  // Of one organisation.

bool has_room(const Rows& rows, const Id& organization_id) {
  size_t count = 0;
  rows.scan<DeviceRow>(organization_id.view(), {}, kDevicesMax,
                       [&](std::string_view, const DeviceRow&) { return ++count < kDevicesMax; });
  return count < kDevicesMax;
}

Result<DeviceRow> find_own_device(const Rows& rows, const Person& person, const Id& organization_id,
                                  const Id& device_id) {
  if (const auto allowed = need_manager(rows, person, organization_id); !allowed) {
    return allowed.error();
  }
  auto device = rows.find<DeviceRow>(pair_key(organization_id, device_id));
  if (!device) {
    return Error{Code::not_found, "unknown_device",
                 "The organisation has no such device; it may have been revoked."};
  }
  return std::move(*device);
}

// The device that proved itself, if what it showed is of the generation that is good.
Result<DeviceRow> find_proven(const Rows& rows, const Keys::DeviceProof& proof) {
  auto device = rows.find<DeviceRow>(pair_key(proof.organization_id, proof.device_id));
  if (!device || device->generation != proof.generation) {
    return Error{Code::unauthenticated, "device_revoked",
                 "This device was revoked or rolled; ask a manager for a new code."};
  }
  return std::move(*device);
}

Status check_code_good(const DeviceRow& device, UnixMillis now) {
  if (device.session_id) {
    return Error{Code::conflict, "code_used",
                 "A device was enrolled by this code; a manager can roll it for a new one."};
  }
  if (device.code_until.ms <= now) {
    return Error{Code::gone, "code_expired",
                 "A code is good for 15 minutes; a manager can roll the device for a new one."};
  }
  return Done{};
}

// Its access tokens are dead from now on, wherever they are shown.
void end_session(Effects& effects, const Id& device_id, const DeviceRow& device, UnixMillis now) {
  if (!device.session_id) return;
  effects.record(api::user::SessionEnded{*device.session_id, device_id, Instant{now + kAccessFor}});
}

DeviceTokens tokens_for(const Keys& keys, UnixMillis now, const Keys::DeviceProof& proof,
                        const DeviceRow& device) {
  api::user::Claims claims;
  claims.person_id = proof.device_id;
  claims.session_id = *device.session_id;
  claims.issued_at.ms = now / 1000 * 1000;  // Tokens know whole seconds.
  claims.expires_at.ms = claims.issued_at.ms + kAccessFor;
  claims.is_device = true;
  return {view_of_device(proof.device_id, device), keys.access_token(claims),
          keys.device_key(proof), claims.expires_at};
}

DeviceCode code_for(const Keys& keys, const Id& organization_id, const Id& device_id,
                    const DeviceRow& device) {
  return {view_of_device(device_id, device),
          keys.device_code({organization_id, device_id, device.generation}), device.code_until};
}

DeviceRow fresh_row(const DeviceAdded& fact) {
  return {.terms = fact.terms, .created_at = fact.at, .code_until = fact.code_until};
}

void roll(DeviceRow& device, const DeviceRolled& fact) {
  device.generation = fact.generation;
  device.code_until = fact.code_until;
  device.session_id.reset();
  device.enrolled_at.reset();
}

void enrol(DeviceRow& device, const DeviceEnrolled& fact) {
  device.session_id = fact.session_id;
  device.enrolled_at = fact.at;
}

}  // namespace

Status need_manager(const Rows& rows, const Person& person, const Id& organization_id) {
  const auto member = rows.find<MemberRow>(pair_key(organization_id, person.person_id));
  if (!member) {
    return Error{Code::not_found, "unknown_organization", "You are in no such organisation."};
  }
  if (member->role < Role::manager) {
    return Error{Code::forbidden, "role_missing", "Only managers deal with devices; ask one."};
  }
  return Done{};
}

api::user::DeviceView view_of_device(const Id& device_id, const DeviceRow& device) {
  return {device_id,         device.terms.title, device.terms.event_id,
          device.terms.gate, device.created_at,  device.enrolled_at};
}

Decided<DeviceCode> decide_add_device(const Keys& keys, const Rows& rows, const Context& context,
                                      const api::user::AddDevice& message) {
  const auto allowed = need_manager(rows, *context.person, message.organization_id);
  if (!allowed) return allowed.error();
  if (!has_room(rows, message.organization_id)) {
    return Error{Code::conflict, "too_many_devices",
                 "An organisation has at most 500 devices; revoke some first."};
  }
  const DeviceAdded fact{.organization_id = message.organization_id,
                         .device_id = context.fresh_id(),
                         .terms = {message.title, message.event_id, message.gate},
                         .by = context.person->person_id,
                         .at = {context.now},
                         .code_until = {context.now + kCodeFor}};
  Decision<DeviceCode> decision;
  decision.record(fact);
  decision.answer = code_for(keys, fact.organization_id, fact.device_id, fresh_row(fact));
  return decision;
}

Decided<DeviceCode> decide_roll_device(const Keys& keys, const Rows& rows, const Context& context,
                                       const api::user::RollDevice& message) {
  auto device = find_own_device(rows, *context.person, message.organization_id, message.device_id);
  if (!device) return device.error();
  const DeviceRolled fact{.organization_id = message.organization_id,
                          .device_id = message.device_id,
                          .generation = device->generation + 1,
                          .by = context.person->person_id,
                          .at = {context.now},
                          .code_until = {context.now + kCodeFor}};
  Decision<DeviceCode> decision;
  decision.record(fact);
  end_session(decision, message.device_id, *device, context.now);
  roll(*device, fact);
  decision.answer = code_for(keys, message.organization_id, message.device_id, *device);
  return decision;
}

Decided<Nothing> decide_revoke_device(const Rows& rows, const Context& context,
                                      const api::user::RevokeDevice& message) {
  const auto device =
      find_own_device(rows, *context.person, message.organization_id, message.device_id);
  if (!device) return device.error();
  Decision<Nothing> decision;
  decision.record(DeviceRevoked{message.organization_id, message.device_id,
                                context.person->person_id, Instant{context.now}});
  end_session(decision, message.device_id, *device, context.now);
  return decision;
}

Decided<DeviceTokens> decide_enrol_device(const Keys& keys, const Rows& rows,
                                          const Context& context,
                                          const api::user::EnrolDevice& message) {
  const auto proof = keys.open_device_code(message.code);
  if (!proof) {
    return Error{Code::unauthenticated, "bad_code",
                 "This is no code of a device; scan the one that a manager shows."};
  }
  auto device = find_proven(rows, *proof);
  if (!device) return device.error();
  if (const auto good = check_code_good(*device, context.now); !good) return good.error();
  const DeviceEnrolled fact{.organization_id = proof->organization_id,
                            .device_id = proof->device_id,
                            .session_id = context.fresh_id(),
                            .terms = device->terms,
                            .at = {context.now}};
  Decision<DeviceTokens> decision;
  decision.record(fact);
  enrol(*device, fact);
  decision.answer = tokens_for(keys, context.now, *proof, *device);
  return decision;
}

Decided<DeviceTokens> decide_renew_device(const Keys& keys, const Rows& rows,
                                          const Context& context,
                                          const api::user::RenewDevice& message) {
  const auto proof = keys.open_device_key(message.device_key);
  if (!proof) {
    return Error{Code::unauthenticated, "bad_token", "This is no key of a device; enrol it."};
  }
  const auto device = find_proven(rows, *proof);
  if (!device) return device.error();
  CHECK_INVARIANT(device->session_id);  // A key is given only to who is enrolled.
  Decision<DeviceTokens> decision;
  decision.answer = tokens_for(keys, context.now, *proof, *device);
  return decision;
}

Result<Content> device_qr(const Keys& keys, const Reader& reader,
                          const api::user::ReadDeviceQr& message) {
  const auto device =
      find_own_device(reader.rows, *reader.person, message.organization_id, message.device_id);
  if (!device) return device.error();
  if (const auto good = check_code_good(*device, reader.now); !good) return good.error();
  auto text = "bilten-device:1:" +
              keys.device_code({message.organization_id, message.device_id, device->generation});
  if (message.address) text += "?address=" + *message.address;
  return Content{"image/svg+xml", {qr_svg(text)}, 0};
}

void apply(Rows& rows, const DeviceAdded& fact) {
  rows.save(pair_key(fact.organization_id, fact.device_id), fresh_row(fact));
}

void apply(Rows& rows, const DeviceEnrolled& fact) {
  const auto key = pair_key(fact.organization_id, fact.device_id);
  auto device = rows.find<DeviceRow>(key);
  CHECK_INVARIANT(device && !device->session_id);
  enrol(*device, fact);
  rows.save(key, *device);
}

void apply(Rows& rows, const DeviceRolled& fact) {
  const auto key = pair_key(fact.organization_id, fact.device_id);
  auto device = rows.find<DeviceRow>(key);
  CHECK_INVARIANT(device && device->generation + 1 == fact.generation);
  roll(*device, fact);
  rows.save(key, *device);
}

void apply(Rows& rows, const DeviceRevoked& fact) {
  rows.erase<DeviceRow>(pair_key(fact.organization_id, fact.device_id));
}

}  // namespace bilten::user
