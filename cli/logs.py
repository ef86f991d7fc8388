"""`callwright logs`: what the app logged, from its workspace; of one call, or of everything that went wrong."""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import Any

from cli.deploy import add_place
from cli.deploy_plan import Deployment, ParametersUnusable
from cli.running import CommandFailed, Stopped, call
from cli.steps import Step, fill, script

_CALL = re.compile(r"(call-)?[0-9a-fA-F-]{32,41}")
_SINCE = re.compile(r"[1-9][0-9]{0,3}[mhd]")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_place(parser)
    parser.add_argument("--call", metavar="ID", help="of one call: its instance id, or Graph's id")
    parser.add_argument("--since", default="1h", metavar="TIME", help="how far back: 30m, 1h, 7d (default: 1h)")
    parser.add_argument("--all", action="store_true", help="not warnings and errors alone")
    parser.add_argument("--dry-run", action="store_true", help="print every command, run none")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the lines, oldest first; 1 when they could not be had."""
    try:
        it = Deployment.read(options.parameters, location="", resource_group=options.resource_group, build="local")
        steps = logs_steps(it, query(call_id=options.call, since=options.since, everything=options.all))
    except (ParametersUnusable, ValueError) as error:
        print(f"logs: {error}", file=sys.stderr)
        return 2
    if options.dry_run:
        print(script(steps), end="")
        return 0
    values: dict[str, str] = {}
    printed = ""
    try:
        for step in steps:
            printed = call(fill(step.command, values))
            if step.gives:
                values[step.gives] = printed
    except (CommandFailed, Stopped) as failure:
        print(f"logs: {failure}", file=sys.stderr)
        return 1
    print("\n".join(rows(json.loads(printed))) or "nothing was logged")
    return 0


def query(*, call_id: str | None, since: str, everything: bool) -> str:
    """In Kusto. Raises `ValueError` for what is no id of a call, or no time."""
    if not _SINCE.fullmatch(since):
        raise ValueError(f"--since is {since!r}: minutes, hours or days, like 30m, 1h, 7d")
    asked = f"union AppTraces, AppExceptions | where TimeGenerated > ago({since})"
    if call_id is not None:
        if not _CALL.fullmatch(call_id):
            raise ValueError(f"--call is {call_id!r}: the id of a call, with or without call- before it")
        plain = call_id.removeprefix("call-").replace("-", "").lower()
        asked += f' | where Message has "{plain}" or OperationName has "{plain}"'
    elif not everything:
        asked += " | where SeverityLevel >= 2"
    return asked + " | order by TimeGenerated asc | take 1000 | project TimeGenerated, SeverityLevel, Message"


def logs_steps(it: Deployment, kusto: str) -> list[Step]:
    """Every step, in order. az rest, because `az monitor log-analytics` is an extension that has to be installed."""
    show = ("az", "deployment", "group", "show", "--name", it.name, "--resource-group", it.resource_group)
    url = "https://api.loganalytics.io/v1/workspaces/$WORKSPACE_ID/query"
    ask = ("az", "rest", "--method", "post", "--url", url, "--resource", "https://api.loganalytics.io")
    return [
        Step(
            name="which workspace",
            command=(*show, "--query", "properties.outputs.workspaceId.value", "--output", "tsv"),
            gives="WORKSPACE_ID",
        ),
        Step(name="what it holds", command=(*ask, "--body", json.dumps({"query": kusto}), "--output", "json")),
    ]


def rows(answer: dict[str, Any]) -> list[str]:
    """One line for each row of the workspace's answer."""
    levels = {0: "debug", 1: "info", 2: "warning", 3: "error", 4: "critical"}
    return [
        f"{at} {levels.get(level, 'error')} {str(message).strip()}"
        for table in answer.get("tables", [])
        for at, level, message in table["rows"]
    ]
