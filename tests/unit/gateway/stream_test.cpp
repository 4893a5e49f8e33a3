// Live streams: who sees which fact, and that a reader who comes back misses none.
#include "gateway/stream.h"

#include <catch2/catch.hpp>
#include <condition_variable>

#include "common/crypto/crypto.h"
#include "gateway/front.h"
#include "tests/support/http_client.h"
#include "tests/unit/gateway/fake_mesh.h"

using namespace bilten;
using namespace bilten::gateway;
using namespace bilten::test;

namespace {

constexpr UnixMillis kAt = 1'795'334'400'000;

// A journal that answers `journal.head` and `journal.read` and makes publications.
class FakeJournal {
 public:
  FakeJournal(FakeMesh& mesh, std::string owner) : owner_(std::move(owner)) {
    mesh.on(owner_ + ".journal.head", [this](const net::Call&) {
      const std::lock_guard lock(mutex_);
      if (is_away_) return FakeMesh::refuse({Code::no_service, "", ""});
      return FakeMesh::ok(encode(head()));
    });
    mesh.on(owner_ + ".journal.read", [this](const net::Call& call) {
      const auto read = decode<mesh::JournalRead>(call.body);
      const std::lock_guard lock(mutex_);
      if (read->epoch != 0 && read->epoch != epoch_) {
        return FakeMesh::refuse({Code::conflict, "epoch_changed", ""});
      }
      mesh::JournalPage page{head(), {}};
      for (const auto& entry : entries_) {
        if (entry.seq > read->after) page.facts.push_back(entry);
      }
      return FakeMesh::ok(encode(page));
    });
  }

  template <class Fact>
  net::Publication add(const Fact& fact) {
    const std::lock_guard lock(mutex_);
    const auto before = head();
    const int64_t seq = before.seq + 3;  // Private facts stand between.
    std::string hash(32, '\0');
    hash[0] = static_cast<char>(seq);
    entries_.push_back({seq, {kAt}, std::string(Fact::name), {encode(fact)}, {hash}, {}});
    net::Publication publication{
        std::string(Fact::name), static_cast<uint64_t>(seq), {}, encode(fact)};
    publication.ext.epoch = static_cast<uint64_t>(epoch_);
    publication.ext.previous = static_cast<uint64_t>(before.seq);
    publication.ext.previous_hash = before.hash.data;
    publication.ext.at = kAt;
    return publication;
  }
  // Its head is not told meanwhile.
  void be_away(bool is_away) {
    const std::lock_guard lock(mutex_);
    is_away_ = is_away;
  }
  // Another epoch, with a past of its own.
  void restore() {
    const std::lock_guard lock(mutex_);
    ++epoch_;
    entries_.clear();
  }
  net::Publication watermark() {
    const std::lock_guard lock(mutex_);
    return {"wm." + owner_, 0, {}, encode(head())};
  }

 private:
  mesh::JournalHead head() const {
    if (entries_.empty()) return {epoch_, 0, {std::string(32, '\0')}};
    return {epoch_, entries_.back().seq, entries_.back().hash};
  }
  bool is_away_ = false;
  int64_t epoch_ = 1;
  std::string owner_;
  std::mutex mutex_;
  std::vector<mesh::JournalEntry> entries_;
};

// Gathers what a stream writes.
class Screen final : public Outlet {
 public:
  bool write(std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    text_ += bytes;
    changed_.notify_all();
    return !is_gone_;
  }
  bool stopping() const override {
    const std::lock_guard lock(mutex_);
    return is_gone_;
  }
  bool shows(std::string_view text) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10),
                             [&] { return text_.find(text) != std::string::npos; });
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    is_gone_ = true;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  bool is_gone_ = false;
};

struct Stage {
  SystemClock clock;
  FakeMesh mesh;
  FakeJournal shop{mesh, "shop"};
  FakeJournal user{mesh, "user"};
  Contracts contracts{mesh.call(), FakeMesh::rules()};
  std::atomic<bool> hears_all{false};
  Streams streams;
  crypto::SigningKey key = crypto::signing_key(std::string(32, 'k'));

  explicit Stage(StreamOptions options = {.readers_max = 3, .heartbeat_ms = 100})
      : streams(
            options, contracts, mesh.call(), [this](bool all) { hears_all = all; }, clock) {
    ServiceDescription description{"user", "1", "", {}, {}};
    description.facts = describe_facts<
        std::variant<api::user::KeyAnnounced, api::user::SessionEnded, api::user::MemberJoined>>();
    mesh.serve(description, "u");
    contracts.poll();
  }
  ~Stage() { streams.stop(); }

  // Facts from now on are news, not history.
  void start() {
    streams.start();
    REQUIRE(eventually([&] { return streams.positions().size() == 1; }));
  }

