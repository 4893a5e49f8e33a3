#include "daemons/ticket/pricing.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/money.h"
#include "common/base/shares.h"

namespace bilten::ticket {

using api::ticket::kRateMax;
using api::ticket::Line;
using api::ticket::PromoKind;
using api::ticket::PromoTerms;
using api::ticket::Tier;
using api::ticket::TypeTerms;

namespace {

const Tier* tier_at(const TypeTerms& terms, int64_t taken, UnixMillis now) {
  for (const auto& tier : terms.tiers) {
    if ((!tier.until || now < tier.until->ms) && (!tier.up_to || taken < *tier.up_to)) return &tier;
  }
  return nullptr;
}

int64_t group_rate(const TypeTerms& terms, int64_t quantity) {
  int64_t best = 0, from = 0;
  for (const auto& group : terms.group_rates) {
    if (quantity < group.from || group.from < from) continue;
    from = group.from;
    best = group.rate;
  }
  return best;
}

// A line with what it is priced by, while its amounts come together.
struct Draft {
  Line line;
  const Wanted* wanted;
  int64_t net = 0;  // After discounts.
};

void cut_at_tiers(const Wanted& wanted, UnixMillis now, std::vector<Draft>& drafts) {
  int64_t left = wanted.quantity, taken = wanted.taken;
  const auto first = drafts.size();
  while (left > 0) {
    const auto* tier = tier_at(wanted.terms, taken, now);
    const auto count = tier && tier->up_to ? std::min(left, *tier->up_to - taken) : left;
    const auto price = tier ? tier->price.amount : wanted.terms.price.amount;
    if (drafts.size() > first && drafts.back().line.unit_price == price) {
      drafts.back().line.quantity += count;
    } else {
      drafts.push_back({{wanted.ticket_type_id, count, price}, &wanted});
    }
    left -= count;
    taken += count;
  }
}

void take_off(Draft& draft, int64_t amount) {
  draft.line.discount += amount;
  draft.net -= amount;
}

void take_promo_off(std::vector<Draft>& drafts, const PromoTerms& promo) {
  int64_t eligible = 0;
  std::vector<int64_t> weights;
  for (const auto& draft : drafts) {
    weights.push_back(draft.wanted->by_promo ? draft.net : 0);
    eligible += weights.back();
  }
  if (eligible == 0) return;
  if (promo.kind == PromoKind::amount) {
    const auto parts = share(std::min(promo.amount, eligible), weights);
    for (size_t i = 0; i < drafts.size(); ++i) take_off(drafts[i], parts[i]);
    return;
  }
  const auto rate = promo.kind == PromoKind::free ? kRateMax : promo.rate;
  for (size_t i = 0; i < drafts.size(); ++i) take_off(drafts[i], part_of(weights[i], rate));
}

// False: beyond kMoneyMax.
bool add_fee_and_tax(Draft& draft) {
  const auto& terms = draft.wanted->terms;
  auto& line = draft.line;
  if (draft.net > 0) {
    const auto fixed = multiply_amount(terms.fee_amount, line.quantity);
    const auto fee = fixed ? add_amounts(*fixed, part_of(draft.net, terms.fee_rate)) : std::nullopt;
    if (!fee) return false;
    line.fee = *fee;
  }
  const auto sum = add_amounts(draft.net, line.fee);
  if (!sum) return false;
  line.tax = terms.tax_included ? tax_within(*sum, terms.tax_rate) : part_of(*sum, terms.tax_rate);
  const auto total = terms.tax_included ? sum : add_amounts(*sum, line.tax);
  if (!total) return false;
  line.total = *total;
  return true;
}

std::optional<std::vector<Line>> price_drafts(std::vector<Draft>& drafts, const PromoTerms* promo) {
  int64_t sum = 0;
  for (auto& draft : drafts) {
    const auto amount = multiply_amount(draft.line.unit_price, draft.line.quantity);
    const auto with = amount ? add_amounts(sum, *amount) : std::nullopt;
    if (!with) return std::nullopt;
    sum = *with;
    draft.net = *amount;
    take_off(draft, part_of(*amount, group_rate(draft.wanted->terms, draft.wanted->quantity)));
  }
  if (promo) take_promo_off(drafts, *promo);
  std::vector<Line> lines;
  lines.reserve(drafts.size());
  for (auto& draft : drafts) {
    if (!add_fee_and_tax(draft)) return std::nullopt;
    lines.push_back(draft.line);
  }
  return lines;
}

}  // namespace

int64_t current_price(const TypeTerms& terms, int64_t taken, UnixMillis now) {
  const auto* tier = tier_at(terms, taken, now);
  return tier ? tier->price.amount : terms.price.amount;
}

std::optional<std::vector<Line>> price_lines(const std::vector<Wanted>& wanted,
                                             const PromoTerms* promo, UnixMillis now) {
  std::vector<Draft> drafts;
  for (const auto& each : wanted) cut_at_tiers(each, now, drafts);
  return price_drafts(drafts, promo);
}

std::optional<std::vector<Line>> price_standing(const std::vector<Line>& lines,
                                                const std::vector<Wanted>& wanted,
                                                const PromoTerms* promo) {
  std::vector<Draft> drafts;
  for (const auto& line : lines) {
    const auto of_type = std::find_if(wanted.begin(), wanted.end(), [&](const Wanted& each) {
      return each.ticket_type_id == line.ticket_type_id;
    });
    CHECK_INVARIANT(of_type != wanted.end());
    drafts.push_back({{line.ticket_type_id, line.quantity, line.unit_price}, &*of_type});
  }
  return price_drafts(drafts, promo);
}

}  // namespace bilten::ticket
