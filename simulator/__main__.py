"""`python -m simulator`: the simulator as a process on loopback."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from pathlib import Path
from typing import Any

from clock import RealClock, VirtualClock
from simulator.certificates import CertificateFiles, write
from simulator.server import serve
from simulator.settings import SimulatorSettings
from simulator.settings_json import SettingsRefused
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


def main(given: list[str] | None = None) -> int:
    """The command: prints one JSON line with its addresses when it is ready. Returns 2 when it cannot start."""
    arguments = parser().parse_args(given)
    try:
        if arguments.write_certificates:
            print(write(arguments.write_certificates).ca)
        else:
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(_run(arguments))
    except (OSError, SettingsRefused) as problem:  # a port that is taken, a file that is not there or makes no sense
        print(f"simulator: {problem}", file=sys.stderr)
        return 2
    return 0


def _settings(file: Path | None) -> dict[str, Any]:
    """What a file of settings says. Raises `OSError`, `SettingsRefused`."""
    if file is None:
        return {}
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise SettingsRefused(f"{file} is not JSON: {problem}") from None
    if not isinstance(values, dict):
        raise SettingsRefused(f"{file} must hold one JSON object: settings by name")
    return values


async def _run(arguments: argparse.Namespace) -> None:
    values = _settings(arguments.settings)
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
    sys.exit(main())
