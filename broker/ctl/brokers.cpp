#include "broker/ctl/brokers.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "broker/ctl/json.h"

namespace bilten::ctl {

Result<Brokers> Brokers::open(const MeshSettings& settings) {
  Brokers brokers;
  for (const auto& address : settings.brokers) {
    MeshSettings alone = settings;
    alone.brokers = {address};
    auto link = Link::open(alone);
    if (!link) return link.error();
    brokers.addresses_.push_back(address);
    brokers.links_.push_back(std::move(*link));
  }
  return brokers;
}

std::vector<Told> ask_reports(Brokers& brokers) {
  auto reports = brokers.each<Report>([&](size_t broker) -> Result<Report> {
    auto info = brokers.ask_one<mesh::Info>(broker, "$mesh.info");
    if (!info) return info.error();
    auto services = brokers.ask_one<mesh::Services>(broker, "$mesh.services");
    if (!services) return services.error();
    auto latency = brokers.ask_one<mesh::Latency>(broker, "$mesh.latency");
    if (!latency) return latency.error();
    return Report{std::move(*info), std::move(*services), std::move(*latency)};
  });
  std::vector<Told> told;
  for (size_t i = 0; i < reports.size(); ++i) {
    told.push_back({brokers.address(i), std::move(reports[i])});
  }
  return told;
}

Result<size_t> first_answer(const std::vector<Told>& told) {
  for (size_t i = 0; i < told.size(); ++i) {
    if (told[i].report) return i;
  }
  return told.front().report.error();
}

std::string why_silent(const Error& error) {
  const bool reached = static_cast<uint8_t>(error.code) >= 64 || error.code == Code::denied;
  return reached ? "refuses: " + error.reason : "does not answer";
}

void say_silent(const std::vector<Told>& told) {
  for (const auto& [address, report] : told) {
    if (report) continue;
    std::fprintf(stderr, "biltenctl: %s %s\n", address.c_str(), why_silent(report.error()).c_str());
  }
}

nlohmann::json json_of_brokers(const std::vector<Told>& told) {
  auto list = nlohmann::json::array();
  for (const auto& [address, report] : told) {
    nlohmann::json broker{{"address", address}};
    if (report) {
      broker.update(json_of(encode(report->info), schema_of<mesh::Info>()));
    } else {
      broker["error"] = why_silent(report.error());
    }
    list.push_back(std::move(broker));
  }
  return list;
}

}  // namespace bilten::ctl
