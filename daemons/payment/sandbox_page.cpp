#include "daemons/payment/sandbox_page.h"

#include "common/base/money.h"

namespace bilten::payment {
namespace {

constexpr std::string_view kHead =
    R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pay | Bilten sandbox</title>
<style>
:root { color-scheme: light dark; --ink: #1c1b22; --paper: #fff; --back: #eef0f4; --line: #c9ccd6;
  --main: #1f5fd0; --soft: #5a5d6b; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #f1f1f4; --paper: #23242b; --back: #15161b;
  --line: #454756; --main: #8db4ff; --soft: #b4b7c6; --warn: #f2c46d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 28rem; margin: 0 auto; padding: 1rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1.25rem; margin-top: 1rem; }
.note { color: var(--warn); font-weight: 600; margin: 0; }
h1 { font-size: 1rem; font-weight: 400; color: var(--soft); margin: .5rem 0 0; }
.amount { font-size: 2.25rem; font-weight: 700; margin: 0; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: .75rem 0 0; }
dt { color: var(--soft); }
dd { margin: 0; text-align: right; font-family: ui-monospace, monospace; }
button, .go { display: block; width: 100%; min-height: 2.75rem; padding: .6rem 1rem;
  margin-top: .6rem; font: inherit; color: var(--ink); background: transparent;
  border: 1px solid var(--line);
  border-radius: .5rem; text-align: center; text-decoration: none; cursor: pointer; }
button.main, .go { background: var(--main); border-color: var(--main); color: var(--paper);
  font-weight: 600; }
button:focus-visible, .go:focus-visible, summary:focus-visible { outline: 3px solid var(--main);
  outline-offset: 2px; }
summary { cursor: pointer; padding: .6rem 0; color: var(--soft); }
p { margin: .75rem 0 0; }
</style>
</head>
<body>
<main>
)";

struct Button {
  std::string_view press, label;
};
constexpr Button kLess[] = {
    {"slow", "Approve slowly: some seconds"},
    {"late", "Approve too late for the order"},
    {"twice", "Approve; tell it twice"},
    {"out_of_order", "Approve; tell it out of order"},
    {"wrong_amount", "Pay a cent less"},
    {"refund_fails", "Approve; the first refund fails"},
    {"dispute_won", "Approve; dispute it and lose the dispute"},
    {"dispute_lost", "Approve; dispute it and win the dispute"},
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

void add_button(std::string& html, const Button& button, bool is_main) {
  html.append(is_main ? R"(<button class="main" name="press" value=")"
                      : R"(<button name="press" value=")");
  html.append(button.press).append("\">").append(button.label).append("</button>\n");
}

void add_form(std::string& html, const std::string& reference, bool is_challenged) {
  html.append(R"(<form method="post" action="/v1/sandbox/pay/)").append(reference).append("\">\n");
  if (is_challenged) {
    html.append("<p>Your bank asks: is it you?</p>\n");
    add_button(html, {"approve", "It is me: pay"}, true);
    add_button(html, {"decline", "It is not me"}, false);
  } else {
    add_button(html, {"approve", "Approve"}, true);
    add_button(html, {"decline", "Decline"}, false);
    add_button(html, {"challenge", "Ask my bank first (3-D Secure)"}, false);
    add_button(html, {"abandon", "Leave without paying"}, false);
    html.append("<details><summary>What else can happen to a payment</summary>\n");
    for (const auto& button : kLess) add_button(html, button, false);
    html.append("</details>\n");
  }
  html.append("</form>\n");
}

std::string_view outcome_of(const SandboxIntentRow& intent, bool has_left) {
  if (has_left) return "You left without paying. While your order's time runs you may come back.";
  if (intent.is_delayed) return "Your bank is thinking. You will hear of it; nothing more to do.";
  switch (intent.state) {
    case IntentState::captured: return "Paid. Your tickets are on their way.";
    case IntentState::failed: return "Declined. Nothing was paid.";
    case IntentState::canceled: return "This payment is over. Nothing was paid.";
    default: return {};
  }
}

}  // namespace

Content page_of(const std::string& reference, const SandboxIntentRow& intent,
                const std::optional<std::string>& return_url, bool has_left) {
  std::string html(kHead);
  html.append("<div class=\"card\">\n<p class=\"note\">Sandbox: no money moves here.</p>\n");
  html.append("<h1>To pay</h1>\n<p class=\"amount\">").append(to_text(intent.amount));
  html.append("</p>\n<dl><dt>Order</dt><dd>").append(escaped(intent.order_code));
  html.append("</dd></dl>\n</div>\n<div class=\"card\">\n");
  const auto outcome = outcome_of(intent, has_left);
  if (outcome.empty()) {
    add_form(html, reference, intent.state == IntentState::requires_action);
  } else {
    html.append("<p role=\"status\">").append(outcome).append("</p>\n");
    if (return_url) {
      html.append(R"(<a class="go" href=")").append(escaped(*return_url));
      html.append("\">Go on</a>\n");
    }
  }
  html.append("</div>\n</main>\n</body>\n</html>\n");
  return {"text/html; charset=utf-8", {std::move(html)}, 0};
}

}  // namespace bilten::payment
