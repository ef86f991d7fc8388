"""`python -m cli COMMAND`."""

from __future__ import annotations

import argparse
import sys

from cli import check, consent, demo, deploy, destroy, draw, explore, logs, reference, scenario_tests


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is the command's own."""
    parser = argparse.ArgumentParser(prog="callwright")
    commands = parser.add_subparsers(dest="command", required=True)
    demo.add_arguments(commands.add_parser("demo", help="the whole of Callwright on this machine, with a call"))
    check.add_arguments(commands.add_parser("check", help="everything that is wrong with flows and routes"))
    draw.add_arguments(commands.add_parser("draw", help="a picture of a flow: Mermaid, DOT or SVG"))
    explore.add_arguments(commands.add_parser("explore", help="every way through a flow, in virtual time"))
    scenario_tests.add_arguments(commands.add_parser("test", help="the scenarios of flows, in virtual time"))
    reference.add_arguments(commands.add_parser("reference", help="write the pages that follow from code"))
    deploy.add_arguments(commands.add_parser("deploy", help="everything that Azure needs, by the az CLI"))
    destroy.add_arguments(commands.add_parser("destroy", help="remove what deploy made"))
    consent.add_arguments(commands.add_parser("consent", help="what an administrator is asked for, and where"))
    logs.add_arguments(commands.add_parser("logs", help="what the app logged in Azure"))
    options = parser.parse_args(arguments)
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
