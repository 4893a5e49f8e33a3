"""What goes wrong between us and a provider, by order of a test: for the next N requests of a method
and path, or for N of them, one in so many. Whether the request ran before it went wrong is in the fault's name."""
import threading

KINDS = {
    "slow": "answers, after so many seconds",
    "timeout_before": "does not run, and no answer comes",
    "timeout_after": "runs, and no answer comes",
    "cut_before": "does not run; the connection ends",
    "cut_after": "runs; the connection ends",
    "half_answer": "runs; the answer ends in its middle",
    "500": "does not run: 500",
    "500_kept": "does not run; the 500 is kept under the idempotency key, as Stripe does",
    "500_after": "runs: 500",
    "503": "does not run: 503 with a page that is not JSON",
    "429": "does not run: 429 with Retry-After",
    "409": "does not run: another request of the same key runs just now",
    "garbage": "runs; the answer is not JSON",
    "huge": "runs; the answer has 20 MB",
    "other_json": "runs; the answer is JSON of something else",
    "redirect": "does not run: 302 to elsewhere",
    "401": "does not run: the key was withdrawn",
}


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.orders = []

    def order(self, kind, method="POST", path="/v1/", times=1, seconds=30, every=1, passed=0, **more):
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}; there are {', '.join(KINDS)}")
        with self.lock:
            self.orders.append({"kind": kind, "method": method, "path": path, "times": times,
                                "seconds": seconds, "every": every, "passed": passed, **more})

    def next(self, method, path):
        with self.lock:
            for order in self.orders:
                if order["times"] > 0 and order["method"] == method and path.startswith(order["path"]):
                    order["passed"] += 1
                    if order["passed"] % order["every"] == 0:
                        order["times"] -= 1
                        return order
        return None

    def clear(self):
        with self.lock:
            self.orders.clear()
