// A run with canary values: no secret or personal data may show in any journal, publication or log,
// nor in any file.
#include <catch2/catch.hpp>
#include <filesystem>
#include <mutex>

#include "common/base/text.h"
#include "tests/support/payer.h"
#include "tests/support/probe.h"

using namespace bilten;
using namespace bilten::test;

namespace {

// What must not show, by what it is; and what must, or the search proves nothing.
constexpr const char* kTitle = "Canary Title Of No Secret";

class Canaries {
 public:
  std::string add(const std::string& what, const std::string& value) {
    INFO(what);
    REQUIRE(value.size() >= 8);
    values_.emplace_back(what, value);
    // A secret may be kept as the bytes that its text stands for.
    const auto bytes = from_base64url(value);
    if (bytes && bytes->size() >= 12) values_.emplace_back(what + ", as bytes", *bytes);
    return value;
  }
  void check(const std::string& place, const std::string& text) const {
    for (const auto& [what, value] : values_) {
      INFO(place << " holds " << what);
      CHECK(text.find(value) == std::string::npos);
    }
  }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

// Everything that is published, as long as it lives.
class PublicationsHeard {
 public:
  explicit PublicationsHeard(const Platform& platform) : listener_(platform, options()) {}
  std::string text() const {
    std::lock_guard lock(mutex_);
    return text_;
  }
  bool wait_for(const std::string& word) const {
    return wait_until([&] { return text().find(word) != std::string::npos; });
  }

