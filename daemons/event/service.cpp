#include "daemons/event/service.h"

#include <algorithm>
#include <iterator>

#include "common/api/event_facts.h"
#include "common/base/text.h"
#include "common/base/zones.h"
#include "common/service/paging.h"
#include "daemons/event/core.h"
#include "daemons/event/dates.h"

namespace bilten::event {
namespace {

using namespace api::event;

constexpr size_t kPairBytes = 32;

// ---- time zones around the rules ----

Result<ZoneCheck> check_zone(const std::string* timezone) {
  return ZoneCheck{!timezone || zone_exists(*timezone)};
}
Result<ZoneCheck> prepare_draft(const Reader&, const Draft& message) {
  return check_zone(&message.timezone);
}
Result<ZoneCheck> prepare_change(const Reader&, const Change& message) {
  return check_zone(message.timezone ? &*message.timezone : nullptr);
}

template <class View>
View with_local_times(View view) {
  view.starts_local = local_text(view.timezone, view.starts_at.ms);
  view.ends_local = local_text(view.timezone, view.ends_at.ms);
  if constexpr (std::is_same_v<View, EventView>) {
    view.doors_local = local_text(view.timezone, view.doors_at.ms);
  }
  return view;
}

// The rule, with local times in its answer.
template <class Decide>
auto localized(Decide decide) {
  return [decide](const Rows& rows, const Context& context, const auto& message) {
    Decided<EventView> decided = decide(rows, context, message);
    if (decided) decided->answer = with_local_times(std::move(decided->answer));
    return decided;
  };
}

// ---- queries ----

Result<EventView> show(const Reader& reader, const Show& message) {
  const auto event = find_visible(reader.rows, reader.person, message.event_id);
  if (!event) return event.error();
  return with_local_times(view_of(*event));
}

EventCard card(const Rows& rows, const Id& event_id) {
  const auto row = rows.find<EventRow>(event_id.view());
  CHECK_INVARIANT(row);  // Indexes go with their events.
  return with_local_times(card_of(event_id, *row));
}

// What a listing must be like, in lower case.
struct Filter {
  explicit Filter(const List& message)
      : city(lower_ascii(message.city.value_or(""))),
        country(message.country.value_or("")),
        category(message.category.value_or("")) {
    std::string_view rest = message.q ? *message.q : std::string_view();
    while (!rest.empty()) {
      const auto word = rest.substr(0, rest.find(' '));
      if (!word.empty()) words.push_back(lower_ascii(word));
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
  }
  bool takes(const ListingRow& listing) const {
    if (!city.empty() && listing.city != city) return false;
    if (!country.empty() && listing.country != country) return false;
    const auto& categories = listing.category;
    if (!category.empty() &&
        std::find(categories.begin(), categories.end(), category) == categories.end()) {
      return false;
    }
    return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return listing.words.find(word) != std::string::npos;
    });
  }
  std::string city, country, category;
  std::vector<std::string> words;
};

// Sorts before every listing that starts at the time.
std::string time_key(Instant at) {
  return std::string(RowKey().number(static_cast<uint64_t>(at.ms)));
}

Result<EventCards> list(const Config& config, const Reader& reader, const List& message) {
  auto after = key_after(message.cursor, "", kListingKeyBytes);
  if (!after) return after.error();
  if (message.from) {
    after = std::max(*after, time_key(*message.from));
  }
  const auto end = message.to ? time_key(*message.to) : std::string();
  const Filter filter(message);
  EventCards cards;
  std::string last;
  uint32_t seen = 0;
  const auto visit = [&](std::string_view key, const ListingRow& listing) {
    if (!end.empty() && key >= end) return false;
    if (cards.items.size() == message.limit || seen == config.list_scan_max) {
      cards.next_cursor = cursor_at(last);
      return false;
    }
    ++seen;
    last = key;
    if (filter.takes(listing)) {
      cards.items.push_back(card(reader.rows, *Id::from_bytes(key.substr(8))));
    }
    return true;
  };
  reader.rows.scan<ListingRow>("", *after, config.list_scan_max + 1, visit);
  return cards;
}

Result<EventCards> organization_list(const Reader& reader, const ListOfOrganization& message) {
  const auto may = check_member(reader.rows, *reader.person, message.organization_id);
  if (!may) return may.error();
  const auto prefix = message.organization_id.view();
  auto after = key_after(message.cursor, prefix, kPairBytes);
  if (!after) return after.error();
  EventCards cards;
  std::string last;
  const auto visit = [&](std::string_view key, const OrganizationEventRow&) {
    if (cards.items.size() == message.limit) {
      cards.next_cursor = cursor_at(last);
      return false;
    }
    last = key;
    cards.items.push_back(card(reader.rows, turned(*Id::from_bytes(key.substr(16)))));
    return true;
  };
  reader.rows.scan<OrganizationEventRow>(prefix, *after, message.limit + 1, visit);
  return cards;
}

}  // namespace

Service service(const Config& config) {
  const auto public_list = [&](const Reader& reader, const List& message) {
    return list(config, reader, message);
  };
  Service made{
      "event",
      "Events: drafts, publication, and the public list.",
      describe_facts<Facts>(),
      {
          command<Draft>("event.draft", prepare_draft, localized(decide_draft)),
          command<Change>("event.change", prepare_change, localized(decide_change)),
          command<Publish>("event.publish", localized(decide_publish)),
          command<Unpublish>("event.unpublish", localized(decide_unpublish)),
          command<Cancel>("event.cancel", localized(decide_cancel)),
          query<Show>("event.details", show),
          query<List>("event.list", public_list),
          query<ListOfOrganization>("event.organization_list", organization_list),
          timer(kEndTimer, decide_end_due),
      },
      evolve,
  };
  auto dates = date_table();
  std::move(dates.begin(), dates.end(), std::back_inserter(made.table));
  return made;
}

}  // namespace bilten::event
