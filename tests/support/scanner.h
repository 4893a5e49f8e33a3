// A scanner that works without a network, written from docs/offline-doors.md and
// docs/ticket-code.md alone: it knows the service by HTTP, and checks codes by public keys.
#pragma once

#include <map>

#include "common/base/clock.h"
#include "tests/support/api.h"

namespace bilten::test {

class Scanner {
 public:
  // `clock_off_ms`: by how much its clock is fast.
  Scanner(const std::string& url, int64_t clock_off_ms) : api_(url), clock_off_ms_(clock_off_ms) {}

  // With the code that a manager was given.
  Reply enrol(const std::string& code);
  Reply renew();
  // Takes the list along; answers the bytes of all pages, 0 where one was refused.
  size_t preload(const std::string& list_id);
  // What happened since; false: refused.
  bool keep_up();

  // What it tells staff of a code at that moment, with no network: "ok", "used", "forged",
  // "not_a_code", "unknown_ticket", "revoked". Tickets let in wait to be brought.
  std::string scan(const std::string& code, UnixMillis at);
  // Brings what waits, or what was brought last where nothing does.
  Reply bring(UnixMillis now);

  struct Ticket {
    int64_t generation = 0, state = 0;
    bool used = false;
    int64_t first_at = 0;
  };
  const std::map<std::string, Ticket>& tickets() const { return tickets_; }  // By UUID.
  Api& api() { return api_; }

 private:
  struct Key {
    std::string public_key;
    bool accepted = false;
  };
  void take(const json& page);

  Api api_;
  int64_t clock_off_ms_;
  std::string device_key_, list_id_, event_id_, position_;
  std::map<int64_t, Key> keys_;
  std::map<std::string, Ticket> tickets_;
  json waiting_ = json::array(), brought_ = json::array();
};

}  // namespace bilten::test
