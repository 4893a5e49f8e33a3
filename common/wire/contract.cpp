#include "common/wire/contract.h"

namespace bilten::detail {

MessageDescription describe_message(std::string_view name, const Contract& contract,
                                    Describe request, Describe answer) {
  const Http& http = contract.http;
  const auto refusals = contract.refusals.words.begin();
  return {.name = std::string(name),
          .kind = contract.kind,
          .caller = contract.caller,
          .http = {std::string(http.method), std::string(http.path), std::string(http.location),
                   std::string(http.produces), http.status},
          .refusals = {refusals, refusals + contract.refusals.count},
          .budget_ms = contract.budget_ms,
          .critical = contract.critical,
          .devices = contract.devices,
          .body_bytes_max = contract.body_bytes_max,
          .doc = std::string(contract.doc),
          .request = request({}),
          .answer = answer({})};
}

FactDescription describe_fact(std::string_view name, Audience audience, std::string_view doc,
                              Describe body) {
  return {std::string(name), audience, std::string(doc), body({})};
}

}  // namespace bilten::detail
