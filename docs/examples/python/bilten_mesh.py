"""A process's place in a Bilten mesh: calls services, serves one, hears facts (docs/protocol.md).

One thread owns the sockets, a DEALER to each broker and a SUB for facts; handlers run in a pool, so
they may block and call. Calls may come from any thread but the mesh's own.

    mesh = Mesh(Settings.load("bilten.toml", "probe"))  # settings.py
    mesh.start()
    print(mesh.call("event.list", {"limit": 3}))
    mesh.stop()
"""
import concurrent.futures
import itertools
import queue
import random
import secrets
import socket
import threading
import time
import uuid
from dataclasses import dataclass, replace

import zmq

import bmp
import contract
from link import Link

FRAME_MAX = bmp.BODY_MAX + 8192
SERVICE_WAIT_S = 4.0  # A service that is away is asked again this long, within the budget.
GRACE_S = 0.025       # The broker knows better than we whether a request at its deadline ran.
SENDS_MAX = 5
BUSY = {bmp.CODE[word] for word in ("no_capacity", "draining", "circuit_open", "fenced")}
MAY_HAVE_RUN = {bmp.CODE[word] for word in
                ("deadline_inflight", "worker_lost", "cancelled", "broker_lost")}


class Refused(Exception):
    """How a call ended that did not succeed; a handler raises it to refuse."""

    def __init__(self, word, reason="", text="", faults=(), retry_after_ms=0):
        super().__init__(f"{reason or word}: {text}")
        self.code, self.reason = bmp.CODE[word], reason or word
        self.text, self.faults, self.retry_after_ms = text, list(faults), retry_after_ms

    @property
    def maybe_ran(self):
        return self.code in MAY_HAVE_RUN

    @staticmethod
    def of(frame):
        """What an ERROR frame, or a REPLY with a code, says."""
        ext = bmp.parse_ext(frame.ext)
        faults = bmp.unpack(ext["error_details"]) if "error_details" in ext else []
        return Refused(bmp.CODES.get(frame.code or bmp.CODE["internal"], "internal"),
                       ext.get("error_reason", ""), ext.get("error_text", ""), faults,
                       ext.get("retry_after_ms", 0))


@dataclass
class Request:
    """What a handler gets: the checked body, and who asks."""
    name: str
    body: dict
    ext: dict       # claims (a person's token), idempotency_key, traceparent ...
    principal: int  # The process that asks, as the broker vouches.


def _may_repeat(error, sends, waited_s, idempotent):
    """What did not run may be sent again; what may have run, only where that does no harm."""
    if error.code == bmp.CODE["no_service"]:
        return waited_s < SERVICE_WAIT_S
    lost = error.code == bmp.CODE["broker_lost"] and idempotent
    return sends < SENDS_MAX and (lost or error.code in BUSY)


