// Devices: enrolled once by a code, renewed without a password, dead at once when revoked.
#include "common/api/user_devices.h"
#include "tests/support/qr_reader.h"
#include "tests/unit/user/user_messages.h"

namespace bilten::test {

namespace {

struct DeviceBench : UserBench {
  DeviceBench() {
    sign_up("owner@example.org");
    sign_up("staff@example.org");
    sign_up("out@example.org");
    owner = signed_in("owner@example.org");
    staff = signed_in("staff@example.org");
    out = signed_in("out@example.org");
    organization = bench.must(CreateOrganization{"Delta Live"}, &owner).id;
    bench.must(AddMember{organization, "staff@example.org", Role::door_supervisor}, &owner);
  }
  AddDevice scanner(const std::string& name = "Scanner 1") const {
    AddDevice message;
    message.organization_id = organization;
    message.title = name;
    message.event_id = event;
    message.gate = "North";
    return message;
  }
  DeviceCode add() { return bench.must(scanner(), &owner); }
  RollDevice roll(const Id& device_id) const { return {organization, device_id}; }

  Person owner, staff, out;
  Id organization, event = *Id::parse("01890a5d-ac96-774b-bcce-b302099a8057");
};

}  // namespace

TEST_CASE("a device is enrolled by its code once and works for its event and gate", "[user]") {
  DeviceBench d;
  const auto added = d.add();
  CHECK(added.device.title == "Scanner 1");
  CHECK_FALSE(added.device.enrolled_at);
  CHECK(added.code_until.ms == d.bench.now + 15 * user::kMinute);
  const auto tokens = d.bench.must(EnrolDevice{added.code});
  CHECK(tokens.device.id == added.device.id);
  CHECK(tokens.device.event_id == d.event);
  CHECK(tokens.device.gate == "North");
  CHECK(tokens.device.enrolled_at);
  const auto claims = d.person(tokens.access_token);
  REQUIRE(claims);
  CHECK(claims->is_device);
  CHECK(claims->person_id == added.device.id);
  CHECK(d.bench.refusal(EnrolDevice{added.code}) == "code_used");
  CHECK(d.bench.refusal(EnrolDevice{tokens.device_key}) == "bad_code");
  CHECK(d.bench.refusal(RenewDevice{added.code}) == "bad_token");
  d.bench.check_rebuild();
}

TEST_CASE("a device's code is good for 15 minutes", "[user]") {
  DeviceBench d;
  const auto added = d.add();
  d.bench.now = added.code_until.ms;
  CHECK(d.bench.refusal(EnrolDevice{added.code}) == "code_expired");
  d.bench.now -= 1;
  CHECK(d.bench.refusal(EnrolDevice{added.code}) == "");
}

TEST_CASE("a device's QR code holds its code and where to send it, for a manager", "[user]") {
  DeviceBench d;
  const auto added = d.add();
  ReadDeviceQr read;
  read.organization_id = d.organization;
  read.device_id = added.device.id;
  const auto qr = d.bench.must(read, &d.owner);
  CHECK(qr.content_type == "image/svg+xml");
  CHECK(qr.max_age_s == 0);
  CHECK(read_qr(qr.body.data) == "bilten-device:1:" + added.code);
  read.address = "https://tickets.example.org";
  CHECK(read_qr(d.bench.must(read, &d.owner).body.data) ==
        "bilten-device:1:" + added.code + "?address=https://tickets.example.org");
  CHECK(d.bench.refusal(read, &d.staff) == "role_missing");
  CHECK(d.bench.refusal(read, &d.out) == "unknown_organization");
  read.device_id = d.event;
  CHECK(d.bench.refusal(read, &d.owner) == "unknown_device");
}

TEST_CASE("a device's QR code is gone with its code, and new once it is rolled", "[user]") {
  DeviceBench d;
  const auto added = d.add();
  ReadDeviceQr read;
  read.organization_id = d.organization;
  read.device_id = added.device.id;
  d.bench.must(EnrolDevice{added.code});
  CHECK(d.bench.refusal(read, &d.owner) == "code_used");
  const auto rolled = d.bench.must(d.roll(added.device.id), &d.owner);
  CHECK(read_qr(d.bench.must(read, &d.owner).body.data) == "bilten-device:1:" + rolled.code);
  d.bench.now = rolled.code_until.ms;
  CHECK(d.bench.refusal(read, &d.owner) == "code_expired");
}

TEST_CASE("a device renews its token without a password as long as it is not revoked", "[user]") {
  DeviceBench d;
  const auto added = d.add();
  const auto first = d.bench.must(EnrolDevice{added.code});
  d.bench.now += 40 * user::kDay;
  CHECK_FALSE(d.person(first.access_token));
  const auto again = d.bench.must(RenewDevice{first.device_key});
  CHECK(again.device_key == first.device_key);
  REQUIRE(d.person(again.access_token));
  d.bench.must(RevokeDevice{d.organization, added.device.id}, &d.owner);
  CHECK(d.person(again.access_token).error().reason == "session_ended");
  CHECK(d.bench.refusal(RenewDevice{first.device_key}) == "device_revoked");
  CHECK(d.bench.refusal(EnrolDevice{added.code}) == "device_revoked");
  CHECK(d.bench.refusal(RevokeDevice{d.organization, added.device.id}, &d.owner) ==
        "unknown_device");
  d.bench.check_rebuild();
}

TEST_CASE("a rolled device has a new code, and what it had before is dead", "[user]") {
  DeviceBench d;
  const auto added = d.add();
  const auto old = d.bench.must(EnrolDevice{added.code});
  const auto rolled = d.bench.must(d.roll(added.device.id), &d.owner);
  CHECK(rolled.code != added.code);
  CHECK_FALSE(rolled.device.enrolled_at);
  CHECK(d.person(old.access_token).error().reason == "session_ended");
  CHECK(d.bench.refusal(RenewDevice{old.device_key}) == "device_revoked");
  CHECK(d.bench.refusal(EnrolDevice{added.code}) == "device_revoked");
  const auto fresh = d.bench.must(EnrolDevice{rolled.code});
  CHECK(fresh.device.id == added.device.id);
  CHECK(d.person(fresh.access_token));
  d.bench.check_rebuild();
}

TEST_CASE("a code or key of a device with any bit turned is refused", "[user]") {
  DeviceBench d;
  const auto added = d.add();
  const auto bytes = from_base64url(added.code);
  REQUIRE(bytes);
  for (size_t bit = 0; bit < bytes->size() * 8; ++bit) {
    auto forged = *bytes;
    forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << bit % 8));
    CHECK(d.bench.refusal(EnrolDevice{base64url(forged)}) == "bad_code");
  }
  d.bench.must(EnrolDevice{added.code});
}

