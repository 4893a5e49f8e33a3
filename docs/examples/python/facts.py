"""Hears one owner's facts, each once in effect (docs/protocol.md).

Publications and watermarks are hints; whatever they leave out is read from the owner's journal.
"""
import queue
import time
from dataclasses import dataclass

import bmp
from bilten_mesh import Refused

SILENCE_S = 3.0  # With nothing heard this long we look for ourselves.
HINTS_MAX = 4096  # Kept while we read; beyond it the journal has them.


@dataclass(frozen=True)
class Cursor:
    """How far an owner's public facts were taken; epoch 0 and seq 0: nothing yet."""
    epoch: int = 0
    seq: int = 0
    hash: bytes = bytes(32)


@dataclass(frozen=True)
class Fact:
    name: str
    at: int             # Unix ms
    traceparent: bytes  # 25 bytes, or none.
    body: bytes         # MessagePack
    after: Cursor       # To store in the transaction that holds the fact's effect.


class HistoryDiffers(Exception):
    """The owner's past is not the one this reader took facts from: an operator must decide."""


class Follower:
    """`take(fact)` gets every fact after `cursor`, in order; it must store effect and cursor
    together, and may raise to stop. Make it before mesh.start(), then call run() on a thread."""

    def __init__(self, mesh, owner, cursor, take):
        self._mesh, self._owner, self._cursor, self._take = mesh, owner, cursor, take
        self._hints = queue.Queue(HINTS_MAX)
        self._stopping = False
        mesh.hear(owner + ".", self._keep)
        mesh.hear("wm." + owner, self._keep)

    def _keep(self, frame, ext):
        try:
            self._hints.put_nowait((frame, ext))
        except queue.Full:
            pass

    def stop(self):
        """From any thread or a signal handler: run() returns soon, after the fact in hand."""
        self._stopping = True

    def run(self):
        self._catch_up()
        heard_at = time.monotonic()
        while not self._stopping:
            try:
                self._on_hint(*self._hints.get(timeout=0.2))
                heard_at = time.monotonic()
            except queue.Empty:
                if time.monotonic() - heard_at >= SILENCE_S:
                    self._catch_up()
                    heard_at = time.monotonic()

    def _on_hint(self, frame, ext):
        """A hint leads to a fact where it fits exactly, and otherwise to a question."""
        if frame.name == "wm." + self._owner:
            head = bmp.unpack(frame.body)
            if Cursor(head["epoch"], head["seq"], head["hash"]) != self._cursor:
                self._catch_up()
            return
        same_epoch = ext.get("epoch", 0) == self._cursor.epoch
        if same_epoch and frame.id <= self._cursor.seq:
            return  # Taken already.
        fact = Fact(frame.name, ext.get("at", 0), ext.get("traceparent", b""), frame.body,
                    Cursor(ext.get("epoch", 0), frame.id, ext.get("hash", b"")))
        follows = (same_epoch and "hash" in ext and
                   ext.get("previous", 0) == self._cursor.seq and
                   ext.get("previous_hash") == self._cursor.hash)
        if follows and self._is_chained(fact):
            self._hand_out(fact)
        else:
            self._catch_up()

    def _catch_up(self):
        """Reads the owner's journal until level."""
        while not self._stopping:
            ask = {"epoch": self._cursor.epoch, "after": self._cursor.seq,
                   "hash_at_after": self._cursor.hash, "bytes_max": 500_000}
            try:
                page = self._mesh.call(self._owner + ".journal.read", ask, 5000)
            except Refused as refused:
                if refused.reason in ("epoch_changed", "history_differs"):
                    raise HistoryDiffers(refused.text) from None
                return  # The owner is away: the next hint, or silence, brings us back.
            epoch = page["head"]["epoch"]
            if self._cursor == Cursor():
                self._cursor = Cursor(epoch=epoch)
            if epoch != self._cursor.epoch:
                raise HistoryDiffers(f"epoch {epoch} instead of {self._cursor.epoch}")
            for entry in page["facts"]:
                if entry["seq"] <= self._cursor.seq:
                    continue
                fact = Fact(entry["name"], entry["at"], entry["traceparent"], entry["body"],
                            Cursor(epoch, entry["seq"], entry["hash"]))
                if not self._is_chained(fact):
                    raise HistoryDiffers(f"fact {entry['seq']} is not what its hash says")
                self._hand_out(fact)
            if self._cursor.seq >= page["head"]["seq"] or not page["facts"]:
                return

    def _is_chained(self, fact):
        """Private facts may stand between two public ones; where none does, the hash must fit."""
        return (fact.after.seq != self._cursor.seq + 1 or fact.after.hash == bmp.fact_hash(
            self._cursor.hash, fact.at, fact.name, fact.traceparent, fact.body))

    def _hand_out(self, fact):
        self._take(fact)
        self._cursor = fact.after
