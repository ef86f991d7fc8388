"""`python -m simulator`: the simulator as a process on loopback."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
from pathlib import Path

from clock import RealClock, VirtualClock
from simulator.certificates import CertificateFiles, write
from simulator.server import serve
from simulator.settings import SimulatorSettings
from simulator.simulator import Simulator


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description="Play Microsoft Graph's calling API.")
    parser.add_argument("--port", type=int, default=8700, help="http: Graph, control, recordings (0: any free port)")
    parser.add_argument("--https-port", type=int, default=8743, help="https: the token service (0: any free port)")
    parser.add_argument("--certificates", type=Path, help="folder filled by --write-certificates")
    parser.add_argument("--write-certificates", type=Path, metavar="FOLDER", help="make certificates there, and end")
    parser.add_argument("--settings", type=Path, help="JSON file of simulator settings")
    parser.add_argument("--bot", help="URL where incoming calls ring (setting bot_callback_url)")
    parser.add_argument("--virtual", action="store_true", help="time passes only through POST /simulator/clock")
    return parser


def main() -> None:
    """The command. Prints one JSON line with its addresses when it is ready."""
    arguments = parser().parse_args()
    if arguments.write_certificates:
        print(write(arguments.write_certificates).ca)
        return
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> None:
    values = json.loads(arguments.settings.read_text()) if arguments.settings else {}
    if arguments.bot:
        values["bot_callback_url"] = arguments.bot
    clock = VirtualClock() if arguments.virtual else RealClock()
    simulator = Simulator(clock, SimulatorSettings.from_json(values))
    certificates = CertificateFiles.of(arguments.certificates) if arguments.certificates else None
    stopped = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers on its loop; Ctrl-C still works
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with serve(
        simulator, port=arguments.port, https_port=arguments.https_port, certificates=certificates
    ) as addresses:
        ready = {"base_url": addresses.base_url, "login_url": addresses.login_url, "ca_file": str(addresses.ca_file)}
        print(json.dumps(ready), flush=True)
        await stopped.wait()


if __name__ == "__main__":
    main()
