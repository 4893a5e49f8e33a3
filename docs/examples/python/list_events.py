#!/usr/bin/python3
"""Prints when, where and what: the first events of the public list, one a line.

usage: list_events.py --config bilten.toml [--principal probe] [--limit 20]
"""
import argparse
from datetime import datetime, timezone

from bilten_mesh import Mesh
from settings import Settings


def text(value):
    """Words for people are one string, or one for each language."""
    return value if isinstance(value, str) else value.get("en") or next(iter(value.values()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--principal", default="probe")
    parser.add_argument("--limit", type=int, default=20)
    options = parser.parse_args()
    mesh = Mesh(Settings.load(options.config, options.principal))
    mesh.start()
    page = mesh.call("event.list", {"limit": options.limit})
    for event in page["items"]:
        starts = datetime.fromtimestamp(event["starts_at"] / 1000, timezone.utc)
        print(starts.strftime("%Y-%m-%dT%H:%MZ"), text(event["title"]), sep="\t")
    mesh.stop()


if __name__ == "__main__":
    main()
