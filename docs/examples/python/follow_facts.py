#!/usr/bin/python3
"""Writes every public fact of one service to a file, each once, across restarts of everything.

usage: follow_facts.py --config bilten.toml --owner event --file facts.jsonl [--principal probe]

A line is a fact and the cursor after it, so effect and cursor are one write; the last whole line
tells where to go on.
"""
import argparse
import base64
import json
import os
import signal
import sys

import bmp
from bilten_mesh import Mesh
from facts import Cursor, Follower, HistoryDiffers
from settings import Settings


def open_at_end(path):
    """The file, cut to its whole lines, and the cursor of the last one."""
    file = open(path, "a+b")
    file.seek(0)
    lines = file.read().split(b"\n")
    file.truncate(file.tell() - len(lines[-1]))  # What a crash tore.
    if len(lines) < 2:
        return file, Cursor()
    last = json.loads(lines[-2])
    return file, Cursor(last["epoch"], last["seq"], bytes.fromhex(last["hash"]))


def as_json(value):
    """Ids and other bytes have no JSON of their own."""
    return value.hex() if len(value) == 16 else base64.urlsafe_b64encode(value).decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--principal", default="probe")
    parser.add_argument("--owner", required=True)
    parser.add_argument("--file", required=True)
    options = parser.parse_args()
    file, cursor = open_at_end(options.file)

    def take(fact):
        line = {"epoch": fact.after.epoch, "seq": fact.after.seq, "hash": fact.after.hash.hex(),
                "at": fact.at, "name": fact.name, "body": bmp.unpack(fact.body)}
        file.write(json.dumps(line, default=as_json, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())

    mesh = Mesh(Settings.load(options.config, options.principal))
    follower = Follower(mesh, options.owner, cursor, take)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: follower.stop())
    mesh.start()
    print(f"following {options.owner} from {cursor.seq}", flush=True)
    try:
        follower.run()
    except HistoryDiffers as why:
        sys.exit(f"stopped: {why}")
    finally:
        mesh.stop()


if __name__ == "__main__":
    main()
