// Our server of Stripe's API, driven by Stripe's own SDK: what the port's tests lean on is
// faithful.
#include "tests/support/stripe_server.h"

#include <catch2/catch.hpp>

using namespace bilten::test;

TEST_CASE("Stripe's own SDK finds in our server what it finds at Stripe", "[payment]") {
  const auto modules = npm_modules();
  if (modules.empty()) return;
  const StripeServer server;
  const auto driven =
      run_program({"/usr/bin/env", "node", "tests/stripe/sdk_test.mjs", modules, server.url()});
  INFO(driven.out);
  CHECK(driven.status == 0);
}
