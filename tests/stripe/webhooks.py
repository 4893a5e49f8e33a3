"""Webhooks as Stripe sends them: signed over "t.body" with HMAC-SHA256 under each of the endpoint's
secrets, retried until a 2xx comes; and, when a test says so, held, doubled, in another order or late."""
import hashlib
import hmac
import http.client
import json
import queue
import random
import threading
import urllib.parse

RETRY_S, TRIES_MAX, TIMEOUT_S = 0.3, 40, 10


def sign(body, secrets, at):
    """The Stripe-Signature header; v0 is what test events carry besides and nobody should believe."""
    def mac(secret):
        return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return ",".join([f"t={at}"] + [f"v1={mac(secret)}" for secret in secrets] + ["v0=" + "0" * 64])


class Webhooks:
    def __init__(self, book):
        self.book = book
        self.secrets = {}  # endpoint's id -> its secrets; two while one is rolled
        self.held = None   # A list while tests hold events back.
        self.copies = 1
        self.sent = []     # {"event", "type", "endpoint", "status"}
        self.queue = queue.Queue()
        book.on_event = self.announce
        threading.Thread(target=self.run, daemon=True).start()

    def register(self, url, types, secret=None):
        endpoint = self.book.add({
            "id": self.book.new_id("we"), "object": "webhook_endpoint", "api_version": None,
            "application": None, "created": self.book.now(), "description": None, "enabled_events": types,
            "livemode": False, "metadata": {}, "status": "enabled", "url": url})
        self.secrets[endpoint["id"]] = [secret or "whsec_test_" + endpoint["id"]]
        return endpoint

    def announce(self, event):
        for endpoint in self.book.all("webhook_endpoint"):
            if endpoint["status"] == "enabled" and (
                    "*" in endpoint["enabled_events"] or event["type"] in endpoint["enabled_events"]):
                event["pending_webhooks"] += 1
                if self.held is not None:
                    self.held.append((endpoint, event))
                else:
                    self.send(endpoint, event, self.copies)

    def send(self, endpoint, event, copies=1):
        for _ in range(copies):
            self.queue.put((endpoint, event, 1))

    def release(self, order="same", copies=1):
        """Sends what was held: "same", "reverse" or "shuffled"."""
        held, self.held = self.held or [], None
        if order == "reverse":
            held.reverse()
        elif order == "shuffled":
            random.Random(len(held)).shuffle(held)
        for endpoint, event in held:
            self.send(endpoint, event, copies)
        return len(held)

    def run(self):
        while True:
            endpoint, event, tries = self.queue.get()
            status = self.deliver(endpoint, event)
            self.sent.append({"event": event["id"], "type": event["type"], "endpoint": endpoint["id"],
                              "status": status})
            if not 200 <= status < 300 and tries < TRIES_MAX:
                again = threading.Timer(RETRY_S, self.queue.put, [(endpoint, event, tries + 1)])
                again.daemon = True
                again.start()

    def deliver(self, endpoint, event):
        body = json.dumps(event, indent=2).encode()
        to = urllib.parse.urlsplit(endpoint["url"])
        try:
            connection = http.client.HTTPConnection(to.hostname, to.port, timeout=TIMEOUT_S)
            connection.request("POST", to.path, body, {
                "Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0",
                "Stripe-Signature": sign(body, self.secrets[endpoint["id"]], self.book.now())})
            status = connection.getresponse().status
            connection.close()
            return status
        except OSError:
            return 0
