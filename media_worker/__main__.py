"""Runs the worker in this console: `python -m media_worker`. The Windows service runs the same."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

from media_worker.serving import serve
from media_worker.settings import SettingsWrong, WorkerSettings


async def _run() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    await serve(WorkerSettings.from_mapping(os.environ), stop)


def main() -> int:
    """2 where a setting is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_run())
    except SettingsWrong as wrong:
        print(f"media_worker: {wrong}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
