#include "tests/support/scanner.h"

#include "common/base/id.h"
#include "common/base/text.h"
#include "common/base/time.h"
#include "common/crypto/crypto.h"

namespace bilten::test {
namespace {

std::string bytes_of(const json& binary) {
  const auto& bytes = binary.get_binary();
  return {bytes.begin(), bytes.end()};
}
std::string uuid_of(const std::string& bytes) {
  return Id::from_bytes(bytes)->text();
}

// docs/ticket-code.md, "The bytes".
struct DoorCode {
  int64_t key_id = 0, generation = 0;
  std::string event_id, ticket_id, signed_part, signature;
};
std::optional<DoorCode> read_code(const std::string& text) {
  const auto bytes = from_base45(text);
  if (text.size() != 156 || !bytes || bytes->size() != 104 || (*bytes)[0] != 1) return {};
  const auto byte = [&](size_t at) { return static_cast<uint8_t>((*bytes)[at]); };
  return DoorCode{byte(1),
                  byte(34) << 8 | byte(35),
                  uuid_of(bytes->substr(2, 16)),
                  uuid_of(bytes->substr(18, 16)),
                  bytes->substr(0, 40),
                  bytes->substr(40)};
}

}  // namespace

Reply Scanner::enrol(const std::string& code) {
  auto reply = api_.post("/v1/devices/enrol", {{"code", code}});
  if (reply.status == 200) {
    device_key_ = reply.body["device_key"];
    api_.set_token(reply.body["access_token"]);
  }
  return reply;
}

Reply Scanner::renew() {
  Api without_token(api_.url());
  auto reply = without_token.post("/v1/devices/tokens", {{"device_key", device_key_}});
  if (reply.status == 200) api_.set_token(reply.body["access_token"]);
  return reply;
}

void Scanner::take(const json& page) {
  event_id_ = uuid_of(bytes_of(page["event_id"]));
  keys_.clear();
  for (const auto& key : page["keys"]) {
    keys_[key["key_id"]] = {bytes_of(key["public_key"]), key["accepted"]};
  }
  for (const auto& tuple : page["tickets"]) {
    if (tuple[2].is_null()) {  // None of the list's, or no more.
      tickets_.erase(uuid_of(bytes_of(tuple[0])));
      continue;
    }
    Ticket ticket{tuple[1], tuple[3]};
    if (tuple.size() > 4 && !tuple[4].is_null()) {
      ticket.used = tuple[4] > 0;
      ticket.first_at = tuple[5];
    }
    tickets_[uuid_of(bytes_of(tuple[0]))] = ticket;
  }
}

size_t Scanner::preload(const std::string& list_id) {
  list_id_ = list_id;
  tickets_.clear();
  position_.clear();
  size_t bytes = 0;
  std::string cursor;
  do {
    const auto reply = api_.get("/v1/check-in-lists/" + list_id + "/snapshot" +
                                (cursor.empty() ? "" : "?cursor=" + cursor));
    if (reply.status != 200) return 0;
    bytes += reply.text.size();
    const auto page = json::from_msgpack(reply.text);
    take(page);
    // That of the first page: what changed while the others came is told by changes.
    if (position_.empty()) position_ = page["position"];
    cursor = page.value("next_cursor", "");
  } while (!cursor.empty());
  return bytes;
}

bool Scanner::keep_up() {
  for (;;) {
    const auto reply = api_.get("/v1/check-in-lists/" + list_id_ + "/changes?after=" + position_);
    if (reply.status != 200) return false;
    const auto page = json::from_msgpack(reply.text);
    take(page);
    position_ = page["position"];
    if (!page["more"]) return true;
  }
}

std::string Scanner::scan(const std::string& text, UnixMillis at) {
  const auto code = read_code(text);
  if (!code) return "not_a_code";
  const auto key = keys_.find(code->key_id);
  if (key == keys_.end() || code->event_id != event_id_ ||
      !crypto::verify(code->signed_part, code->signature, key->second.public_key)) {
    return "forged";
  }
  const auto found = tickets_.find(code->ticket_id);
  if (found == tickets_.end()) return "unknown_ticket";
  auto& ticket = found->second;
  if (!key->second.accepted || code->generation != ticket.generation) return "revoked";
  if (ticket.used) return "used";
  ticket.used = true;
  waiting_.push_back({{"ticket_id", code->ticket_id},
                      {"generation", code->generation},
                      {"key_id", code->key_id},
                      {"scanned_at", rfc3339(at + clock_off_ms_)},
                      {"nonce", fresh_key()}});
  return "ok";
}

Reply Scanner::bring(UnixMillis now) {
  if (!waiting_.empty()) brought_ = std::exchange(waiting_, json::array());
  return api_.post(
      "/v1/check-ins/batch",
      {{"check_in_list_id", list_id_}, {"now", rfc3339(now + clock_off_ms_)}, {"scans", brought_}});
}

}  // namespace bilten::test
