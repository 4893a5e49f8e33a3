#include "common/service/handlers.h"

#include <algorithm>

namespace bilten {

ServiceDescription describe(const Service& service) {
  ServiceDescription description{.service = service.name,
                                 .version = BILTEN_VERSION,
                                 .doc = service.doc,
                                 .messages = {},
                                 .facts = service.facts};
  for (const auto& row : service.table) {
    if (const auto* command = std::get_if<CommandRow>(&row)) {
      description.messages.push_back(command->description);
    } else if (const auto* query = std::get_if<QueryRow>(&row)) {
      description.messages.push_back(query->description);
    }
  }
  return description;
}

}  // namespace bilten
