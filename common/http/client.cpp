#include "common/http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <mutex>

#include "common/base/check.h"
#include "common/base/text.h"

namespace bilten::http {
namespace {

constexpr size_t kHeaderBytesMax = 64 << 10;  // Of all headers of an answer.

struct Receiving {
  Response response;
  size_t bytes_max = 0;
  size_t header_bytes = 0;
  bool too_large = false;
};

size_t take_body(char* data, size_t size, size_t count, void* into) {
  auto& receiving = *static_cast<Receiving*>(into);
  const size_t bytes = size * count;
  receiving.too_large = receiving.response.body.size() + bytes > receiving.bytes_max;
  if (receiving.too_large) return 0;  // Ends the transfer.
  receiving.response.body.append(data, bytes);
  return bytes;
}

size_t take_header(char* data, size_t size, size_t count, void* into) {
  auto& receiving = *static_cast<Receiving*>(into);
  const std::string_view line(data, size * count);
  receiving.too_large = (receiving.header_bytes += line.size()) > kHeaderBytesMax;
  if (receiving.too_large) return 0;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  auto value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
  receiving.response.headers[lower_ascii(line.substr(0, colon))] = value;
  return line.size();
}

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string found(text);
  curl_free(text);
  return found;
}

// "host", or "host:port" where the port is not the scheme's own.
std::string host_of(const std::string& address) {
  CURLU* url = curl_url();
  std::string host;
  if (curl_url_set(url, CURLUPART_URL, address.c_str(), 0) == CURLUE_OK) {
    host = lower_ascii(part_of(url, CURLUPART_HOST));
    const auto port = part_of(url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
    if (!port.empty()) host += ":" + port;
  }
  curl_url_cleanup(url);
  return host;
}

bool is_within(const Reach& reach, const std::string& url) {
  return reach.hosts.empty() ||
         std::find(reach.hosts.begin(), reach.hosts.end(), host_of(url)) != reach.hosts.end();
}

const char* reason_of(CURLcode code, bool too_large) {
  if (too_large) return "http_too_large";
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return "http_timeout";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return "http_untrusted";
    default: return "http_failed";
  }
}

void set_limits(CURL* curl, const Request& request, const Reach& reach) {
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request.timeout_ms);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, request.connect_timeout_ms);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!reach.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, reach.ca_file.c_str());
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

Client::Client(Reach reach) : reach_(std::move(reach)), handle_(std::make_unique<Handle>()) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Response> Client::send(const Request& request) {
  if (!is_within(reach_, request.url)) {
    return Error{Code::forbidden, "http_out_of_reach", request.url + ": not a host to be asked"};
  }
  CURL* curl = handle_->curl;
  curl_easy_reset(curl);  // Keeps the connection.
  set_limits(curl, request, reach_);
  Receiving receiving;
  receiving.bytes_max = request.answer_bytes_max;
  curl_slist* headers = nullptr;
  for (const auto& header : request.headers) headers = curl_slist_append(headers, header.c_str());
  headers = curl_slist_append(headers, "Expect:");  // No pause before larger bodies.
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (!request.body.empty() || request.method == "POST" || request.method == "PATCH") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "bilten");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiving);
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  if (code != CURLE_OK) {
    return Error{Code::unavailable, reason_of(code, receiving.too_large),
                 request.url + ": " + curl_easy_strerror(code)};
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &receiving.response.status);
  return std::move(receiving.response);
}

}  // namespace bilten::http
