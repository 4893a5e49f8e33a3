// Hot copies of a store's folder.
#pragma once

#include "common/store/engine.h"

namespace bilten {

// Copies the engine's newest committed state into `folder`, which must not exist: it appears whole
// and synced, or not at all. Beside the data stands HEAD, a text for people and scripts: format,
// folder id, and epoch, position, hash and time of the last fact.
Result<Head> back_up(engine::Engine& engine, const std::string& folder);

}  // namespace bilten
