"""What tests order of the server, as JSON posted to /_control/<what>: the buyer's doings, disputes,
payouts, faults, webhooks, the clock; and what they look at: the book, the requests, the deliveries."""


class Control:
    def __init__(self, api, faults, seen):
        self.api = api
        self.faults = faults
        self.seen = seen  # Every request to the API, in order.

    def run(self, what, order):
        """The caller holds the book's lock."""
        return getattr(self, "do_" + what)(**order)

    def do_pay(self, session, outcome="approve"):
        """approve, decline, insufficient_funds, expired_card, 3ds, 3ds_fail, async, async_succeed,
        async_fail; or expire."""
        if outcome == "expire":
            return self.api.checkout.expire_session(session)
        return self.api.checkout.pay_session(session, outcome)

    def do_dispute(self, charge, amount=None, reason="fraudulent"):
        return self.api.aftersale.dispute(charge, amount, reason)

    def do_close_dispute(self, dispute, status):
        return self.api.aftersale.close_dispute(dispute, status)

    def do_refund_by_hand(self, charge, amount):
        """In the provider's dashboard: nobody here asked for it."""
        return self.api.aftersale.refund(self.api.book.find("charge", charge), amount)

    def do_refunds_are(self, status):
        self.api.aftersale.refund_status = status
        return {}

    def do_end_refund(self, refund, status):
        return self.api.aftersale.end_refund(refund, status)

    def do_pay_out(self, currency, status="paid"):
        return self.api.aftersale.pay_out(currency, status)

    def do_return_payout(self, payout):
        return self.api.aftersale.return_payout(payout)

    def do_fault(self, **order):
        self.faults.order(**order)
        return {}

    def do_clear_faults(self):
        self.faults.clear()
        return {}

    def do_clock(self, advance_s):
        self.api.book.offset_s += advance_s
        return {"now": self.api.book.now()}

    def do_endpoint(self, url, types=("*",), secret=None):
        endpoint = self.api.webhooks.register(url, list(types), secret)
        return {**endpoint, "secrets": self.api.webhooks.secrets[endpoint["id"]]}

    def do_roll_secret(self, endpoint, secret, keep_old=True):
        """As in the dashboard: the old secret signs too, until it is dropped."""
        secrets = self.api.webhooks.secrets
        secrets[endpoint] = [secret] + (secrets[endpoint] if keep_old else [])
        return {"secrets": secrets[endpoint]}

    def do_hold_webhooks(self):
        self.api.webhooks.held = []
        return {}

    def do_release_webhooks(self, order="same", copies=1):
        return {"released": self.api.webhooks.release(order, copies)}

    def do_drop_webhooks(self):
        """What was held is never sent."""
        self.api.webhooks.held = None
        return {}

    def do_copies(self, copies):
        self.api.webhooks.copies = copies
        return {}

    def do_resend(self, event, copies=1):
        book = self.api.book
        for endpoint in book.all("webhook_endpoint"):
            self.api.webhooks.send(endpoint, book.find("event", event), copies)
        return {}

    def do_book(self):
        """What the provider says is true: every object, and sums by currency."""
        book, sums = self.api.book, {}
        for line in book.all("balance_transaction"):
            of = sums.setdefault(line["currency"], {})
            category = line["reporting_category"]
            of[category] = of.get(category, 0) + line["amount"]
            of["fees"] = of.get("fees", 0) + line["fee"]
        return {"objects": list(book.objects.values()), "sums": sums}

    def do_seen(self):
        return {"requests": self.seen}

    def do_sent(self):
        return {"deliveries": self.api.webhooks.sent}