 private:
  Probe::Options options() {
    Probe::Options options;
    options.principal = "ops";
    options.topics = {""};
    options.handlers.on_publications = [this](std::vector<net::Publication> heard) {
      std::lock_guard lock(mutex_);
      for (const auto& each : heard) text_ += each.topic + each.ext.pack() + each.body + "\n";
    };
    return options;
  }
  mutable std::mutex mutex_;
  std::string text_;
  Probe listener_;  // Last: it is gone before what it writes to.
};

json call_inside(const Platform& platform, const char* service, const char* message,
                 const json& body) {
  const auto done = platform.ctl({"call", service, message, body.dump()});
  INFO(done.out);
  REQUIRE(done.status == 0);
  return json::parse(done.out);
}

json good(const Reply& reply, long status) {
  INFO(reply.text);
  REQUIRE(reply.status == status);
  return reply.body;
}

// An organizer who verifies its address by the mailed token, logs in, and refreshes its session.
Organizer canary_host(const Platform& platform, Canaries& canaries) {
  Organizer host{Api(platform.url()), {}, {}, {}, {}};
  host.email = canaries.add("the host's mail", "canary.host@example.org");
  host.password = canaries.add("the password", "Canary-Right-Pass-1");
  const auto name = canaries.add("the host's name", "Canary Hostname");
  const json credentials{{"email", host.email}, {"password", host.password}};
  auto account = credentials;
  account["name"] = name;
  const auto person = good(host.api.post("/v1/users", account), 201);
  CHECK(host.api.post("/v1/sessions", credentials).code() == "unverified");
  const auto mail =
      call_inside(platform, "user", "verification_mail", {{"person_id", person["id"]}});
  const auto token = canaries.add("the verification token", mail["token"]);
  good(host.api.post("/v1/users/verify", {{"token", token}}), 200);
  auto guess = credentials;
  guess["password"] = canaries.add("a wrong password", "Canary-Wrong-Pass-1");
  const auto refused = host.api.post("/v1/sessions", guess);
  CHECK(refused.status == 401);
  CHECK(refused.code() == "wrong_credentials");
  json session;
  // After a wrong guess the next attempt has to wait a second.
  REQUIRE(wait_until([&] {
    const auto reply = host.api.post("/v1/sessions", credentials);
    session = reply.body;
    return reply.status == 201;
  }));
  for (const char* what : {"first", "second"}) {
    canaries.add(std::string("the ") + what + " access token", session["access_token"]);
    canaries.add(std::string("the ") + what + " refresh token", session["refresh_token"]);
    session = good(
        host.api.post("/v1/sessions/refresh", {{"refresh_token", session["refresh_token"]}}), 200);
  }
  host.api.set_token(session["access_token"]);
  host.person_id = person["id"];
  host.organization_id =
      good(host.api.post("/v1/organizations", {{"name", "Nile Nights"}}), 201)["id"];
  return host;
}

void enrol_device(Organizer& host, Canaries& canaries) {
  const auto path = "/v1/organizations/" + host.organization_id + "/devices";
  const auto added = good(host.api.post(path, {{"name", "Scanner"}}), 201);
  const auto code = canaries.add("the device's code", added["code"]);
  const auto device = good(Api(host.api.url()).post("/v1/devices/enrol", {{"code", code}}), 200);
  canaries.add("the device's key", device["device_key"]);
  canaries.add("the device's token", device["access_token"]);
}

// A free order that answers a question; its ticket is handed on, and scanned with the new code.
void order_and_transfer(const Platform& platform, Organizer& host, const OnSale& sale,
                        Canaries& canaries) {
  const auto question =
      good(host.api.post("/v1/events/" + sale.event_id + "/questions",
                         {{"label", "Allergies"}, {"kind", "text"}, {"per", "ticket"}}),
           201);
  auto body = order_body(sale.event_id, sale.type_ids[0], 1,
                         canaries.add("the buyer's mail", "canary.mail@example.org"));
  body["buyer"]["name"] = canaries.add("the buyer's name", "Canary Surname");
  const json answer{{"question_id", question["id"]},
                    {"value", canaries.add("an answer", "canary peanuts and hazelnuts")}};
  body["items"][0]["attendees"] = json::array(
      {{{"name", canaries.add("the attendee's name", "Canary Attendee")}, {"answers", {answer}}}});
  Api guest(platform.url());
  const auto order = good(guest.post("/v1/orders", body), 201);
  const auto secret = canaries.add("the order's secret", order["secret"]);
  const std::string ticket_id = order["ticket_ids"][0];
  const auto shown = good(guest.get("/v1/tickets/" + ticket_id + "?secret=" + secret), 200);
  canaries.add("the ticket's code", shown["code"]);
  const auto offered =
      good(guest.post("/v1/tickets/" + ticket_id + "/transfers",
                      {{"email", canaries.add("the recipient's mail", "canary.taker@example.org")},
                       {"secret", secret}}),
           201);
  const std::string id = offered["id"];
  const auto mail = call_inside(platform, "ticket", "transfer_mail", {{"transfer_id", id}});
  const auto accepted =
      good(guest.post("/v1/transfers/" + id + "/accept",
                      {{"code", canaries.add("the transfer's code", mail["code"])},
                       {"name", canaries.add("the recipient's name", "Canary Recipient")}}),
           200);
  const auto new_secret = canaries.add("the recipient's secret", accepted["secret"]);
  const auto mine = good(guest.get("/v1/tickets/" + ticket_id + "?secret=" + new_secret), 200);
  const auto code = canaries.add("the recipient's ticket code", mine["code"]);
  good(host.api.post("/v1/check-ins",
                     {{"code", code}, {"check_in_list_id", sale.list_id}, {"nonce", fresh_key()}}),
       201);
}

void import_ticket(Organizer& host, const OnSale& sale, Canaries& canaries) {
  const auto csv =
      "Event slug,Order code,Position ID,Status,Email,Order date,Product,Variation,Price,"
      "Attendee name,Attendee email,Company\n"
      "nile,100001,1,paid," +
      canaries.add("an imported buyer's mail", "canary.importer@example.org") +
      ",2026-01-01,Seat,,12.50," + canaries.add("an imported name", "Canary Imported") + "," +
      canaries.add("an imported mail", "canary.imported@example.org") + ",\n";
  const auto report =
      good(host.api.post("/v1/events/" + sale.event_id + "/imports", {{"csv", csv}}), 200);
  INFO(report);
  CHECK(report["imported"] == 1);
}

// An order that is paid, invoiced and paid back.
void pay_and_give_back(Organizer& host, const OnSale& sale, Canaries& canaries) {
  auto body = order_body(sale.event_id, sale.type_ids[1], 1,
                         canaries.add("the payer's mail", "canary.payer@example.org"));
  body["buyer"]["name"] = canaries.add("the payer's name", "Canary Payer");
  Api guest(host.api.url());
  const auto order = good(guest.post("/v1/orders", body), 201);
  Payer payer(host.api.url(), order);
  canaries.add("the paid order's secret", payer.secret());
  payer.begin();
  payer.press("approve");
  REQUIRE(payer.wait_for_order("paid"));
  const json party{{"secret", payer.secret()},
                   {"name", canaries.add("the invoice's name", "Canary Company")},
                   {"address", canaries.add("the invoice's address", "Canary Street 17, Cairo")},
                   {"tax_id", canaries.add("the invoice's tax number", "EG-CANARY-4711")}};
  const auto path = "/v1/orders/" + payer.order_id();
  Reply invoiced;
  // The receipt follows the payment.
  CHECK(
      wait_until([&] { return (invoiced = guest.post(path + "/invoice", party)).status == 201; }));
  INFO(invoiced.text);
  CHECK(invoiced.status == 201);
  good(host.api.post(path + "/refunds", {{"reason", "goodwill"}}), 201);
  CHECK(payer.wait_for_payment("refunded"));
}

// A bank's statement names who paid, and by which account; nobody knows this payment.
void import_statement(Organizer& host, Canaries& canaries) {
  const auto csv =
      "Buchungstag;Betrag;Währung;Verwendungszweck;Auftraggeber\n20.11.2026;125,50;EGP;" +
      canaries.add("an IBAN", "EG380019000500000000263180002") + ";" +
      canaries.add("a bank's customer", "Canary Transferrer") + "\n";
  const auto report =
      good(host.api.send("POST", "/v1/organizations/" + host.organization_id + "/bank-statements",
                         csv, {}, {"Content-Type: text/csv"}),
           200);
  CHECK(report["movements"].size() == 1);
}

std::map<std::string, std::string> files_in(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) found[file.path().string()] = read_file(file.path().string());
  }
  return found;
}

}  // namespace

