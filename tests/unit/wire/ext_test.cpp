// What a receiver makes of optional fields that it does not know.
#include <catch2/catch.hpp>

#include "common/wire/codec.h"
#include "common/wire/frame.h"

using namespace bilten;

namespace {

std::string ext_with(uint64_t key) {
  return Packer()
      .map(2)
      .unsigned_integer(key)
      .text("news")
      .unsigned_integer(5)
      .text("token")
      .take();
}

}  // namespace

TEST_CASE("an unknown ext key is skipped, and refused where it must be understood", "[wire]") {
  const auto skipped = Ext::parse(ext_with(31));
  REQUIRE(skipped);
  CHECK(skipped->claims == "token");
  const auto refused = Ext::parse(ext_with(31), flag::kMustUnderstandExt);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::bad_frame);
}

TEST_CASE("an application's ext key never has to be understood", "[wire]") {
  CHECK(Ext::parse(ext_with(32), flag::kMustUnderstandExt));
}
