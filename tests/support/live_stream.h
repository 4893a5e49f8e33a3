// A reader of GET /v1/stream, as a browser's EventSource is one.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/support/http_client.h"

namespace bilten::test {

struct LiveFact {
  std::string event;
  nlohmann::json fact;
};

class LiveStream {
 public:
  // Returns once what happens is told. As a guest without a token; `last_id`: what the reader was
  // told last, to miss nothing since.
  explicit LiveStream(const std::string& url, const std::string& token = {},
                      std::string last_id = {});

  int status() const { return status_; }  // 0: no answer.
  // Nothing: none came within so long, or the stream has ended.
  std::optional<LiveFact> next(double seconds = 10);
  const std::string& last_id() const { return last_id_; }

 private:
  HttpClient client_;
  std::string last_id_;
  int status_ = 0;
};

}  // namespace bilten::test
