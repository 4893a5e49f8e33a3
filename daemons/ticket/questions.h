// The rules of an event's questions, and of the answers to them.
#pragma once

#include <vector>

#include "common/api/ticket_orders.h"
#include "common/service/handlers.h"
#include "daemons/ticket/question_rows.h"
#include "daemons/ticket/rows.h"

namespace bilten::ticket {

// unknown_event, role_missing, invalid, unknown_ticket_type, too_many_questions
Decided<api::ticket::QuestionView> decide_add_question(const Rows& rows, const Context& context,
                                                       const api::ticket::AddQuestion& message);
// unknown_question, role_missing, invalid, unknown_ticket_type
Decided<api::ticket::QuestionView> decide_change_question(
    const Rows& rows, const Context& context, const api::ticket::ChangeQuestion& message);
// unknown_question, role_missing
Decided<Nothing> decide_remove_question(const Rows& rows, const Context& context,
                                        const api::ticket::RemoveQuestion& message);
// In the order of adding.
std::vector<api::ticket::QuestionView> questions_of_event(const Rows& rows, const Id& event_id);

// Answers as they are to be kept. What is wrong with them, or missing, is added to the faults, with
// pointers from `path`, the list of answers. `type_ids`: what the order, or the ticket, is of.
std::vector<api::ticket::AnswerKept> check_answers(
    const std::vector<api::ticket::QuestionView>& questions, api::ticket::AskedPer per,
    const std::vector<Id>& type_ids, const std::vector<api::ticket::AnswerGiven>& given,
    const Path& path, Faults& faults);

void apply(Rows& rows, const api::ticket::QuestionAdded& fact);
void apply(Rows& rows, const api::ticket::QuestionChanged& fact);
void apply(Rows& rows, const api::ticket::QuestionRemoved& fact);

}  // namespace bilten::ticket
