#include "daemons/ticket/questions.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "daemons/ticket/rights.h"

namespace bilten::ticket {

using api::ticket::AddQuestion;
using api::ticket::AnswerGiven;
using api::ticket::AnswerKept;
using api::ticket::AskedPer;
using api::ticket::ChangeQuestion;
using api::ticket::kQuestionsMax;
using api::ticket::QuestionAdded;
using api::ticket::QuestionChanged;
using api::ticket::QuestionKind;
using api::ticket::QuestionRemoved;
using api::ticket::QuestionTerms;
using api::ticket::QuestionView;
using api::ticket::RemoveQuestion;

namespace {

Error unknown_question() {
  return {Code::not_found, "unknown_question", "There is no such question of this event."};
}

// What fields alone cannot say.
Status check_terms(const Rows& rows, const Id& event_id, const QuestionTerms& terms) {
  Faults faults;
  const Path root;
  const auto& choices = terms.choices;
  if ((terms.kind == QuestionKind::choice) == choices.empty()) {
    faults.add(Path{&root, "choices"}, "must be there for the kind choice, and for no other");
  }
  if (std::set(choices.begin(), choices.end()).size() != choices.size()) {
    faults.add(Path{&root, "choices"}, "must differ from each other");
  }
  if (terms.kind != QuestionKind::number && (terms.min || terms.max)) {
    faults.add(Path{&root, terms.min ? "min" : "max"}, "is for the kind number only");
  }
  if (terms.min && terms.max && *terms.min > *terms.max) {
    faults.add(Path{&root, "max"}, "must not be below min");
  }
  if (!faults.list.empty()) return invalid(std::move(faults));
  for (const auto& type_id : terms.ticket_type_ids) {
    const auto type = rows.find<TypeRow>(type_id.view());
    if (!type || type->event_id != event_id) return unknown_ticket_type();
  }
  return Done{};
}

QuestionView view_of(const Id& question_id, const QuestionRow& row) {
  QuestionView view;
  static_cast<QuestionTerms&>(view) = row.terms;
  view.id = question_id;
  view.event_id = row.event_id;
  return view;
}

struct OwnQuestion {
  QuestionRow row;
  Id organization_id;
};

Result<OwnQuestion> find_own_question(const Rows& rows, const Person* person,
                                      const Id& question_id) {
  auto row = rows.find<QuestionRow>(question_id.view());
  if (!row) return unknown_question();
  const auto event = rows.find<EventRow>(row->event_id.view());
  CHECK_INVARIANT(event);
  const auto allowed = need_role(rows, person, event->organization_id, Role::manager,
                                 hide_unless_public(*event, unknown_question()));
  if (!allowed) return allowed.error();
  return OwnQuestion{std::move(*row), event->organization_id};
}

QuestionTerms changed_terms(QuestionTerms terms, const ChangeQuestion& message) {
  if (message.label) terms.label = *message.label;
  if (message.required) terms.required = *message.required;
  if (message.choices) terms.choices = *message.choices;
  if (message.min) terms.min = message.min;
  if (message.max) terms.max = message.max;
  if (message.ticket_type_ids) terms.ticket_type_ids = *message.ticket_type_ids;
  return terms;
}

size_t count_questions(const Rows& rows, const Id& event_id) {
  size_t count = 0;
  rows.scan<QuestionOfEvent>(event_id.view(), {}, kQuestionsMax,
                             [&](std::string_view, const QuestionOfEvent&) { return ++count > 0; });
  return count;
}

void save_flag(Rows& rows, const Id& event_id, bool has_questions) {
  auto event = rows.find<EventRow>(event_id.view());
  CHECK_INVARIANT(event);
  if (event->has_questions == has_questions) return;
  event->has_questions = has_questions;
  rows.save(event_id.view(), *event);
}

bool is_asked(const QuestionTerms& question, AskedPer per, const std::vector<Id>& type_ids) {
  if (question.per != per) return false;
  const auto& asked = question.ticket_type_ids;
  if (asked.empty()) return true;
  return std::any_of(type_ids.begin(), type_ids.end(), [&](const Id& type_id) {
    return std::find(asked.begin(), asked.end(), type_id) != asked.end();
  });
}

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// What is wrong with the value; empty: nothing.
std::string fault_of(const QuestionTerms& question, const std::string& value) {
  switch (question.kind) {
    case QuestionKind::text: return "";
    case QuestionKind::yes_no: return value == "yes" || value == "no" ? "" : "must be yes or no";
    case QuestionKind::choice: {
      const auto& choices = question.choices;
      const bool is_one = std::find(choices.begin(), choices.end(), value) != choices.end();
      return is_one ? "" : "must be one of the question's choices";
    }
    case QuestionKind::number: {
      const auto number = whole_number(value);
      if (!number) return "must be a whole number";
      if (question.min && *number < *question.min) {
        return "must be at least " + std::to_string(*question.min);
      }
      if (question.max && *number > *question.max) {
        return "must be at most " + std::to_string(*question.max);
      }
      return "";
    }
  }
  return "";
}

}  // namespace

Decided<QuestionView> decide_add_question(const Rows& rows, const Context& context,
                                          const AddQuestion& message) {
  const auto event = find_own_event(rows, context.person, message.event_id, Role::manager);
  if (!event) return event.error();
  const QuestionTerms& terms = message;
  if (const auto fit = check_terms(rows, message.event_id, terms); !fit) return fit.error();
  if (count_questions(rows, message.event_id) >= static_cast<size_t>(kQuestionsMax)) {
    return Error{Code::conflict, "too_many_questions",
                 "An event may ask " + std::to_string(kQuestionsMax) +
                     " questions; change or remove one instead."};
  }
  const Id question_id = context.fresh_id();
  Decision<QuestionView> decision;
  decision.record(QuestionAdded{event->organization_id, message.event_id, question_id, terms});
  decision.answer = view_of(question_id, {message.event_id, terms});
  return decision;
}

Decided<QuestionView> decide_change_question(const Rows& rows, const Context& context,
                                             const ChangeQuestion& message) {
  auto own = find_own_question(rows, context.person, message.question_id);
  if (!own) return own.error();
  auto& row = own->row;
  row.terms = changed_terms(std::move(row.terms), message);
  if (const auto fit = check_terms(rows, row.event_id, row.terms); !fit) return fit.error();
  Decision<QuestionView> decision;
  decision.record(
      QuestionChanged{own->organization_id, row.event_id, message.question_id, row.terms});
  decision.answer = view_of(message.question_id, row);
  return decision;
}

Decided<Nothing> decide_remove_question(const Rows& rows, const Context& context,
                                        const RemoveQuestion& message) {
  const auto own = find_own_question(rows, context.person, message.question_id);
  if (!own) return own.error();
  Decision<Nothing> decision;
  decision.record(QuestionRemoved{own->organization_id, own->row.event_id, message.question_id});
  return decision;
}

std::vector<QuestionView> questions_of_event(const Rows& rows, const Id& event_id) {
  std::vector<QuestionView> questions;
  rows.scan<QuestionOfEvent>(event_id.view(), {}, kQuestionsMax,
                             [&](std::string_view key, const QuestionOfEvent&) {
                               const auto id = Id::from_bytes(key.substr(16));
                               const auto row = rows.find<QuestionRow>(key.substr(16));
                               CHECK_INVARIANT(id && row);
                               questions.push_back(view_of(*id, *row));
                               return true;
                             });
  return questions;
}

std::vector<AnswerKept> check_answers(const std::vector<QuestionView>& questions, AskedPer per,
                                      const std::vector<Id>& type_ids,
                                      const std::vector<AnswerGiven>& given, const Path& path,
                                      Faults& faults) {
  std::vector<AnswerKept> kept;
  std::set<Id> answered;
  for (size_t i = 0; i < given.size(); ++i) {
    const auto& answer = given[i];
    const Path here{&path, {}, i};
    const auto question =
        std::find_if(questions.begin(), questions.end(), [&](const QuestionView& each) {
          return each.id == answer.question_id && is_asked(each, per, type_ids);
        });
    if (question == questions.end()) {
      faults.add(Path{&here, "question_id"}, "is not asked here");
    } else if (!answered.insert(answer.question_id).second) {
      faults.add(Path{&here, "question_id"}, "is answered twice");
    } else if (auto fault = fault_of(*question, answer.value); !fault.empty()) {
      faults.add(Path{&here, "value"}, std::move(fault));
    } else {
      auto& made = kept.emplace_back();
      static_cast<AnswerGiven&>(made) = answer;
      made.label = question->label;
    }
  }
  for (const auto& question : questions) {
    if (question.required && is_asked(question, per, type_ids) && !answered.contains(question.id)) {
      faults.add(path, "lacks the answer to question " + question.id.text());
    }
  }
  return kept;
}

void apply(Rows& rows, const QuestionAdded& fact) {
  rows.save(fact.question_id.view(), QuestionRow{fact.event_id, fact.terms});
  rows.save(key_of(fact.event_id, fact.question_id), QuestionOfEvent{});
  save_flag(rows, fact.event_id, true);
}

void apply(Rows& rows, const QuestionChanged& fact) {
  rows.save(fact.question_id.view(), QuestionRow{fact.event_id, fact.terms});
}

void apply(Rows& rows, const QuestionRemoved& fact) {
  rows.erase<QuestionRow>(fact.question_id.view());
  rows.erase<QuestionOfEvent>(key_of(fact.event_id, fact.question_id));
  save_flag(rows, fact.event_id, count_questions(rows, fact.event_id) > 0);
}

}  // namespace bilten::ticket
