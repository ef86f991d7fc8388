"""`python -m benchmarks [NAME...]`: run them all, or those named; a table here, a JSON report in `.local`."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
from pathlib import Path

from benchmarks import report
from benchmarks.measuring import Result, progress

NAMES = (
    "answer",
    "webhook",
    "digit",
    "calls",
    "simulator",
    "cold",
    "replay",
    "delivery",
    "keypad",
    "kills",
    "nemesis",
    "explore",
    "media",
)
REPORT = Path(__file__).resolve().parent.parent / ".local" / "benchmarks.json"


def main() -> None:
    """Run benchmarks one after the other, each in an event loop of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--out", type=Path, default=REPORT, help="the report; default .local/benchmarks.json")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - set(NAMES)):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    results: dict[str, Result] = {}
    loads: dict[str, tuple[float, float]] = {}
    for name in arguments.names or NAMES:
        progress(f"{name}:")
        before = os.getloadavg()[0]
        results[name] = asyncio.run(importlib.import_module(f"benchmarks.{name}").run())
        loads[name] = (before, os.getloadavg()[0])
        print(*report.lines(name, results[name], loads[name]), "", sep="\n", flush=True)
    report.write(report.as_json(results, loads), arguments.out)
    progress(f"report: {arguments.out}")
    progress("\n")


if __name__ == "__main__":
    main()
