"""Hears one owner's facts, each once in effect (docs/protocol.md).

Publications and watermarks are hints; whatever they leave out is read from the owner's journal.
"""
import queue
from dataclasses import dataclass

import bmp
from bilten_mesh import Refused

SILENCE_S = 3.0  # With nothing heard this long we look for ourselves.


@dataclass(frozen=True)
class Cursor:
    """How far an owner's public facts were taken; epoch 0 and seq 0: nothing yet."""
    epoch: int = 0
    seq: int = 0
    hash: bytes = bytes(32)


@dataclass(frozen=True)
class Fact:
    name: str
    at: int       # Unix ms
    body: bytes   # MessagePack
    after: Cursor  # To store in the transaction that holds the fact's effect.


class HistoryDiffers(Exception):
    """The owner's past is not the one this reader took facts from: an operator must decide."""


class Follower:
    """`take(fact)` gets every fact after `cursor`, in order; it must store effect and cursor
    together, and may raise to stop. Make it before mesh.start(), then call run() on a thread."""

    def __init__(self, mesh, owner, cursor, take):
        self._mesh, self._owner, self._cursor, self._take = mesh, owner, cursor, take
        self._heard = queue.SimpleQueue()
        self._stopping = False
        mesh.hear(owner + ".", lambda frame, ext: self._heard.put((frame, ext)))
        mesh.hear("wm." + owner, lambda frame, ext: self._heard.put((frame, ext)))

    def stop(self):
        """From any thread or a signal handler: run() returns after the fact in hand."""
        self._stopping = True
        self._heard.put(None)

    def run(self):
        self._catch_up()
        while not self._stopping:
            try:
                heard = self._heard.get(timeout=SILENCE_S)
            except queue.Empty:
                self._catch_up()
                continue
            if heard:
                self._on_hint(*heard)

    def _on_hint(self, frame, ext):
        if frame.name == "wm." + self._owner:
            head = bmp.unpack(frame.body)
            if Cursor(head["epoch"], head["seq"], head["hash"]) != self._cursor:
                self._catch_up()
            return
        same_epoch = ext.get("epoch", 0) == self._cursor.epoch
        if same_epoch and frame.id <= self._cursor.seq:
            return  # Taken already.
        follows = (same_epoch and ext.get("previous", 0) == self._cursor.seq and
                   ext.get("previous_hash") == self._cursor.hash)
        if not follows:
            return self._catch_up()
        self._hand_out(frame.id, ext.get("at", 0), frame.name, ext.get("traceparent", b""),
                       frame.body, ext["hash"])

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
            for fact in page["facts"]:
                if fact["seq"] > self._cursor.seq:
                    self._hand_out(fact["seq"], fact["at"], fact["name"], fact["traceparent"],
                                   fact["body"], fact["hash"])
            if self._cursor.seq >= page["head"]["seq"] or not page["facts"]:
                return

    def _hand_out(self, seq, at, name, traceparent, body, its_hash):
        # Private facts may stand between two public ones; where none does, the chain must fit.
        if seq == self._cursor.seq + 1:
            if bmp.fact_hash(self._cursor.hash, at, name, traceparent, body) != its_hash:
                raise HistoryDiffers(f"fact {seq} is not what its hash says")
        after = Cursor(self._cursor.epoch, seq, its_hash)
        self._take(Fact(name, at, body, after))
        self._cursor = after
