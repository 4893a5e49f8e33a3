#include "tests/support/stripe_server.h"

#include <catch2/catch.hpp>
#include <iostream>

#include "common/http/client.h"

namespace bilten::test {
namespace {

std::vector<std::string> command(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"/usr/bin/python3", "tests/stripe/server.py"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

std::string announced(const std::string& out) {
  static const std::string kWords = "listening on ";
  const auto at = out.find(kWords), end = out.find('\n');
  if (at == std::string::npos || end == std::string::npos) return {};
  return out.substr(at + kWords.size(), end - at - kWords.size());
}

}  // namespace

StripeServer::StripeServer(const std::vector<std::string>& arguments)
    : program_(std::make_unique<RunningProgram>(
          command(arguments), std::vector<std::string>{"PYTHONDONTWRITEBYTECODE=1"})) {
  wait_until([&] { return !(url_ = announced(program_->out())).empty(); }, 20);
  INFO(program_->out());
  REQUIRE(!url_.empty());
}

nlohmann::json StripeServer::order(const std::string& what, const nlohmann::json& body) const {
  http::Client client;
  const auto url = url_ + "/_control/" + what + (key_.empty() ? "" : "?account=" + key_);
  const auto reply = client.send({.method = "POST", .url = url, .body = body.dump()});
  INFO(what << " " << body << ": " << (reply ? reply->body : reply.error().detail));
  REQUIRE(reply);
  REQUIRE(reply->status == 200);
  return nlohmann::json::parse(reply->body);
}

void StripeServer::fault(const std::string& kind, const std::string& path, int times,
                         const std::string& method, double seconds) const {
  order(
      "fault",
      {{"kind", kind}, {"path", path}, {"times", times}, {"method", method}, {"seconds", seconds}});
}

std::vector<nlohmann::json> StripeServer::objects(const std::string& kind) const {
  std::vector<nlohmann::json> found;
  const auto book = order("book");
  for (const auto& object : book["objects"]) {
    if (object["object"] == kind) found.push_back(object);
  }
  return found;
}

std::vector<nlohmann::json> StripeServer::requests(const std::string& path) const {
  std::vector<nlohmann::json> found;
  const auto seen = order("seen");
  for (const auto& request : seen["requests"]) {
    if (request["path"].get<std::string>().starts_with(path)) found.push_back(request);
  }
  return found;
}

std::string npm_modules() {
  const std::string folder = "build/npm";
  const auto tried = run_program({"/usr/bin/env", "bash", "tests/stripe/npm_packages", folder});
  if (tried.status == 0) return folder + "/node_modules";
  std::cout << "SKIPPED: npm cannot install what packages.txt names: " << tried.out << '\n';
  return {};
}

}  // namespace bilten::test
