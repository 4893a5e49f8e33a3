// Ticket codes outside the service: shown, printed, and checked by docs/examples/python without it.
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/support/api.h"
#include "tests/support/platform.h"

using namespace bilten;
using namespace bilten::test;

namespace {

const std::string kPython = "/usr/bin/python3";
const std::string kVerifier = "docs/examples/python/verify_ticket.py";

bool has_cryptography() {
  const bool found =
      run_program({kPython, "-c", "from cryptography.hazmat.primitives.asymmetric import ed25519"})
          .status == 0;
  if (!found) std::cout << "SKIPPED: " << kPython << " lacks cryptography; make packages-test\n";
  return found;
}

bool has(const std::string& program) {
  const bool found = run_program({"/usr/bin/which", program}).status == 0;
  if (!found) std::cout << "SKIPPED: " << program << " is not installed; make packages-test\n";
  return found;
}

struct Bought {
  std::string order_id, query;  // "?secret=..."
  std::vector<std::string> ticket_ids, codes;
};

std::vector<std::string> codes_of(Api& guest, const Bought& bought) {
  const auto tickets = guest.get("/v1/orders/" + bought.order_id + "/tickets" + bought.query);
  REQUIRE(tickets.status == 200);
  std::vector<std::string> codes;
  for (const auto& ticket : tickets.body["items"]) codes.push_back(ticket["code"]);
  return codes;
}

Bought buy(Api& guest, const OnSale& sale, int quantity) {
  const auto order =
      guest.post("/v1/orders", order_body(sale.event_id, sale.type_ids[0], quantity));
  INFO(order.text);
  REQUIRE(order.status == 201);
  Bought bought{.order_id = order.body["id"],
                .query = "?secret=" + order.body["secret"].get<std::string>(),
                .ticket_ids = order.body["ticket_ids"],
                .codes = {}};
  bought.codes = codes_of(guest, bought);
  return bought;
}

}  // namespace

TEST_CASE("the verifier in Python judges every test vector as it says", "[integration]") {
  if (!has_cryptography()) return;
  const auto judged =
      run_program({kPython, kVerifier, "--vectors", "tests/golden/ticket_codes.json"});
  INFO(judged.out);
  CHECK(judged.status == 0);
  CHECK(judged.out.find(", 0 otherwise") != std::string::npos);
}

TEST_CASE("with the keys that HTTP lists a verifier knows codes of before and after a rotation",
          "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  Api guest(platform.url());
  const auto sale = on_sale(host, {type_body("Free entry", 0, 5)});
  const auto bought = buy(guest, sale, 2);
  const auto keys_path = "/v1/events/" + sale.event_id + "/ticket-keys";
  Folder folder;
  const auto verdict = [&](const std::string& code) {
    const auto keys = folder.write("keys.json", guest.get(keys_path).text);
    const auto said = run_program({kPython, kVerifier, keys, code}).out;
    return said.substr(0, said.find_first_of(" \n"));
  };
  const auto scan = [&](const std::string& code) {
    const json body{{"code", code}, {"check_in_list_id", sale.list_id}, {"nonce", fresh_key()}};
    const auto reply = host.api.post("/v1/check-ins", body);
    return reply.status == 201 ? "ok" : reply.code();
  };

  const auto rotated = host.api.post(keys_path, json::object());
  INFO(rotated.text);
  REQUIRE(rotated.status == 201);
  CHECK(rotated.body["key_id"] == 2);
  CHECK(guest.post(keys_path, json::object()).status == 401);
  const auto codes = codes_of(guest, bought);
  CHECK(codes[0] != bought.codes[0]);
  CHECK(guest.get(keys_path).body["items"].size() == 2);
  CHECK(scan(bought.codes[0]) == "ok");
  if (has_cryptography()) {
    CHECK(verdict(bought.codes[0]) == "genuine");
    CHECK(verdict(codes[0]) == "genuine");
    auto changed = codes[0];
    changed[60] = changed[60] == '0' ? '1' : '0';
    CHECK(verdict(changed) == "forged");
  }

  const auto revoked = host.api.post(keys_path, {{"revoke_before", true}});
  REQUIRE(revoked.status == 201);
  CHECK(scan(bought.codes[1]) == "revoked");
  CHECK(scan(codes[1]) == "revoked");
  CHECK(scan(codes_of(guest, bought)[1]) == "ok");
  if (has_cryptography()) CHECK(verdict(bought.codes[0]) == "revoked");
}

TEST_CASE("a ticket goes out by HTTP as image, page and calendar entry", "[integration]") {
  Platform platform;
  auto host = organizer(platform.url());
  Api guest(platform.url());
  const auto sale = on_sale(host, {type_body("مدخل", 0, 5)}, {{"title", "ليلة الجاز 東京 Night"}});
  const auto bought = buy(guest, sale, 2);
  const auto get = [&](const std::string& path, const std::string& type) {
    auto reply = guest.get(path + bought.query);
    INFO(path);
    CHECK(reply.status == 200);
    CHECK(reply.headers["content-type"] == type);
    return reply.text;
  };
  Folder folder;
  const auto ticket = "/v1/tickets/" + bought.ticket_ids[0];
  const auto order = "/v1/orders/" + bought.order_id;
  CHECK(guest.get(ticket + "/ticket.pdf").status == 404);

  const auto png = folder.write("qr.png", get(ticket + "/qr.png", "image/png"));
  if (has("zbarimg")) {
    const auto read = run_program({"/usr/bin/zbarimg", "--raw", "-q", png}).out;
    CHECK(read.find(bought.codes[0]) != std::string::npos);
  }
  CHECK(
      get(order + "/event.ics", "text/calendar; charset=utf-8").find("DTSTART:20280501T180000Z") !=
      std::string::npos);
  const auto one = folder.write("one.pdf", get(ticket + "/ticket.pdf", "application/pdf"));
  const auto all = folder.write("all.pdf", get(order + "/tickets.pdf", "application/pdf"));
  if (has("pdftotext")) {
    CHECK(run_program({"/usr/bin/pdftotext", one, "-"}).out.find("東京 Night") !=
          std::string::npos);
    const auto text = run_program({"/usr/bin/pdftotext", all, "-"}).out;
    CHECK(text.find("ليلة الجاز") != std::string::npos);
    CHECK(text.find("Monday 1 May 2028, 21:00") != std::string::npos);
    CHECK(text.find("2 of 2") != std::string::npos);
    const auto event = guest.get("/v1/events/" + sale.event_id).body;
    CHECK(event["starts_local"] == "2028-05-01T21:00");
  }
}
