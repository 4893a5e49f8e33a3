// A file with the secrets of many (a provider account of each organisation): TOML, a table each, as
// private as any other secret.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/wire/field.h"

namespace bilten {

struct SecretTable {
  std::string name;    // Of the table, as its header has it.
  std::string where;   // "/etc/bilten/secrets/accounts.toml:12", for messages.
  std::string packed;  // Its values, MessagePack.
};

// The tables of the file, in its order. Unknown keys are faults, and so is what `check` refuses.
// Errors: as of crypto::load_secret_text; `configuration` names each fault by its line and key.
// None shows what a value is.
Result<std::vector<SecretTable>> load_secret_tables(
    const std::string& path, const Schema& schema, const std::string& defaults,
    const std::function<Status(std::string_view packed)>& check);

// The same as structs; what a struct has by itself may be left out.
template <Described T>
Result<std::vector<std::pair<SecretTable, T>>> load_secret_tables(const std::string& path) {
  std::vector<T> values;
  auto tables = load_secret_tables(path, schema_of<T>(), encode(T{}),
                                   [&values](std::string_view packed) -> Status {
                                     auto value = decode<T>(packed);
                                     if (!value) return value.error();
                                     values.push_back(std::move(*value));
                                     return Done{};
                                   });
  if (!tables) return tables.error();
  std::vector<std::pair<SecretTable, T>> read;
  for (size_t i = 0; i < tables->size(); ++i) {
    read.emplace_back(std::move((*tables)[i]), std::move(values[i]));
  }
  return read;
}

}  // namespace bilten