TEST_CASE("canary values show in no journal, publication, log or file", "[integration]") {
  Platform platform({.extra = set_arguments({"log.level=debug", "user.demo=false"})});
  Canaries canaries;
  PublicationsHeard heard(platform);
  auto host = canary_host(platform, canaries);
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5), type_body("Seat", 12'550, 5)},
                            {{"title", kTitle}});
  enrol_device(host, canaries);
  order_and_transfer(platform, host, sale, canaries);
  import_ticket(host, sale, canaries);
  pay_and_give_back(host, sale, canaries);
  import_statement(host, canaries);
  CHECK(heard.wait_for("ticket.checked_in"));
  CHECK(heard.wait_for("payment.refunded"));
  CHECK(platform.ctl({"journal", "stats"}).status == 0);
  CHECK(platform.stop() == 0);

  const auto published = heard.text();
  canaries.check("a publication", published);
  CHECK(published.find(kTitle) != std::string::npos);
  const auto log = platform.log();
  canaries.check("the log", log);
  CHECK(log.find("\"what\":\"mesh_joined\"") != std::string::npos);
  int with_title = 0;
  for (const auto& [path, text] : files_in(platform.data())) {
    canaries.check(path, text);
    with_title += path.ends_with("data.mdb") && text.find(kTitle) != std::string::npos;
  }
  CHECK(with_title > 0);
}
