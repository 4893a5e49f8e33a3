// What must be true of the ticket service, whatever happened.
#pragma once

#include "tests/sim/daemon.h"
#include "tests/sim/shop.h"

namespace bilten::sim {

// On the way, after each commit: total = free + held + sold.
void check_stock(World& world, Daemon& ticket);

// When all is quiet; the first that does not hold is told to the world.
struct House {
  Daemon& user;
  Daemon& event;
  Daemon& ticket;
  Daemon& reader;
  Daemon* payment;  // Null: no money is taken.
};
void check_all(World& world, const House& house, const Shop& shop);
// What ticket and payment told each other, and how payment keeps its rows: money has come to rest.
void check_books(World& world, const House& house);

// Whether each reader has committed all that its owners have announced.
bool all_is_read(const House& house);

}  // namespace bilten::sim
