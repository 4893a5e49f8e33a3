// Questions and attendees: what is asked, what an answer may be, and who sees it.
#include "common/api/ticket_attendees.h"
#include "common/api/ticket_questions.h"
#include "common/api/ticket_transfers.h"
#include "common/api/ticket_waiting.h"
#include "tests/unit/ticket/shop.h"

using namespace bilten;
using namespace bilten::test;

namespace {

struct Asking : Shop {
  Asking() : type_id(add_type(0, 50)), priced_id(add_type(100, 50)) {}

  AddQuestion question(const std::string& label, QuestionKind kind, AskedPer per,
                       bool required = false) const {
    AddQuestion message;
    message.event_id = event_id;
    message.label.plain = label;
    message.kind = kind;
    message.per = per;
    message.required = required;
    if (kind == QuestionKind::choice) message.choices = {"meat", "none"};
    return message;
  }
  Id ask(const AddQuestion& message) { return bench.must(message, &manager).id; }
  // Where a message is at fault, as pointers.
  template <class Message>
  std::vector<std::string> faults(const Message& message, const Person* person = nullptr) {
    const auto answer = bench.send(message, person);
    std::vector<std::string> pointers;
    if (answer) return pointers;
    CHECK(answer.error().reason == "invalid");
    for (const auto& fault : answer.error().fields) pointers.push_back(fault.pointer);
    return pointers;
  }
  OrderAttendees attendees(const OrderView& order) {
    return bench.must(ListOrderAttendees{order.id, order.secret});
  }

  Id type_id, priced_id;
};

AttendeeGiven attendee(const std::string& name, std::vector<AnswerGiven> answers = {}) {
  AttendeeGiven given;
  given.full_name = name;
  given.answers = std::move(answers);
  return given;
}

using Pointers = std::vector<std::string>;

}  // namespace

TEST_CASE("a question is refused for the first fault in the order of the contract",
          "[ticket][attendees]") {
  Asking shop;
  auto question = shop.question("Meal", QuestionKind::choice, AskedPer::ticket);
  CHECK(shop.bench.refusal(question, &shop.viewer) == "role_missing");
  question.choices = {"meat", "meat"};
  CHECK(shop.faults(question, &shop.manager) == Pointers{"/choices"});
  question.choices.clear();
  CHECK(shop.faults(question, &shop.manager) == Pointers{"/choices"});
  question.kind = QuestionKind::number;
  question.min = 5;
  question.max = 4;
  CHECK(shop.faults(question, &shop.manager) == Pointers{"/max"});
  question.max.reset();
  question.ticket_type_ids = {id_of(99)};
  CHECK(shop.bench.refusal(question, &shop.manager) == "unknown_ticket_type");
  question.ticket_type_ids = {shop.type_id};
  for (int i = 0; i < 20; ++i) shop.ask(question);
  CHECK(shop.bench.refusal(question, &shop.manager) == "too_many_questions");
  CHECK(shop.bench.refusal(RemoveQuestion{id_of(99)}, &shop.manager) == "unknown_question");
  CHECK(shop.bench.must(ListQuestions{shop.event_id}).items.size() == 20);
}

TEST_CASE("an order names every answer that is wrong or lacking", "[ticket][attendees]") {
  Asking shop;
  const auto meal = shop.ask(shop.question("Meal", QuestionKind::choice, AskedPer::ticket, true));
  auto aged = shop.question("Age", QuestionKind::number, AskedPer::ticket);
  aged.min = 18;
  aged.max = 120;
  const auto age = shop.ask(aged);
  const auto news = shop.ask(shop.question("News?", QuestionKind::yes_no, AskedPer::order, true));

  auto order = shop.basket({{shop.type_id, 2, {}}});
  CHECK(shop.faults(order) ==
        Pointers{"/items/0/attendees/0/answers", "/items/0/attendees/1/answers", "/answers"});
  order.answers = {{news, "maybe"}, {meal, "meat"}};
  order.items[0].attendees = {attendee("Ada", {{meal, "fish"}, {age, "17"}}),
                              attendee("Bob", {{meal, "none"}, {meal, "none"}, {age, "4x"}}),
                              attendee("Eve")};
  CHECK(shop.faults(order) == Pointers{"/items/0/attendees", "/items/0/attendees/0/answers/0/value",
                                       "/items/0/attendees/0/answers/1/value",
                                       "/items/0/attendees/1/answers/1/question_id",
                                       "/items/0/attendees/1/answers/2/value", "/answers/0/value",
                                       "/answers/1/question_id"});
  order.answers = {{news, "no"}};
  order.items[0].attendees = {attendee("Ada", {{meal, "meat"}, {age, "18"}}),
                              attendee("Bob", {{meal, "none"}})};
  const auto made = shop.bench.must(order);
  const auto told = shop.attendees(made);
  REQUIRE(told.items.size() == 2);
  CHECK(told.items[0].ticket_id == made.ticket_ids[0]);
  CHECK(told.items[0].full_name == "Ada");
  CHECK(told.items[0].answers.at(1).value == "18");
  CHECK(told.items[0].answers.at(1).label.plain == "Age");
  CHECK(told.answers.at(0).value == "no");
  CHECK(shop.reason(ListOrderAttendees{made.id, {}}) == "unknown_order");
  CHECK(shop.reason(ListOrderAttendees{made.id, {}}, &shop.viewer) == "unknown_order");
  CHECK(shop.bench.send(ListOrderAttendees{made.id, {}}, &shop.manager));
}

