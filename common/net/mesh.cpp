#include "common/net/mesh.h"

#include "common/base/check.h"
#include "common/net/mesh_shell.h"

namespace bilten::net {

std::string reply_frame(uint64_t id, std::string_view body, uint32_t chunks) {
  if (body.size() > kBodyMax) {
    return build_error(
        id, {Code::internal, "answer_too_large", "the answer is beyond 1 MiB; ask for less of it"});
  }
  Header header;
  header.command = Command::reply;
  header.id = id;
  Ext ext;
  ext.chunk = chunks;
  return build_frame(header, {}, ext.pack(), body);
}

std::string partial_frame(uint64_t id, uint32_t chunk, std::string_view body) {
  CHECK_INVARIANT(chunk > 0);
  Header header;
  header.command = Command::partial;
  header.flags = flag::kMore;
  header.id = id;
  Ext ext;
  ext.chunk = chunk;
  return build_frame(header, {}, ext.pack(), body);
}

// The frame repeats the topic as its name: parse_frame() refuses an event without one.
std::string event_frame(std::string_view topic, uint64_t seq, const Ext& ext,
                        std::string_view body) {
  CHECK_INVARIANT(is_message_name(topic));
  Header header;
  header.command = Command::event;
  header.id = seq;
  const auto frame = build_frame(header, topic, ext.pack(), body);
  std::string out;
  out.reserve(topic.size() + 1 + frame.size());
  out.append(topic).push_back('\0');
  return out.append(frame);
}

Result<Publication> parse_event_frame(std::string_view bytes) {
  const auto end = bytes.find('\0');
  const auto bad = [](const char* why) { return Error{Code::bad_frame, "bad_frame", why}; };
  if (end > kNameMax) return bad("no topic in front");
  const auto topic = bytes.substr(0, end);
  auto frame = parse_frame(bytes.substr(end + 1));
  if (!frame) return frame.error();
  if (frame->header.command != Command::event) return bad("not an event");
  if (frame->name != topic) return bad("topic and name differ");
  auto ext = Ext::parse(frame->ext, frame->header.flags);
  if (!ext) return ext.error();
  return Publication{std::string(topic), frame->header.id, std::move(*ext),
                     std::string(frame->body)};
}

Mesh::Mesh(Context& context, MeshOptions options, Handlers handlers, const Clock& clock,
           Random& random)
    : shell_(std::make_unique<Shell>(context, std::move(options), std::move(handlers), clock,
                                     random)) {}
Mesh::~Mesh() = default;

Status Mesh::start() {
  return shell_->start();
}
void Mesh::call(Call call, OnAnswer done) {
  shell_->call(std::move(call), std::move(done));
}
void Mesh::cancel(std::shared_ptr<CallHandle> handle) {
  shell_->cancel(std::move(handle));
}
Answer Mesh::call_and_wait(Call call) {
  return shell_->call_and_wait(std::move(call));
}
void Mesh::reply(std::vector<Reply> replies) {
  shell_->reply(std::move(replies));
}
void Mesh::publish(std::vector<std::string> frames) {
  shell_->publish(std::move(frames));
}
void Mesh::hear(std::vector<std::string> topics) {
  shell_->hear(std::move(topics));
}
void Mesh::set_credit(const std::string& service, uint32_t credit) {
  shell_->set_credit(service, credit);
}
void Mesh::drain() {
  shell_->drain();
}
bool Mesh::connected() const {
  return shell_->connected();
}
const Id& Mesh::instance() const {
  return shell_->instance();
}
MeshCounts Mesh::counts() const {
  return shell_->counts();
}

}  // namespace bilten::net
