// The contract of transfers: a ticket's holder gives it to somebody else (docs/transfers.md).
#pragma once

#include "common/api/list.h"
#include "common/api/ticket_transfer_facts.h"

namespace bilten::api::ticket {

enum class TransferState : uint8_t { open, accepted, withdrawn, expired };
constexpr auto names_of(TransferState) {
  return std::array<std::string_view, 4>{"open", "accepted", "withdrawn", "expired"};
}

struct TransferView {
  Id id, ticket_id, event_id;
  TransferState state = TransferState::open;
  Instant offered_at, expires_at;
  static constexpr auto fields() {
    using View = TransferView;
    return field_list(field("id", &View::id), field("ticket_id", &View::ticket_id),
                      field("event_id", &View::event_id), field("state", &View::state),
                      field("offered_at", &View::offered_at),
                      field("expires_at", &View::expires_at).doc("Accept before."));
  }
};

struct OfferTransfer {
  static constexpr std::string_view name = "ticket.offer_transfer";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST",
               .path = "/v1/tickets/{ticket_id}/transfers",
               .status = 201,
               .location = "/v1/transfers/{id}"},
      .refusals = {"unknown_ticket", "ticket_used", "ticket_ended", "event_over",
                   "not_transferable", "transfer_open", "too_many_transfers"},
      .doc =
          "Offers a ticket to whoever has an e-mail address, for 48 hours; a code that accepts it "
          "is mailed there. The ticket stays its holder's until then. Five offers an hour a "
          "holder."};
  using Answer = TransferView;
  Id ticket_id;
  std::string email;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("ticket_id", &OfferTransfer::ticket_id),
                      field("email", &OfferTransfer::email, length(3, 254, Format::email)),
                      field("secret", &OfferTransfer::secret, length(0, 64, Format::secret)));
  }
};

struct ReadTransfer {
  static constexpr std::string_view name = "ticket.transfer";
  static constexpr Contract contract{
      .kind = Kind::query,
      .http = {.method = "GET", .path = "/v1/transfers/{transfer_id}"},
      .refusals = {"unknown_transfer"},
      .doc = "One transfer: for the ticket's holder, managers, and who has the mailed code."};
  using Answer = TransferView;
  Id transfer_id;
  std::optional<std::string> secret, code;
  static constexpr auto fields() {
    return field_list(field("transfer_id", &ReadTransfer::transfer_id),
                      field("secret", &ReadTransfer::secret, length(0, 64, Format::secret)),
                      field("code", &ReadTransfer::code, length(0, 64, Format::secret)));
  }
};

struct WithdrawTransfer {
  static constexpr std::string_view name = "ticket.withdraw_transfer";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/transfers/{transfer_id}/withdraw"},
      .refusals = {"unknown_transfer", "transfer_over"},
      .doc =
          "Takes an open offer back: its code is worth nothing any more. Withdrawing twice answers "
          "the same."};
  using Answer = TransferView;
  Id transfer_id;
  std::optional<std::string> secret;
  static constexpr auto fields() {
    return field_list(field("transfer_id", &WithdrawTransfer::transfer_id),
                      field("secret", &WithdrawTransfer::secret, length(0, 64, Format::secret)));
  }
};

struct AcceptedTransfer {
  Id transfer_id, ticket_id, event_id;
  std::string secret;
  static constexpr auto fields() {
    using Self = AcceptedTransfer;
    return field_list(field("transfer_id", &Self::transfer_id),
                      field("ticket_id", &Self::ticket_id), field("event_id", &Self::event_id),
                      field("secret", &Self::secret, length(0, 64, Format::secret))
                          .doc("Opens this ticket, and nothing else of its order."));
  }
};

struct AcceptTransfer {
  static constexpr std::string_view name = "ticket.accept_transfer";
  static constexpr Contract contract{
      .kind = Kind::command,
      .http = {.method = "POST", .path = "/v1/transfers/{transfer_id}/accept"},
      .refusals = {"unknown_transfer", "transfer_over", "ticket_used", "ticket_ended",
                   "event_over"},
      .doc =
          "Takes an offered ticket over: its old codes are dead at once, and the new holder gets a "
          "secret of their own. Accepting again with the same code answers the same."};
  using Answer = AcceptedTransfer;
  Id transfer_id;
  std::string code;
  std::optional<std::string> holder_name, email;
  static constexpr auto fields() {
    using Self = AcceptTransfer;
    return field_list(field("transfer_id", &Self::transfer_id),
                      field("code", &Self::code, length(1, 64, Format::secret)),
                      field("name", &Self::holder_name, length(1, 200, Format::line)),
                      field("email", &Self::email, length(3, 254, Format::email))
                          .doc("Left out: the address the offer was mailed to."));
  }
};

struct TransferMail {
  static constexpr std::string_view name = "ticket.transfer_mail";
  static constexpr Contract contract{
      .kind = Kind::query,
      .caller = Caller::mesh,
      .refusals = {"unknown_transfer", "transfer_over"},
      .doc = "What the mail of an open offer needs when it is sent: it is in no fact."};
  struct Answer {
    std::string email, code;
    Id ticket_id, event_id;
    Instant expires_at;
    static constexpr auto fields() {
      return field_list(field("email", &Answer::email, length(3, 254)),
                        field("code", &Answer::code, length(1, 64, Format::secret)),
                        field("ticket_id", &Answer::ticket_id),
                        field("event_id", &Answer::event_id),
                        field("expires_at", &Answer::expires_at));
    }
  };
  Id transfer_id;
  static constexpr auto fields() {
    return field_list(field("transfer_id", &TransferMail::transfer_id));
  }
};

}  // namespace bilten::api::ticket
