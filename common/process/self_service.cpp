#include "common/process/self_service.h"

#include <unistd.h>

#include "common/process/metrics.h"
#include "common/process/trace.h"
#include "common/wire/contract.h"

namespace bilten {
namespace {

constexpr uint32_t kCredit = 16;

std::string host_name() {
  char name[65] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

Result<std::string> answer_of(const std::string& name, const net::Incoming& request) {
  const auto prefix = name + ".";
  auto message = std::string_view(request.name);
  if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
  if (message == "$metrics") return encode(self_metrics());
  if (message == "$trace") return answer_trace(request.body);
  if (message == "$contract") {
    ServiceDescription description;
    description.service = name;
    description.version = kVersion;
    description.doc = "Answers about itself only.";
    return encode(description);
  }
  return Error{Code::unsupported, "unknown_message",
               "This process answers $metrics, $trace and $contract."};
}

}  // namespace

mesh::MetricsText self_metrics() {
  return {metrics_text(), host_name()};
}

ServiceClaim self_claim(const std::string& name) {
  ServiceClaim claim;
  claim.service = name;
  claim.version = kVersion;
  claim.credit = kCredit;
  claim.contract_hash.data = std::string(16, '\0');  // The empty contract never changes.
  return claim;
}

net::Mesh::Reply self_reply(const std::string& name, const net::Incoming& request) {
  const auto answer = answer_of(name, request);
  const auto id = request.header.id;
  return {request.link, request.generation, id,
          answer ? net::reply_frame(id, *answer) : build_error(id, answer.error())};
}

SelfService::SelfService(net::Context& context, const MeshSettings& settings, net::KeyRing keys,
                         const Clock& clock, Random& random) {
  const std::string name = keys.name;
  net::MeshOptions options;
  options.brokers = settings.brokers;
  options.keys = std::move(keys);
  options.services = {self_claim(name)};
  options.build = kVersion;
  options.heartbeat_ms = settings.heartbeat_ms;
  net::Mesh::Handlers handlers;
  handlers.on_requests = [this, name](const std::vector<net::Incoming>& requests) {
    std::vector<net::Mesh::Reply> replies;
    replies.reserve(requests.size());
    for (const auto& request : requests) replies.push_back(self_reply(name, request));
    mesh_->reply(std::move(replies));
  };
  mesh_ =
      std::make_unique<net::Mesh>(context, std::move(options), std::move(handlers), clock, random);
}

// Not reset(), which forgets first: answers are given until the link is gone.
SelfService::~SelfService() {
  delete mesh_.get();
  static_cast<void>(mesh_.release());
}

Status SelfService::start() {
  return mesh_->start();
}

}  // namespace bilten
