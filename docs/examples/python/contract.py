"""A service's contract as data (docs/protocol.md), and the check of a message against it.

The gateway makes routes, validation and OpenAPI from it; a worker checks again, because not every
request comes through the gateway.
"""
import hashlib
import re

import bmp

(BOOLEAN, INTEGER, NUMBER, STRING, BYTES, ID, INSTANT, TEXT, CHOICE, LIST, OBJECT,
 ANY) = range(12)
NONE, LINE, WORD = 0, 1, 5  # The formats of strings that are checked here; there are more.
INSTANT_MAX = 253_402_300_799_999  # The last millisecond of 9999.


def _schema(kind, low=0, high=0, text_format=NONE, items=(0, 0), choices=(), properties=(),
            item=()):
    return [kind, low, high, text_format, *items, list(choices), list(properties), list(item)]


def boolean():
    return _schema(BOOLEAN)


def integer(low, high):
    return _schema(INTEGER, low, high)


def string(low, high, text_format=NONE):
    return _schema(STRING, low, high, text_format)


def identifier():
    return _schema(ID)


def instant():
    return _schema(INSTANT)


def choice(*words):
    return _schema(CHOICE, choices=words)


def listing(low, high, item):
    return _schema(LIST, item[1], item[2], item[3], (low, high), item=[item])


def field(name, schema, required=True, doc=""):
    return [name, required, doc, schema]


def record(*fields):
    return _schema(OBJECT, properties=fields)


def message(name, request, answer, kind="query", caller="anyone", method="", path="", status=200,
            location="", refusals=(), budget_ms=2000, doc=""):
    http = {"method": method, "path": path, "location": location, "produces": "", "status": status}
    return {"name": name, "kind": kind, "caller": caller, "http": http, "refusals": list(refusals),
            "budget_ms": budget_ms, "critical": False, "devices": False,
            "body_bytes_max": 0, "doc": doc, "request": request,
            "answer": answer}


def service(name, version, doc, messages):
    return {"service": name, "version": version, "doc": doc, "messages": messages, "facts": []}


def contract_hash(description):
    """16 bytes that change with the contract: the gateway then fetches it again."""
    return hashlib.blake2b(bmp.pack(description), digest_size=16).digest()


def faults(schema, value, pointer=""):
    """What is wrong with a value: pairs of a JSON pointer and words."""
    kind, low, high, text_format, least, most, choices, properties, item = schema
    if kind == OBJECT:
        if not isinstance(value, dict):
            return [(pointer, "must be an object")]
        found = []
        for name, required, _, inner in properties:
            if name in value:
                found += faults(inner, value[name], f"{pointer}/{name}")
            elif required:
                found.append((f"{pointer}/{name}", "is missing"))
        return found
    if kind == LIST:
        if not isinstance(value, list) or not least <= len(value) <= most:
            return [(pointer, f"must be a list of {least} to {most} items")]
        return [fault for at, each in enumerate(value)
                for fault in faults(item[0], each, f"{pointer}/{at}")]
    return [(pointer, words) for words in [_fault(kind, low, high, text_format, choices, value)]
            if words]


def _fault(kind, low, high, text_format, choices, value):
    whole = isinstance(value, int) and not isinstance(value, bool)
    if kind == BOOLEAN:
        return "" if isinstance(value, bool) else "must be true or false"
    if kind == INTEGER:
        return "" if whole and low <= value <= high else f"must be between {low} and {high}"
    if kind == INSTANT:
        fits = whole and 0 <= value <= INSTANT_MAX
        return "" if fits else "must be a time between 1970 and 9999"
    if kind == ID:
        return "" if isinstance(value, bytes) and len(value) == 16 else "must be a UUID"
    if kind == CHOICE:
        return "" if value in choices else "must be one of " + ", ".join(choices)
    if kind != STRING:
        return "is of a type that this library does not check"
    if not isinstance(value, str) or not low <= len(value) <= high:
        return f"must be a string of {low} to {high} characters"
    if text_format == LINE and (value != value.strip() or re.search(r"[\x00-\x1f\x7f]", value)):
        return "must be one line without outer spaces"
    if text_format == WORD and not re.fullmatch(r"[a-z0-9_-]*", value):
        return "must be of a-z, 0-9, hyphen and underscore only"
    return ""
