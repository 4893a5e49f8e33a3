"""What comes after the money: refunds, disputes, the balance and its payouts."""
import forms
from forms import Needed
from problems import StripeError

DISPUTE_FEE, EVIDENCE_DAYS = 1500, 9
EVIDENCE = ("access_activity_log", "customer_communication", "customer_email_address", "customer_name",
            "customer_purchase_ip", "duplicate_charge_explanation", "product_description", "receipt",
            "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date",
            "service_documentation", "uncategorized_file", "uncategorized_text")
CREATE_REFUND = {"charge": forms.text, "payment_intent": forms.text, "amount": forms.integer,
                 "reason": forms.choice("duplicate", "fraudulent", "requested_by_customer"),
                 "metadata": forms.metadata, "expand": forms.texts}
UPDATE_DISPUTE = {"evidence": forms.table({word: forms.text for word in EVIDENCE}), "submit": forms.boolean,
                  "metadata": forms.metadata, "expand": forms.texts}


class Aftersale:
    def __init__(self, book, post):
        self.book = book
        self.post = post            # Checkout.post: one line of the balance.
        self.refund_status = "succeeded"  # What new refunds are: tests may say "pending".

    # ---- refunds ----
    def charge_of(self, params):
        if "charge" in params:
            return self.book.find("charge", params["charge"], "charge")
        if "payment_intent" not in params:
            raise StripeError.invalid("One of the following params should be provided for this request: "
                                      "payment_intent or charge.")
        intent = self.book.find("payment_intent", params["payment_intent"], "payment_intent")
        if intent["status"] != "succeeded":
            raise StripeError.invalid("This PaymentIntent does not have a successful charge to refund.",
                                      "payment_intent")
        return self.book.find("charge", intent["latest_charge"])

    def create_refund(self, params):
        params = forms.checked(params, CREATE_REFUND)
        charge = self.charge_of(params)
        left = charge["amount"] - charge["amount_refunded"]
        if charge["disputed"]:
            raise StripeError.invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.",
                                      None, "charge_disputed")
        if left == 0:
            raise StripeError.invalid(f"Charge {charge['id']} has already been refunded.", None,
                                      "charge_already_refunded")
        amount = params.get("amount", left)
        if amount < 1:
            raise StripeError.invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
        if amount > left:
            raise StripeError.invalid(f"Refund amount ({amount}) is greater than unrefunded amount on charge "
                                      f"({left})", "amount")
        return self.refund(charge, amount, params.get("reason"), params.get("metadata", {}))

    def refund(self, charge, amount, reason=None, metadata=None):
        refund = self.book.add({
            "id": self.book.new_id("re"), "object": "refund", "amount": amount, "balance_transaction": None,
            "charge": charge["id"], "created": self.book.now(), "currency": charge["currency"],
            "metadata": metadata or {}, "payment_intent": charge["payment_intent"], "reason": reason,
            "receipt_number": None, "status": self.refund_status})
        refund["balance_transaction"] = self.post("refund", refund["id"], -amount, charge["currency"])["id"]
        before = charge["amount_refunded"]
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.book.event("refund.created", refund)
        self.book.event("charge.refunded", charge, {"amount_refunded": before})
        return refund

    def end_refund(self, name, status):
        """A refund that was on its way has arrived, or the bank has sent the money back."""
        refund = self.book.find("refund", name)
        before = refund["status"]
        refund["status"] = status
        if status == "failed":
            charge = self.book.find("charge", refund["charge"])
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
            self.post("refund_failure", refund["id"], refund["amount"], refund["currency"])
            self.book.event("refund.failed", refund, {"status": before})
        self.book.event("refund.updated", refund, {"status": before})
        return refund

    def refunds(self, path, params):
        return self.book.page("refund", path, params, lambda refund: all(
            refund[field] == params[field] for field in ("charge", "payment_intent") if field in params))

    # ---- disputes ----
    def dispute(self, charge_name, amount=None, reason="fraudulent"):
        charge = self.book.find("charge", charge_name)
        amount = amount or charge["amount"]
        dispute = self.book.add({
            "id": self.book.new_id("dp"), "object": "dispute", "amount": amount, "balance_transactions": [],
            "charge": charge["id"], "created": self.book.now(), "currency": charge["currency"],
            "evidence": {word: None for word in EVIDENCE},
            "evidence_details": {"due_by": self.book.now() + EVIDENCE_DAYS * 86400, "has_evidence": False,
                                 "past_due": False, "submission_count": 0},
            "is_charge_refundable": False, "livemode": False, "metadata": {},
            "payment_intent": charge["payment_intent"], "reason": reason, "status": "needs_response"})
        charge["disputed"] = True
        self.book.event("charge.dispute.created", dispute)
        taken = self.post("adjustment", dispute["id"], -amount, charge["currency"], DISPUTE_FEE, "dispute")
        dispute["balance_transactions"].append(dict(taken))
        self.book.event("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def update_dispute(self, name, params):
        params = forms.checked(params, UPDATE_DISPUTE)
        dispute = self.book.find("dispute", name)
        if dispute["status"] != "needs_response":
            raise StripeError.invalid("This dispute is already closed", None)
        dispute["evidence"].update(params.get("evidence", {}))
        dispute["metadata"].update(params.get("metadata", {}))
        dispute["evidence_details"]["has_evidence"] = any(dispute["evidence"].values())
        if params.get("submit", True):
            dispute["evidence_details"]["submission_count"] += 1
            dispute["status"] = "under_review"
        self.book.event("charge.dispute.updated", dispute)
        return dispute

    def close_dispute(self, name, status="lost"):
        dispute = self.book.find("dispute", name)
        if dispute["status"] in ("won", "lost"):
            raise StripeError.invalid("This dispute is already closed", None)
        dispute["status"] = status
        if status == "won":
            back = self.post("adjustment", dispute["id"], dispute["amount"], dispute["currency"], 0,
                             "dispute_reversal")
            dispute["balance_transactions"].append(dict(back))
            self.book.event("charge.dispute.funds_reinstated", dispute)
        self.book.event("charge.dispute.closed", dispute)
        return dispute

    # ---- the balance ----
    def balance(self):
        sums = {}
        for line in self.book.all("balance_transaction"):
            sums[line["currency"]] = sums.get(line["currency"], 0) + line["net"]
        return {"object": "balance", "livemode": False,
                "available": [{"amount": amount, "currency": currency, "source_types": {"card": amount}}
                              for currency, amount in sorted(sums.items())],
                "pending": [{"amount": 0, "currency": currency, "source_types": {"card": 0}}
                            for currency in sorted(sums)]}

    def pay_out(self, currency, status="paid"):
        """Everything of a currency goes to the bank account."""
        lines = [line for line in self.book.all("balance_transaction")
                 if line["currency"] == currency and line["id"] not in self.paid_out()]
        payout = self.book.add({
            "id": self.book.new_id("po"), "object": "payout", "amount": sum(line["net"] for line in lines),
            "arrival_date": self.book.now() + 2 * 86400, "automatic": True, "balance_transaction": None,
            "created": self.book.now(), "currency": currency, "description": "STRIPE PAYOUT",
            "failure_code": None, "failure_message": None, "livemode": False, "metadata": {},
            "method": "standard", "source_type": "card", "status": status, "type": "bank_account"})
        own = self.post("payout", payout["id"], -payout["amount"], currency)
        payout["balance_transaction"] = own["id"]
        self.book.payouts[payout["id"]] = [line["id"] for line in lines] + [own["id"]]
        self.book.event("payout.created", payout)
        if status in ("paid", "failed"):
            self.book.event("payout." + status, payout)
        return payout

    def return_payout(self, name):
        """The bank did not take it: the money is in the balance again."""
        payout = self.book.find("payout", name)
        if payout["status"] == "failed":
            raise StripeError.invalid("This payout has failed already", None)
        payout["status"] = "failed"
        payout["failure_code"] = "account_closed"
        self.post("payout_failure", name, payout["amount"], payout["currency"], 0, "payout_reversal")
        self.book.event("payout.failed", payout)
        return payout

    def paid_out(self):
        return {line for lines in self.book.payouts.values() for line in lines}

    def balance_transactions(self, path, params):
        if "payout" in params:
            self.book.find("payout", params["payout"], "payout")
        return self.book.page("balance_transaction", path, params, lambda line: all((
            "payout" not in params or line["id"] in self.book.payouts[params["payout"]],
            all(line[field] == params[field] for field in ("type", "source", "currency") if field in params))))
