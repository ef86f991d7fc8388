"""`python -m cli COMMAND`, by any Python: what it needs lies in `.venv`, so another one hands over to that."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"

# Command -> its module, and what it is for. Only the module of the command that is run is imported.
COMMANDS = {
    "demo": ("demo", "the whole of Callwright on this machine, with a call"),
    "check": ("check", "everything that is wrong with flows and routes"),
    "draw": ("draw", "a picture of a flow: Mermaid, DOT or SVG"),
    "explore": ("explore", "every way through a flow, in virtual time"),
    "talk": ("talk", "a flow in the terminal, with your keys"),
    "test": ("scenario_tests", "the scenarios of flows, in virtual time"),
    "reference": ("reference", "write the pages that follow from code"),
    "deploy": ("deploy", "everything that Azure needs, by the az CLI"),
    "destroy": ("destroy", "remove what deploy made"),
    "consent": ("consent", "what an administrator is asked for, and where"),
    "package": ("package", "the deployment zip"),
    "doctor": ("doctor", "what is in the way of a call; what a result code means"),
    "logs": ("logs", "what the app logged in Azure"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is the command's own."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="callwright")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (module, about) in COMMANDS.items():
        command = commands.add_parser(name, help=about)
        if given[:1] == [name]:
            importlib.import_module(f"cli.{module}").add_arguments(command)
    options = parser.parse_args(given)
    return options.run(options)


def handed_over(venv: Path, arguments: list[str]) -> int | None:
    """The exit code of the same command under the Python of `venv`; None when this is it, or there is none."""
    python = venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if Path(sys.prefix) == venv or not python.exists():
        return None
    return subprocess.run([str(python), "-m", "cli", *arguments], check=False).returncode


def _run() -> int:
    try:
        code = handed_over(VENV, sys.argv[1:])
        return main() if code is None else code
    except KeyboardInterrupt:
        return 130
    except ModuleNotFoundError as missing:
        setup = "`python dev.py setup` makes .venv, which has all it needs"
        print(f"callwright: {missing.name} is not installed; {setup}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(_run())
