"""Doors without a network: how much a scanner takes along, how fast it comes, how fast it is brought back."""
import json
import threading
import time
import urllib.request

import msgpack

TICKETS, SCANS, THREADS = 100_000, 10_000, 8


def buy(http, event, ticket_type, count):
    """Orders so many tickets and answers their ids."""
    ids, lock = [], threading.Lock()

    def some(part):
        mine = type(http)(http.url)
        for number in range(count // 10 // THREADS):
            order = mine("POST", "/v1/orders", {
                "event_id": event, "items": [{"ticket_type_id": ticket_type, "quantity": 10}],
                "buyer": {"email": f"b{part}-{number}@example.org", "name": "Bo"}})
            with lock:
                ids.extend(order["ticket_ids"])
    threads = [threading.Thread(target=some, args=(part,)) for part in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ids


def take_along(http, check_in_list):
    """All pages of a snapshot: tickets, bytes, seconds."""
    tickets = size = 0
    cursor, began = None, time.monotonic()
    while True:
        path = f"/v1/check-in-lists/{check_in_list}/snapshot" + (f"?cursor={cursor}" if cursor else "")
        request = urllib.request.Request(http.url + path, headers={"Authorization": "Bearer " + http.token})
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        page = msgpack.unpackb(body)
        size += len(body)
        tickets += len(page["tickets"])
        cursor = page.get("next_cursor")
        if not cursor:
            return tickets, size, time.monotonic() - began


def bring_back(http, check_in_list, ids, name):
    """One batch: its answer and seconds."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    body = {"check_in_list_id": check_in_list, "now": now,
            "scans": [{"ticket_id": ticket, "generation": 1, "key_id": 1, "scanned_at": now,
                       "nonce": f"{name}-{number:012}"} for number, ticket in enumerate(ids)]}
    began = time.monotonic()
    answer = http("POST", "/v1/check-ins/batch", body)
    return answer, time.monotonic() - began, len(json.dumps(body))


def bench(http, event, ticket_type, check_in_list, record):
    """`http` speaks for a manager of the event; `record` prints and judges a figure."""
    ids = buy(http, event, ticket_type, TICKETS)
    tickets, size, seconds = take_along(http, check_in_list)
    if tickets < TICKETS:
        raise SystemExit(f"the snapshot has {tickets} tickets of {TICKETS}")
    of = f"snapshot of {tickets:,} tickets"
    record(of, size / 1e6, "MB", bar=10, at_most=True)
    record(of, seconds, "s", bar=3, at_most=True, note="asked for and read")
    answer, seconds, size = bring_back(http, check_in_list, ids[:SCANS], "first")
    if answer["recorded"] != SCANS or answer["conflicts"] != 0:
        raise SystemExit(f"the batch recorded {answer['recorded']}, {answer['conflicts']} conflicts")
    of = f"batch of {SCANS:,} scans"
    record(of, seconds, "s", bar=2, at_most=True, note=f"{size / 1e6:.1f} MB of JSON")
    answer, seconds, _ = bring_back(http, check_in_list, ids[:SCANS], "second")
    record(of + ", all conflicts", seconds, "s", bar=2, at_most=True, note=f"{answer['conflicts']} conflicts")
    _, seconds, _ = bring_back(http, check_in_list, ids[:1000], "third")
    record("batch of 1,000 scans", seconds * 1000, "ms")