TEST_CASE("a question of some types is asked of no other", "[ticket][attendees]") {
  Asking shop;
  auto meal = shop.question("Meal", QuestionKind::choice, AskedPer::ticket, true);
  meal.ticket_type_ids = {shop.type_id};
  const auto meal_id = shop.ask(meal);
  auto order = shop.basket({{shop.priced_id, 1, {}}});
  CHECK(shop.faults(order).empty());
  order.items[0].attendees = {attendee("Ada", {{meal_id, "meat"}})};
  CHECK(shop.faults(order) == Pointers{"/items/0/attendees/0/answers/0/question_id"});
}

TEST_CASE("a question that is changed or removed leaves the answers of before",
          "[ticket][attendees]") {
  Asking shop;
  const auto meal = shop.ask(shop.question("Meal", QuestionKind::choice, AskedPer::ticket, true));
  auto order = shop.basket({{shop.type_id, 1, {attendee("Ada", {{meal, "meat"}})}}});
  const auto made = shop.bench.must(order);
  ChangeQuestion change;
  change.question_id = meal;
  change.label = Text{"Dinner", {}};
  change.choices = {{"soup"}};
  shop.bench.must(change, &shop.manager);
  CHECK(shop.faults(order) == Pointers{"/items/0/attendees/0/answers/0/value"});
  shop.bench.must(RemoveQuestion{meal}, &shop.manager);
  CHECK(shop.faults(shop.basket({{shop.type_id, 1, {}}})).empty());
  const auto told = shop.attendees(made).items.at(0);
  CHECK(told.answers.at(0).value == "meat");
  CHECK(told.answers.at(0).label.plain == "Meal");
  shop.tell<api::event::Changed>(api::event::State::published);
  shop.bench.check_rebuild();
}

TEST_CASE("an order that names nobody keeps nothing more than its buyer", "[ticket][attendees]") {
  Asking shop;
  const auto made = shop.buy(shop.type_id, 2);
  const auto told = shop.attendees(made);
  CHECK(told.items.size() == 2);
  CHECK_FALSE(told.items[0].full_name);
  auto stray = shop.basket({{shop.type_id, 1, {}}});
  stray.answers = {{id_of(99), "yes"}};
  CHECK(shop.faults(stray) == Pointers{"/answers/0/question_id"});
}

TEST_CASE("attendees of a held order follow its changes and are there once it is paid",
          "[ticket][attendees]") {
  Asking shop;
  auto order =
      shop.basket({{shop.priced_id, 2, {attendee("Ada"), attendee("Bob")}}, {shop.type_id, 1, {}}});
  const auto held = shop.bench.must(order);
  CHECK(shop.attendees(held).items.at(1).full_name == "Bob");
  CHECK_FALSE(shop.attendees(held).items.at(1).ticket_id);
  ChangeOrder change;
  change.order_id = held.id;
  change.secret = held.secret;
  change.items = {{shop.priced_id, 1, {attendee("Eve")}}};
  shop.bench.must(change);
  const auto paid = shop.bench.must(ConfirmOrder{held.id, id_of(200)});
  const auto told = shop.attendees(held);
  REQUIRE(told.items.size() == 1);
  CHECK(told.items[0].full_name == "Eve");
  CHECK(told.items[0].ticket_id == paid.ticket_ids[0]);
}

