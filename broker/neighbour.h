// Another broker that this one dials: the link, and who answered last.
#pragma once

#include <string>

#include "broker/registry.h"
#include "common/base/id.h"
#include "common/net/address.h"
#include "common/net/mesh_link.h"

namespace bilten::broker {

inline constexpr size_t kNeighboursMax = 5;

struct Neighbour {
  net::Address address;
  uint32_t number = 0;  // Its place among the options' neighbours.
  net::MeshLink link;
  PeerId peer = 0;  // Of the connection that stands, or is being made.
  Id broker;        // Who answered last; a nil id: nobody yet.
  std::string name;
  std::string refused;  // Why it was turned away last: said once, not at each try.

  Neighbour(net::Address to, uint32_t at)
      : address(std::move(to)), number(at), link(address.endpoint) {}
};

}  // namespace bilten::broker
