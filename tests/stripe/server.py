#!/usr/bin/env python3
"""A stateful server that speaks Stripe's API as far as Bilten uses it, for tests; no network but the
loopback, nothing but Python's own library. It is proven by Stripe's own SDK (sdk_test.mjs).

usage: server.py [--port N] [--key sk_test_...]... [--account sk_test_...]... [--tls FOLDER [--certified ADDRESS]]

Each --account is one more account, apart from the first one's: orders to it are /_control/<what>?account=KEY.
Prints "listening on http://127.0.0.1:PORT" (https with --tls, and FOLDER/ca.pem vouches for it). Tests order it about under /_control/ (control.py); the
hosted page of a session is /c/pay/<session>.
"""
import argparse
import html
import http.client
import http.server
import json
import os
import time
import urllib.parse

from api import Answer, Api
from control import Control
from faults import Faults
from problems import StripeError
from tls import context_in

PAGE = """<!doctype html><meta charset=utf-8><title>Test payment</title>
<h1>{amount} {currency}</h1><p>{name}</p><form method=post>{buttons}</form>"""
OUTCOMES = ("approve", "decline", "insufficient_funds", "3ds", "3ds_fail", "async")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, keys, accounts=(), tls=None):
        super().__init__(("127.0.0.1", port), Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server_address[1]}"
        self.apis = [Api(self.url, keys)] + [Api(self.url, [key], number)
                                             for number, key in enumerate(accounts, 2)]
        self.faults = Faults()
        self.seen = []
        self.controls = [Control(api, self.faults, self.seen) for api in self.apis]

    def account(self, key):
        """Of that key; the first one's where nobody has it."""
        return next((at for at, api in enumerate(self.apis) if key in api.keys), 0)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "nginx"
    sys_version = ""

    def log_message(self, *unused):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # Who asked has gone, or did not like our certificate.

    def do_GET(self):
        self.serve(b"")

    def do_DELETE(self):
        self.serve(b"")

    def do_POST(self):
        self.serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def serve(self, body):
        url = urllib.parse.urlsplit(self.path)
        if url.path.startswith("/_control/"):
            self.control(url.path.removeprefix("/_control/"), url.query, body)
        elif url.path.startswith("/c/pay/"):
            self.pay_page(url.path.removeprefix("/c/pay/"), body)
        else:
            self.call(url, body)

    # ---- Stripe's API ----
    def call(self, url, body):
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = self.server.faults.next(self.command, url.path)
        kind = fault["kind"] if fault else ""
        self.api = self.server.apis[self.server.account(Api.key_in(headers))]
        self.server.seen.append({"method": self.command, "path": url.path, "query": url.query,
                                 "body": body.decode(errors="replace"), "fault": kind,
                                 "key": headers.get("idempotency-key"),
                                 "version": headers.get("stripe-version")})
        if not fault:
            self.answer(self.run(url, headers, body))
            return
        if kind == "slow":
            time.sleep(fault["seconds"])
        runs = kind in ("slow", "timeout_after", "cut_after", "half_answer", "500_after", "garbage", "huge",
                        "other_json")
        answer = self.run(url, headers, body) if runs else None
        if kind == "500_kept":
            with self.api.book.lock:
                self.api.keyed_500(url.path, headers, body)
        self.go_wrong(kind, fault, answer)

    def run(self, url, headers, body):
        with self.api.book.lock:
            return self.api.call(self.command, url.path, url.query, headers, body)

    def go_wrong(self, kind, fault, answer):
        trouble = {"error": {"type": "api_error", "message": "An unknown error occurred"}}
        if kind == "slow":
            self.answer(answer)
        elif kind in ("timeout_before", "timeout_after"):
            time.sleep(fault["seconds"])
            self.close_connection = True
        elif kind in ("cut_before", "cut_after"):
            self.close_connection = True
        elif kind == "half_answer":
            self.answer(answer, part=0.5)
        elif kind in ("500", "500_kept", "500_after"):
            self.answer(Answer(500, trouble))
        elif kind == "503":
            self.send(503, b"<html>upstream connect error</html>", {"Content-Type": "text/html"})
        elif kind == "429":
            limited = {"error": {"type": "invalid_request_error", "code": "rate_limit",
                                 "message": "Request rate limit exceeded."}}
            self.answer(Answer(429, limited, {"Retry-After": str(fault.get("retry_after", 1)),
                                              "Stripe-Should-Retry": "true"}))
        elif kind == "409":
            in_use = {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use",
                                "message": "There is currently another in-progress request using this "
                                           "Idempotency Key."}}
            self.answer(Answer(409, in_use, {"Stripe-Should-Retry": "true"}))
        elif kind == "garbage":
            self.send(200, b"{\"id\": \"cs_test_1\", \xff", {"Content-Type": "application/json"})
        elif kind == "huge":
            self.answer(Answer(200, {"id": "x" * 20_000_000}))
        elif kind == "other_json":
            self.answer(Answer(200, {"object": "list", "data": [], "has_more": False}))
        elif kind == "redirect":
            self.send(302, b"", {"Location": fault["to"]})
        elif kind == "401":
            self.answer(Answer(401, {"error": {"type": "invalid_request_error",
                                               "message": "Expired API Key provided: sk_test***"}}))

    def answer(self, answer, part=1.0):
        body = json.dumps(answer.body, indent=2).encode()
        headers = {"Content-Type": "application/json", **answer.headers}
        self.send(answer.status, body, headers, part)

    def send(self, status, body, headers, part=1.0):
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}",
                 f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        if part < 1:
            self.close_connection = True
        try:
            self.wfile.write(head + body[:int(len(body) * part)])
        except OSError:
            self.close_connection = True  # Who asked has gone.

    # ---- what is not Stripe's ----
    def control(self, what, query, body):
        at = self.server.account(urllib.parse.parse_qs(query).get("account", [""])[0])
        try:
            with self.server.apis[at].book.lock:
                done = self.server.controls[at].run(what, json.loads(body or b"{}"))
            self.answer(Answer(200, done))
        except StripeError as error:
            self.answer(Answer(error.status, error.body))
        except (AttributeError, TypeError, ValueError) as fault:
            self.answer(Answer(400, {"error": {"type": "control", "message": str(fault)}}))

    def pay_page(self, name, body):
        api = next((api for api in self.server.apis if name in api.book.objects), self.server.apis[0])
        with api.book.lock:
            try:
                session = api.checkout.session(name)
                if body:
                    outcome = dict(urllib.parse.parse_qsl(body.decode())).get("outcome", "approve")
                    session = api.checkout.pay_session(name, outcome)
            except StripeError as error:
                self.answer(Answer(error.status, error.body))
                return
        if session["status"] == "complete":
            self.send(303, b"", {"Location": session["success_url"]})
            return
        buttons = "".join(f"<button name=outcome value={word}>{word}</button>" for word in OUTCOMES)
        page = PAGE.format(amount=session["amount_total"], currency=session["currency"].upper(),
                           name=html.escape(session["client_reference_id"] or ""), buttons=buttons)
        self.send(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", action="append")
    parser.add_argument("--account", action="append", default=[])
    parser.add_argument("--tls")
    parser.add_argument("--certified", default="127.0.0.1")
    options = parser.parse_args()
    tls = context_in(options.tls, options.certified) if options.tls else None
    server = Server(options.port, options.key or ["sk_test_bilten"], options.account, tls)
    print("listening on " + server.url, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        os._exit(0)


if __name__ == "__main__":
    main()
