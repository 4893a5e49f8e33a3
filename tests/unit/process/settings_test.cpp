// Settings: sources in their order, limits, and complaints that name file, line and key.
#include "common/process/settings.h"

#include <catch2/catch.hpp>

namespace bilten {
namespace {

enum class Mood : uint8_t { calm, eager };
constexpr auto names_of(Mood) {
  return std::array<std::string_view, 2>{"calm", "eager"};
}

struct Sample {
  std::string folder = "/var/lib/sample";
  uint32_t threads = 4;
  bool demo = false;
  Mood mood = Mood::calm;
  std::vector<std::string> origins = {"a"};
  std::vector<int64_t> weights;
  std::optional<std::string> banner;
  std::string password;
  static constexpr auto fields() {
    return field_list(field("folder", &Sample::folder, length(1, 100)).doc("Where it works."),
                      field("threads", &Sample::threads, between(1, 64)).doc("How many at once."),
                      field("demo", &Sample::demo), field("mood", &Sample::mood),
                      field("origins", &Sample::origins, items(0, 3, length(1, 20))),
                      field("weights", &Sample::weights, items(0, 3, between(0, 9))),
                      field("banner", &Sample::banner, length(1, 20)),
                      field("password", &Sample::password, length(0, 20, Format::secret)));
  }
};

struct Loaded {
  Sample sample;
  Settings settings;
  Result<std::vector<std::string>> values = std::vector<std::string>{};

