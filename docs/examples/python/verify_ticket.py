#!/usr/bin/python3
"""Says of ticket codes whether they are genuine, without a network: docs/ticket-code.md in Python.

usage: verify_ticket.py KEYS.json [CODE...]     codes as arguments, or one a line on stdin
       verify_ticket.py --vectors VECTORS.json  does it say what the test vectors say?

KEYS.json is the answer of GET /v1/events/{event_id}/ticket-keys. Needs Debian's python3-cryptography.
"""
import base64
import json
import struct
import sys
import time
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # RFC 9285.


def from_base45(text):
    out = b""
    for i in range(0, len(text), 3):
        a, b, c = (ALPHABET.index(letter) for letter in text[i:i + 3])  # ValueError: no letter of it.
        out += struct.pack(">H", a + b * 45 + c * 45 * 45)  # struct.error: over 65535.
    return out


def verify(text, keys, now, current_generation=None):
    """The verdict, and what the code says. `keys`: as the API lists them."""
    if len(text) != 156:
        return "not_a_code", {}
    try:
        raw = from_base45(text)
    except (ValueError, struct.error):
        return "not_a_code", {}
    version, key_id, event, ticket, generation, until = struct.unpack(">BB16s16sHI", raw[:40])
    if version != 1 or key_id == 0 or generation == 0:
        return "not_a_code", {}
    says = {"event_id": str(uuid.UUID(bytes=event)), "ticket_id": str(uuid.UUID(bytes=ticket)),
            "key_id": key_id, "generation": generation, "valid_until": until}
    key = next((key for key in keys if key["key_id"] == key_id), None)
    if not key:
        return "unknown_key", says
    try:
        public_key = base64.urlsafe_b64decode(key["public_key"] + "=")
        Ed25519PublicKey.from_public_bytes(public_key).verify(raw[40:], raw[:40])
    except InvalidSignature:
        return "forged", says
    if not key["accepted"] or current_generation not in (None, generation):
        return "revoked", says
    return "expired" if until and until < now else "genuine", says


def check_vectors(path):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    bad = 0
    for vector in data["vectors"]:
        verdict, says = verify(vector["code"], data["keys"]["items"], data["at"],
                               vector.get("current_generation"))
        told = {name: vector[name] for name in says if name in vector}
        if verdict != vector["verdict"] or (verdict == "genuine" and told != says):
            bad += 1
            print(f"{vector['name']}: {verdict}, {says}")
    print(f"vectors: {len(data['vectors'])} judged, {bad} otherwise")
    return 1 if bad else 0


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--vectors":
        sys.exit(check_vectors(sys.argv[2]))
    with open(sys.argv[1], encoding="utf-8") as file:
        keys = json.load(file)["items"]
    verdicts = []
    for code in sys.argv[2:] or (line.rstrip("\n") for line in sys.stdin):
        verdict, says = verify(code, keys, time.time())
        verdicts.append(verdict)
        print(verdict, *(f"{name}={value}" for name, value in says.items()), flush=True)
    sys.exit(0 if set(verdicts) == {"genuine"} else 1)


if __name__ == "__main__":
    main()
