// Several areas' lists of facts as the one list of their service.
#pragma once

#include <variant>

namespace bilten::api {

// JoinedFacts<std::variant<A, B>, std::variant<C>>::Type is std::variant<A, B, C>.
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
