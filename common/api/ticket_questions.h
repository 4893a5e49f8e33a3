// The contract of the questions that an event's orders answer (docs/attendees.md).
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_question_facts.h"

namespace bilten::api::ticket {

using api::ListOf;  // For who uses this namespace.

struct QuestionView : QuestionTerms {
  Id id, event_id;
  static constexpr auto fields() {
    using View = QuestionView;
    return join_fields(field_list(field("id", &View::id), field("event_id", &View::event_id)),
                       QuestionTerms::fields());
  }
};

struct AddQuestion : QuestionTerms {
  static constexpr std::string_view name = "ticket.add_question";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "POST",
               .path = "/v1/events/{event_id}/questions",
               .status = 201,
               .location = "/v1/questions/{id}"},
      .refusals = {"unknown_event", "role_missing", "unknown_ticket_type", "too_many_questions"},
      .doc =
          "Asks a question of whoever orders from now on; orders made before are not asked. "
          "Managers and owners only."};
  using Answer = QuestionView;
  Id event_id;
  static constexpr auto fields() {
    return join_fields(field_list(field("event_id", &AddQuestion::event_id)),
                       QuestionTerms::fields());
  }
};

struct ChangeQuestion {
  static constexpr std::string_view name = "ticket.change_question";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "PATCH", .path = "/v1/questions/{question_id}"},
      .refusals = {"unknown_question", "role_missing", "unknown_ticket_type"},
      .doc =
          "Changes what is given of a question; answers given before stay as they are. Managers "
          "and owners only."};
  using Answer = QuestionView;
  Id question_id;
  std::optional<Text> label;
  std::optional<bool> required;
  std::optional<std::vector<std::string>> choices;
  std::optional<int64_t> min, max;
  std::optional<std::vector<Id>> ticket_type_ids;
  static constexpr auto fields() {
    using Self = ChangeQuestion;
    constexpr auto number = between(-1'000'000'000, 1'000'000'000);
    return field_list(
        field("question_id", &Self::question_id),
        field("label", &Self::label, length(1, 200, Format::line)),
        field("required", &Self::required),
        field("choices", &Self::choices, items(0, kChoicesMax, length(1, 100, Format::line))),
        field("min", &Self::min, number), field("max", &Self::max, number),
        field("ticket_type_ids", &Self::ticket_type_ids, items(0, kTypesPerQuotaMax)));
  }
};

struct RemoveQuestion {
  static constexpr std::string_view name = "ticket.remove_question";
  static constexpr Contract contract{
      .kind = Kind::command,
      .caller = Caller::person,
      .http = {.method = "DELETE", .path = "/v1/questions/{question_id}"},
      .refusals = {"unknown_question", "role_missing"},
      .doc = "Asks a question no more; answers given before stay. Managers and owners only."};
  using Answer = Nothing;
  Id question_id;
  static constexpr auto fields() {
    return field_list(field("question_id", &RemoveQuestion::question_id));
  }
};

struct ListQuestions {
  static constexpr std::string_view name = "ticket.questions";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/events/{event_id}/questions"},
      .refusals = {"unknown_event"},
      .doc =
          "What an order of the event is asked, in the order of adding: for who sees the event."};
  using Answer = ListOf<QuestionView>;
  Id event_id;
  static constexpr auto fields() { return field_list(field("event_id", &ListQuestions::event_id)); }
};

}  // namespace bilten::api::ticket
