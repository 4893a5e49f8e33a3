// What is to be done outside leaves the writer after its commit, and not without it.
#include <catch2/catch.hpp>

#include "tests/unit/service/harness.h"

namespace bilten::test {
namespace {

struct Post {
  static constexpr std::string_view name = "mailer.post";
  static constexpr Contract contract{.caller = Caller::mesh};
  using Answer = Nothing;
  std::string letter;
  static constexpr auto fields() {
    return field_list(field("letter", &Post::letter, length(1, 9)));
  }
};
struct Settle {
  static constexpr std::string_view name = "mailer.settle";
  static constexpr Contract contract{.caller = Caller::mesh};
  using Answer = Nothing;
  std::string letter;
  static constexpr auto fields() {
    return field_list(field("letter", &Settle::letter, length(1, 9)));
  }
};
struct Posted {
  static constexpr std::string_view name = "mailer.posted";
  static constexpr Audience audience = Audience::internal;
  static constexpr std::string_view doc = "A letter is to be sent.";
  std::string letter;
  static constexpr auto fields() {
    return field_list(field("letter", &Posted::letter, length(1, 9)));
  }
};

Decided<Nothing> decide_post(const Rows&, const Context&, const Post& message) {
  Decision<Nothing> decision;
  decision.record(Posted{message.letter});
  decision.send("mailer.letter", message.letter);
  return decision;
}

Service mailer() {
  const auto settle = [](const Rows&, const Context&, const Settle&) -> Decided<Nothing> {
    return Decision<Nothing>{};
  };
  const auto plan = [](const Reader&, std::string_view key) {
    std::function<std::optional<Settle>(const Ask&)> job;
    if (key == "void") return job;
    job = [key = std::string(key)](const Ask& ask) -> std::optional<Settle> {
      if (!ask("post_office.send", key)) return std::nullopt;
      return Settle{key};
    };
    return job;
  };
  return {
      .name = "mailer",
      .doc = "Sends letters.",
      .facts = describe_facts<std::variant<Posted>>(),
      .table = {command<Post>("mailer.post", decide_post), command<Settle>("mailer.settle", settle),
                sender<Settle>("mailer.letter", "mailer.settle", plan)},
      .evolve = [](Rows&, std::string_view, std::string_view) {}};
}

WriterCore::Output post(Harness& harness, const std::string& letter) {
  WriterCore::Input input;
  input.commands.push_back(harness.make("mailer.post", encode(Post{letter}), {}, {}));
  return harness.step(std::move(input));
}

}  // namespace

TEST_CASE("an errand leaves with the commit that wants it", "[service]") {
  Harness harness(mailer());
  CHECK(harness.table.has_senders());
  const auto out = post(harness, "dear");
  REQUIRE(out.errands.size() == 1);
  CHECK(out.errands[0].sender == "mailer.letter");
  CHECK(out.errands[0].key == "dear");
  CHECK(harness.step({}).errands.empty());
}

TEST_CASE("an errand whose commit finds no space does not leave", "[service]") {
  Harness harness(mailer());
  harness.store->full = true;
  const auto out = post(harness, "dear");
  CHECK_FALSE(out.committed);
  CHECK(out.errands.empty());
}

TEST_CASE("a sender's end is a command, or nothing where it did nothing", "[service]") {
  Harness harness(mailer());
  const auto* row = harness.table.sender("mailer.letter");
  REQUIRE(row);
  const auto snapshot = harness.store->snapshot();
  const Reader reader{snapshot->rows(), snapshot->vault()};
  CHECK_FALSE(row->plan(reader, "void"));
  const auto job = row->plan(reader, "dear");
  REQUIRE(job);
  const auto ended =
      job([](std::string_view, const std::string& body) { return Result<std::string>(body); });
  REQUIRE(ended);
  CHECK(ended->command == "mailer.settle");
  CHECK(decode<Settle>(ended->body)->letter == "dear");
  CHECK_FALSE(job([](std::string_view, const std::string&) {
    return Result<std::string>(Error{Code::unavailable, "away", ""});
  }));
}

}  // namespace bilten::test
