// What the subcommands of biltenctl share: settings, the way to print, a place in the mesh.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/net/mesh.h"
#include "common/process/program.h"
#include "common/wire/contract.h"

namespace bilten::ctl {

struct Session {
  MeshSettings mesh;
  std::string config;    // The file given, or empty.
  bool as_json = false;  // -o json
};

// Exit codes of biltenctl, besides those of every program.
inline constexpr int kExitRefused = 1;       // The service said no: its problem is printed.
inline constexpr int kExitUnreachable = 69;  // No broker, or the service is away.

// A client of the mesh as principal `ops`.
class Link {
 public:
  using OnPublications = std::function<void(std::vector<net::Publication>)>;
  // `topics` empty: hears nothing.
  static Result<std::unique_ptr<Link>> open(const MeshSettings& settings,
                                            std::vector<std::string> topics = {},
                                            OnPublications heard = {});
  // One call, waited for.
  net::Answer call(const std::string& name, std::string body, uint32_t budget_ms = 3000);
  // Calls without waiting, and more than one at once.
  net::Mesh& mesh() { return *mesh_; }
  // The contract of a service, fetched from it.
  Result<ServiceDescription> contract(const std::string& service);

 private:
  Link() = default;
  SystemClock clock_;
  std::unique_ptr<Random> random_;
  std::unique_ptr<net::Context> context_;
  std::unique_ptr<net::Mesh> mesh_;
};

// One question of the mesh's own (mesh_admin.h).
template <Described T>
Result<T> ask(Link& link, const std::string& name, std::string body = Packer().map(0).take()) {
  auto answer = link.call(name, std::move(body));
  if (answer.code != Code::ok) return answer.error;
  return decode<T>(answer.body);
}

// At most so long, and until the process is asked to stop.
void wait(const Process& process, int ms);

// Prints the error for people (stderr) or programs (stdout JSON); answers the exit code.
int report(const Session& session, const Error& error);
void print_json(const nlohmann::json& value);
// Columns padded to their widest cell; the first row is the heading.
void print_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace bilten::ctl
