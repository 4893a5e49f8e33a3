// The port to the sandbox: what its lost answers leave behind.
#include "daemons/payment/provider_sandbox.h"

#include <catch2/catch.hpp>

#include "common/api/payment_sandbox.h"

using namespace bilten;
using namespace bilten::payment;

namespace {

// Opens an intent so many times, with that share of answers lost; how often the book was asked, and
// how often nothing was heard.
struct Tries {
  int asked = 0, unheard = 0;

  Tries(int64_t lost_percent, int count) {
    const auto ask = [&](std::string_view, const std::string&) -> Result<std::string> {
      ++asked;
      return encode(api::payment::ToldIntent{"sin_1", IntentState::pending, {100, "EUR"}, {}, {}});
    };
    SandboxProvider provider({std::string(32, 's'), "signing", "", lost_percent}, ask);
    const Intent intent{Id{}, Id{}, Id{}, {100, "EUR"}, "ABC", "", "key"};
    for (int i = 0; i < count; ++i) {
      const auto view = provider.open(intent);
      if (view) continue;
      CHECK(view.error().code == Code::unavailable);
      ++unheard;
    }
  }
};

}  // namespace

TEST_CASE("of the sandbox's lost answers some are of calls that it carried out, some are not") {
  const Tries tries(100, 100);
  CHECK(tries.unheard == 100);
  CHECK(tries.asked > 10);
  CHECK(tries.asked < 90);
}

TEST_CASE("a sandbox that loses no answers is heard each time") {
  const Tries tries(0, 100);
  CHECK(tries.unheard == 0);
  CHECK(tries.asked == 100);
}
