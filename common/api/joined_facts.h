// The lists of a service's areas as one: each area's header names its own facts in a std::variant.
#pragma once

#include <variant>

namespace bilten::api {

template <class... Lists>
struct JoinedFacts;
template <class... Facts>
struct JoinedFacts<std::variant<Facts...>> {
  using Type = std::variant<Facts...>;
};
template <class... A, class... B, class... Rest>
struct JoinedFacts<std::variant<A...>, std::variant<B...>, Rest...>
    : JoinedFacts<std::variant<A..., B...>, Rest...> {};

}  // namespace bilten::api
