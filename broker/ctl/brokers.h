// Every broker of the configured list, each on a link of its own, so that one which is away or slow
// keeps nobody waiting but itself; and what they tell of the mesh.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "broker/ctl/session.h"
#include "common/base/parallel.h"
#include "common/wire/mesh_admin.h"

namespace bilten::ctl {

class Brokers {
 public:
  static Result<Brokers> open(const MeshSettings& settings);

  size_t size() const { return links_.size(); }
  const std::string& address(size_t broker) const { return addresses_[broker]; }
  Link& link(size_t broker) { return *links_[broker]; }
  // For one question: shorter where others wait beside it.
  uint32_t patience_ms() const { return size() == 1 ? 3000 : 1500; }

  // The same question to all of them at once.
  template <Described T>
  std::vector<Result<T>> ask(const std::string& name,
                             const std::string& body = Packer().map(0).take()) {
    return each<T>([&](size_t broker) { return ask_one<T>(broker, name, body); });
  }
  template <Described T>
  Result<T> ask_one(size_t broker, const std::string& name,
                    const std::string& body = Packer().map(0).take()) {
    auto answer = link(broker).call(name, body, patience_ms());
    if (answer.code != Code::ok) return answer.error;
    return decode<T>(answer.body);
  }
  // The same work with all of them at once; `work` gets the broker's place.
  template <class T, class Work>
  std::vector<Result<T>> each(const Work& work) {
    std::vector<Result<T>> all(size(), Error{});
    in_parallel(size(), size(), [&](size_t broker) { all[broker] = work(broker); });
    return all;
  }

 private:
  std::vector<std::string> addresses_;
  std::vector<std::unique_ptr<Link>> links_;
};

// What one broker says of the mesh.
struct Report {
  mesh::Info info;
  mesh::Services services;
  mesh::Latency latency;
};
struct Told {
  std::string address;
  Result<Report> report;
};
std::vector<Told> ask_reports(Brokers& brokers);
// The place of the first that answers; or why none does.
Result<size_t> first_answer(const std::vector<Told>& told);

// "does not answer", or why it refuses.
std::string why_silent(const Error& error);
// One line on stderr for each broker that said nothing.
void say_silent(const std::vector<Told>& told);
// `brokers` of the answers for programs: who said what of itself, and who said nothing.
nlohmann::json json_of_brokers(const std::vector<Told>& told);

}  // namespace bilten::ctl
