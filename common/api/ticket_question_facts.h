// What the ticket service announces of an event's questions, and of whom tickets are for.
#pragma once

#include <variant>

#include "common/api/ticket_terms.h"

namespace bilten::api::ticket {

inline constexpr int64_t kQuestionsMax = 20;
inline constexpr int64_t kChoicesMax = 50;

enum class QuestionKind : uint8_t { text, number, choice, yes_no };
constexpr auto names_of(QuestionKind) {
  return std::array<std::string_view, 4>{"text", "number", "choice", "yes_no"};
}

enum class AskedPer : uint8_t { order, ticket };
constexpr auto names_of(AskedPer) {
  return std::array<std::string_view, 2>{"order", "ticket"};
}

struct QuestionTerms {
  Text label;
  QuestionKind kind = QuestionKind::text;
  AskedPer per = AskedPer::ticket;
  bool required = false;
  std::vector<std::string> choices = {};  // Of the kind choice.
  std::optional<int64_t> min, max;        // Of the kind number.
  std::vector<Id> ticket_type_ids = {};   // Empty: all types of the event.
  bool operator==(const QuestionTerms&) const = default;
  static constexpr auto fields() {
    using Self = QuestionTerms;
    constexpr auto number = between(-1'000'000'000, 1'000'000'000);
    return field_list(
        field("label", &Self::label, length(1, 200, Format::line)), field("kind", &Self::kind),
        field("per", &Self::per).or_default().doc("Asked once an order, or for each ticket."),
        field("required", &Self::required).or_default(),
        field("choices", &Self::choices, items(0, kChoicesMax, length(1, 100, Format::line)))
            .or_default()
            .doc("Of the kind choice: one of these is the answer."),
        field("min", &Self::min, number).doc("Of the kind number, which is a whole one."),
        field("max", &Self::max, number),
        field("ticket_type_ids", &Self::ticket_type_ids, items(0, kTypesPerQuotaMax))
            .or_default()
            .doc("Asked of whoever orders one of these; none named: of all."));
  }
};

struct QuestionAdded {
  static constexpr std::string_view name = "ticket.question_added";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "Orders of an event answer a question more.";
  Id organization_id, event_id, question_id;
  QuestionTerms terms;
  static constexpr auto fields() {
    using Self = QuestionAdded;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("question_id", &Self::question_id),
                      field("terms", &Self::terms));
  }
};

struct QuestionChanged {
  static constexpr std::string_view name = "ticket.question_changed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A question is another. Answers given before stay.";
  Id organization_id, event_id, question_id;
  QuestionTerms terms;
  static constexpr auto fields() {
    using Self = QuestionChanged;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("question_id", &Self::question_id),
                      field("terms", &Self::terms));
  }
};

struct QuestionRemoved {
  static constexpr std::string_view name = "ticket.question_removed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A question is asked no more. Answers given before stay.";
  Id organization_id, event_id, question_id;
  static constexpr auto fields() {
    using Self = QuestionRemoved;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("question_id", &Self::question_id));
  }
};

struct AttendeeChanged {
  static constexpr std::string_view name = "ticket.attendee_changed";
  static constexpr Audience audience = Audience::organization;
  static constexpr std::string_view doc = "A ticket is for somebody else, or they are spelt right.";
  Id organization_id, event_id, order_id, ticket_id;
  Instant at;
  static constexpr auto fields() {
    using Self = AttendeeChanged;
    return field_list(field("organization_id", &Self::organization_id),
                      field("event_id", &Self::event_id), field("order_id", &Self::order_id),
                      field("ticket_id", &Self::ticket_id), field("at", &Self::at));
  }
};

using QuestionFacts =
    std::variant<QuestionAdded, QuestionChanged, QuestionRemoved, AttendeeChanged>;

}  // namespace bilten::api::ticket
