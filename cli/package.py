"""`callwright package`: the deployment zip for one Durable backend, as `deploy` makes it."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli import deployment_zip
from cli.deploy_plan import BACKENDS
from cli.running import ROOT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--out", type=Path, default=Path("callwright.zip"), metavar="FILE", help="where the zip goes")
    parser.add_argument("--durable-backend", choices=BACKENDS, default=BACKENDS[0], help="whose host.json is taken")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build the zip and list it."""
    host_json = ROOT / "bicep" / "durable" / options.durable_backend / "host.json"
    return deployment_zip.main(["--out", str(options.out), "--host-json", str(host_json)])
