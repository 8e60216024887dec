"""`make bench`: print what the product reaches beside plain SQL on the same server, in the same run."""

from __future__ import annotations

import importlib
import sys

from benchmarks import common

AREAS = ("confirm", "chain", "books", "reorder", "imports", "flows", "duplicates", "lists", "deals")


def main() -> None:
    common.start()
    print(common.facts())
    print(f"{'goal':4} {'what':52} {'ours':>12} {'beside':>12} {'ratio':>8}  {'unit':8} wanted")
    for area in sys.argv[1:] or AREAS:
        importlib.import_module(f"benchmarks.{area}").run()


if __name__ == "__main__":
    main()
