"""The provider's book: every object by its id, a clock that tests may turn, and an event for each
change. What the objects look like and how they change is in checkout.py and aftersale.py."""
import copy
import threading
import time

from problems import StripeError

API_VERSION = "2026-07-29.dahlia"
PAGE_DEFAULT, PAGE_MAX = 10, 100
# The word of an object's id before its first underscore -> what the object is.
KINDS = {"cs": "checkout.session", "pi": "payment_intent", "ch": "charge", "re": "refund", "dp": "dispute",
         "txn": "balance_transaction", "po": "payout", "evt": "event", "we": "webhook_endpoint"}


class Book:
    def __init__(self, number=1):
        self.number = number  # Of the account; ids differ by it.
        self.lock = threading.RLock()
        self.offset_s = 0
        self.payouts = {}   # payout -> the balance transactions in it
        self.objects = {}   # id -> object, in the order of creation
        self.request = {"id": None, "idempotency_key": None}  # Of the call that runs now.
        self.on_event = lambda event: None
        self.numbers = 0

    def now(self):
        return int(time.time() + self.offset_s)

    def new_id(self, prefix):
        self.numbers += 1
        test = "test_" if prefix == "cs" else ""
        return f"{prefix}_{test}{self.number}Bilten{self.numbers:018}"

    def add(self, thing):
        self.objects[thing["id"]] = thing
        return thing

    def find(self, kind, name, param="id"):
        thing = self.objects.get(name)
        if thing is None or thing["object"] != kind:
            raise StripeError.missing(kind, name, param)
        return thing

    def all(self, kind):
        return [thing for thing in self.objects.values() if thing["object"] == kind]

    def page(self, kind, path, params, matches=lambda thing: True):
        """Newest first; the cursor is an object's id."""
        limit = params.get("limit", PAGE_DEFAULT)
        if not 1 <= limit <= PAGE_MAX:
            raise StripeError.invalid(f"Invalid integer: {limit} is not between 1 and {PAGE_MAX}", "limit")
        things = [thing for thing in reversed(self.all(kind))
                  if matches(thing) and in_span(thing.get("created", 0), params.get("created", {}))]
        ids = [thing["id"] for thing in things]
        if "starting_after" in params:
            self.find(kind, params["starting_after"], "starting_after")
            things = things[ids.index(params["starting_after"]) + 1:]
        elif "ending_before" in params:
            self.find(kind, params["ending_before"], "ending_before")
            before = things[:ids.index(params["ending_before"])]
            return {"object": "list", "url": path, "has_more": len(before) > limit, "data": before[-limit:]}
        return {"object": "list", "url": path, "has_more": len(things) > limit, "data": things[:limit]}

    def event(self, kind, thing, previous=None):
        data = {"object": copy.deepcopy(thing)}
        if previous is not None:
            data["previous_attributes"] = previous
        event = self.add({
            "id": self.new_id("evt"), "object": "event", "api_version": API_VERSION, "created": self.now(),
            "data": data, "livemode": False, "pending_webhooks": 0, "request": dict(self.request),
            "type": kind})
        self.on_event(event)
        return event

    def expanded(self, thing, paths):
        """A copy in which the ids at those dotted paths are the objects themselves."""
        thing = copy.deepcopy(thing)
        for path in paths:
            self.expand(thing, path.split("."), path)
        return thing

    def expand(self, at, steps, path):
        if isinstance(at, list):
            for item in at:
                self.expand(item, steps, path)
            return
        if not steps or at is None:
            return
        if not isinstance(at, dict) or steps[0] not in at:
            raise StripeError.invalid(f"This property cannot be expanded ({path}).", "expand")
        if isinstance(at[steps[0]], str):
            named = self.objects.get(at[steps[0]])
            if named is None or named["object"] != KINDS.get(at[steps[0]].split("_")[0]):
                raise StripeError.invalid(f"This property cannot be expanded ({path}).", "expand")
            at[steps[0]] = copy.deepcopy(named)
        self.expand(at[steps[0]], steps[1:], path)


def in_span(at, span):
    return (at > span.get("gt", -1) and at >= span.get("gte", 0)
            and at < span.get("lt", 1 << 62) and at <= span.get("lte", 1 << 62))
