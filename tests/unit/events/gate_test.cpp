// Who may publish what, and what is a publication at all.
#include "broker/events/gate.h"

#include <catch2/catch.hpp>

#include "common/wire/frame.h"

using namespace bilten;
using namespace bilten::events;

namespace {

AccessRule publisher(const std::string& name, std::vector<std::string> prefixes) {
  AccessRule rule;
  rule.principal = name;
  rule.publish = std::move(prefixes);
  return rule;
}

Gate gate() {
  Gate made;
  made.set_access({publisher("ticket", {"ticket.", "wm.ticket", "ops."}),
                   publisher("user", {"user.", "wm.user"}), publisher("gateway", {})});
  return made;
}

std::string publication(const std::string& topic, const std::string& name) {
  Header header;
  header.command = Command::event;
  header.id = 7;
  return topic + '\0' + build_frame(header, name, {}, "body");
}

std::string publication(const std::string& topic) {
  return publication(topic, topic);
}

}  // namespace

TEST_CASE("a publisher speaks for its own topics only", "[events]") {
  auto judge = gate();
  CHECK(judge.judge("ticket", publication("ticket.sold")) == Verdict::fact);
  CHECK(judge.judge("ticket", publication("wm.ticket")) == Verdict::fact);
  CHECK(judge.judge("ticket", publication("ops.disk")) == Verdict::operations);
  CHECK(judge.passed() == 3);
  CHECK(judge.judge("user", publication("ticket.sold")) == Verdict::stranger);
  CHECK(judge.judge("user", publication("wm.ticket")) == Verdict::stranger);
  CHECK(judge.judge("ticket", publication("wm.tickets")) == Verdict::stranger);
  CHECK(judge.judge("ticket", publication("ticket")) == Verdict::stranger);
  CHECK(judge.judge("gateway", publication("ticket.sold")) == Verdict::stranger);
  CHECK(judge.judge("", publication("ticket.sold")) == Verdict::stranger);
  CHECK(judge.strangers() == 6);
  CHECK(judge.strangers_by_principal().at("user") == 2);
}

TEST_CASE("what is no whole event frame is dropped and counted", "[events]") {
  auto judge = gate();
  const auto good = publication("ticket.sold");
  Header request;
  request.ttl_ms = 5;
  const std::vector<std::string> bad = {
      "",
      "ticket.sold",
      std::string("ticket.sold\0", 12),
      good.substr(0, good.size() - 8),
      publication("Ticket.sold", "ticket.sold"),
      publication("ticket sold", "ticket.sold"),
      publication("", "ticket.sold"),
      publication(std::string(201, 'a'), "ticket.sold"),
      publication("ticket.sold", "ticket.held"),
      publication("ticket.sold", ""),
      std::string("ticket.sold") + '\0' + build_frame(request, "ticket.sold"),
  };
  for (const auto& each : bad) {
    CAPTURE(each);
    CHECK(judge.judge("ticket", each) == Verdict::malformed);
  }
  CHECK(judge.malformed() == bad.size());
  CHECK(judge.passed() == 0);
}

TEST_CASE("rights follow the file when it is read again", "[events]") {
  auto judge = gate();
  judge.set_access({publisher("user", {"user.", "ticket."})});
  CHECK(judge.judge("user", publication("ticket.sold")) == Verdict::fact);
  CHECK(judge.judge("ticket", publication("ticket.sold")) == Verdict::stranger);
}
