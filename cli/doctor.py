"""`callwright doctor`: what still stands between a deployment and its first call; what a result code means.

`doctor` looks at the deployment in Azure, `doctor --local` at the settings of this machine. `doctor --log FILE`,
`--code 500/7112` and `--call ID` explain result codes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import httpx

from cli.azure_facts import AzureFacts
from cli.deploy import add_place
from cli.deploy_plan import Deployment, ParametersUnusable
from cli.doctor_checks import Finding, examine
from cli.doctor_facts import Unknown
from cli.explain import Seen, explained, line, told
from cli.running import CommandFailed, Stopped, call
from cli.settings_facts import APP, SettingsFacts
from cli.steps import Step, fill
from localhost.local_settings import SettingsUnusable, merge

_MARKS = {"ok": "ok     ", "wrong": "WRONG  ", "skipped": "skipped"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_place(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--local", action="store_true", help="the settings of this machine, not those in Azure")
    what.add_argument("--log", type=Path, metavar="FILE", help="explain the result codes in a saved log; - is stdin")
    what.add_argument("--code", metavar="CODE", help="explain one code: 500/7112, 500#7112, 8536, AADSTS7000215")
    what.add_argument("--call", metavar="ID", help="explain how a call of the deployment ended")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how it is printed")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when all is well (or every code is known), 1 when something is wrong, 2 when nothing could be looked at."""
    try:
        if options.log or options.code or options.call:
            return _explain(_text(options), as_json=options.format == "json")
        findings = asyncio.run(_local() if options.local else _azure(options))
    except (ParametersUnusable, SettingsUnusable, Unknown, Stopped, CommandFailed, OSError) as error:
        print(f"doctor: {error}", file=sys.stderr)
        return 2
    print(_as_json(findings) if options.format == "json" else _as_text(findings))
    return 1 if any(finding.status == "wrong" for finding in findings) else 0


async def _local() -> list[Finding]:
    values = dict(os.environ)
    merge(APP / "local.settings.json", values)
    async with httpx.AsyncClient() as http:
        return await examine(SettingsFacts(values, http=http))


async def _azure(options: argparse.Namespace) -> list[Finding]:
    it = Deployment.read(options.parameters, location="", resource_group=options.resource_group, build="local")
    async with httpx.AsyncClient() as http:
        facts = AzureFacts(it, http=http)
        await facts.look_around()
        return await examine(facts)


def _as_text(findings: Sequence[Finding]) -> str:
    lines = [f"{_MARKS[each.status]} {each.title}: {each.says}" + _mend(each) for each in findings]
    wrong = sum(each.status == "wrong" for each in findings)
    return "\n".join([*lines, f"{wrong} wrong" if wrong else "nothing stands in the way of a call"])


def _mend(finding: Finding) -> str:
    return f"\n        {finding.mend}" if finding.mend else ""


def _as_json(findings: Sequence[Finding]) -> str:
    return json.dumps([asdict(finding) for finding in findings], indent=2)


def _text(options: argparse.Namespace) -> str:
    if options.code:
        return f'"code": "{options.code}"' if options.code.isdecimal() else options.code
    if options.log:
        return (
            sys.stdin.read() if str(options.log) == "-" else options.log.read_text(encoding="utf-8", errors="replace")
        )
    it = Deployment.read(options.parameters, location="", resource_group=options.resource_group, build="local")
    values: dict[str, str] = {}
    printed = ""
    for step in call_steps(it, options.call):
        printed = call(fill(step.command, values))
        if step.gives:
            values[step.gives] = printed
    return printed


def call_steps(it: Deployment, call_id: str) -> list[Step]:
    """Ask the operators' API for the record of a call, as whoever az is signed in as; it needs the app role Read."""
    instance_id = f"call-{call_id.removeprefix('call-').replace('-', '').lower()}"
    show = ("az", "deployment", "group", "show", "--name", it.name, "--resource-group", it.resource_group)
    application = ("az", "ad", "app", "list", "--display-name", it.name, "--query", "[0].appId", "--output", "tsv")
    ask = ("az", "rest", "--method", "get", "--url", f"https://$HOST_NAME/api/calls/{instance_id}")
    return [
        Step(
            name="which app",
            command=(*show, "--query", "properties.outputs.functionAppHostName.value", "--output", "tsv"),
            gives="HOST_NAME",
        ),
        Step(name="which application", command=application, gives="BOT_APP_ID"),
        Step(name="the call's record", command=(*ask, "--resource", "api://$BOT_APP_ID", "--output", "json")),
    ]


def _explain(text: str, *, as_json: bool) -> int:
    found: list[Seen] = explained(text)
    if as_json:
        print(json.dumps([told(seen) for seen in found], indent=2))
    else:
        print("\n".join(map(line, found)) or "no result code is in it")
    return 0 if all(seen.row is not None for seen in found) else 1
