// What every list answers: a page of items, and where the next one begins.
#pragma once

#include "common/wire/contract.h"

namespace bilten::api {

template <class Item>
struct ListOf {
  std::vector<Item> items;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    return field_list(field("items", &ListOf::items, bilten::items(0, 1000)),
                      field("next_cursor", &ListOf::next_cursor, length(1, 200)));
  }
};

}  // namespace bilten::api
