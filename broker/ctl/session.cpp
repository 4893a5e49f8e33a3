#include "broker/ctl/session.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "broker/ctl/json.h"
#include "common/base/text.h"
#include "common/crypto/crypto.h"

namespace bilten::ctl {

Result<std::unique_ptr<Link>> Link::open(const MeshSettings& settings,
                                         std::vector<std::string> topics, OnPublications heard) {
  auto keys = net::load_keys(settings.keys, "ops");
  if (!keys) return keys.error();
  std::unique_ptr<Link> link(new Link);
  link->random_ = std::make_unique<crypto::SystemRandom>();
  link->context_ = std::make_unique<net::Context>();
  net::MeshOptions options;
  options.brokers = settings.brokers;
  if (!topics.empty()) options.events_subscribe = settings.events_subscribe;
  options.keys = std::move(*keys);
  options.topics = std::move(topics);
  options.build = kVersion;
  options.heartbeat_ms = settings.heartbeat_ms;
  net::Mesh::Handlers handlers;
  handlers.on_publications = std::move(heard);
  link->mesh_ = std::make_unique<net::Mesh>(*link->context_, std::move(options),
                                            std::move(handlers), link->clock_, *link->random_);
  auto started = link->mesh_->start();
  if (!started) return started.error();
  return link;
}

net::Answer Link::call(const std::string& name, std::string body, uint32_t budget_ms) {
  net::Call call;
  call.name = name;
  call.body = std::move(body);
  call.budget_ms = budget_ms;
  call.ext.idempotency_key.resize(16);
  random_->fill(call.ext.idempotency_key.data(), 16);
  return mesh_->call_and_wait(std::move(call));
}

Result<ServiceDescription> Link::contract(const std::string& service) {
  auto answer = call(service + ".$contract", Packer().map(0).take());
  if (answer.code != Code::ok) return answer.error;
  return decode<ServiceDescription>(answer.body);
}

void wait(const Process& process, int ms) {
  pollfd stop{process.stop_fd(), POLLIN, 0};
  ::poll(&stop, 1, ms);
}

int report(const Session& session, const Error& error) {
  if (session.as_json) {
    nlohmann::json out{{"code", error.reason}, {"detail", error.detail}};
    for (const auto& fault : error.fields) {
      out["errors"].push_back({{"pointer", fault.pointer}, {"message", fault.message}});
    }
    if (!error.extra.empty()) out["extra"] = json_of(error.extra, Schema{});
    print_json(out);
  } else {
    std::fprintf(stderr, "biltenctl: %s: %s\n", error.reason.c_str(), error.detail.c_str());
    for (const auto& fault : error.fields) {
      std::fprintf(stderr, "  %s %s\n", fault.pointer.c_str(), fault.message.c_str());
    }
  }
  const bool reached = static_cast<uint8_t>(error.code) >= 64 || error.code == Code::denied;
  return reached ? kExitRefused : kExitUnreachable;
}

void print_json(const nlohmann::json& value) {
  std::printf("%s\n", value.dump(2).c_str());
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], code_points(row[i]).value_or(row[i].size()));
    }
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const size_t width = code_points(row[i]).value_or(row[i].size());
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width + 2, ' ');
    }
    std::printf("%s\n", line.c_str());
  }
}

}  // namespace bilten::ctl
