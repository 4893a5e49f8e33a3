"""The calls of Stripe's API that this server knows: method and path -> what runs. Idempotency keys,
versions and keys of the API are checked here, as Stripe checks them."""
import base64
import hashlib
import json
import re

import forms
from aftersale import Aftersale
from book import API_VERSION, Book
from checkout import Checkout
from problems import StripeError
from webhooks import Webhooks

IDEMPOTENCY_TTL_S, KEY_MAX = 24 * 3600, 255
PAGE = {"limit": forms.integer, "starting_after": forms.text, "ending_before": forms.text,
        "created": forms.moment, "expand": forms.texts}
EXPAND = {"expand": forms.texts}


class Answer:
    def __init__(self, status, body, headers=()):
        self.status = status
        self.body = body
        self.headers = dict(headers)


class Api:
    def __init__(self, base_url, keys, number=1):
        self.keys = set(keys)
        self.book = Book(number)
        self.checkout = Checkout(self.book, base_url)
        self.aftersale = Aftersale(self.book, self.checkout.post)
        self.webhooks = Webhooks(self.book)
        self.answers = {}  # (api key, idempotency key) -> what was asked and answered
        self.requests = 0
        checkout, aftersale = self.checkout, self.aftersale
        self.routes = [(method, re.compile(path.replace("{id}", "([A-Za-z0-9_]+)")), run)
                       for method, path, run in (
            ("POST", "/v1/checkout/sessions", checkout.create_session),
            ("GET", "/v1/checkout/sessions", self.lister(checkout.sessions, "payment_intent", "status")),
            ("GET", "/v1/checkout/sessions/{id}", self.getter(checkout.session)),
            ("POST", "/v1/checkout/sessions/{id}/expire", self.getter(checkout.expire_session)),
            ("POST", "/v1/payment_intents", checkout.create_intent),
            ("GET", "/v1/payment_intents", self.lister(self.pager("payment_intent"))),
            ("GET", "/v1/payment_intents/{id}", self.finder("payment_intent")),
            ("POST", "/v1/payment_intents/{id}/confirm", lambda params, name:
             checkout.confirm_intent(name, params)),
            ("POST", "/v1/payment_intents/{id}/cancel", self.getter(checkout.cancel_intent)),
            ("GET", "/v1/charges/{id}", self.finder("charge")),
            ("POST", "/v1/refunds", aftersale.create_refund),
            ("GET", "/v1/refunds", self.lister(aftersale.refunds, "charge", "payment_intent")),
            ("GET", "/v1/refunds/{id}", self.finder("refund")),
            ("GET", "/v1/disputes", self.lister(self.pager("dispute"))),
            ("GET", "/v1/disputes/{id}", self.finder("dispute")),
            ("POST", "/v1/disputes/{id}", lambda params, name: aftersale.update_dispute(name, params)),
            ("POST", "/v1/disputes/{id}/close", self.getter(aftersale.close_dispute)),
            ("GET", "/v1/balance", lambda params: aftersale.balance()),
            ("GET", "/v1/balance_transactions",
             self.lister(aftersale.balance_transactions, "payout", "type", "source", "currency")),
            ("GET", "/v1/balance_transactions/{id}", self.finder("balance_transaction")),
            ("GET", "/v1/payouts", self.lister(self.pager("payout"))),
            ("GET", "/v1/payouts/{id}", self.finder("payout")),
            ("GET", "/v1/events", self.lister(self.pager("event", "type"), "type")),
            ("GET", "/v1/events/{id}", self.finder("event")),
            ("POST", "/v1/webhook_endpoints", self.create_endpoint),
            ("GET", "/v1/webhook_endpoints", self.lister(self.pager("webhook_endpoint"))),
        )]

    # ---- forms of calls ----
    def lister(self, run, *filters):
        spec = PAGE | {word: forms.text for word in filters}

        def call(params, path=None):
            return run(path, forms.checked(params, spec))
        call.wants_path = True
        return call

    def pager(self, kind, *fields):
        return lambda path, params: self.book.page(kind, path, params, lambda thing: all(
            thing[field] == params[field] for field in fields if field in params))

    def getter(self, run):
        def call(params, name):
            forms.checked(params, EXPAND)
            return run(name)
        return call

    def finder(self, kind):
        return self.getter(lambda name: self.book.find(kind, name))

    def create_endpoint(self, params):
        params = forms.checked(params, {"url": forms.Needed(forms.url), "expand": forms.texts,
                                        "enabled_events": forms.Needed(forms.texts)})
        endpoint = self.webhooks.register(params["url"], params["enabled_events"])
        return {**endpoint, "secret": self.webhooks.secrets[endpoint["id"]][0]}  # Shown this once.

    # ---- a call ----
    def call(self, method, path, query, headers, body):
        """Runs one request; the caller holds the book's lock."""
        self.requests += 1
        request_id = f"req_{self.requests:014}"
        common = {"Request-Id": request_id, "Stripe-Version": headers.get("stripe-version", API_VERSION)}
        key = headers.get("idempotency-key")
        if key:
            common["Idempotency-Key"] = key
        try:
            secret = self.authenticate(headers)
            self.check_version(headers)
            answer = self.keyed(method, path, query, body, (secret, key), request_id)
        except StripeError as error:
            answer = Answer(error.status, error.body, error.headers)
        answer.headers = {**common, **answer.headers}
        return answer

    @staticmethod
    def key_in(headers):  # Of the API; empty: none.
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            given = base64.b64decode(given).decode(errors="replace").partition(":")[0]
        return given

    def authenticate(self, headers):
        given = self.key_in(headers)
        if not given:
            raise StripeError(401, "invalid_request_error", "You did not provide an API key.")
        if given not in self.keys:
            raise StripeError(401, "invalid_request_error",
                              f"Invalid API Key provided: {given[:7]}***{given[-4:]}")
        return given

    def check_version(self, headers):
        version = headers.get("stripe-version", API_VERSION)
        if version != API_VERSION:
            raise StripeError.invalid(f"Invalid Stripe API version: {version}")

    def keyed(self, method, path, query, body, who, request_id):
        """Runs a request once for its idempotency key; the answer is the same for a day."""
        if method != "POST" or not who[1]:
            return self.run(method, path, query, body, who[1], request_id)
        if len(who[1]) > KEY_MAX:
            raise StripeError.invalid("Idempotency keys are at most 255 characters", "idempotency_key")
        asked = (path, hashlib.sha256(body).hexdigest())
        kept = self.answers.get(who)
        if kept and kept["at"] + IDEMPOTENCY_TTL_S > self.book.now():
            if kept["asked"] != asked:
                raise StripeError(400, "idempotency_error",
                                  "Keys for idempotent requests can only be used with the same parameters "
                                  f"they were first used with. Try using a key other than '{who[1]}' if you "
                                  "meant to execute a different request.")
            return Answer(kept["status"], json.loads(kept["body"]),
                          {"Idempotent-Replayed": "true", "Original-Request": kept["request"]})
        answer = self.run(method, path, query, body, who[1], request_id)
        self.keep(who, asked, answer.status, answer.body, request_id)
        answer.headers["Original-Request"] = request_id
        return answer

    def keep(self, who, asked, status, body, request_id):
        self.answers[who] = {"asked": asked, "status": status, "body": json.dumps(body),
                             "at": self.book.now(), "request": request_id}

    def keyed_500(self, path, headers, body):
        """Stripe keeps a 500 of its own as it keeps any answer: the same key brings it back all day."""
        who = (self.authenticate(headers), headers.get("idempotency-key"))
        trouble = {"error": {"type": "api_error", "message": "An unknown error occurred"}}
        if who not in self.answers:  # A key that has an answer keeps it.
            self.keep(who, (path, hashlib.sha256(body).hexdigest()), 500, trouble, "req_of_a_500")

    def run(self, method, path, query, body, key, request_id):
        for route_method, pattern, run in self.routes:
            match = pattern.fullmatch(path)
            if match and route_method == method:
                break
        else:
            raise StripeError(404, "invalid_request_error", f"Unrecognized request URL ({method}: {path}).")
        params = forms.decode(body.decode("utf-8") if method == "POST" else query)
        self.book.request = {"id": request_id, "idempotency_key": key}
        try:
            if getattr(run, "wants_path", False):
                thing = run(params, path=path)
            else:
                thing = run(params, *match.groups())
        except StripeError as error:
            if error.status != 402:
                raise
            return Answer(402, error.body)  # A refused card is an outcome, kept under the key.
        finally:
            self.book.request = {"id": None, "idempotency_key": None}
        return Answer(200, self.book.expanded(thing, params.get("expand", [])))
