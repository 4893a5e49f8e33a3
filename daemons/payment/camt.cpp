// CAMT.053 by expat: a stack of names, the text of the element in hand, and no more of the file.
#include <expat.h>

#include <memory>

#include "common/base/text.h"
#include "daemons/payment/bank.h"

namespace bilten::payment {
namespace {

constexpr size_t kDepthMax = 40;

template <auto free>
struct Freed {
  void operator()(auto* object) const { free(object); }
};
using Parser = std::unique_ptr<XML_ParserStruct, Freed<XML_ParserFree>>;

// What an entry, or one payment of a batched entry, says.
struct Details {
  std::string amount, currency, text, end_to_end, name;
};

class CamtReader {
 public:
  explicit CamtReader(XML_Parser parser) : parser_(parser) {}

  BankStatement take() { return std::move(statement_); }
  // Why the file was given up; empty: it was not.
  const std::string& fault() const { return fault_; }

  void open(const char* name, const char** attributes) {
    if (path_depth_ == 0 && local(name) != "Document") return stop("the root is no Document");
    if (++path_depth_ > kDepthMax) return stop("it is nested too deep");
    starts_.push_back(path_.size());
    path_.append("/").append(local(name));
    text_.clear();
    if (is_at("/Ntry") && !in_entry_) begin_entry();
    if (in_entry_ && is_at("/TxDtls")) payments_.emplace_back();
    for (; *attributes; attributes += 2) {
      if (std::string_view(*attributes) == "Ccy") currency_ = attributes[1];
    }
  }

  void close() {
    if (!fault_.empty()) return;  // Of an empty element expat tells the end even after the stop.
    if (in_entry_) take_text();
    if (in_entry_ && path_.size() == entry_size_) end_entry();
    path_.resize(starts_.back());
    starts_.pop_back();
    --path_depth_;
    text_.clear();
  }

  void add_text(std::string_view text) {
    if (in_entry_ && text_.size() <= kBankTextMax) text_.append(text);
  }

  void stop(const char* why) {
    if (fault_.empty()) fault_ = why;
    XML_StopParser(parser_, XML_FALSE);
  }

 private:
  static std::string_view local(std::string_view name) {
    const auto colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
  }
  bool is_at(std::string_view end) const { return path_.ends_with(end); }

  void begin_entry() {
    in_entry_ = true;
    entry_size_ = path_.size();
    line_ = XML_GetCurrentLineNumber(parser_);
    entry_ = {};
    payments_.clear();
    direction_.clear();
    status_.clear();
    date_.clear();
    reference_.clear();
  }

  void take_text() {
    text_ = cut_bank_text(std::move(text_));
    const auto inside = std::string_view(path_).substr(entry_size_);
    if (inside == "/Amt") {
      entry_.amount = text_;
      entry_.currency = currency_;
    } else if (inside == "/CdtDbtInd") {
      direction_ = text_;
    } else if (inside == "/Sts" || inside == "/Sts/Cd") {
      if (status_.empty() || inside == "/Sts/Cd") status_ = text_;
    } else if (inside == "/BookgDt/Dt" || inside == "/BookgDt/DtTm") {
      date_ = text_;
    } else if (inside == "/AcctSvcrRef") {
      reference_ = text_;
    } else if (inside == "/AddtlNtryInf") {
      entry_.text = text_;
    } else if (!payments_.empty()) {
      take_payment_text(inside);
    }
  }

  void take_payment_text(std::string_view inside) {
    constexpr std::string_view kPayment = "/NtryDtls/TxDtls";
    if (!inside.starts_with(kPayment)) return;
    const auto what = inside.substr(kPayment.size());
    auto& payment = payments_.back();
    if (what == "/Amt" || (what == "/AmtDtls/TxAmt/Amt" && payment.amount.empty())) {
      payment.amount = text_;
      payment.currency = currency_;
    } else if (what == "/Refs/EndToEndId") {
      payment.end_to_end = text_;
    } else if (what == "/RmtInf/Ustrd" || what == "/RmtInf/Strd/CdtrRefInf/Ref") {
      payment.text += (payment.text.empty() ? "" : " ") + text_;
      payment.text = cut_bank_text(std::move(payment.text));
    } else if (what == "/RltdPties/Dbtr/Nm" || what == "/RltdPties/Dbtr/Pty/Nm") {
      payment.name = text_;
    }
  }

