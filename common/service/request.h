// What goes into the writer and the readers, and what comes out: plain values, so that the whole
// runtime can be driven without threads, sockets or a clock.
#pragma once

#include <any>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/service/handlers.h"
#include "common/service/table.h"
#include "common/store/store.h"

namespace bilten {

class OpenSpan;

// Where an answer goes; the shell's business.
struct ReplyAddress {
  uint32_t link = 0, generation = 0;
  uint64_t id = 0;
  std::shared_ptr<OpenSpan> span = nullptr;  // Of a sampled request: ended with the answer.
  // Of a command that a sender of this process gave; then link and generation mean nothing.
  std::shared_ptr<const std::function<void(const Result<std::string>&)>> inside = nullptr;
  bool operator==(const ReplyAddress& other) const {
    return link == other.link && generation == other.generation && id == other.id;
  }
};

// One command or query on its way through the daemon.
struct Request {
  ReplyAddress from;
  const CommandRow* command = nullptr;  // Exactly one of the two.
  const QueryRow* query = nullptr;
  std::string body;
  std::string key;        // Idempotency key, 16 bytes, or empty.
  Hash32 request_hash{};  // Name and body: what makes two uses of a key the same request.
  std::string traceparent;
  std::string token;             // As it came; empty: a guest.
  std::optional<Person> person;  // What the token says, once it is checked.
  uint32_t principal = 0;
  SteadyMicros expires_at = 0;
  std::optional<Result<std::any>> prepared;  // What the command's prepare found, once it ran.
  std::vector<std::string> settled;          // Owners whose facts as of the arrival are all taken.
  uint64_t call = 0;          // The same in all copies of one call, by its caller; 0: not said.
  bool is_resent = false;     // Earlier copies of the call may still be on their way.
  bool is_cancelled = false;  // Its caller gave up before it began.
  bool leads = false;  // It is prepared or parked, and repeats of its key wait for its answer.

  const MessageDescription& description() const {
    return command ? command->description : query->description;
  }
};

struct Reply {
  ReplyAddress to;
  Result<std::string> answer;
};

// A public fact after its commit, with what a reader needs to see that it missed none.
struct AnnouncedFact {
  uint64_t epoch = 0, seq = 0;
  uint64_t previous = 0;  // The public fact before it, and its hash.
  Hash32 previous_hash{}, hash{};
  UnixMillis at = 0;
  std::string name, body, traceparent;
};

// Another owner's facts in order, each with the public position before it.
struct FeedFact {
  uint64_t seq = 0, previous = 0;
  Hash32 hash{};
  std::string name, body, traceparent;
};
struct FeedFacts {
  std::string owner;
  uint64_t epoch = 0;
  std::vector<FeedFact> facts;
};

// What an owner said when asked where its public journal stands; nothing: it did not answer.
struct HeadAnswer {
  std::string owner;
  std::optional<Cursor> head;
};

// An operator's word about a stopped feed.
struct FeedOrder {
  enum class Kind : uint8_t { accept, skip };
  ReplyAddress from;
  std::string owner;
  Kind kind = Kind::accept;
  Cursor cursor;  // accept: where to go on. skip: the fact to pass over.
};

// Fills `person` from a token that was not checked yet, and refuses: a missing token where the
// message needs a person (token_needed), a bad one anywhere, an ended session (session_ended).
Status settle_person(Request& request, const Rows& rows, UnixMillis now);

// Whether a refusal is not final yet: it rests on rows of an owner that this service follows and
// that may have recorded more before the request came.
bool must_wait(const Table& table, const Request& request, const Error& refusal);

// Identifies a message across restarts, to recognise one that ended the process: at most 96 bytes.
std::string poison_id(const Request& request);

Error expired_in_queue();
Error cancelled();  // Code::cancelled: this process did not run it, another may have.

}  // namespace bilten
