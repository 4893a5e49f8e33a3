#include "daemons/payment/stripe_api.h"

#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "daemons/payment/json.h"
#include "daemons/payment/stripe_objects.h"

namespace bilten::payment::stripe {
namespace {

constexpr std::string_view kIdLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
constexpr std::string_view kPlainMarks = "-.~[]";  // Besides the letters; Stripe wants [ and ] so.
constexpr size_t kAnswerBytesMax = 4 << 20;        // A page of 100 objects has half a megabyte.
constexpr uint32_t kBusyMs = 1000, kRefusedUsMs = 60'000, kWaitMsMax = 3'600'000;

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (kIdLetters.find(c) != kIdLetters.npos || kPlainMarks.find(c) != kPlainMarks.npos) {
      out += c;
    } else {
      out += '%';
      out += hex({&c, 1});
    }
  }
  return out;
}

std::string host_of(const std::string& url) {
  const auto at = url.find("://");
  return lower_ascii(at == std::string::npos ? url : url.substr(at + 3));
}

Error trouble(Code code, const char* reason, std::string detail, uint32_t wait_ms = 0) {
  Error error{code, reason, "Stripe: " + std::move(detail)};
  error.retry_after_ms = wait_ms;
  return error;
}

Error transport_trouble(const Error& failed) {
  if (failed.code == Code::forbidden) {
    return trouble(Code::invalid, "provider_refused", "the address is not the one of [stripe] api");
  }
  const auto& reason = failed.reason;
  const char* ours = reason == "http_timeout"     ? "provider_timeout"
                     : reason == "http_untrusted" ? "provider_untrusted"
                     : reason == "http_too_large" ? "provider_garbled"
                                                  : "provider_unreachable";
  return trouble(Code::unavailable, ours, reason);
}

std::string header_of(const http::Response& answer, const std::string& name) {
  const auto found = answer.headers.find(name);
  return found == answer.headers.end() ? std::string() : found->second;
}

uint32_t wait_of(const http::Response& answer) {
  const auto text = header_of(answer, "retry-after");
  uint32_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (seconds == 0) return kBusyMs;
  return std::min(seconds, kWaitMsMax / 1000) * 1000;
}

// "card_declined insufficient_funds", "parameter_missing line_items": words of a fixed list.
std::string words_of(const http::Response& answer) {
  const auto packed = pack_json(answer.body, kAnswerBytesMax);
  const auto body = packed ? decode<TroubleBody>(*packed) : Result<TroubleBody>(packed.error());
  if (!body) return std::to_string(answer.status);
  const auto& error = body->error;
  std::string words = error.code.value_or(error.type);
  for (const auto& more : {error.decline_code, error.param}) {
    if (more && !more->empty()) words += " " + *more;
  }
  return words;
}

Error trouble_of(const http::Response& answer) {
  const auto words = words_of(answer);
  if (answer.status >= 500) {
    const bool kept = header_of(answer, "idempotent-replayed") == "true";
    return trouble(Code::unavailable, kept ? "provider_kept_failure" : "provider_failed", words);
  }
  switch (answer.status) {
    case 400: {
      const bool reused = words == "idempotency_error";
      return trouble(reused ? Code::conflict : Code::invalid,
                     reused ? "provider_key_reused" : "provider_refused", words);
    }
    case 401:
    case 403: return trouble(Code::unavailable, "provider_refuses_us", words, kRefusedUsMs);
    case 402: return trouble(Code::unprocessable, "declined", words);
    case 404: return trouble(Code::not_found, "provider_unknown", words);
    case 409: return trouble(Code::unavailable, "provider_key_in_use", words, kBusyMs);
    case 429: return trouble(Code::no_capacity, "provider_busy", words, wait_of(answer));
    default: return trouble(Code::unavailable, "provider_garbled", words);
  }
}

}  // namespace

std::string form_encoded(const Form& form) {
  std::string out;
  for (const auto& [name, value] : form) {
    if (!out.empty()) out += '&';
    out += percent_encoded(name) + "=" + percent_encoded(value);
  }
  return out;
}

Api::Api(Access access)
    : access_(std::move(access)),
      connections_(access_.connections ? access_.connections : connections_of(access_)),
      live_(access_.key.find("_live_") != std::string::npos) {}

std::shared_ptr<Connections> connections_of(const Access& access) {
  return std::make_shared<Connections>(
      http::Reach{.hosts = {host_of(access.url)}, .ca_file = access.ca_file});
}

Result<std::string> Api::get(const std::string& path, const Form& query) {
  http::Request request{.url = access_.url + path};
  if (!query.empty()) request.url += "?" + form_encoded(query);
  return send(std::move(request));
}

Result<std::string> Api::post(const std::string& path, const Form& form, const std::string& key) {
  http::Request request{.method = "POST",
                        .url = access_.url + path,
                        .headers = {"Content-Type: application/x-www-form-urlencoded"},
                        .body = form_encoded(form)};
  if (!key.empty()) request.headers.push_back("Idempotency-Key: " + key);
  return send(std::move(request));
}

Result<std::string> Api::send(http::Request request) {
  request.headers.push_back("Authorization: Bearer " + access_.key);
  request.headers.push_back("Stripe-Version: " + std::string(kVersion));
  request.timeout_ms = access_.timeout_ms;
  request.connect_timeout_ms = access_.connect_timeout_ms;
  request.answer_bytes_max = kAnswerBytesMax;
  const auto answer = connections_->send(request);
  if (!answer) return transport_trouble(answer.error());
  if (answer->status < 200 || answer->status > 299) return trouble_of(*answer);
  auto packed = pack_json(answer->body, kAnswerBytesMax);
  if (!packed) return trouble(Code::unavailable, "provider_garbled", packed.error().detail);
  return packed;
}

Error garbled(const Error& why) {
  auto detail = why.detail;
  if (!why.fields.empty()) detail = why.fields[0].pointer + " " + why.fields[0].message;
  return trouble(Code::unavailable, "provider_garbled", std::move(detail));
}

bool is_object_id(std::string_view text) {
  return !text.empty() && text.size() <= 255 && text.find_first_not_of(kIdLetters) == text.npos;
}

}  // namespace bilten::payment::stripe
