#include "tests/support/played_payment.h"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <variant>

#include "common/service/daemon.h"

namespace bilten::test {
namespace {

using namespace api::payment;

// A command of the fact's own name and fields.
template <class Fact>
struct Play : Fact {
  static constexpr Contract contract{
      .kind = Kind::command, .caller = bilten::Caller::mesh, .doc = "Records the fact."};
  using Answer = Nothing;
};

template <class Fact>
TableRow play(NameOf<Play<Fact>> name) {
  return command<Play<Fact>>(
      name, [](const Rows&, const Context&, const Play<Fact>& message) -> Decided<Nothing> {
        Decision<Nothing> decision;
        decision.record(static_cast<const Fact&>(message));
        return decision;
      });
}

Service service(const ServiceKeys&) {
  return {
      .name = "payment",
      .doc = "What a test says of money.",
      .facts = describe_facts<std::variant<Captured, Failed, Refunded, Disputed, DisputeClosed>>(),
      .table = {play<Captured>("payment.captured"), play<Failed>("payment.failed"),
                play<Refunded>("payment.refunded"), play<Disputed>("payment.disputed"),
                play<DisputeClosed>("payment.dispute_closed")},
      .evolve = [](Rows&, std::string_view, std::string_view) {}};
}

int run_payment(std::string config) {
  std::string words[] = {"bilten-payment", "--config", std::move(config)};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  Daemon daemon;
  daemon.name = "payment";
  daemon.summary = "Payments of a test.";
  daemon.service = service;
  return run_daemon(daemon, 3, argv);
}

}  // namespace

PlayedPayment::PlayedPayment() {
  auto access = read_file("conf/access.toml");
  if (access.find("[principal.payment]") == access.npos) {
    access +=
        "\n[principal.payment]\nnumber = 14\nserve = [\"payment\"]\n"
        "publish = [\"payment.\", \"wm.payment\"]\nhear = [\"facts\"]\n";
  }
  folder_.write("access.toml", access);
}

PlayedPayment::~PlayedPayment() {
  if (pid_ > 0) end_program(pid_, SIGTERM);
}

Platform::Options PlayedPayment::options() const {
  return {.access = folder_.path() + "/access.toml",
          .only = "broker,events,user,event,ticket,gateway"};
}

void PlayedPayment::join(const Platform& platform) {
  const auto log = folder_.path() + "/log";
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    const bool logs = std::freopen(log.c_str(), "w", stdout) && ::dup2(1, 2) == 2;
    ::_exit(logs ? run_payment(platform.config()) : 1);
  }
  probe_ = std::make_unique<Probe>(platform, Probe::Options{});
}

void PlayedPayment::record(const std::string& name, const std::string& body) {
  net::Answer answer;
  wait_until([&] { return (answer = probe_->call(name, body)).code != Code::no_service; });
  INFO(read_file(folder_.path() + "/log"));
  REQUIRE(answer.code == Code::ok);
}

}  // namespace bilten::test
