#include "gateway/exchange.h"

#include <algorithm>

#include "common/crypto/crypto.h"
#include "common/process/log.h"
#include "gateway/bodies.h"
#include "gateway/idempotency.h"
#include "gateway/parameters.h"
#include "gateway/problem.h"
#include "gateway/session.h"

namespace bilten::gateway {
namespace {

struct ThreadChance {
  SeededRandom random;
  IdSource ids;
  ThreadChance() : random(crypto::SystemRandom().next()), ids(random) {}
};

ThreadChance& chance() {
  thread_local ThreadChance mine;
  return mine;
}

// "application/json", with nothing but a UTF-8 charset behind it.
bool is_json(std::string_view type) {
  const size_t semicolon = type.find(';');
  auto essence = type.substr(0, semicolon);
  while (essence.ends_with(' ')) essence.remove_suffix(1);
  if (!same_word(essence, "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  auto parameter = type.substr(semicolon + 1);
  while (parameter.starts_with(' ')) parameter.remove_prefix(1);
  return same_word(parameter, "charset=utf-8") || same_word(parameter, "charset=\"utf-8\"");
}

constexpr std::string_view kContentPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";
constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; sandbox allow-forms; "
    "frame-ancestors 'none'";

// What went wrong on the way, ready to be sent; nothing: go on.
using Refusal = std::optional<Response>;

Refusal add_body(Request& request, const MessageDescription& message, MessageBuilder& builder,
                 const Exchange& with) {
  if (request.head.framing == Framing::none) return std::nullopt;
  const auto& id = with.trace.request_id;
  const auto type = request.head.header("content-type");
  const bool is_raw = takes_raw_body(message);
  const bool has_form = takes_form(message) && is_form(type);
  if (!is_raw && !has_form && !is_json(type)) {
    return problem(415, "unsupported_media_type",
                   "Send the body as Content-Type: application/json.", id);
  }
  const size_t bytes_max = std::max<size_t>(with.body_bytes_max, message.body_bytes_max);
  std::string body;
  if (const auto fault = request.body.read(body, bytes_max); fault.status != 0) {
    const char* const code = fault.status == 413   ? "too_large"
                             : fault.status == 408 ? "too_slow"
                                                   : "malformed_request";
    auto refusal = problem(fault.status, code, fault.detail, id);
    refusal.close = true;
    return refusal;
  }
  if (is_raw) {
    add_raw_body(message, request.head, body, builder);
    return std::nullopt;
  }
  if (body.empty()) return std::nullopt;
  const auto status = has_form ? add_form(body, builder) : builder.add_json(body);
  if (!status) return problem(status.error(), id);
  return std::nullopt;
}

Refusal add_query(const Request& request, MessageBuilder& builder, const Exchange& with) {
  if (request.head.query.empty()) return std::nullopt;
  std::vector<std::string> names;
  const auto query = read_query(request.head.query, names);
  if (!query) return problem(query.error(), with.trace.request_id);
  for (const auto& parameter : *query) builder.add(parameter);
  return std::nullopt;
}

bool takes_body(const MessageDescription& message) {
  return message.http.method != "GET";
}

Result<std::string> gather(Request& request, const Match& match, const Exchange& with,
                           Refusal& refusal) {
  const auto& route = *match.route;
  MessageBuilder builder(route.message->request);
  for (size_t i = 0; i < match.values.size(); ++i) {
    builder.add({route.parameters[i], {match.values[i]}});
  }
  refusal = add_query(request, builder, with);
  if (!refusal && takes_body(*route.message))
    refusal = add_body(request, *route.message, builder, with);
  if (refusal) return std::string();
  return builder.finish();
}

Result<Session> session_of(const Request& request, const MessageDescription& message) {
  auto session = read_session(request.head.header("authorization"));
  if (session && session->token.empty() && message.caller == Caller::person) {
    return Error{Code::unauthenticated, "login_required",
                 "This needs an access token: log in and send Authorization: Bearer TOKEN."};
  }
  return session;
}

Status add_key(const Request& request, const MessageDescription& message, const Session& session,
               UnixMillis now, net::Call& call) {
  if (message.kind == Kind::query) return Done{};
  const auto header = request.head.header("idempotency-key");
  const bool is_given = !header.empty() || request.head.has("idempotency-key");
  auto key = request_key(is_given ? std::optional(header) : std::nullopt, session.person,
                         message.http.method, message.http.path, call.body,
                         is_given ? Id{} : fresh_id(now));
  if (!key) return key.error();
  call.ext.idempotency_key = std::move(key->key);
  call.ext.request_hash = std::move(key->hash);
  return Done{};
}

// Fills `{id}` and the like from the answer.
std::string location_of(std::string_view pattern, const Value& answer, const Schema& schema) {
  std::string out;
  while (!pattern.empty()) {
    const size_t open = std::min(pattern.find('{'), pattern.size());
    out += pattern.substr(0, open);
    pattern.remove_prefix(open);
    if (pattern.empty()) break;
    const size_t close = pattern.find('}');
    const auto name = pattern.substr(1, close - 1);
    const auto property = std::find_if(schema.properties.begin(), schema.properties.end(),
                                       [&](const Property& p) { return p.name == name; });
    const auto value = answer.find(name);
    std::string text;
    if (property == schema.properties.end() || !value ||
        !append_json(text, *value, property->schema)) {
      return "";
    }
    out += text.starts_with('"') ? std::string_view(text).substr(1, text.size() - 2) : text;
    pattern.remove_prefix(close + 1);
  }
  return out;
}

// Lists page by cursor: the way to the next page is this request with another cursor.
void add_next_link(const Request& request, const Value& answer, Response& response) {
  const auto cursor = answer.find("next_cursor");
  if (!cursor || cursor->type() != ValueType::string || !answer.find("items")) return;
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.' || c == '~';
  };
  const auto text = cursor->text();
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_plain)) return;
  std::string target(request.head.path);
  target += '?';
  auto query = request.head.query;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    if (!pair.empty() && pair.substr(0, pair.find('=')) != "cursor") target.append(pair) += '&';
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  // An angle bracket would end the link early.
  if (target.find_first_of("<>") != std::string::npos) return;
  response.add("Link", "<" + target + "cursor=" + std::string(text) + ">; rel=\"next\"");
}

Response bad_answer(const MessageDescription& message, const Exchange& with) {
  log_error("answer_malformed", {{"message", message.name}, {"request", with.trace.request_id}});
  return problem(500, "internal", "The service gave an answer that is not of its contract.",
                 with.trace.request_id);
}

Response content_answer(const MessageDescription& message, const net::Answer& answer,
                        const Exchange& with) {
  auto content = decode<Content>(answer.body);
  const auto is_printable = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (!content ||
      !std::all_of(content->content_type.begin(), content->content_type.end(), is_printable)) {
    return bad_answer(message, with);
  }
  Response response{.status = static_cast<int>(message.http.status),
                    .content_type = std::move(content->content_type),
                    .body = std::move(content->body.data)};
  const auto age = content->max_age_s;
  const char* const whose = message.caller == Caller::person ? "private" : "public";
  response.add("Cache-Control",
               age == 0 ? "no-store" : std::string(whose) + ", max-age=" + std::to_string(age));
  // An image may carry a script; as a page of its own it must not run. A page may have a form.
  response.add("Content-Security-Policy", takes_form(message) ? kPagePolicy : kContentPolicy);
  return response;
}

Response json_answer(const Request& request, const MessageDescription& message,
                     const net::Answer& answer, const Exchange& with) {
  Response response{.status = static_cast<int>(message.http.status)};
  const auto document = Document::parse(answer.body);
  if (!document) return bad_answer(message, with);
  const Value root = document->root();
  if (response.status != 204) {
    response.content_type = "application/json";
    response.body.reserve(answer.body.size() * 2);
    if (!append_json(response.body, root, message.answer)) return bad_answer(message, with);
  }
  if (!message.http.location.empty()) {
    const auto location = location_of(message.http.location, root, message.answer);
    if (!location.empty()) response.add("Location", location);
  }
  if (message.kind == Kind::command) {
    response.add("Cache-Control", "no-store");
    return response;
  }
  add_next_link(request, root, response);
  response.add("Cache-Control",
               message.caller == Caller::person || !request.head.header("authorization").empty()
                   ? "private, no-cache"
                   : "no-cache");
  return response;
}

}  // namespace