  std::string token(const Id& person, const Id& session) {
    const auto now = clock.wall_ms() / 1000;
    return crypto::make_token(R"({"sub":")" + person.text() + R"(","sid":")" + session.text() +
                                  R"(","iat":)" + std::to_string(now) + R"(,"exp":)" +
                                  std::to_string(now + 900) + R"(,"adm":false,"iss":"bilten"})",
                              "k1", key);
  }
  Response open(const std::string& headers) {
    const std::string text = "GET /v1/stream HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
    Head head;
    REQUIRE(read_head(text, head).status == 0);
    struct NoBody final : BodySource {
      HeadFault read(std::string&, size_t) override { return {}; }
    } body;
    Request request{head, body, "127.0.0.1"};
    return streams.open(request, {});
  }
};

// A reader on a thread of its own, gone at the end of the test.
struct Viewer {
  Screen screen;
  Response response;
  std::thread thread;
  explicit Viewer(Response opened) : response(std::move(opened)) {
    REQUIRE(response.status == 200);
    thread = std::thread([this] { response.stream(screen); });
  }
  ~Viewer() {
    screen.leave();
    thread.join();
  }
};

Id id(char c) {
  return *Id::from_bytes(std::string(16, c));
}

// The follower has read the keys.
bool wait_for_token(Stage& stage, const std::string& token) {
  const std::string header = "Authorization: Bearer " + token + "\r\n";
  return eventually([&] { return stage.open(header).status == 200; });
}

}  // namespace

TEST_CASE("positions are written and read back, and nothing else is taken for them") {
  const Positions positions{{"event", 45}, {"ticket", 123}};
  CHECK(positions_text(positions) == "event:45,ticket:123");
  CHECK(*parse_positions("event:45,ticket:123") == positions);
  CHECK(parse_positions("")->empty());
  for (const char* bad : {"event", "event:", ":1", "event:x", "event:-1", "event:1,event:2",
                          "event:1;x:2", "event:99999999999999999999", "EVENT:1", "a b:1"}) {
    INFO(bad);
    CHECK_FALSE(parse_positions(bad));
  }
}

TEST_CASE("a guest sees what is public, a member the organisation's, a person their own") {
  Stage stage;
  const Id organization = id('o'), member = id('m'), stranger = id('s');
  stage.user.add(api::user::KeyAnnounced{"k1", {stage.key.public_key}});
  stage.user.add(api::user::MemberJoined{organization, member, api::user::Role::viewer});
  stage.start();
  const auto token = stage.token(member, id('x'));
  REQUIRE(wait_for_token(stage, token));
  Viewer guest(stage.open(""));
  Viewer viewer(stage.open("Authorization: Bearer " + token + "\r\n"));
  REQUIRE(guest.screen.shows("id: "));
  REQUIRE(viewer.screen.shows("id: "));
  stage.streams.on_publications(
      {stage.shop.add(shop::Noted{}), stage.shop.add(shop::Counted{organization}),
       stage.shop.add(shop::Greeted{stranger}), stage.shop.add(shop::Greeted{member}),
       stage.shop.add(shop::Added{"Cup"})});
  CHECK(
      viewer.screen.shows("id: shop:15,user:6\nevent: shop.added\ndata: {\"at\":\""
                          "2026-11-22T08:00:00Z\",\"fact\":{\"title\":\"Cup\"}}\n\n"));
  CHECK(guest.screen.shows("shop.added"));
  const auto seen = viewer.screen.text();
  CHECK(seen.find("shop.counted") != std::string::npos);
  CHECK(seen.find(member.text()) != std::string::npos);
  CHECK(seen.find(stranger.text()) == std::string::npos);
  CHECK(seen.find("shop.noted") == std::string::npos);
  CHECK(guest.screen.text().find("shop.counted") == std::string::npos);
  CHECK(guest.screen.text().find("shop.greeted") == std::string::npos);
}

TEST_CASE("a reader that comes back with its last id misses nothing and sees nothing twice") {
  Stage stage;
  const auto first = stage.shop.add(shop::Added{"one"});
  stage.shop.add(shop::Added{"two"});
  stage.shop.add(shop::Added{"three"});
  stage.start();
  Viewer viewer(stage.open("Last-Event-ID: shop:" + std::to_string(first.seq) + "\r\n"));
  CHECK(viewer.screen.shows("three"));
  stage.streams.on_publications({stage.shop.add(shop::Added{"four"})});
  CHECK(viewer.screen.shows("four"));
  const auto seen = viewer.screen.text();
  CHECK(seen.find("\"one\"") == std::string::npos);
  for (const char* title : {"\"two\"", "\"three\"", "\"four\""}) {
    INFO(title);
    CHECK(seen.find(title) == seen.rfind(title));
    CHECK(seen.find(title) != std::string::npos);
  }
}

