// The user service: its table of handlers.
#pragma once

#include "common/service/handlers.h"
#include "daemons/user/config.h"
#include "daemons/user/keys.h"
#include "daemons/user/password.h"

namespace bilten::user {

// `keys` and `config` outlive the service.
Service service(const Keys& keys, const Config& config, const PasswordHasher& hasher = {});

}  // namespace bilten::user
