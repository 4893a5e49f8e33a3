// A ROUTER with our options that knows two guests, "ann" and "ben", and the DEALERs that knock.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "common/net/keys.h"
#include "common/net/zap.h"

namespace bilten::net {

struct Door {
  explicit Door(int receive_high_water = 10'000);

  // Connected to the router, with our options.
  Socket dealer(const KeyPair& keys, int high_water = 1000);
  // Lets the handler work until the condition holds or the time is up.
  bool until(const std::function<bool()>& condition, int limit_ms = 5000);
  // Sends from the dealer until the router has it; the peer's id.
  std::string introduce(Socket& dealer, const std::string& text, Message& message);
  // Whether a peer that was there shows as gone before long.
  bool loses(const std::string& peer);
  // Whether a newcomer's frame still comes through.
  bool is_open();

  Context context;
  KeyPair server_keys = make_key_pair(), ann = make_key_pair(), ben = make_key_pair();
  Result<Zap> zap = Zap::open(context);
  Result<Socket> router;
};

// A DEALER of a peer that minds no rule of ours: libzmq's defaults and a guest's keys. Closes with
// what it has not sent.
class Rogue {
 public:
  Rogue(Door& door, const KeyPair& keys);
  ~Rogue();
  Rogue(const Rogue&) = delete;
  Rogue& operator=(const Rogue&) = delete;
  void* handle() const { return handle_; }
  // Before connect().
  void choose_id(const std::string& id);
  void connect();
  // One part, and whether more follow; false: not now.
  bool send(const std::string& part, bool more);

 private:
  Door& door_;
  void* handle_;
};

}  // namespace bilten::net
