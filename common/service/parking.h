// Requests that wait: their refusal rests on another owner's rows, and is final only once this
// daemon has taken all that owner had recorded when the request came. One question to an owner
// serves all that waited when it was asked.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/service/request.h"

namespace bilten {

struct Parked {
  Request request;
  Error refusal;  // What it is told if nothing changes.
};

class Parking {
 public:
  // An unanswered request is told so this long before its caller gives up.
  static constexpr SteadyMicros kMargin = 50'000;
  static constexpr SteadyMicros kAskAgain = 100'000;  // After an owner did not answer.

  explicit Parking(size_t max) : max_(max) {}

  // False: there is no room.
  bool park(std::string_view owner, Parked parked);
  // Owners to be asked for their head now; each counts as asked.
  std::vector<std::string> questions(SteadyMicros now);
  // The answer to a question. Without a head the owner is asked again later.
  void answered(const HeadAnswer& answer, SteadyMicros now);
  // Takes out what waited for `owner` up to this cursor.
  std::vector<Request> reached(std::string_view owner, const Cursor& cursor);
  // Takes out what can wait no longer.
  std::vector<Parked> expired(SteadyMicros now);
  // Takes out those requests of `addresses` that wait here.
  std::vector<Parked> cancelled(const std::vector<ReplyAddress>& addresses);
  // Takes out all that waits for an owner whose feed has stopped.
  std::vector<Parked> given_up(std::string_view owner);
  // After a refused commit: the facts for which a request was let go on may be among those that
  // were given up with it, so that it has to wait for them once more.
  void unsettle();
  size_t size() const { return size_; }

 private:
  struct Aimed {
    uint64_t seq = 0;  // The owner's head as it answered.
    Parked parked;
  };
  struct Waiting {
    bool asking = false;
    SteadyMicros ask_at = 0;
    std::vector<Parked> unasked, asked;
    std::vector<Aimed> aimed;
  };

  // Takes out what `leaves` picks, wherever it waits.
  std::vector<Parked> take_where(const std::function<bool(const Parked&)>& leaves);

  size_t max_;
  size_t size_ = 0;
  std::map<std::string, Waiting, std::less<>> owners_;
};

}  // namespace bilten
