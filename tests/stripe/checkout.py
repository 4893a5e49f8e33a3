"""Checkout sessions, payment intents and charges: from "somebody wants to pay" to the money."""
import forms
from forms import Needed
from problems import StripeError

EXPIRES_MIN_S, EXPIRES_MAX_S = 30 * 60, 24 * 3600
AMOUNT_MIN, AMOUNT_MAX = 50, 99_999_999
# What a card does, by Stripe's own test cards.
DECLINES = {"decline": ("card_declined", "generic_decline", "Your card was declined."),
            "insufficient_funds": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
            "expired_card": ("expired_card", None, "Your card has expired."),
            "3ds_fail": ("payment_intent_authentication_failure", None,
                         "The provided payment method has failed authentication.")}
METHODS = {"pm_card_visa": "approve", "pm_card_chargeDeclined": "decline",
           "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
           "pm_card_chargeDeclinedExpiredCard": "expired_card", "pm_card_authenticationRequired": "3ds"}
CREATE_SESSION = {
    "mode": Needed(forms.choice("payment", "setup", "subscription")),
    "success_url": Needed(forms.url), "cancel_url": forms.url, "client_reference_id": forms.text,
    "customer_email": forms.text, "expires_at": forms.integer, "locale": forms.text,
    "metadata": forms.metadata, "payment_method_types": forms.texts, "expand": forms.texts,
    "payment_intent_data": forms.table({"metadata": forms.metadata, "description": forms.text,
                                        "statement_descriptor_suffix": forms.text}),
    "line_items": Needed(forms.tables({
        "quantity": Needed(forms.integer),
        "price_data": Needed(forms.table({
            "currency": Needed(forms.currency), "unit_amount": Needed(forms.integer),
            "product_data": Needed(forms.table({"name": Needed(forms.text), "description": forms.text}))}))})),
}
CREATE_INTENT = {
    "amount": Needed(forms.integer), "currency": Needed(forms.currency), "confirm": forms.boolean,
    "payment_method": forms.text, "payment_method_types": forms.texts, "metadata": forms.metadata,
    "description": forms.text, "return_url": forms.url, "expand": forms.texts,
    "automatic_payment_methods": forms.table({"enabled": Needed(forms.boolean),
                                              "allow_redirects": forms.text}),
}
CONFIRM_INTENT = {"payment_method": forms.text, "return_url": forms.url, "expand": forms.texts}


def check_amount(amount, param):
    if amount < AMOUNT_MIN:
        raise StripeError.invalid(f"Amount must be at least {AMOUNT_MIN}", param, "amount_too_small")
    if amount > AMOUNT_MAX:
        raise StripeError.invalid(f"Amount must be no more than {AMOUNT_MAX}", param, "amount_too_large")


