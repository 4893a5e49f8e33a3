// Where a daemon keeps its data and its secrets: the [store] section.
#pragma once

#include <memory>
#include <string>

#include "common/base/random.h"
#include "common/service/daemon.h"
#include "common/store/store.h"
#include "common/wire/field.h"

namespace bilten {

struct StoreSettings {
  std::string folder = "/var/lib/bilten";
  std::string secrets;
  uint32_t credit = 1024, readers = 2, slow = 2, senders = 8;
  uint32_t owner_epoch = 0;
  static constexpr auto fields() {
    return field_list(
        field("folder", &StoreSettings::folder, length(1, 4000))
            .doc("Data: each service has a folder of its name in it."),
        field("secrets", &StoreSettings::secrets, length(0, 4000))
            .doc("Key files, where systemd gives no credentials; empty: FOLDER/secrets."),
        field("credit", &StoreSettings::credit, between(1, 65'536))
            .doc("Requests that all brokers together may have open here; a batch takes 1,024 at "
                 "most."),
        field("readers", &StoreSettings::readers, between(1, 15))
            .doc("Threads that answer queries."),
        field("slow", &StoreSettings::slow, between(1, 15))
            .doc("Threads for slow work: passwords, large queries."),
        field("senders", &StoreSettings::senders, between(1, 64))
            .or_default()
            .doc("Threads that wait for the outside world: payment providers, mail servers."),
        field("owner_epoch", &StoreSettings::owner_epoch, between(0, UINT32_MAX))
            .doc(
                "Raise it where another copy of this data must no longer serve: the higher wins."));
  }
};

// FOLDER/<service>
std::string store_folder(const StoreSettings& settings, const std::string& service);

// The service's own secret and the mesh's mail index key: systemd credentials where there are such,
// else files of mode 0600, made on first use.
Result<ServiceKeys> load_service_keys(const StoreSettings& settings, const std::string& service,
                                      Random& random);

// The service's store. A folder that another process owns is refused: store_locked.
Result<std::unique_ptr<Store>> open_store(const StoreSettings& settings, const std::string& service,
                                          const ServiceKeys& keys, bool read_only, Random& random);

// 65 where data is damaged, 75 where trying again can help, 78 where someone must change something.
int exit_code_of(const Error& error);

}  // namespace bilten