TEST_CASE("an attendee is edited by the holder until the event starts, by managers always",
          "[ticket][attendees]") {
  Asking shop;
  const auto meal = shop.ask(shop.question("Meal", QuestionKind::choice, AskedPer::ticket));
  const auto made =
      shop.bench.must(shop.basket({{shop.type_id, 1, {attendee("Ada", {{meal, "meat"}})}}}));
  ChangeAttendee change;
  change.ticket_id = made.ticket_ids[0];
  change.full_name = "Ada Lovelace";
  CHECK(shop.bench.refusal(change) == "unknown_ticket");
  change.secret = made.secret;
  const auto before = shop.bench.head().seq;
  CHECK(shop.bench.must(change).answers.at(0).value == "meat");
  CHECK(shop.bench.names_after(before) == std::vector<std::string>{"ticket.attendee_changed"});
  change.answers = {{meal, "none"}};
  CHECK(shop.bench.must(change).answers.at(0).value == "none");
  change.answers = {{meal, "fish"}};
  CHECK(shop.faults(change) == Pointers{"/answers/0/value"});
  change.answers.reset();
  shop.bench.now = shop.terms.starts_at.ms;
  CHECK(shop.bench.refusal(change) == "event_started");
  change.secret.reset();
  CHECK(shop.bench.must(change, &shop.manager).full_name == "Ada Lovelace");
  shop.bench.check_rebuild();
}

TEST_CASE("managers page through all attendees of an event, the buyer where nobody is named",
          "[ticket][attendees]") {
  Asking shop;
  for (int i = 0; i < 7; ++i) {
    auto order = shop.basket({{shop.type_id, 3, {attendee("A" + std::to_string(i))}}});
    order.buyer.email = "b" + std::to_string(i) + "@example.org";
    shop.bench.must(order);
  }
  shop.bench.must(shop.basket({{shop.priced_id, 1, {}}}));  // Held: it has no tickets.
  ListEventAttendees list;
  list.event_id = shop.event_id;
  list.limit = 4;
  CHECK(shop.reason(list, &shop.viewer) == "role_missing");
  size_t seen = 0, buyers = 0;
  for (;;) {
    const auto page = shop.bench.must(list, &shop.manager);
    seen += page.items.size();
    for (const auto& item : page.items) buyers += item.full_name == "Nadia Fathy" ? 1 : 0;
    if (!page.next_cursor) break;
    list.cursor = page.next_cursor;
  }
  CHECK(seen == 21);
  CHECK(buyers == 14);
}

TEST_CASE("whom a ticket was given to is not told to who gave it away", "[ticket][attendees]") {
  Asking shop;
  const auto made = shop.bench.must(shop.basket({{shop.type_id, 1, {attendee("Ada")}}}));
  OfferTransfer offer;
  offer.ticket_id = made.ticket_ids[0];
  offer.email = "omar@example.org";
  offer.secret = made.secret;
  const auto transfer = shop.bench.must(offer);
  AcceptTransfer accept;
  accept.transfer_id = transfer.id;
  accept.code = shop.bench.must(TransferMail{transfer.id}).code;
  accept.holder_name = "Omar";
  shop.bench.must(accept);
  CHECK_FALSE(shop.attendees(made).items.at(0).full_name);
  ListEventAttendees list;
  list.event_id = shop.event_id;
  const auto told = shop.bench.must(list, &shop.manager).items.at(0);
  CHECK(told.full_name == "Omar");
  CHECK(told.email == "omar@example.org");
}

TEST_CASE("an accepted offer of the waiting list answers the event's questions",
          "[ticket][attendees][waiting]") {
  Asking shop;
  const auto few = shop.add_type(0, 0);
  const auto meal = shop.ask(shop.question("Meal", QuestionKind::choice, AskedPer::ticket, true));
  JoinWaitingList join;
  join.event_id = shop.event_id;
  join.ticket_type_id = few;
  join.buyer = {"ada@example.org", "Ada"};
  const auto entry = shop.bench.must(join);
  ChangeType change;
  change.ticket_type_id = few;
  change.quantity = 1;
  shop.bench.must(change, &shop.manager);
  shop.bench.run_timers();
  AcceptWaitingOffer accept;
  accept.entry_id = entry.id;
  accept.secret = entry.secret;
  CHECK(shop.faults(accept) == Pointers{"/attendees/0/answers"});
  accept.attendees = {attendee("Ada", {{meal, "meat"}})};
  CHECK(shop.attendees(shop.bench.must(accept)).items.at(0).answers.at(0).value == "meat");
}

TEST_CASE("names and answers are in no fact and no row", "[ticket][attendees]") {
  Asking shop;
  const auto story = shop.ask(shop.question("Story", QuestionKind::text, AskedPer::ticket));
  const auto made = shop.bench.must(
      shop.basket({{shop.type_id, 1, {attendee("Wilhelmina", {{story, "A secret past"}})}}}));
  ChangeAttendee change;
  change.ticket_id = made.ticket_ids[0];
  change.full_name = "Hermenegilda";
  change.secret = made.secret;
  shop.bench.must(change);
  const auto written = shop.bench.everything_written();
  for (const auto* word : {"Wilhelmina", "A secret past", "Hermenegilda"}) {
    CHECK(written.find(word) == std::string::npos);
  }
}
