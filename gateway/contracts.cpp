#include "gateway/contracts.h"

#include <algorithm>

#include "common/process/log.h"
#include "common/process/program.h"
#include "common/wire/mesh_admin.h"
#include "gateway/docs_page.h"
#include "gateway/openapi.h"

namespace bilten::gateway {
namespace {

constexpr uint32_t kPollBudgetMs = 1'000;
constexpr uint32_t kContractBudgetMs = 2'000;

// Told apart from every other table of the process, so that threads can keep the one they have.
std::atomic<uint64_t> last_version{0};

net::Call ask(std::string name, uint32_t budget_ms) {
  net::Call call;
  call.name = std::move(name);
  call.body = encode(Nothing{});
  call.budget_ms = budget_ms;
  call.request_class = Class::control;
  call.idempotent = true;
  return call;
}

}  // namespace

Contracts::Contracts(CallService call, const std::vector<AccessRule>& rules)
    : call_(std::move(call)), rights_(std::make_shared<RouteRights>(rules)) {
  rebuild();
}

Contracts::~Contracts() {
  stop();
}

void Contracts::poll() {
  const auto answer = call_(ask("$mesh.services", kPollBudgetMs));
  const auto services = answer.code == Code::ok ? decode<mesh::Services>(answer.body)
                                                : Result<mesh::Services>(answer.error);
  answered_ = static_cast<bool>(services);
  if (!services) return;
  bool is_changed = false;
  for (const auto& info : services->services) {
    if (info.workers.empty()) continue;
    const auto known = hashes_.find(info.service);
    if (known != hashes_.end() && known->second == info.contract_hash.data) continue;
    is_changed = refresh(info.service, info.contract_hash.data) || is_changed;
  }
  if (is_changed) rebuild();
}

bool Contracts::refresh(const std::string& service, const std::string& hash) {
  const auto answer = call_(ask(service + ".$contract", kContractBudgetMs));
  if (answer.code != Code::ok) {
    log_debug("contract_unavailable", {{"service", service}, {"code", word(answer.code)}});
    return false;
  }
  auto description = decode<ServiceDescription>(answer.body);
  // Asked again only when the hash changes: a broken contract does not mend itself.
  hashes_[service] = hash;
  if (!description || description->service != service) {
    log_error("contract_malformed", {{"service", service},
                                     {"detail", description ? std::string("names another service")
                                                            : description.error().detail}});
    return false;
  }
  services_[service] = std::make_shared<const ServiceDescription>(std::move(*description));
  log_info("contract_taken",
           {{"service", service}, {"messages", services_[service]->messages.size()}});
  return true;
}

void Contracts::rebuild() {
  Services services;
  for (const auto& [name, description] : services_) services.push_back(description);
  auto next =
      std::make_shared<Catalogue>(Catalogue{services, Routes(services, rights_), {}, {}, {}});
  for (const auto& service : services) {
    for (const auto& fact : service->facts) next->facts.emplace(fact.name, fact);
  }
  next->openapi = openapi_json(next->routes, kVersion);
  next->docs = docs_html(next->routes, kVersion);
  for (const auto& refused : next->routes.refused())
    log_error("route_refused", {{"route", refused}});
  const std::lock_guard lock(mutex_);
  current_ = std::move(next);
  version_ = ++last_version;
  knows_one_ = !services.empty();
}

std::shared_ptr<const Catalogue> Contracts::current() const {
  thread_local std::shared_ptr<const Catalogue> mine;
  thread_local uint64_t my_version = 0;
  if (my_version != version_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(mutex_);
    mine = current_;
    my_version = version_;
  }
  return mine;
}

void Contracts::start(uint32_t every_ms) {
  thread_ = std::thread([this, every_ms] {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      poll();
      lock.lock();
      wake_.wait_for(lock, std::chrono::milliseconds(every_ms), [this] { return stopping_; });
    }
  });
}

void Contracts::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace bilten::gateway