class Checkout:
    def __init__(self, book, base_url):
        self.book = book
        self.base_url = base_url
        self.intent_data = {}  # session -> what its intent will be made with

    # ---- sessions ----
    def create_session(self, params):
        params = forms.checked(params, CREATE_SESSION)
        lines, now = params["line_items"], self.book.now()
        currencies = {line["price_data"]["currency"] for line in lines}
        if len(currencies) > 1:
            raise StripeError.invalid("All line items must have the same currency", "line_items")
        total = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in lines)
        check_amount(total, "line_items")
        expires_at = params.get("expires_at", now + EXPIRES_MAX_S)
        if not now + EXPIRES_MIN_S <= expires_at <= now + EXPIRES_MAX_S:
            raise StripeError.invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours "
                                      "from Checkout Session creation.", "expires_at")
        session = self.book.add({
            "id": self.book.new_id("cs"), "object": "checkout.session", "amount_subtotal": total,
            "amount_total": total, "cancel_url": params.get("cancel_url"),
            "client_reference_id": params.get("client_reference_id"), "created": now,
            "currency": currencies.pop(), "customer_email": params.get("customer_email"),
            "expires_at": expires_at, "livemode": False, "locale": params.get("locale"),
            "metadata": params.get("metadata", {}), "mode": params["mode"], "payment_intent": None,
            "payment_method_types": params.get("payment_method_types", ["card"]),
            "payment_status": "unpaid", "status": "open", "success_url": params["success_url"], "url": None})
        session["url"] = f"{self.base_url}/c/pay/{session['id']}"
        self.intent_data[session["id"]] = params.get("payment_intent_data", {})
        return session

    def session(self, name):
        session = self.book.find("checkout.session", name)
        if session["status"] == "open" and session["expires_at"] <= self.book.now():
            self.end_session(session)
        return session

    def sessions(self, path, params):
        for session in self.book.all("checkout.session"):
            self.session(session["id"])
        return self.book.page("checkout.session", path, params, lambda session: all(
            session[field] == params[field] for field in ("payment_intent", "status") if field in params))

    def expire_session(self, name):
        session = self.session(name)
        if session["status"] != "open":
            raise StripeError.invalid("Only Checkout Sessions with a status in [\"open\"] can be expired. "
                                      f"This Checkout Session has a status of {session['status']}.")
        return self.end_session(session)

    def end_session(self, session):
        session.update(status="expired", url=None)
        if session["payment_intent"]:
            self.cancel_intent(session["payment_intent"], "abandoned")
        self.book.event("checkout.session.expired", session)
        return session

    def pay_session(self, name, outcome):
        """What the buyer does on the hosted page."""
        session = self.session(name)
        if session["status"] == "complete" and outcome in ("async_succeed", "async_fail"):
            return self.settle(session, outcome == "async_succeed")
        if session["status"] != "open":
            raise StripeError.invalid(f"This Checkout Session is {session['status']}")
        if not session["payment_intent"]:
            data = self.intent_data[session["id"]]
            session["payment_intent"] = self.new_intent(
                session["amount_total"], session["currency"], data.get("metadata", {}),
                data.get("description"), session["payment_method_types"])["id"]
        intent = self.book.find("payment_intent", session["payment_intent"])
        if outcome == "async":
            intent.update(status="processing")
            self.book.event("payment_intent.processing", intent)
            self.complete(session, "unpaid")
        elif outcome in DECLINES or outcome == "3ds":
            self.attempt(intent, outcome)
        else:
            self.capture(intent)
            self.complete(session, "paid")
        return session

    def complete(self, session, payment_status):
        session.update(status="complete", payment_status=payment_status, url=None)
        self.book.event("checkout.session.completed", session)

    def settle(self, session, good):
        """A method of payment that takes days has come to its end."""
        intent = self.book.find("payment_intent", session["payment_intent"])
        if intent["status"] != "processing":
            raise StripeError.invalid(f"The PaymentIntent is {intent['status']}")
        if good:
            self.capture(intent)
            session["payment_status"] = "paid"
        else:
            self.attempt(intent, "decline")
        self.book.event("checkout.session.async_payment_" + ("succeeded" if good else "failed"), session)
        return session

    # ---- intents and charges ----
    def new_intent(self, amount, currency, metadata, description, methods):
        intent_id = self.book.new_id("pi")
        intent = self.book.add({
            "id": intent_id, "object": "payment_intent", "amount": amount, "amount_capturable": 0,
            "amount_received": 0, "canceled_at": None, "cancellation_reason": None,
            "capture_method": "automatic", "client_secret": f"{intent_id}_secret_of_a_test",
            "confirmation_method": "automatic", "created": self.book.now(), "currency": currency,
            "description": description, "last_payment_error": None, "latest_charge": None, "livemode": False,
            "metadata": metadata, "next_action": None, "payment_method": None,
            "payment_method_types": methods, "status": "requires_payment_method"})
        self.book.event("payment_intent.created", intent)
        return intent

    def create_intent(self, params):
        params = forms.checked(params, CREATE_INTENT)
        check_amount(params["amount"], "amount")
        intent = self.new_intent(params["amount"], params["currency"], params.get("metadata", {}),
                                 params.get("description"), params.get("payment_method_types", ["card"]))
        if params.get("payment_method"):
            intent.update(payment_method=params["payment_method"], status="requires_confirmation")
        return self.confirmed(intent) if params.get("confirm") else intent

    def confirm_intent(self, name, params):
        params = forms.checked(params, CONFIRM_INTENT)
        intent = self.book.find("payment_intent", name)
        if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
            raise StripeError.invalid(f"This PaymentIntent's status is {intent['status']}.", None,
                                      "payment_intent_unexpected_state")
        if params.get("payment_method"):
            intent["payment_method"] = params["payment_method"]
        return self.confirmed(intent)

    def confirmed(self, intent):
        outcome = METHODS.get(intent["payment_method"])
        if outcome is None:
            raise StripeError.invalid(f"No such PaymentMethod: '{intent['payment_method']}'", "payment_method",
                                      "resource_missing")
        if outcome == "approve":
            return self.capture(intent)
        self.attempt(intent, outcome)
        if outcome in DECLINES:
            code, decline_code, message = DECLINES[outcome]
            raise StripeError.card(message, code, decline_code, charge=intent["latest_charge"],
                                   payment_intent=intent)
        return intent

    def cancel_intent(self, name, reason=None):
        intent = self.book.find("payment_intent", name)
        if intent["status"] in ("succeeded", "canceled", "processing"):
            raise StripeError.invalid(f"You cannot cancel this PaymentIntent because it has a status of "
                                      f"{intent['status']}.", None, "payment_intent_unexpected_state")
        intent.update(status="canceled", canceled_at=self.book.now(), cancellation_reason=reason,
                      next_action=None)
        self.book.event("payment_intent.canceled", intent)
        return intent

    def attempt(self, intent, outcome):
        """An attempt that brings no money: refused, or the bank asks the buyer first."""
        if outcome == "3ds":
            intent.update(status="requires_action", next_action={"type": "use_stripe_sdk"})
            self.book.event("payment_intent.requires_action", intent)
            return
        code, decline_code, message = DECLINES[outcome]
        if outcome != "3ds_fail":
            charge = self.new_charge(intent, "failed")
            charge.update(failure_code=code, failure_message=message)
            intent["latest_charge"] = charge["id"]
            self.book.event("charge.failed", charge)
        intent.update(status="requires_payment_method", next_action=None, payment_method=None,
                      last_payment_error={"type": "card_error", "code": code, "message": message,
                                          **({"decline_code": decline_code} if decline_code else {})})
        self.book.event("payment_intent.payment_failed", intent)

    def capture(self, intent):
        charge = self.new_charge(intent, "succeeded")
        fee = intent["amount"] * 15 // 1000 + 25
        charge["balance_transaction"] = self.post("charge", charge["id"], intent["amount"], intent["currency"],
                                                  fee)["id"]
        intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"],
                      next_action=None, last_payment_error=None)
        self.book.event("charge.succeeded", charge)
        self.book.event("payment_intent.succeeded", intent)
        return intent

    def new_charge(self, intent, status):
        good = status == "succeeded"
        return self.book.add({
            "id": self.book.new_id("ch"), "object": "charge", "amount": intent["amount"],
            "amount_captured": intent["amount"] if good else 0, "amount_refunded": 0,
            "balance_transaction": None, "captured": good, "created": self.book.now(),
            "currency": intent["currency"], "description": intent["description"], "disputed": False,
            "failure_code": None, "failure_message": None, "livemode": False, "metadata": intent["metadata"],
            "paid": good, "payment_intent": intent["id"], "refunded": False, "status": status})

    def post(self, kind, source, amount, currency, fee=0, category=None):
        """One line of the account's balance."""
        return self.book.add({
            "id": self.book.new_id("txn"), "object": "balance_transaction", "amount": amount,
            "available_on": self.book.now(), "created": self.book.now(), "currency": currency,
            "description": None, "exchange_rate": None, "fee": fee,
            "fee_details": [{"amount": fee, "application": None, "currency": currency,
                             "description": "Stripe processing fees", "type": "stripe_fee"}] if fee else [],
            "net": amount - fee, "reporting_category": category or kind, "source": source,
            "status": "available", "type": kind})
