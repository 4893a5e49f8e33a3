// A shop with a check-in list in use: scans go to it, and the last refusal can be read.
#pragma once

#include "tests/unit/ticket/shop.h"

namespace bilten::test {

struct DoorShop : Shop {
  AddCheckInList list(const std::string& title) const {
    AddCheckInList message;
    message.event_id = event_id;
    message.title = title;
    return message;
  }
  void use(const AddCheckInList& message) { used = bench.must(message, &manager).id; }
  CheckIn scan_here(const std::string& code, Direction direction = Direction::entry) {
    auto message = scan(code, direction);
    message.check_in_list_id = used;
    message.gate = gate;
    return message;
  }
  // The reason a scan is refused with; "" if the ticket is let through.
  std::string go(const std::string& code, Direction direction = Direction::entry) {
    return go(scan_here(code, direction), door);
  }
  std::string go(const CheckIn& message, const Person& person) {
    const auto answer = bench.send(message, &person);
    refusal = answer ? Error{} : answer.error();
    return refusal.reason;
  }
  // A member of the last refusal; "" or -1: it has none.
  std::string member(std::string_view name) const {
    const auto extra = Document::parse(refusal.extra);
    const auto found = extra ? extra->root().find(name) : std::nullopt;
    return found ? std::string(found->text()) : "";
  }
  int64_t number(std::string_view name) const {
    const auto extra = Document::parse(refusal.extra);
    const auto found = extra ? extra->root().find(name) : std::nullopt;
    return found ? found->integer().value_or(-1) : -1;
  }
  ListCounts counts() { return bench.must(ReadCheckInList{used}, &viewer); }

  Id add_type(int64_t amount, int64_t quantity) {
    return type_id = Shop::add_type(amount, quantity);
  }

  Id type_id, used;
  std::optional<std::string> gate;
  Error refusal;
};

}  // namespace bilten::test
