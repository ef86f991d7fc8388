"""`callwright destroy`: remove what `callwright deploy` made. Only a resource group with its tags is deleted."""

from __future__ import annotations

import argparse
import sys

from cli.deploy import add_consent, add_place, check_subscription
from cli.deploy_plan import WORK, Deployment, ParametersUnusable
from cli.running import ROOT, Run, Stopped, read_state
from cli.steps import Step, script

_NOT_OURS = (
    "Nothing was deleted: there is no such resource group, or it lacks the tags that `callwright deploy` gives. Delete "
    "it yourself if you mean it."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_place(parser)
    parser.add_argument("--keep-application", action="store_true", help="leave the application in Entra")
    parser.add_argument("--confirm", metavar="NAME", help="name of the deployment: yes, all of it, recordings too")
    add_consent(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Remove; 0 when it is gone, 1 when something stopped it, 2 when it was not confirmed."""
    try:
        it = Deployment.read(options.parameters, location="", resource_group=options.resource_group, build="local")
    except ParametersUnusable as error:
        print(f"destroy: {error}", file=sys.stderr)
        return 2
    steps = destroy_steps(it, keep_application=options.keep_application)
    if options.dry_run:
        print(script(steps), end="")
        return 0
    if options.confirm != it.name:
        print(
            f"destroy: this deletes {it.resource_group} with all recordings. Say --confirm {it.name}", file=sys.stderr
        )
        return 2
    try:
        subscription = options.subscription or read_state(ROOT / WORK / f"{it.name}.json").get("subscription")
        check_subscription(subscription, yes=options.yes)
        Run(steps=steps, state=ROOT / WORK / f"{it.name}.destroy.json").to_end()
    except Stopped as stop:
        print(f"destroy: {stop}", file=sys.stderr)
        return 1
    print(
        f"{it.resource_group} is deleted. Its key vault can be recovered for 90 days and cannot be purged: before you "
        "deploy into a group of the same name, recover it: az keyvault list-deleted, az keyvault recover --name VAULT"
    )
    return 0


def destroy_steps(it: Deployment, *, keep_application: bool) -> list[Step]:
    """Every step, in order."""
    ours = f"[?name=='{it.resource_group}' && tags.application=='callwright' && tags.deployment=='{it.name}'].name"
    found = ("az", "group", "list", "--query", f"{ours} | [0]", "--output", "tsv")
    application = ("az", "ad", "app", "list", "--display-name", it.name, "--query", "[0].appId", "--output", "tsv")
    steps = [
        Step(name="the resource group, by its tags", command=found, gives="RESOURCE_GROUP"),
        Step(
            name="everything in it",
            command=("az", "group", "delete", "--name", "$RESOURCE_GROUP", "--yes"),
            hint=_NOT_OURS,
        ),
    ]
    if not keep_application:
        steps += [
            Step(name="the application in Entra", command=application, gives="BOT_APP_ID"),
            Step(
                name="it too",
                command=("az", "ad", "app", "delete", "--id", "$BOT_APP_ID"),
                hint="There is no application of that name, or you may not delete it: --keep-application leaves it.",
            ),
        ]
    return steps
