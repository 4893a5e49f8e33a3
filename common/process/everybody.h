// Everybody in the mesh: each process that serves, once, though it joined several brokers and
// though several share a service's name; and how one of them is asked about itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/mesh.h"
#include "common/wire/mesh_admin.h"

namespace bilten {

struct Worker {
  std::string service;
  Id instance;
  uint32_t broker = 0;  // One that it joined: its place in the list of brokers.
};

// `told[i]`: what broker i knows; nothing: it did not answer. In the order in which they were told
// first. Those that no broker which answered has joined to itself are left out: nobody could ask
// them.
std::vector<Worker> everybody(const std::vector<std::optional<mesh::Services>>& told);

// The question `message` ("$metrics") to that worker, by way of its broker.
net::Call question_to(const Worker& worker, std::string_view message, std::string body,
                      uint32_t budget_ms);

}  // namespace bilten
