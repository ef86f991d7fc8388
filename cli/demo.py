"""`callwright demo`: storage emulator, simulator and bot on this machine, and a call from ringing to hang-up."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
import time
import warnings
from collections.abc import Callable

from rich.console import Console

from cli.demo_call import DemoCall
from cli.demo_view import LiveView, print_call
from cli.laptop import BotOptions, open_laptop
from cli.transcript import captions
from clock import RealClock, VirtualClock
from localhost.azurite import Azurite

BOT_PORT, SIMULATOR_PORT = 7071, 8700


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--once", action="store_true", help="one scripted call, in virtual time, to its end")
    parser.add_argument("--json", action="store_true", help="with --once: print the call as one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the demonstration; 0 when its call went as scripted, 1 when it did not."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    # The SDK remarks on a wait that is begun again after a deadline; it is meant (orchestrations/mail.py).
    warnings.filterwarnings("ignore", message="Potential duplicate Task completion")
    if options.json and not options.once:
        print("demo: --json goes with --once", file=sys.stderr)
        return 2
    progress = Console(stderr=True)
    with Azurite() as azurite:
        progress.print("Storage emulator (Azurite) is up.")
        if options.once:
            return asyncio.run(_once(azurite.connection_string, progress, as_json=options.json))
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_stay(azurite.connection_string))
    return 0


async def _once(storage: str, progress: Console, *, as_json: bool) -> int:
    begun = time.monotonic()
    clock = VirtualClock()
    async with open_laptop(clock, storage=storage, simulator_settings=DemoCall.settings()) as laptop:
        progress.print(f"Simulator at {laptop.addresses.base_url}, bot at {laptop.host.base_url}. Alice is calling.")
        call = DemoCall(laptop)
        await laptop.run_until_over(call.id)
        told = await call.tell()
    told["durations"]["wall_s"] = round(time.monotonic() - begun, 3)
    if as_json:
        print(json.dumps(told))
    else:
        print_call(Console(), told)
    return 0 if told["outcome"] == "completed" else 1


async def _stay(storage: str) -> None:
    stop = asyncio.Event()
    _on_interrupt(stop.set)
    options = BotOptions(port=await _free(BOT_PORT), schedules=True)
    simulator_port = await _free(SIMULATOR_PORT)
    async with open_laptop(
        RealClock(),
        storage=storage,
        simulator_settings=DemoCall.settings(),
        options=options,
        simulator_port=simulator_port,
    ) as laptop:
        laptop.simulator.captions = captions(laptop.connections.catalogue)
        with LiveView(laptop):
            DemoCall(laptop)
            await stop.wait()


def _on_interrupt(stop: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt
            loop.add_signal_handler(number, stop)


async def _free(port: int) -> int:
    """The port, or 0 (any) where somebody else listens on it."""
    try:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    except OSError:
        return 0
    server.close()
    await server.wait_closed()
    return port
