// Describes the fields of a struct once. Packing, unpacking with limits, and the schema that the
// gateway, OpenAPI and the reference are derived from all read that one description:
//
//   struct Item {
//     Id ticket_type_id;
//     int64_t quantity = 0;
//     static constexpr auto fields() {
//       return field_list(field("ticket_type_id", &Item::ticket_type_id),
//                         field("quantity", &Item::quantity, between(1, 100)).doc("How many."));
//     }
//   };
//
// A field of type std::optional may be absent; any other is required unless it says `.or_default()`
// (which every field added after a release must say, so that old journals stay readable).
// Types: bool, int64_t, uint32_t, double, std::string, Bytes, Id, Instant, Text, Raw, enums with
// `names_of`, structs with `fields()`, std::optional and std::vector of these.
#pragma once

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "common/base/id.h"
#include "common/base/money.h"
#include "common/base/time.h"
#include "common/wire/codec.h"
#include "common/wire/schema.h"

namespace bilten {

// Opaque bytes; base64url in JSON.
struct Bytes {
  std::string data;
  bool operator==(const Bytes&) const = default;
};

// A moment, UTC; RFC 3339 in JSON.
struct Instant {
  UnixMillis ms = 0;
  auto operator<=>(const Instant&) const = default;
};

// Words people read: one string, or one for each language ({"en": "...", "ar": "..."}).
// Exactly one of the two is in use.
struct Text {
  std::string plain;
  std::map<std::string, std::string> by_language;
  bool operator==(const Text&) const = default;
  bool empty() const { return plain.empty() && by_language.empty(); }
};

// A MessagePack value passed on unopened.
struct Raw {
  std::string messagepack = std::string(1, '\xc0');  // nil
  bool operator==(const Raw&) const = default;
};

// Enums travel as words. An enum joins by a function in its own namespace:
//   constexpr auto names_of(OrderState) { return std::array<std::string_view, 2>{"held", "paid"}; }
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) {
  names_of(e);
};

template <NamedEnum E>
constexpr std::string_view word(E value) {
  return names_of(value)[static_cast<size_t>(value)];
}

template <class T>
concept Described = requires {
  T::fields();
};

template <class Owner, class Member>
struct Field {
  std::string_view name;
  Member Owner::*member;
  Limits limits;
  std::string_view words = "";
  bool defaulted = false;

  constexpr Field doc(std::string_view text) const {
    Field copy = *this;
    copy.words = text;
    return copy;
  }
  constexpr Field or_default() const {
    Field copy = *this;
    copy.defaulted = true;
    return copy;
  }
};

template <class Owner, class Member>
constexpr Field<Owner, Member> field(std::string_view name, Member Owner::*member,
                                     Limits limits = {}) {
  return {name, member, limits};
}

// The fields of one struct, in their order: a function that calls `use` with all of them. Not a
// std::tuple, on whose constructors the compiler spends a fifth of its time with a contract.
template <class... Fields>
constexpr auto field_list(Fields... fields) {
  return [fields...](auto&& use) { return use(fields...); };
}

// The fields of `first`, then those of `second`.
template <class First, class Second>
constexpr auto join_fields(First first, Second second) {
  return [first, second](auto&& use) {
    return first([&](const auto&... a) {
      return second([&](const auto&... b) { return use(a..., b...); });
    });
  };
}
template <class First, class Second, class Third>
constexpr auto join_fields(First first, Second second, Third third) {
  return join_fields(first, join_fields(second, third));
}

// Where a value stands; costs nothing until something is wrong with it.
struct Path {
  const Path* up = nullptr;
  std::string_view key = {};
  size_t index = 0;
  std::string pointer() const;  // RFC 6901.
};

// Collects every fault of a message, up to a limit: an answer names them all at once.
struct Faults {
  static constexpr size_t kMax = 50;
  std::vector<FieldError> list;
  void add(const Path& path, std::string message);
};

// ---- one Wire for each kind of value: read with limits, write, describe ----

template <class T>
struct Wire;

namespace detail {

// A Wire's read and schema, for code that does not know the type. What is done for every field of
// every message is compiled once because of them, in field.cpp (docs/decisions/0084).
using Read = void (*)(const Value& v, const Limits& l, void* into, const Path& p, Faults& f);
using Describe = Schema (*)(const Limits&);

template <class T>
void read_into(const Value& v, const Limits& l, void* into, const Path& p, Faults& f) {
  Wire<T>::read(v, l, *static_cast<T*>(into), p, f);
}

// The index of a word among those of an enum.
std::optional<size_t> read_choice(const Value& v, std::span<const std::string_view> words,
                                  const Path& p, Faults& f);
Schema choice_schema(std::span<const std::string_view> words);

// Whether `v` is a list with as many items as `l` allows.
bool is_list(const Value& v, const Limits& l, const Path& p, Faults& f);

}  // namespace detail