  void end_entry() {
    in_entry_ = false;
    if (!status_.empty() && status_ != "BOOK") return;
    if (payments_.size() < 2) {  // The entry's own amount is what moved.
      if (payments_.empty()) payments_.emplace_back();
      payments_[0].amount = entry_.amount;
      payments_[0].currency = entry_.currency;
      if (payments_[0].text.empty()) payments_[0].text = entry_.text;
    }
    for (auto& payment : payments_) add_movement(payment);
  }

  void add_movement(Details& payment) {
    if (statement_.movements.size() + statement_.faults.size() == kBankMovementsMax) {
      return stop("it has too many entries; send it in parts");
    }
    const auto fault = [&](std::string reason) {
      statement_.faults.push_back({line_, std::move(reason)});
    };
    const auto booked_at = read_bank_date(date_);
    if (!booked_at) return fault("the entry has no booking date");
    if (direction_ != "CRDT" && direction_ != "DBIT") return fault("it is neither CRDT nor DBIT");
    const auto amount = read_bank_amount(payment.amount, payment.currency);
    if (!amount || *amount < 0) return fault("the amount is none in whole minor units");
    for (const auto* text : {&payment.text, &payment.end_to_end, &payment.name, &reference_}) {
      if (text_fault(*text)) return fault("its texts have control characters");
    }
    if (payment.end_to_end == "NOTPROVIDED") payment.end_to_end.clear();
    BankMovement movement;
    movement.line = line_;
    movement.amount = {direction_ == "CRDT" ? *amount : -*amount, payment.currency};
    movement.booked_at = *booked_at;
    movement.text = std::move(payment.text);
    movement.reference = reference_.empty() ? payment.end_to_end : reference_;
    movement.name = std::move(payment.name);
    statement_.movements.push_back(std::move(movement));
  }

  XML_Parser parser_;
  BankStatement statement_;
  std::string fault_;
  std::string path_, text_, currency_;
  std::vector<size_t> starts_;  // Where each name of the path begins.
  size_t path_depth_ = 0, entry_size_ = 0, line_ = 0;
  bool in_entry_ = false;
  Details entry_;
  std::vector<Details> payments_;
  std::string direction_, status_, date_, reference_;
};

CamtReader& reader_of(void* user) {
  return *static_cast<CamtReader*>(user);
}

void set_handlers(XML_Parser parser, CamtReader& reader) {
  XML_SetUserData(parser, &reader);
  XML_SetElementHandler(
      parser,
      [](void* user, const char* name, const char** attributes) {
        reader_of(user).open(name, attributes);
      },
      [](void* user, const char*) { reader_of(user).close(); });
  XML_SetCharacterDataHandler(parser, [](void* user, const char* text, int size) {
    reader_of(user).add_text({text, static_cast<size_t>(size)});
  });
  // Entities could make a small file large; no bank declares any.
  XML_SetStartDoctypeDeclHandler(parser,
                                 [](void* user, const char*, const char*, const char*, int) {
                                   reader_of(user).stop("it has a document type");
                                 });
}

}  // namespace

Result<BankStatement> read_camt(std::string_view xml) {
  const Parser parser(XML_ParserCreate("UTF-8"));
  if (!parser)
    return Error{Code::unavailable, "no_memory", "No memory to read the file; ask again."};
  CamtReader reader(parser.get());
  set_handlers(parser.get(), reader);
  const auto size = static_cast<int>(std::min<size_t>(xml.size(), INT32_MAX));
  if (XML_Parse(parser.get(), xml.data(), size, XML_TRUE) == XML_STATUS_OK) return reader.take();
  const auto reason = reader.fault().empty()
                          ? std::string(XML_ErrorString(XML_GetErrorCode(parser.get())))
                          : reader.fault();
  return Error{
      Code::invalid, "malformed_file",
      "Line " + std::to_string(XML_GetCurrentLineNumber(parser.get())) + ": " + reason + "."};
}

}  // namespace bilten::payment