Random& thread_random() {
  return chance().random;
}
Id fresh_id(UnixMillis now) {
  return chance().ids.next(now);
}

Response exchange(Request& request, const Match& match, const Exchange& with) {
  const auto& message = *match.route->message;
  const auto& id = with.trace.request_id;
  auto session = session_of(request, message);
  if (!session) return problem(session.error(), id);
  if (!takes_body(message) && request.head.framing != Framing::none) {
    return problem(400, "malformed_request", "A GET request has no body.", id);
  }
  Refusal refusal;
  auto body = gather(request, match, with, refusal);
  if (refusal) return std::move(*refusal);
  if (!body) return problem(body.error(), id);
  if (body->size() > kBodyMax) {
    return problem(413, "too_large", "The request does not fit into one message.", id);
  }

  net::Call call;
  call.name = message.name;
  call.body = std::move(*body);
  call.budget_ms = message.budget_ms;
  call.request_class = message.critical ? Class::critical : Class::normal;
  // A query changes nothing; a command's key makes a second run answer as the first.
  call.idempotent = true;
  call.ext.traceparent = with.trace.binary;
  call.ext.claims = session->token;
  if (const auto status = add_key(request, message, *session, with.now, call); !status) {
    return problem(status.error(), id);
  }
  const auto answer = with.call(std::move(call));
  if (answer.code != Code::ok) return problem(answer.error, id);
  return message.http.produces.empty() ? json_answer(request, message, answer, with)
                                       : content_answer(message, answer, with);
}

}  // namespace bilten::gateway
