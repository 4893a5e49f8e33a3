#include "common/http/client.h"

#include <curl/curl.h>

#include <mutex>

#include "common/base/check.h"
#include "common/base/text.h"

namespace bilten::http {
namespace {

struct Receiving {
  Response response;
  size_t bytes_max = 0;
};

size_t take_body(char* data, size_t size, size_t count, void* into) {
  auto& receiving = *static_cast<Receiving*>(into);
  const size_t bytes = size * count;
  if (receiving.response.body.size() + bytes > receiving.bytes_max) return 0;  // Ends the transfer.
  receiving.response.body.append(data, bytes);
  return bytes;
}

size_t take_header(char* data, size_t size, size_t count, void* into) {
  auto& receiving = *static_cast<Receiving*>(into);
  const std::string_view line(data, size * count);
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  auto value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
  receiving.response.headers[lower_ascii(line.substr(0, colon))] = value;
  return line.size();
}

}  // namespace

struct Client::Handle {
  CURL* curl = nullptr;
  Handle() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    curl = curl_easy_init();
    CHECK_INVARIANT(curl != nullptr);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { curl_easy_cleanup(curl); }
};

Client::Client() : handle_(std::make_unique<Handle>()) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Response> Client::send(const Request& request) {
  CURL* curl = handle_->curl;
  curl_easy_reset(curl);  // Keeps the connection.
  Receiving receiving{{}, request.answer_bytes_max};
  curl_slist* headers = nullptr;
  for (const auto& header : request.headers) headers = curl_slist_append(headers, header.c_str());
  headers = curl_slist_append(headers, "Expect:");  // No pause before larger bodies.
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (!request.body.empty() || request.method == "POST" || request.method == "PATCH") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request.timeout_ms);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "bilten");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiving);
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  if (code != CURLE_OK) {
    return Error{Code::unavailable, "http_failed", request.url + ": " + curl_easy_strerror(code)};
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &receiving.response.status);
  return std::move(receiving.response);
}

}  // namespace bilten::http