  explicit Loaded(std::string_view file, const std::vector<std::string>& set = {}) {
    settings.section("sample", sample);
    const auto sections = toml_file::parse(file, "some.toml");
    REQUIRE(sections);
    values = load_settings(settings, *sections, set);
  }
  std::string complaint() const { return values ? "none" : values.error().detail; }
};

}  // namespace

TEST_CASE("without a file the built-in defaults hold", "[process]") {
  const Loaded loaded("");
  REQUIRE(loaded.values);
  CHECK(loaded.sample.folder == "/var/lib/sample");
  CHECK(loaded.sample.threads == 4);
  CHECK_FALSE(loaded.sample.banner);
}

TEST_CASE("a file goes over the defaults and --set over the file", "[process]") {
  const Loaded loaded("[sample]\nthreads = 8\nfolder = '/x'\nmood = 'eager'\nbanner = 'hi'",
                      {"sample.threads=9", "sample.demo=true", "sample.threads=10"});
  REQUIRE(loaded.values);
  CHECK(loaded.sample.folder == "/x");
  CHECK(loaded.sample.threads == 10);
  CHECK(loaded.sample.demo);
  CHECK(loaded.sample.mood == Mood::eager);
  CHECK(loaded.sample.banner == "hi");
}

TEST_CASE("--set takes text as it stands and lists between commas or as TOML", "[process]") {
  const Loaded loaded("", {"sample.folder=/a=b \"c\"", "sample.mood=eager", "sample.origins=x,y",
                           "sample.weights=[1, 2]"});
  REQUIRE(loaded.values);
  CHECK(loaded.sample.folder == "/a=b \"c\"");
  CHECK(loaded.sample.origins == std::vector<std::string>{"x", "y"});
  CHECK(loaded.sample.weights == std::vector<int64_t>{1, 2});
  CHECK(Loaded("", {"sample.origins=[\"p,q\"]"}).sample.origins.at(0) == "p,q");
  CHECK(Loaded("", {"sample.origins="}).sample.origins.empty());
}

TEST_CASE("an unknown key is refused with its line and the likely word", "[process]") {
  CHECK(Loaded("[sample]\n\nthread = 8").complaint() ==
        "some.toml:3: unknown key \"thread\"; did you mean \"threads\"?");
  CHECK(Loaded("[sample]\nzzzzzzzzz = 8").complaint() == "some.toml:2: unknown key \"zzzzzzzzz\"");
  CHECK(Loaded("", {"sample.thread=8"}).complaint() ==
        "--set sample.thread=8: unknown key \"thread\"; did you mean \"threads\"?");
}

TEST_CASE("an unknown section is refused, another program's is left alone", "[process]") {
  CHECK(Loaded("[gatewya]\nport = 1").complaint() ==
        "some.toml:1: unknown section [gatewya]; did you mean \"gateway\"?");
  CHECK(Loaded("[gateway]\nwhatever = 1").complaint() == "none");
  CHECK(Loaded("[sampel]").complaint() ==
        "some.toml:1: unknown section [sampel]; did you mean \"sample\"?");
  CHECK(Loaded("[sample.deep]\nx = 1")
            .complaint()
            .starts_with("some.toml:1: unknown section [sample.deep]"));
  CHECK(Loaded("threads = 1").complaint() ==
        "some.toml:1: \"threads\" stands above every section; put it under a [section]");
}

TEST_CASE("--set for another program is left alone, for none it is refused", "[process]") {
  CHECK(Loaded("", {"gateway.whatever=1"}).complaint() == "none");
  CHECK(Loaded("", {"gatewya.port=1"}).complaint() ==
        "--set gatewya.port=1: unknown section [gatewya]; did you mean \"gateway\"?");
  CHECK(Loaded("", {"threads=1"}).complaint() == "--set threads=1: must be section.key=value");
  CHECK(Loaded("", {"sample.threads"}).complaint() ==
        "--set sample.threads: must be section.key=value");
}

TEST_CASE("a value out of its limits or of another kind is refused with its line", "[process]") {
  CHECK(Loaded("[sample]\nthreads = 65").complaint() ==
        "some.toml:2: \"threads\" must be between 1 and 64");
  CHECK(Loaded("[sample]\nthreads = '4'").complaint() ==
        "some.toml:2: \"threads\" must be a whole number");
  CHECK(Loaded("[sample]\ndemo = 1").complaint() == "some.toml:2: \"demo\" must be true or false");
  CHECK(Loaded("[sample]\nmood = 'odd'").complaint() ==
        "some.toml:2: \"mood\" must be one of calm, eager");
  CHECK(Loaded("[sample]\norigins = ['x', '']").complaint() ==
        "some.toml:2: \"origins\", item 1, must not be empty");
  CHECK(Loaded("[sample]\nthreads = 3", {"sample.threads=0"}).complaint() ==
        "--set sample.threads=0: \"threads\" must be between 1 and 64");
  CHECK(Loaded("", {"sample.threads=many"}).complaint() ==
        "--set sample.threads=many: is not a TOML value");
}

TEST_CASE("all faults are told at once", "[process]") {
  const auto complaint = Loaded("[sample]\nthreads = 0\nx = 1\n[nowhere]").complaint();
  CHECK(std::count(complaint.begin(), complaint.end(), '\n') == 2);
}

TEST_CASE("a refused value leaves the struct as it was", "[process]") {
  const Loaded loaded("[sample]\nfolder = '/x'\nthreads = 0");
  CHECK(loaded.sample.folder == "/var/lib/sample");
}

TEST_CASE("values nested too deep are refused", "[process]") {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  CHECK(Loaded("[sample]\norigins = " + deep).complaint() != "none");
}

TEST_CASE("printed settings read back as the same settings", "[process]") {
  Loaded first("[sample]\nthreads = 8\nfolder = 'with \"quotes\" and \\ more'\nbanner = 'Zoë'",
               {"sample.origins=x,y"});
  REQUIRE(first.values);
  Loaded second(settings_toml(first.settings, *first.values));
  REQUIRE(second.values);
  CHECK(*second.values == *first.values);
}

TEST_CASE("printed settings hold docs and limits, and no secret", "[process]") {
  const Loaded loaded("[sample]\npassword = 'hunter2'");
  REQUIRE(loaded.values);
  const auto text = settings_toml(loaded.settings, *loaded.values);
  CHECK(text.find("# How many at once.\n# (whole number, 1 to 64)\nthreads = 4\n") !=
        std::string::npos);
  CHECK(text.find("# banner = (not set)") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
}

TEST_CASE("a complaint about a secret does not show it", "[process]") {
  const Loaded loaded("[sample]\npassword = 'hunter2hunter2hunter2'");
  CHECK(loaded.complaint() == "some.toml:2: \"password\" is too long");
}

}  // namespace bilten
