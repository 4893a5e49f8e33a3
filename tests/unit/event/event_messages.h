// A bench with an organisation, and messages that its people send.
#pragma once

#include "common/api/event.h"
#include "daemons/event/config.h"
#include "daemons/event/service.h"
#include "tests/support/people.h"
#include "tests/support/service_bench.h"

namespace bilten::test {

using api::event::Change;
using api::event::Draft;
using api::event::EventView;
using api::event::State;
using api::event::Visibility;
using api::user::Role;

struct EventBench {
  EventBench() {
    bench.note(api::user::MemberJoined{organization, owner.person_id, Role::owner});
    bench.note(api::user::MemberJoined{organization, manager.person_id, Role::manager});
    bench.note(api::user::MemberJoined{organization, viewer.person_id, Role::viewer});
    bench.note(api::user::MemberJoined{other_organization, stranger.person_id, Role::owner});
  }

  Draft draft() const {
    Draft draft;
    draft.organization_id = organization;
    draft.title.by_language = {{"en", "Nile Jazz Night"}, {"ar", "ليلة جاز النيل"}};
    draft.summary.plain = "Five bands by the river";
    draft.description.plain = "Doors at seven. **No** umbrellas.";
    draft.category = {"concert", "jazz"};
    draft.tags = {"Open air"};
    draft.venue = {"Cairo Opera House", "El Borg, Gezira", "Cairo", "EG", 30.0427, 31.2243, 1200};
    draft.currency = "EGP";
    draft.timezone = "Africa/Cairo";
    draft.starts_at.ms = bench.now + 48 * kHour;
    draft.ends_at.ms = bench.now + 51 * kHour;
    return draft;
  }
  EventView drafted() { return bench.must(draft(), &manager); }
  EventView published() { return publish(drafted().id); }
  EventView publish(const Id& event_id) {
    api::event::Publish message;
    message.event_id = event_id;
    return bench.must(message, &manager);
  }
  static Change change(const Id& event_id) {
    Change message;
    message.event_id = event_id;
    return message;
  }
  template <class Message>
  static Message about(const Id& event_id) {
    Message message;
    message.event_id = event_id;
    return message;
  }

  event::Config config;
  ServiceBench bench{event::service(config)};
  Id organization = id_of(1), other_organization = id_of(2);
  Person owner = person_of(11), manager = person_of(12), viewer = person_of(13);
  Person stranger = person_of(14);
};

// The pointers of the fields that an answer blames.
template <class T>
std::vector<std::string> pointers(const Result<T>& answer) {
  std::vector<std::string> out;
  if (!answer) {
    for (const auto& fault : answer.error().fields) out.push_back(fault.pointer);
  }
  return out;
}

}  // namespace bilten::test
