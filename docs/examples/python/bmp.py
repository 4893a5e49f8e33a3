"""The bytes of BMP/1 (docs/protocol.md): frames, ext, publications, the chain of facts.

No socket, thread or clock; needs only msgpack.
"""
import hashlib
import re
import struct
from dataclasses import dataclass

import msgpack

MAGIC, VERSION = 0x4D42, 1
NAME_MAX, EXT_MAX, BODY_MAX, TTL_MAX_MS = 64, 4096, 1 << 20, 600_000
HEADER = struct.Struct("<HBBHBBQIIIBBH")  # 32 bytes, little-endian

READY, WELCOME, REQUEST, REPLY, PARTIAL, ERROR, CANCEL, CREDIT = range(1, 9)
HEARTBEAT, DISCONNECT, DRAIN, ROUTES, EVENT = range(9, 14)

ONEWAY, IDEMPOTENT, MUST_UNDERSTAND_EXT, RESERVED_FLAGS = 1 << 0, 1 << 1, 1 << 7, 0xF000

NAME = re.compile(rb"[a-z0-9_$-]+(\.[a-z0-9_$-]+)*\Z")

# Ext: key -> (name, type, exact length of bytes or None).
EXT = {
    1: ("traceparent", bytes, 25), 3: ("idempotency_key", bytes, 16), 5: ("claims", str, None),
    6: ("retry_after_ms", int, None), 7: ("error_text", str, None),
    8: ("content_type", str, None), 9: ("origin", str, None), 10: ("version", int, None),
    12: ("version_pin", str, None), 13: ("error_details", bytes, None),
    14: ("error_reason", str, None),
    15: ("error_extra", bytes, None), 16: ("epoch", int, None), 17: ("previous_hash", bytes, 32),
    18: ("request_hash", bytes, 32), 19: ("previous", int, None), 20: ("at", int, None),
    21: ("hash", bytes, 32), 22: ("call", int, None)}
EXT_KEYS = {name: key for key, (name, _, _) in EXT.items()}

CODES = {
    0: "ok", 1: "no_service", 2: "no_capacity", 3: "deadline_queued", 4: "deadline_inflight",
    5: "worker_lost", 6: "denied", 7: "bad_frame", 8: "too_large", 9: "cancelled", 10: "draining",
    11: "circuit_open", 12: "rate_limited", 13: "version", 14: "hop_limit", 15: "fenced",
    16: "busy_key", 17: "unknown_peer", 18: "broker_lost", 19: "unavailable", 64: "invalid",
    65: "unauthenticated", 66: "forbidden", 67: "not_found", 68: "conflict", 69: "gone",
    70: "exhausted", 71: "precondition", 72: "unsupported", 73: "unprocessable", 74: "too_many",
    75: "internal"}
CODE = {word: number for number, word in CODES.items()}


class BadFrame(ValueError):
    """The bytes are no BMP frame; says why."""


def pack(value):
    return msgpack.packb(value, use_bin_type=True)


def unpack(data):
    """One value, or BadFrame."""
    try:
        return msgpack.unpackb(data, raw=False, strict_map_key=False)
    except Exception as why:  # Each release of msgpack has its own classes for bad input.
        raise BadFrame(f"not MessagePack: {why}") from None


@dataclass
class Frame:
    command: int
    flags: int = 0
    hops: int = 1
    code: int = 0
    id: int = 0
    ttl_ms: int = 0
    principal: int = 0
    shard: int = 0
    name: str = ""
    ext: bytes = b""
    body: bytes = b""


def build(frame):
    name = frame.name.encode()
    if len(name) > NAME_MAX or len(frame.ext) > EXT_MAX or len(frame.body) > BODY_MAX:
        raise BadFrame("name, ext or body too long")
    return HEADER.pack(MAGIC, VERSION, frame.command, frame.flags, frame.hops, frame.code, frame.id,
                       frame.ttl_ms, frame.principal, frame.shard, len(name), 0,
                       len(frame.ext)) + name + frame.ext + frame.body


def parse(data):
    if len(data) < HEADER.size:
        raise BadFrame("shorter than a header")
    (magic, version, command, flags, hops, code, id_, ttl_ms, principal, shard, name_bytes,
     reserved, ext_bytes) = HEADER.unpack_from(data)
    if magic != MAGIC or version != VERSION or not READY <= command <= EVENT:
        raise BadFrame("not a BMP frame of version 1")
    if flags & RESERVED_FLAGS or reserved or ttl_ms > TTL_MAX_MS:
        raise BadFrame("a reserved bit is set, or the ttl is beyond ten minutes")
    body_at = HEADER.size + name_bytes + ext_bytes
    name = data[HEADER.size:HEADER.size + name_bytes]
    if (name_bytes > NAME_MAX or ext_bytes > EXT_MAX or body_at > len(data) or
            len(data) - body_at > BODY_MAX):
        raise BadFrame("a length is wrong")
    if (name or command in (REQUEST, EVENT)) and not NAME.match(name):
        raise BadFrame("bad name")
    return Frame(command, flags, hops, code, id_, ttl_ms, principal, shard, name.decode(),
                 data[HEADER.size + name_bytes:body_at], data[body_at:])


def build_ext(**fields):
    """Fields by their names in EXT, in the order of their keys; empty ones are left out."""
    pairs = {EXT_KEYS[name]: value for name, value in fields.items() if value}
    return pack(dict(sorted(pairs.items()))) if pairs else b""


def parse_ext(data, flags=0):
    """The known fields, by name. Unknown keys are skipped, unless the frame's flags forbid it."""
    if not data:
        return {}
    pairs = unpack(data)
    if not isinstance(pairs, dict):
        raise BadFrame("ext is not a map")
    fields = {}
    for key, value in pairs.items():
        name, kind, length = EXT.get(key, (None, None, None))
        if name is None:
            if flags & MUST_UNDERSTAND_EXT and not (isinstance(key, int) and key >= 32):
                raise BadFrame(f"unknown ext key {key}")
            continue
        if not isinstance(value, kind) or (length and len(value) != length):
            raise BadFrame(f"ext {name}")
        fields[name] = value
    return fields


def error(id_, code, reason="", text="", faults=(), retry_after_ms=0):
    """An ERROR frame. `faults`: pairs of a JSON pointer into the body and what is wrong there; they
    are cut where they would no longer fit the ext area: the first matter most."""
    listed = [list(fault) for fault in faults]
    while len(pack(listed)) > 1800:
        listed.pop()
    ext = build_ext(retry_after_ms=retry_after_ms, error_text=text[:512],
                    error_details=pack(listed) if listed else b"",
                    error_reason="" if reason == CODES.get(code) else reason[:64])
    return Frame(ERROR, code=code, id=id_, ext=ext)


def parse_publication(data):
    """A frame of an event socket: topic, a zero byte, an EVENT frame of the same name."""
    topic, zero, rest = data.partition(b"\0")
    frame = parse(rest)
    if not zero or frame.command != EVENT or frame.name.encode() != topic:
        raise BadFrame("not a publication")
    return frame, parse_ext(frame.ext, frame.flags)


def fact_hash(before, at, name, traceparent, body):
    """The hash of a public fact; `before` is the hash of the record just before it (section 9)."""
    record = (bytes([1, 1]) + struct.pack(">Q", at) + bytes([len(name)]) + name.encode() +
              bytes([len(traceparent)]) + traceparent + body)
    return hashlib.blake2b(before + record, digest_size=32).digest()