TEST_CASE("only managers deal with devices, and others do not know of them", "[user]") {
  DeviceBench d;
  const auto id = d.add().device.id;
  Devices list;
  list.organization_id = d.organization;
  for (const auto& [person, word] :
       {std::pair(&d.staff, "role_missing"), std::pair(&d.out, "unknown_organization")}) {
    CHECK(d.bench.refusal(d.scanner(), person) == word);
    CHECK(d.bench.refusal(d.roll(id), person) == word);
    CHECK(d.bench.refusal(RevokeDevice{d.organization, id}, person) == word);
    CHECK(d.bench.refusal(list, person) == word);
  }
  CHECK(d.bench.must(list, &d.owner).items.size() == 1);
}

TEST_CASE("an organisation has at most 500 devices, listed page by page", "[user]") {
  DeviceBench d;
  for (int i = 0; i < 500; ++i) d.add();
  CHECK(d.bench.refusal(d.scanner(), &d.owner) == "too_many_devices");
  Devices list;
  list.organization_id = d.organization;
  list.limit = 100;
  size_t seen = 0;
  do {
    const auto page = d.bench.must(list, &d.owner);
    seen += page.items.size();
    list.cursor = page.next_cursor;
  } while (list.cursor);
  CHECK(seen == 500);
}

}  // namespace bilten::test
