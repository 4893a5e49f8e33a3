// The objects of Stripe's API as far as we read them: every field here stands in Stripe's published
// example objects (a test holds that). Amounts are Stripe's units, times are seconds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/wire/field.h"

namespace bilten::payment::stripe {

// The version of the API that we speak; sent with each request, so that Stripe's own default for an
// account changes nothing.
inline constexpr std::string_view kVersion = "2026-07-29.dahlia";

inline constexpr Limits kIdLimits = length(1, 255), kWordLimits = length(1, 100),
                        kSecondsLimits = between(0, kInstantMax / 1000),
                        kUnitsLimits = between(-kMoneyMax, kMoneyMax),
                        kCurrencyLimits = length(3, 3);

// What we hang onto objects, and Stripe hands back. Others may have hung their own.
struct Metadata {
  std::optional<std::string> payment_id, refund_id, key;
  static constexpr auto fields() {
    return field_list(field("payment_id", &Metadata::payment_id, length(0, 500)),
                      field("refund_id", &Metadata::refund_id, length(0, 500)),
                      field("key", &Metadata::key, length(0, 500)));
  }
};

struct Session {
  std::string id, payment_status;
  std::optional<std::string> status, currency, payment_intent, url;
  std::optional<int64_t> amount_total;
  std::optional<Metadata> metadata;
  static constexpr auto fields() {
    return field_list(field("id", &Session::id, kIdLimits),
                      field("amount_total", &Session::amount_total, kUnitsLimits),
                      field("currency", &Session::currency, kCurrencyLimits),
                      field("metadata", &Session::metadata),
                      field("payment_intent", &Session::payment_intent, kIdLimits),
                      field("payment_status", &Session::payment_status, kWordLimits),
                      field("status", &Session::status, kWordLimits),
                      field("url", &Session::url, length(1, 4000)));
  }
};

struct PaymentIntent {
  std::string id, status;
  static constexpr auto fields() {
    return field_list(field("id", &PaymentIntent::id, kIdLimits),
                      field("status", &PaymentIntent::status, kWordLimits));
  }
};

struct Refund {
  std::string id, currency;
  int64_t amount = 0;
  std::optional<std::string> status, payment_intent, charge;
  std::optional<Metadata> metadata;
  static constexpr auto fields() {
    return field_list(
        field("id", &Refund::id, kIdLimits), field("amount", &Refund::amount, kUnitsLimits),
        field("charge", &Refund::charge, kIdLimits),
        field("currency", &Refund::currency, kCurrencyLimits), field("metadata", &Refund::metadata),
        field("payment_intent", &Refund::payment_intent, kIdLimits),
        field("status", &Refund::status, kWordLimits));
  }
};

struct EvidenceDetails {
  std::optional<int64_t> due_by;
  static constexpr auto fields() {
    return field_list(field("due_by", &EvidenceDetails::due_by, kSecondsLimits));
  }
};

struct Dispute {
  std::string id, status, currency;
  int64_t amount = 0;
  std::optional<std::string> payment_intent, charge;
  std::optional<EvidenceDetails> evidence_details;
  static constexpr auto fields() {
    return field_list(field("id", &Dispute::id, kIdLimits),
                      field("amount", &Dispute::amount, kUnitsLimits),
                      field("charge", &Dispute::charge, kIdLimits),
                      field("currency", &Dispute::currency, kCurrencyLimits),
                      field("evidence_details", &Dispute::evidence_details),
                      field("payment_intent", &Dispute::payment_intent, kIdLimits),
                      field("status", &Dispute::status, kWordLimits));
  }
};

// What moved the account's balance, with what moved it.
struct BalanceSource {
  std::string id;
  std::optional<std::string> payment_intent;
  std::optional<Metadata> metadata;
  static constexpr auto fields() {
    return field_list(field("id", &BalanceSource::id, kIdLimits),
                      field("payment_intent", &BalanceSource::payment_intent, kIdLimits),
                      field("metadata", &BalanceSource::metadata));
  }
};

struct BalanceTransaction {
  std::string id, currency, reporting_category;
  int64_t amount = 0, fee = 0, net = 0, created = 0;
  std::optional<BalanceSource> source;
  static constexpr auto fields() {
    return field_list(
        field("id", &BalanceTransaction::id, kIdLimits),
        field("amount", &BalanceTransaction::amount, kUnitsLimits),
        field("created", &BalanceTransaction::created, kSecondsLimits),
        field("currency", &BalanceTransaction::currency, kCurrencyLimits),
        field("fee", &BalanceTransaction::fee, kUnitsLimits),
        field("net", &BalanceTransaction::net, kUnitsLimits),
        field("reporting_category", &BalanceTransaction::reporting_category, kWordLimits),
        field("source", &BalanceTransaction::source));
  }
};

struct Payout {
  std::string id, currency, status;
  int64_t amount = 0, arrival_date = 0, created = 0;
  static constexpr auto fields() {
    return field_list(field("id", &Payout::id, kIdLimits),
                      field("amount", &Payout::amount, kUnitsLimits),
                      field("arrival_date", &Payout::arrival_date, kSecondsLimits),
                      field("created", &Payout::created, kSecondsLimits),
                      field("currency", &Payout::currency, kCurrencyLimits),
                      field("status", &Payout::status, kWordLimits));
  }
};

// A page of a list.
template <class T>
struct Page {
  std::vector<T> data;
  bool has_more = false;
  static constexpr auto fields() {
    return field_list(field("data", &Page::data, items(0, 100)),
                      field("has_more", &Page::has_more));
  }
};

// An event of which only the envelope is read ...
struct EventHead {
  std::string id, type;
  int64_t created = 0;
  bool livemode = false;
  static constexpr auto fields() {
    return field_list(field("id", &EventHead::id, kIdLimits),
                      field("created", &EventHead::created, kSecondsLimits),
                      field("livemode", &EventHead::livemode),
                      field("type", &EventHead::type, kWordLimits));
  }
};

// ... and what it is about, once the type says what that is.
template <class T>
struct EventData {
  T object;
  static constexpr auto fields() { return field_list(field("object", &EventData::object)); }
};
template <class T>
struct Event {
  EventData<T> data;
  static constexpr auto fields() { return field_list(field("data", &Event::data)); }
};

struct Trouble {
  std::string type;
  std::optional<std::string> code, decline_code, param;
  static constexpr auto fields() {
    return field_list(field("type", &Trouble::type, kWordLimits),
                      field("code", &Trouble::code, kWordLimits),
                      field("decline_code", &Trouble::decline_code, kWordLimits),
                      field("param", &Trouble::param, length(0, 255)));
  }
};
// The body of every answer that is no success. Stripe's words for people are left alone: they may
// name one.
struct TroubleBody {
  Trouble error;
  static constexpr auto fields() { return field_list(field("error", &TroubleBody::error)); }
};

}  // namespace bilten::payment::stripe
