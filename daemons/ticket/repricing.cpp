#include "daemons/ticket/repricing.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/shares.h"

namespace bilten::ticket {
namespace {

// The types with the quantities that these lines have of them.
std::vector<Wanted> wanted_by(const std::vector<Line>& lines, std::vector<Wanted> types) {
  for (auto& type : types) {
    type.quantity = 0;
    for (const auto& line : lines) {
      if (line.ticket_type_id == type.ticket_type_id) type.quantity += line.quantity;
    }
  }
  return types;
}

// All that was sold of a type at a price, as one line.
Line sold_like(const std::vector<Line>& sold, const Line& like) {
  Line whole{like.ticket_type_id, 0, like.unit_price};
  for (const auto& line : sold) {
    if (line.ticket_type_id != like.ticket_type_id || line.unit_price != like.unit_price) continue;
    whole.quantity += line.quantity;
    whole.discount += line.discount;
    whole.fee += line.fee;
    whole.tax += line.tax;
    whole.total += line.total;
  }
  return whole;
}

// The part of a line that so many of its tickets have.
Line part_of_line(const Line& whole, int64_t quantity) {
  CHECK_INVARIANT(0 < quantity && quantity <= whole.quantity);
  const auto part = [&](int64_t amount) {
    return share(amount, {quantity, whole.quantity - quantity})[0];
  };
  Line made{whole.ticket_type_id, quantity, whole.unit_price};
  made.discount = part(whole.discount);
  made.fee = part(whole.fee);
  made.tax = part(whole.tax);
  const auto before_tax = whole.unit_price * whole.quantity - whole.discount + whole.fee;
  made.total = whole.unit_price * quantity - made.discount + made.fee;
  if (whole.total != before_tax) made.total += made.tax;
  return made;
}

}  // namespace

std::vector<Line> lines_of(const std::vector<StandingTicket>& tickets) {
  std::vector<Line> lines;
  for (const auto& ticket : tickets) {
    const bool goes_on = !lines.empty() && lines.back().ticket_type_id == ticket.ticket_type_id &&
                         lines.back().unit_price == ticket.unit_price;
    if (goes_on) {
      ++lines.back().quantity;
    } else {
      lines.push_back({ticket.ticket_type_id, 1, ticket.unit_price});
    }
  }
  return lines;
}

std::vector<Line> price_rest(const std::vector<Line>& sold, const std::vector<Line>& rest,
                             const TodaysTerms& terms) {
  if (price_standing(sold, wanted_by(sold, terms.types), terms.promo) == sold) {
    auto anew = price_standing(rest, wanted_by(rest, terms.types), terms.promo);
    if (anew) return std::move(*anew);  // Else too large without the group's rate.
  }
  std::vector<Line> lines;
  lines.reserve(rest.size());
  for (const auto& line : rest) {
    lines.push_back(part_of_line(sold_like(sold, line), line.quantity));
  }
  return lines;
}

int64_t total_of(const std::vector<Line>& lines) {
  int64_t total = 0;
  for (const auto& line : lines) total += line.total;
  return total;
}

int64_t fees_of(const std::vector<Line>& lines) {
  int64_t fees = 0;
  for (const auto& line : lines) fees += line.fee;
  return fees;
}

int64_t left_over(const StandingRow& standing, int64_t rest_total) {
  return std::max<int64_t>(0, standing.paid - standing.refunded - standing.kept - rest_total);
}

}  // namespace bilten::ticket