class Mesh:
    def __init__(self, settings):
        self._settings = settings
        self._context = zmq.Context()
        self._instance, self._incarnation = uuid.uuid4().bytes, time.time_ns() // 1_000_000
        self._links = [self._link_to(*broker) for broker in settings.brokers]
        self._calls = {}  # id -> (link, future of the frame that ends it)
        self._ids = itertools.count(secrets.randbits(62))
        self._box = queue.SimpleQueue()  # What other threads want done on the mesh thread.
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._service = self._handlers = self._pool = None
        self._credit = self._in_hand = 0
        self._subscriber, self._listeners = None, {}  # topic prefix -> what takes publications
        self._draining = self._stopping = False
        self._thread = threading.Thread(target=self._run, name="mesh", daemon=True)

    # ---- before start ----

    def serve(self, description, handlers, credit=16):
        """Answers for a service: `handlers` maps message names to functions of a Request."""
        self._service, self._handlers, self._credit = description, handlers, credit
        self._pool = concurrent.futures.ThreadPoolExecutor(credit)

    def hear(self, prefix, listener):
        """`listener(frame, ext)` gets publications whose topic starts with `prefix`, on the mesh
        thread."""
        self._listeners[prefix] = listener

    # ---- any thread ----

    def start(self):
        self._thread.start()

    def stop(self, grace_s=5.0):
        """DRAIN, what is in hand is answered, DISCONNECT."""
        self._post(self._drain)
        end = time.monotonic() + grace_s
        self._thread.join(0.1)  # Requests that were on their way are here by then, and turned away.
        while self._in_hand and time.monotonic() < end:
            self._thread.join(0.02)
        self._post(self._farewell)
        self._thread.join()
        if self._pool:
            self._pool.shutdown(wait=False)

    def call(self, name, body=None, budget_ms=2000, idempotent=True, **ext):
        """The answer's body, or Refused. `ext`: claims, idempotency_key and the like. Leave
        `idempotent` true for queries, and for commands that carry an idempotency_key."""
        began = time.monotonic()
        deadline = began + budget_ms / 1000
        if "idempotency_key" in ext:
            ext["call"] = random.getrandbits(63)
        frame = bmp.Frame(bmp.REQUEST, name=name, body=bmp.pack(body or {}),
                          ext=bmp.build_ext(**ext), flags=bmp.IDEMPOTENT if idempotent else 0)
        try:
            bmp.parse(bmp.build(frame))
        except bmp.BadFrame as why:
            raise Refused("bad_frame", text=str(why)) from None
        sends, maybe_ran = 0, False
        while True:
            answer, error = self._attempt(frame, deadline)
            if answer:
                return bmp.unpack(answer.body)
            pause = 0.02
            if error:
                sends += 1
                pause = max(random.uniform(0.01, 0.02) * 2 ** sends, error.retry_after_ms / 1000)
                waited = time.monotonic() - began
                if not _may_repeat(error, sends, waited, idempotent):
                    break
                maybe_ran = maybe_ran or error.maybe_ran
                frame.flags = frame.flags & ~0xF00 | min(sends, 15) << 8
            elif time.monotonic() + pause >= deadline:
                error = Refused("deadline_queued", text="no broker took the call in time")
            if time.monotonic() + pause >= deadline:
                break
            time.sleep(pause)
        # A later send that did not run says nothing about the one that was lost.
        if maybe_ran and error.code < 64 and not error.maybe_ran:
            error = Refused("broker_lost", text="an earlier send was lost with its link")
        raise error

    def _attempt(self, frame, deadline):
        """(answer, None), (None, why not), or (None, None): no broker could be asked."""
        future = concurrent.futures.Future()
        frame = replace(frame, id=next(self._ids))
        self._post(lambda: self._send_call(frame, deadline, future))
        try:
            answer = future.result(max(0.0, deadline - time.monotonic()) + GRACE_S)
        except concurrent.futures.TimeoutError:
            self._post(lambda: self._calls.pop(frame.id, None))
            return None, Refused("deadline_inflight", text="no answer within the budget")
        except Refused as refused:
            return None, refused
        if answer is None or (answer.command == bmp.REPLY and answer.code == 0):
            return answer, None
        return None, Refused.of(answer)

    # ---- the mesh thread ----

    def _post(self, action):
        self._box.put(action)
        try:
            self._wake.send(b"!")
        except BlockingIOError:
            pass  # It is being woken already.

    def _run(self):
        self._open_subscriber()
        while not self._stopping:
            for link in self._links:
                link.tick(time.monotonic())
            poller = zmq.Poller()
            poller.register(self._woken, zmq.POLLIN)
            sockets = [self._subscriber] + [link.socket for link in self._links]
            for each in filter(None, sockets):
                poller.register(each, zmq.POLLIN)
            poller.poll(20 if any(link.state == "opening" for link in self._links) else 100)
            self._do_posted()
            for link in self._links:
                link.take_frames()
            self._take_publications()
        self._context.destroy(linger=500)

    def _do_posted(self):
        try:
            self._woken.recv(4096)
        except BlockingIOError:
            pass
        while not self._box.empty():
            self._box.get()()

    def _socket(self, kind, endpoint, server_key):
        made = self._context.socket(kind)
        made.linger = 500
        made.set(zmq.MAXMSGSIZE, FRAME_MAX)
        made.set(zmq.IMMEDIATE, 1)  # What cannot be sent now is told at once.
        made.set(zmq.HANDSHAKE_IVL, 3000)
        made.set(zmq.RECONNECT_IVL, 100)
        made.set(zmq.RECONNECT_IVL_MAX, 5000)
        made.curve_serverkey = server_key
        made.curve_publickey, made.curve_secretkey = self._settings.public, self._settings.secret
        made.connect(endpoint)
        return made

    def _link_to(self, endpoint, key):
        return Link(lambda: self._socket(zmq.DEALER, endpoint, key), self._ready, self._load,
                    self._on_frame, self._on_lost)

    def _open_subscriber(self):
        if not self._listeners:
            return
        self._subscriber = self._socket(zmq.SUB, self._settings.events_subscribe,
                                        self._settings.events_key)
        for prefix in self._listeners:
            self._subscriber.subscribe(prefix)

    def _ready(self):
        ready = {"version_min": 1, "version_max": 1, "role": "client", "instance": self._instance,
                 "incarnation": self._incarnation, "build": "python", "services": [],
                 "heartbeat_ms": 1000}
        if self._service and not self._draining:
            ready["role"] = "worker"
            ready["services"] = [{"service": self._service["service"],
                                  "version": self._service["version"],
                                  "credit": max(1, self._credit // len(self._links)),
                                  "contract_hash": contract.contract_hash(self._service)}]
        return ready

    def _load(self):
        return {"queue_ms": 0, "inflight": self._in_hand}

    def _on_frame(self, link, frame):
        if frame.command == bmp.REQUEST:
            return self._take_request(link, frame)
        _, future = self._calls.pop(frame.id, (None, None))
        if future:
            future.set_result(frame)

    def _on_lost(self, link):
        for id_, (its_link, future) in list(self._calls.items()):
            if its_link is link:
                del self._calls[id_]
                future.set_exception(Refused("broker_lost", text="the link was lost"))

    def _send_call(self, frame, deadline, future):
        left_ms = int((deadline - time.monotonic()) * 1000)
        link = next((each for each in self._links if each.usable), None)
        frame.ttl_ms = max(1, min(left_ms, bmp.TTL_MAX_MS))
        if link and link.send(frame):
            self._calls[frame.id] = link, future
        else:
            future.set_result(None)

    def _take_request(self, link, frame):
        if self._draining or not self._service:
            link.send(bmp.error(frame.id, bmp.CODE["draining"]))
            return
        self._in_hand += 1
        expires_at, generation = time.monotonic() + frame.ttl_ms / 1000, link.generation

        def work():
            answer = self._answer(frame, expires_at)
            self._post(lambda: self._reply(link, generation, answer))

        self._pool.submit(work)

    def _reply(self, link, generation, answer):
        self._in_hand -= 1
        if link.generation == generation:
            link.send(answer)

    # ---- the pool ----

    def _answer(self, frame, expires_at):
        """The REPLY or ERROR; it echoes the id, which is the broker's token."""
        try:
            if time.monotonic() >= expires_at:
                raise Refused("deadline_queued", text="the budget ended in the worker's queue")
            if frame.name == self._service["service"] + ".$contract":
                body = self._service
            else:
                body = self._handle(frame)
            packed = bmp.pack(body)
            if len(packed) > bmp.BODY_MAX:
                raise Refused("internal", "answer_too_large", "the answer is beyond 1 MiB")
            return bmp.Frame(bmp.REPLY, id=frame.id, body=packed)
        except Refused as no:
            return bmp.error(frame.id, no.code, no.reason, no.text, no.faults, no.retry_after_ms)
        except Exception as fault:  # One bad request must not end the worker.
            print(f"{frame.name} failed: {fault!r}", flush=True)
            return bmp.error(frame.id, bmp.CODE["internal"], text="the handler failed")

    def _handle(self, frame):
        described = {each["name"]: each for each in self._service["messages"]}.get(frame.name)
        if described is None:
            raise Refused("unsupported", "unknown_message", f"there is no message {frame.name}")
        try:
            ext = bmp.parse_ext(frame.ext, frame.flags)
        except bmp.BadFrame as why:
            raise Refused("bad_frame", text=str(why)) from None
        try:
            body = bmp.unpack(frame.body)
        except bmp.BadFrame as why:
            raise Refused("invalid", "malformed", str(why)) from None
        found = contract.faults(described["request"], body)
        if found:
            raise Refused("invalid", text="The request has invalid fields; see errors.",
                          faults=found)
        return self._handlers[frame.name](Request(frame.name, body, ext, frame.principal))

    # ---- the mesh thread again ----

    def _take_publications(self):
        while self._subscriber is not None:
            try:
                frame, ext = bmp.parse_publication(self._subscriber.recv(zmq.DONTWAIT))
            except zmq.Again:
                return
            except bmp.BadFrame:
                continue
            for prefix, listener in self._listeners.items():
                if frame.name.startswith(prefix):
                    listener(frame, ext)

    def _drain(self):
        self._draining = True
        for link in self._links:
            link.send(bmp.Frame(bmp.DRAIN))

    def _farewell(self):
        for link in self._links:
            link.send(bmp.Frame(bmp.DISCONNECT, code=bmp.CODE["draining"]))
            self._on_lost(link)
        self._stopping = True