template <>
struct Wire<bool> {
  static void read(const Value& v, const Limits& l, bool& into, const Path& p, Faults& f);
  static void write(Packer& packer, bool value) { packer.boolean(value); }
  static Schema schema(const Limits&) { return Schema(Type::boolean); }
};
template <>
struct Wire<int64_t> {
  static void read(const Value& v, const Limits& l, int64_t& into, const Path& p, Faults& f);
  static void write(Packer& packer, int64_t value) { packer.integer(value); }
  static Schema schema(const Limits& l) { return Schema(Type::integer, l); }
};
template <>
struct Wire<uint32_t> {
  static void read(const Value& v, const Limits& l, uint32_t& into, const Path& p, Faults& f);
  static void write(Packer& packer, uint32_t value) { packer.integer(value); }
  static Schema schema(const Limits& l) { return Schema(Type::integer, l); }
};
template <>
struct Wire<double> {
  static void read(const Value& v, const Limits& l, double& into, const Path& p, Faults& f);
  static void write(Packer& packer, double value) { packer.number(value); }
  static Schema schema(const Limits& l) { return Schema(Type::number, l); }
};
template <>
struct Wire<std::string> {
  static void read(const Value& v, const Limits& l, std::string& into, const Path& p, Faults& f);
  static void write(Packer& packer, const std::string& value) { packer.text(value); }
  static Schema schema(const Limits& l) { return Schema(Type::string, l); }
};
template <>
struct Wire<Bytes> {
  static void read(const Value& v, const Limits& l, Bytes& into, const Path& p, Faults& f);
  static void write(Packer& packer, const Bytes& value) { packer.bytes(value.data); }
  static Schema schema(const Limits& l) { return Schema(Type::bytes, l); }
};
template <>
struct Wire<Id> {
  static void read(const Value& v, const Limits& l, Id& into, const Path& p, Faults& f);
  static void write(Packer& packer, const Id& value) { packer.bytes(value.view()); }
  static Schema schema(const Limits&) { return Schema(Type::id); }
};
template <>
struct Wire<Instant> {
  static void read(const Value& v, const Limits& l, Instant& into, const Path& p, Faults& f);
  static void write(Packer& packer, Instant value) { packer.integer(value.ms); }
  static Schema schema(const Limits&) { return Schema(Type::instant); }
};
template <>
struct Wire<Text> {
  static void read(const Value& v, const Limits& l, Text& into, const Path& p, Faults& f);
  static void write(Packer& packer, const Text& value);
  static Schema schema(const Limits& l) { return Schema(Type::text, l); }
};
template <>
struct Wire<Raw> {
  static void read(const Value& v, const Limits& l, Raw& into, const Path& p, Faults& f);
  static void write(Packer& packer, const Raw& value) { packer.raw(value.messagepack); }
  static Schema schema(const Limits&) { return Schema(Type::any); }
};
template <>
struct Wire<Schema> {
  static void read(const Value& v, const Limits& l, Schema& into, const Path& p, Faults& f);
  static void write(Packer& packer, const Schema& value) { pack_schema(packer, value); }
  static Schema schema(const Limits&) { return Schema(Type::any); }
};

template <NamedEnum E>
struct Wire<E> {
  static void read(const Value& v, const Limits&, E& into, const Path& p, Faults& f) {
    if (const auto index = detail::read_choice(v, kWords, p, f)) into = static_cast<E>(*index);
  }
  static void write(Packer& packer, E value) { packer.text(word(value)); }
  static Schema schema(const Limits&) { return detail::choice_schema(kWords); }

 private:
  static constexpr auto kWords = names_of(E{});
};

template <class T>
struct Wire<std::optional<T>> {
  static void read(const Value& v, const Limits& l, std::optional<T>& into, const Path& p,
                   Faults& f) {
    if (v.type() == ValueType::nil) {
      into.reset();
    } else {
      detail::read_into<T>(v, l, &into.emplace(), p, f);
    }
  }
  static void write(Packer& packer, const std::optional<T>& value) {
    if (value) {
      Wire<T>::write(packer, *value);
    } else {
      packer.nil();
    }
  }
  static Schema schema(const Limits& l) { return Wire<T>::schema(l); }
};

