// A client of `make bench`: buyers over HTTP, so many connections with so many buyers each under
// way, one call at a time on each connection. `free`: a purchase is an order, paid by being made.
// `paid`: an order, a payment, the sandbox's page, its button; the purchase counts once the order
// is told to be paid.
//
//   paid_orders free|paid URL EVENT TYPE CONNECTIONS BUYERS SECONDS
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "common/http/client.h"
#include "tests/bench/figures.h"

namespace {

using bilten::bench::now_us;
using bilten::http::Client;

constexpr double kWarmUpUs = 1'000'000;  // Until purchases are at every step of their way.

struct Sale {
  std::string url, event_id, type_id;
  bool is_paid = false;
};

// The value of the first member of that name, a string without escapes.
std::string member(const std::string& body, const std::string& name) {
  const auto word = "\"" + name + "\":\"";
  const auto at = body.find(word);
  if (at == std::string::npos) return {};
  const auto from = at + word.size();
  return body.substr(from, body.find('"', from) - from);
}

class Connection {
 public:
  explicit Connection(const Sale& sale) : sale_(sale) {}

  // The body of an answer that is as it should be.
  std::string get(const std::string& path) { return send("GET", path, {}, {}); }
  std::string post(const std::string& path, const std::string& body,
                   const char* type = "Content-Type: application/json") {
    return send("POST", path, body, {type});
  }
  const Sale& sale() const { return sale_; }

 private:
  std::string send(const char* method, const std::string& path, const std::string& body,
                   std::vector<std::string> headers) {
    auto reply = client_.send({method, sale_.url + path, std::move(headers), body});
    if (reply && reply->status < 300) return std::move(reply->body);
    std::fprintf(stderr, "%s %s: %s\n", method, path.c_str(),
                 reply ? reply->body.c_str() : reply.error().detail.c_str());
    std::exit(1);
  }

  const Sale& sale_;
  Client client_;
};

// One purchase after the other, a call at a time.
class Buyer {
 public:
  // Whether it came on by this call; a purchase that ended leaves what it took.
  bool step(Connection& http, std::optional<double>& ended_us) {
    if (order_id_.empty()) return order(http, ended_us);
    if (payment_id_.empty()) return begin(http);
    if (!has_pressed_) return pay(http);
    return look(http, ended_us);
  }

 private:
  bool order(Connection& http, std::optional<double>& ended_us) {
    const auto& sale = http.sale();
    began_us_ = now_us();
    const auto body = http.post(
        "/v1/orders", R"({"event_id":")" + sale.event_id + R"(","items":[{"ticket_type_id":")" +
                          sale.type_id + R"(","quantity":1}],"buyer":{"email":"b@example.org",)" +
                          R"("name":"Bo"}})");
    if (!sale.is_paid) return end(ended_us);
    order_id_ = member(body, "id");
    secret_ = member(body, "secret");
    return true;
  }
  bool begin(Connection& http) {
    const auto body =
        http.post("/v1/orders/" + order_id_ + "/payments", R"({"secret":")" + secret_ + R"("})");
    payment_id_ = member(body, "id");
    return true;
  }
  bool pay(Connection& http) {
    if (page_.empty()) {
      page_ =
          member(http.get("/v1/payments/" + payment_id_ + "?secret=" + secret_), "redirect_url");
      return !page_.empty();
    }
    http.post(page_, "press=approve", "Content-Type: application/x-www-form-urlencoded");
    return has_pressed_ = true;
  }
  bool look(Connection& http, std::optional<double>& ended_us) {
    const auto body = http.get("/v1/orders/" + order_id_ + "?secret=" + secret_);
    return member(body, "state") == "paid" && end(ended_us);
  }
  bool end(std::optional<double>& ended_us) {
    ended_us = now_us() - began_us_;
    *this = {};
    return true;
  }

  double began_us_ = 0;
  std::string order_id_, secret_, payment_id_, page_;
  bool has_pressed_ = false;
};

struct Figures {
  std::mutex mutex;
  std::vector<double> latency_us;
  int64_t calls = 0;
};

void buy(const Sale& sale, int buyers, double from_us, double to_us, Figures& figures) {
  Connection http(sale);
  std::vector<Buyer> all(static_cast<size_t>(buyers));
  std::vector<double> latency_us;
  int64_t calls = 0;
  while (now_us() < to_us) {
    bool came_on = false;
    for (auto& buyer : all) {
      std::optional<double> ended_us;
      came_on = buyer.step(http, ended_us) || came_on;
      const auto now = now_us();
      if (now < from_us || now >= to_us) continue;
      ++calls;
      if (ended_us) latency_us.push_back(*ended_us);
    }
    if (!came_on) ::poll(nullptr, 0, 2);  // All wait for something: no need to ask at once.
  }
  const std::lock_guard lock(figures.mutex);
  figures.calls += calls;
  figures.latency_us.insert(figures.latency_us.end(), latency_us.begin(), latency_us.end());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) return 64;
  const Sale sale{argv[2], argv[3], argv[4], std::string(argv[1]) == "paid"};
  const double seconds = std::atof(argv[7]), from_us = now_us() + kWarmUpUs;
  Figures figures;
  std::vector<std::thread> threads;
  for (int i = 0; i < std::atoi(argv[5]); ++i) {
    threads.emplace_back(
        [&] { buy(sale, std::atoi(argv[6]), from_us, from_us + seconds * 1e6, figures); });
  }
  for (auto& thread : threads) thread.join();
  if (figures.latency_us.empty()) return 1;
  std::fprintf(stderr, "%.1f calls a purchase\n",
               static_cast<double>(figures.calls) / static_cast<double>(figures.latency_us.size()));
  bilten::bench::print_figures(figures.latency_us, seconds);
  return 0;
}
