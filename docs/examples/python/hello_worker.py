#!/usr/bin/python3
"""Serves `probe.hello`: GET /v1/probe/hello/{name} at the gateway, or a call from any process.

usage: hello_worker.py --config bilten.toml [--principal probe]
"""
import argparse
import signal
import threading

from bilten_mesh import Mesh, Refused
from contract import LINE, field, integer, message, record, service, string
from settings import Settings

DESCRIPTION = service("probe", "1.0.0", "Says hello, to show how a worker is written.", [
    message("probe.hello", method="GET", path="/v1/probe/hello/{name}", refusals=["unwelcome"],
            doc="A greeting, as many times as wanted.",
            request=record(field("name", string(1, 40, LINE), doc="Whom to greet."),
                           field("times", integer(1, 5), required=False, doc="1 if absent.")),
            answer=record(field("greeting", string(1, 400)), field("letters", integer(1, 40)))),
])


def hello(request):
    name = request.body["name"]
    if name == "nobody":
        raise Refused("not_found", "unwelcome", "Nobody is not greeted; give another name.")
    greeting = " ".join([f"Hello, {name}!"] * request.body.get("times", 1))
    return {"greeting": greeting, "letters": len(name)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--principal", default="probe")
    options = parser.parse_args()
    mesh = Mesh(Settings.load(options.config, options.principal))
    mesh.serve(DESCRIPTION, {"probe.hello": hello})
    asked_to_stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_stop.set())
    mesh.start()
    print("serving probe.hello", flush=True)
    asked_to_stop.wait()
    mesh.stop()


if __name__ == "__main__":
    main()
