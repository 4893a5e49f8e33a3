"""One connection to a broker (docs/protocol.md): READY until WELCOME, beats while idle,
given up on silence, opened again with a new socket.
"""
import random
import time

import zmq

import bmp

OPENING_S, READY_AGAIN_S = 1.5, 0.3
BACK_OFF_S, BACK_OFF_MAX_S, LIVED_S = 0.1, 5.0, 5.0


class Link:
    def __init__(self, connect, ready, load, on_frame, on_lost):
        """`connect()` makes a DEALER; `ready()` and `load()` the bodies of READY and HEARTBEAT;
        `on_frame(link, frame)` gets requests and answers, `on_lost(link)` hears that none come."""
        self._connect, self._ready, self._load = connect, ready, load
        self._on_frame, self._on_lost = on_frame, on_lost
        self.socket, self.state, self.draining = None, "closed", False
        self.generation = 0  # Of the socket: what is owed to an older one is dropped.
        self._failures = 0
        self._reopen_at = self._opened_at = self._ready_at = self._heard_at = self._sent_at = 0.0
        self._awake_at = 0.0  # Of the last tick.
        self._interval, self._liveness = 1.0, 3

    @property
    def usable(self):
        return self.state == "up" and not self.draining

    @property
    def _silence_max(self):
        return self._liveness * self._interval

    def tick(self, now):
        """Does what is due."""
        self._awake_at = now
        if self.state == "closed" and now >= self._reopen_at:
            self.socket = self._connect()
            self.state, self._opened_at, self._ready_at = "opening", now, now
            self.generation += 1
        elif self.state == "opening" and now >= self._opened_at + OPENING_S:
            self.lose("broker_lost")
        elif self.state == "up" and now >= self._heard_at + self._silence_max:
            self.lose("broker_lost")
        if self.state == "opening" and now >= self._ready_at:
            sent = self.send(bmp.Frame(bmp.READY, body=bmp.pack(self._ready())))
            self._ready_at = now + (READY_AGAIN_S if sent else 0.01)
        elif self.state == "up" and now >= self._sent_at + self._interval:
            self.send(bmp.Frame(bmp.HEARTBEAT, body=bmp.pack(self._load())))
            self._sent_at = now

    def send(self, frame):
        """False: there is no connection, or it takes nothing more just now."""
        if self.socket is None:
            return False
        try:
            self.socket.send(bmp.build(frame), zmq.DONTWAIT)
        except zmq.Again:
            return False
        self._sent_at = time.monotonic()
        return True

    def lose(self, word):
        """A growing pause, where the broker said why it wants no more of us."""
        pause = 0.0
        if time.monotonic() - self._opened_at >= LIVED_S:
            self._failures = 0
        if word != "broker_lost":
            pause = min(BACK_OFF_MAX_S, BACK_OFF_S * 2 ** min(self._failures, 6))
            self._failures += 1
        self.socket.close(linger=0)
        self.socket, self.state, self.draining = None, "closed", False
        self._reopen_at = time.monotonic() + pause * random.uniform(1, 1.25)
        self._on_lost(self)

    def take_frames(self):
        # This process was stopped: what lies in the socket has outlived its budget.
        if self.state == "up" and time.monotonic() - self._awake_at >= self._silence_max:
            self.lose("broker_lost")
        while self.socket is not None:
            try:
                data = self.socket.recv(zmq.DONTWAIT)
            except zmq.Again:
                return
            if self.socket.rcvmore:
                self.lose("bad_frame")
                return
            try:
                self._take(bmp.parse(data))
            except bmp.BadFrame:
                pass  # Proves nothing; silence ends the link if nothing better comes.

    def _take(self, frame):
        self._heard_at = time.monotonic()
        if frame.command == bmp.WELCOME:
            welcome = bmp.unpack(frame.body)
            self._interval, self._liveness = welcome["heartbeat_ms"] / 1000, welcome["liveness"]
            self.state, self.draining = "up", welcome["draining"]
        elif frame.command == bmp.DISCONNECT:
            self.lose(bmp.CODES.get(frame.code, "draining"))
        elif frame.command == bmp.DRAIN:
            self.draining = True
        elif frame.command in (bmp.REQUEST, bmp.REPLY, bmp.ERROR) and self.state == "up":
            self._on_frame(self, frame)