template <class T>
struct Wire<std::vector<T>> {
  static void read(const Value& v, const Limits& l, std::vector<T>& into, const Path& p,
                   Faults& f) {
    if (!detail::is_list(v, l, p, f)) return;
    into = std::vector<T>(v.size());
    for (size_t i = 0; i < into.size(); ++i) {
      detail::read_into<T>(v.at(i), l, &into[i], Path{&p, {}, i}, f);
    }
  }
  static void write(Packer& packer, const std::vector<T>& values) {
    packer.array(values.size());
    for (const auto& value : values) Wire<T>::write(packer, value);
  }
  static Schema schema(const Limits& l) {
    Schema schema(Type::list, l);
    schema.item.push_back(Wire<T>::schema(l));
    return schema;
  }
};

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class Owner, class Member>
constexpr bool is_required(const Field<Owner, Member>& field) {
  return !IsOptional<Member>::value && !field.defaulted;
}

void add_property(Schema& object, std::string_view name, Describe describe, const Limits& limits,
                  bool required, std::string_view words);

// How the value of one field is looked for.
struct Sought {
  std::string_view name;
  const Limits& limits;
  bool required;
  Read read;
};

template <class Owner, class Member>
constexpr Sought sought(const Field<Owner, Member>& field) {
  return {field.name, field.limits, is_required(field), read_into<Member>};
}

// Reads a map field by field, each into the member at the same place.
void read_object(const Value& v, std::span<const Sought> fields, void* const* members,
                 const Path& p, Faults& f);

// An absent optional is left out, not sent as nil.
template <class Member>
bool is_present(const Member& member) {
  if constexpr (IsOptional<Member>::value) return member.has_value();
  return true;
}

}  // namespace detail

template <Described T>
struct Wire<T> {
  static void read(const Value& v, const Limits&, T& into, const Path& p, Faults& f) {
    static constexpr auto sought = kFields([](const auto&... field) {
      return std::array<detail::Sought, sizeof...(field)>{detail::sought(field)...};
    });
    kFields([&](const auto&... field) {
      const std::array<void*, sizeof...(field)> members{&(into.*field.member)...};
      detail::read_object(v, sought, members.data(), p, f);
    });
  }
  static void write(Packer& packer, const T& value) {
    kFields([&](const auto&... field) {
      packer.map((size_t{0} + ... + size_t{detail::is_present(value.*field.member)}));
      (write_field(packer, field, value), ...);
    });
  }
  static Schema schema(const Limits&) {
    Schema schema(Type::object);
    kFields([&](const auto&... field) { (add_property(schema, field), ...); });
    return schema;
  }

 private:
  static constexpr auto kFields = T::fields();

  template <class Owner, class Member>
  static void write_field(Packer& packer, const Field<Owner, Member>& field, const T& value) {
    if (!detail::is_present(value.*field.member)) return;
    packer.text(field.name);
    Wire<Member>::write(packer, value.*field.member);
  }
  template <class Owner, class Member>
  static void add_property(Schema& schema, const Field<Owner, Member>& field) {
    detail::add_property(schema, field.name, Wire<Member>::schema, field.limits,
                         detail::is_required(field), field.words);
  }
};

// Money is described here, so that base stays free of wire.
template <>
struct Wire<Money> {
  static void read(const Value& v, const Limits& l, Money& into, const Path& p, Faults& f);
  static void write(Packer& packer, const Money& value) {
    packer.map(2).text("amount").integer(value.amount).text("currency").text(value.currency);
  }
  static Schema schema(const Limits& l);
};

// ---- whole messages ----

// The fault list as one refusal: Code::invalid, reason "invalid".
Error invalid(Faults faults);

namespace detail {
// Reads a whole message, or says why not.
std::optional<Error> decode(const Value& value, Read read, void* into);
std::optional<Error> decode(std::string_view bytes, Read read, void* into);
}  // namespace detail

// Unknown keys are skipped, so that a newer sender may add fields.
template <Described T>
Result<T> decode(const Value& value) {
  T into;
  if (auto error = detail::decode(value, detail::read_into<T>, &into)) return std::move(*error);
  return into;
}

template <Described T>
Result<T> decode(std::string_view bytes) {
  T into;
  if (auto error = detail::decode(bytes, detail::read_into<T>, &into)) return std::move(*error);
  return into;
}

template <Described T>
std::string encode(const T& value) {
  Packer packer;
  packer.reserve(256);
  Wire<T>::write(packer, value);
  return packer.take();
}

template <Described T>
Schema schema_of() {
  return Wire<T>::schema({});
}

}  // namespace bilten
