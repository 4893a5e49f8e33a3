// A trap of libzmq 4.3.4 that only separate processes keep harmless (docs/decisions/0002).
#include <signal.h>

#include <catch2/catch.hpp>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten;
using namespace bilten::test;

TEST_CASE("a fan-out that aborts stops no sale", "[integration][trap11]") {
  Platform platform;
  auto host = organizer(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 50)});
  Api guest(platform.url());
  const auto buys = [&] {
    return guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], 1)).status == 201;
  };
  CHECK(buys());
  const auto before = platform.pid("events");
  platform.kill("events", SIGABRT);
  size_t sold = 0, failed = 0;
  CHECK(wait_until([&] {
    ++(buys() ? sold : failed);
    return platform.pid("events") != before && sold >= 10;
  }));
  CHECK(failed == 0);
  CHECK(guest.get("/v1/events/" + sale.event_id + "/ticket-types").status == 200);
}
