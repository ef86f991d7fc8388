"""`callwright deploy`: from a clone to an answering bot, by the az CLI that is there already."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cli.consent import consent_url
from cli.deploy_plan import WORK, Deployment, ParametersUnusable, deploy_steps
from cli.running import ROOT, CommandFailed, Run, Stopped, call, read_state
from cli.steps import script

MAIN_PARAMETERS = Path("bicep/main.parameters.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_place(parser)
    parser.add_argument("--location", required=True, metavar="REGION", help="Azure region, for instance westeurope")
    parser.add_argument("--build", choices=("local", "remote"), default="local", help="who fetches Python packages")
    add_consent(parser)
    parser.set_defaults(run=run)


def add_place(parser: argparse.ArgumentParser) -> None:
    """Which deployment it is about."""
    parser.add_argument(
        "--parameters",
        type=Path,
        default=MAIN_PARAMETERS,
        metavar="FILE",
        help=f"parameter file of bicep/main.bicep (default: {MAIN_PARAMETERS.as_posix()})",
    )
    parser.add_argument("--resource-group", metavar="NAME", help="default: rg- and the name in the parameter file")


def add_consent(parser: argparse.ArgumentParser) -> None:
    """What keeps a command from doing harm."""
    parser.add_argument("--subscription", metavar="ID", help="the one that az must be signed in to")
    parser.add_argument("--yes", action="store_true", help="go on in whatever subscription az is signed in to")
    parser.add_argument("--dry-run", action="store_true", help="print every command, run none")


def run(options: argparse.Namespace) -> int:
    """Deploy; 0 when the app answers, 1 when something stopped it, 2 when there is nothing to deploy from."""
    try:
        it = Deployment.read(
            options.parameters,
            location=options.location,
            resource_group=options.resource_group,
            build=options.build,
        )
    except ParametersUnusable as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 2
    steps = deploy_steps(it)
    if options.dry_run:
        print(script(steps), end="")
        return 0
    state = ROOT / WORK / f"{it.name}.json"
    try:
        check_subscription(options.subscription or read_state(state).get("subscription"), yes=options.yes)
        values = Run(steps=steps, state=state).to_end()
    except Stopped as stop:
        print(f"deploy: {stop}", file=sys.stderr)
        return 1
    print(_what_is_left(values))
    return 0


def check_subscription(wanted: str | None, *, yes: bool) -> None:
    """Raise `Stopped` unless az is signed in to the wanted subscription, or whatever it is was said yes to."""
    try:
        found = call(("az", "account", "show", "--query", "[id, name]", "--output", "tsv")).split("\n")
    except CommandFailed as failure:
        raise Stopped(f"az is not signed in: az login\n{failure}") from None
    subscription, name = found[0], found[-1]
    if yes or (wanted and wanted in (subscription, name)):
        return
    here = f"az is signed in to {name} ({subscription})"
    if wanted:
        raise Stopped(f"{here}, not to {wanted}. az account set --subscription {wanted}, or say --yes to go on there.")
    raise Stopped(f"{here}. Say --subscription {subscription} if that is the one, or --yes.")


def _what_is_left(values: dict[str, str]) -> str:
    """What only people can do, in order."""
    return "\n".join(
        (
            f"https://{values['HOST_NAME']} answers. Before the first call:",
            "1. An administrator of the tenant consents to the permissions:",
            f"   {consent_url(values['BOT_TENANT_ID'], values['BOT_APP_ID'])}",
            f"2. {WORK}/teams-app.zip is uploaded: Teams admin center, Teams apps, Manage apps, Upload new app.",
            "3. For telephone numbers: python -m cli consent prints the Teams PowerShell.",
            "Then: python -m cli doctor",
        )
    )
