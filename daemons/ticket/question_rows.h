// What the ticket daemon remembers of an event's questions. Answers stand in the vault alone.
#pragma once

#include "common/api/ticket_questions.h"
#include "common/store/rows.h"

namespace bilten::ticket {

// Key: question id.
struct QuestionRow {
  static constexpr std::string_view table = "question";
  Id event_id;
  api::ticket::QuestionTerms terms;
  static constexpr auto fields() {
    return field_list(field("event_id", &QuestionRow::event_id),
                      field("terms", &QuestionRow::terms));
  }
};

// Key: event id + question id. An event that has any says so in its own row.
struct QuestionOfEvent {
  static constexpr std::string_view table = "event_question";
  static constexpr auto fields() { return field_list(); }
};

}  // namespace bilten::ticket