TEST_CASE("a reader that comes back while an owner is away is told the owner's facts in between") {
  Stage stage;
  const auto first = stage.shop.add(shop::Added{"one"});
  stage.shop.add(shop::Added{"two"});
  stage.shop.be_away(true);
  stage.start();
  Viewer viewer(stage.open("Last-Event-ID: shop:" + std::to_string(first.seq) + "\r\n"));
  REQUIRE(viewer.screen.shows("id: shop:3"));
  stage.shop.be_away(false);
  CHECK(viewer.screen.shows("\"two\""));
  stage.streams.on_publications({stage.shop.add(shop::Added{"three"})});
  CHECK(viewer.screen.shows("\"three\""));
  const auto seen = viewer.screen.text();
  CHECK(seen.find("\"one\"") == std::string::npos);
  CHECK(seen.find("\"two\"") == seen.rfind("\"two\""));
  CHECK(seen.find("\"two\"") < seen.find("\"three\""));
}

TEST_CASE("until the user service's past is read, a good token is told to come again") {
  Stage stage;
  stage.user.add(api::user::KeyAnnounced{"k1", {stage.key.public_key}});
  stage.user.be_away(true);
  stage.streams.start();
  const auto token = stage.token(id('p'), id('q'));
  const auto response = stage.open("Authorization: Bearer " + token + "\r\n");
  CHECK(response.status == 503);
  CHECK(response.headers.find("Retry-After: ") != std::string::npos);
  CHECK(stage.open("").status == 200);
  stage.user.be_away(false);
  CHECK(wait_for_token(stage, token));
}

TEST_CASE("a lost publication is read from the journal") {
  Stage stage;
  stage.start();
  Viewer viewer(stage.open(""));
  REQUIRE(viewer.screen.shows("id: "));
  stage.shop.add(shop::Added{"lost"});
  stage.streams.on_publications({stage.shop.watermark()});
  CHECK(viewer.screen.shows("lost"));
}

TEST_CASE("facts come while somebody reads, and not long after the last reader left") {
  Stage stage({.heartbeat_ms = 100, .linger_ms = 0});
  stage.start();
  CHECK_FALSE(stage.hears_all);
  {
    Viewer viewer(stage.open(""));
    REQUIRE(viewer.screen.shows("id: shop:0,user:0"));
    CHECK(stage.hears_all);
  }
  CHECK(eventually([&] { return !stage.hears_all; }));
  stage.shop.add(shop::Added{"unheard"});
  Viewer viewer(stage.open(""));
  CHECK(viewer.screen.shows("id: shop:3,user:0"));
  stage.streams.on_publications({stage.shop.add(shop::Added{"heard"})});
  CHECK(viewer.screen.shows("heard"));
  CHECK(viewer.screen.text().find("unheard") == std::string::npos);
}

TEST_CASE("an ended session ends its stream, and a bad token opens none") {
  Stage stage;
  const Id person = id('p'), session = id('q');
  stage.user.add(api::user::KeyAnnounced{"k1", {stage.key.public_key}});
  stage.start();
  const auto token = stage.token(person, session);
  REQUIRE(wait_for_token(stage, token));
  auto response = stage.open("Authorization: Bearer " + token + "\r\n");
  Screen screen;
  std::thread thread([&] { response.stream(screen); });
  REQUIRE(screen.shows("id: "));
  stage.streams.on_publications({stage.user.add(
      api::user::SessionEnded{session, person, {stage.clock.wall_ms() + 900'000}})});
  thread.join();
  CHECK(stage.open("Authorization: Bearer " + token + "\r\n").status == 401);
  CHECK(stage.open("Authorization: Bearer " + token + "x\r\n").status == 401);
  CHECK(stage.open("Authorization: Bearer a.b.c\r\n").status == 401);
}

TEST_CASE("streams are bounded, and a reader too far behind is cut") {
  Stage stage({.readers_max = 1, .heartbeat_ms = 100, .behind_max = 0});
  stage.start();
  auto response = stage.open("");
  Screen screen;
  std::thread thread([&] { response.stream(screen); });
  REQUIRE(screen.shows(": alive"));
  CHECK(stage.open("").status == 503);
  stage.streams.on_publications({stage.shop.add(shop::Added{"one"})});
  thread.join();
  CHECK(stage.streams.readers() == 0);
}

TEST_CASE("a Last-Event-ID that is none of ours is refused") {
  Stage stage;
  CHECK(stage.open("Last-Event-ID: nonsense\r\n").status == 400);
}

TEST_CASE("a restored owner is followed from its present, and its readers are sent to come again") {
  Stage stage;
  stage.start();
  auto response = stage.open("");
  Screen screen;
  std::thread thread([&] { response.stream(screen); });
  REQUIRE(screen.shows("id: "));
  stage.shop.add(shop::Added{"before"});
  stage.shop.restore();
  stage.streams.on_publications({stage.shop.watermark()});
  thread.join();
  REQUIRE(eventually([&] { return stage.streams.positions().size() == 2; }));
  Viewer viewer(stage.open("Last-Event-ID: shop:900\r\n"));
  REQUIRE(viewer.screen.shows("id: "));
  stage.streams.on_publications({stage.shop.add(shop::Added{"after"})});
  CHECK(viewer.screen.shows("after"));
}
