"""`python -m localhost`: the host as a process of its own, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from clock import RealClock
from localhost.host import Host
from localhost.indexing import AppUnusable
from localhost.local_settings import SettingsUnusable, merge
from localhost.sdk import StrictTypingMissing
from localhost.store import DatabaseInUse

_REFUSALS = (AppUnusable, DatabaseInUse, OSError, SettingsUnusable, StrictTypingMissing, ValueError)
_GRACE_S = 5.0


def main(arguments: list[str] | None = None) -> int:
    """Run the host; the exit code is 0 after a clean stop, 2 when it refuses to start."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    app_dir: Path = options.app.resolve()
    _put_last(app_dir)
    try:
        merge(app_dir / "local.settings.json", os.environ)
        asyncio.run(_serve(app_dir, options))
    except _REFUSALS as error:
        print(f"localhost: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m localhost",
        description="Runs function_app.py without Azure, on 127.0.0.1. For development, tests and demonstration.",
    )
    parser.add_argument("--app", type=Path, default=Path(), help="folder of function_app.py (default: this one)")
    parser.add_argument("--port", type=int, default=7071, help="0 takes a free one (default: 7071)")
    parser.add_argument(
        "--database", type=Path, default=Path(".local/localhost.db"), help="SQLite file of the task hub"
    )
    parser.add_argument("--key", default="", help="opens keyed functions and webhooks (default: a random one)")
    parser.add_argument(
        "--fast-timestamps",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="let the SDK parse history timestamps with datetime.fromisoformat",
    )
    return parser


def _put_last(app_dir: Path) -> None:
    """`python -m` puts the working folder first on sys.path; the worker has the app's folder last, for good reason:
    a room that bears the name of a standard module must fail here as it fails there.
    """
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != app_dir] + [str(app_dir)]


async def _serve(app_dir: Path, options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: Ctrl-C arrives as KeyboardInterrupt
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    options.database.parent.mkdir(parents=True, exist_ok=True)
    host = await Host.start(
        app_dir,
        database=options.database,
        clock=RealClock(),
        port=options.port,
        key=options.key,
        fast_timestamps=options.fast_timestamps,
    )
    try:
        _announce(host, app_dir)
        await stop.wait()
    finally:
        await host.stop(grace_s=_GRACE_S)


def _announce(host: Host, app_dir: Path) -> None:
    print(f"localhost serves {app_dir} at {host.base_url}")
    print("For development, tests and demonstration; not a production host.")
    for route in host.routes.routes:
        methods = ",".join(sorted(route.methods)) or "any method"
        print(f"  {route.function.name}: {methods} {host.base_url}{route.template}")
    for function in host.worker.functions.values():
        if function.kind != "http":
            print(f"  {function.name}: {function.kind}")
    print(f"Key for functions, webhooks and /admin: {host.key}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
