// What a daemon's binary does besides serving: looks at its store, copies it, puts a copy back.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/service/places.h"

namespace bilten {

// Called once settings are loaded; the references live as long as the program.
std::vector<Verb> store_verbs(const Daemon& daemon, const StoreSettings& settings);

}  // namespace bilten
