// Bodies that are not JSON: bytes as they came with the headers a message names, and forms.
#include "gateway/bodies.h"

#include <catch2/catch.hpp>

using namespace bilten;
using namespace bilten::gateway;

namespace {

struct Hook {
  static constexpr std::string_view name = "shop.hook";
  static constexpr Contract contract{.http = {.method = "POST", .path = "/v1/hooks/{from}"}};
  using Answer = Nothing;
  std::string from;
  Bytes raw_body;
  std::optional<std::string> header_shop_signature;
  static constexpr auto fields() {
    return field_list(field("from", &Hook::from, length(1, 20)),
                      field("raw_body", &Hook::raw_body, between(1, 1000)),
                      field("header_shop_signature", &Hook::header_shop_signature, length(1, 100)));
  }
};

struct Press {
  static constexpr std::string_view name = "shop.press";
  static constexpr Contract contract{
      .http = {.method = "POST", .path = "/v1/page", .produces = "text/html; charset=utf-8"}};
  using Answer = Content;
  std::string button;
  int64_t times = 1;
  static constexpr auto fields() {
    return field_list(field("button", &Press::button, length(1, 20)),
                      field("times", &Press::times, between(1, 9)));
  }
};

Head head_of(const std::string& text) {
  Head head;
  REQUIRE(read_head(text, head).status == 0);
  return head;
}

}  // namespace

TEST_CASE("a raw body is handed on byte for byte, with the header that signs it", "[gateway]") {
  const auto message = describe_message<Hook>();
  REQUIRE(takes_raw_body(message));
  CHECK_FALSE(takes_raw_body(describe_message<Press>()));
  const std::string body("{\"a\": 1}\0\xff\r\n", 12);
  const std::string text =
      "POST /v1/hooks/bank HTTP/1.1\r\nHost: a\r\nShop-Signature: t=1,v1=ab\r\n\r\n";
  MessageBuilder builder(message.request);
  builder.add({"from", {"bank"}});
  add_raw_body(message, head_of(text), body, builder);
  const auto packed = builder.finish();
  REQUIRE(packed);
  const auto hook = decode<Hook>(*packed);
  REQUIRE(hook);
  CHECK(hook->raw_body.data == body);
  CHECK(hook->header_shop_signature == "t=1,v1=ab");
}

TEST_CASE("a header that is not there is left out, and none can be told twice", "[gateway]") {
  const auto message = describe_message<Hook>();
  const auto head = head_of("POST /v1/hooks/bank HTTP/1.1\r\nHost: a\r\n\r\n");
  MessageBuilder good(message.request);
  good.add({"from", {"bank"}});
  add_raw_body(message, head, "x", good);
  CHECK_FALSE(decode<Hook>(*good.finish())->header_shop_signature);
  MessageBuilder twice(message.request);
  twice.add({"from", {"bank"}});
  twice.add({"raw_body", {"eHg"}});  // In the query, as base64url.
  add_raw_body(message, head, "x", twice);
  CHECK_FALSE(twice.finish());
}

TEST_CASE("a form fills the fields of a message whose answer is a page", "[gateway]") {
  const auto message = describe_message<Press>();
  CHECK(takes_form(message));
  CHECK_FALSE(takes_form(describe_message<Hook>()));
  CHECK(is_form("application/x-www-form-urlencoded"));
  CHECK(is_form("Application/X-WWW-Form-Urlencoded ; charset=UTF-8"));
  CHECK_FALSE(is_form("multipart/form-data"));
  MessageBuilder builder(message.request);
  REQUIRE(add_form("button=go+on%21&times=3", builder));
  const auto press = decode<Press>(*builder.finish());
  REQUIRE(press);
  CHECK(press->button == "go on!");
  CHECK(press->times == 3);
  MessageBuilder wrong(message.request);
  CHECK_FALSE(add_form("button=%zz", wrong));
  MessageBuilder unknown(message.request);
  REQUIRE(add_form("button=a&times=1&more=1", unknown));
  CHECK_FALSE(unknown.finish());
}
