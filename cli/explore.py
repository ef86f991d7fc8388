"""`callwright explore`: every way through a flow, what never comes up, the longest way, and what must not happen."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.check import PROMPTS, ROUTES, find, read_voices
from cli.rehearsal.explorer import MOST_PLACES, Exploration, Way, explore
from cli.rehearsal.stage import Setting
from flows import Flow, FlowErrors
from flows.checker import Voices
from flows.linker import link_file
from flows.sayings import NotSaid
from flows.spoken import split
from prompts.catalogue import PromptError

# A Monday morning in winter, for flows that look at the clock.
AT = datetime(2026, 1, 5, 10, tzinfo=UTC)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("paths", nargs="+", type=Path, help="folders of flows, or single flows")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how the findings are printed")
    parser.add_argument("--prompts", type=Path, default=PROMPTS, help="folder with audio/LOCALE/ID.wav")
    parser.add_argument("--dead-air", type=float, default=10.0, metavar="SECONDS", help="longest silence for a caller")
    parser.add_argument("--coverage", type=float, default=0.9, help="the share of outcomes that must come up")
    parser.add_argument("--places", type=int, default=MOST_PLACES, help="places of one flow after which to stop")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Explore; 0 when all is well, 1 when something must not be so, 2 when there is nothing to explore."""
    try:
        flows = load(options.paths)
        lengths = lengths_of(flows, options.prompts)
    except (FlowErrors, PromptError, OSError) as error:
        print(f"explore: {error}", file=sys.stderr)
        return 2
    if not flows:
        print("explore: no flow there", file=sys.stderr)
        return 2
    found = {
        flow.id: explore(
            Setting(flow=flow, lengths=lengths[flow.id], at=AT),
            dead_air_ms=round(options.dead_air * 1000),
            most=options.places,
        )
        for flow in flows
    }
    facts = {name: told(each) for name, each in found.items()}
    print(json.dumps(facts, indent=2) if options.format == "json" else "\n\n".join(map(_text, facts.items())))
    well = all(not each.violations and each.coverage >= options.coverage for each in found.values())
    return 0 if well else 1


def load(paths: Sequence[Path]) -> list[Flow]:
    """The flows of folders and files, linked; routes and subflows are none. Raises `FlowErrors` and `OSError`."""
    flows = [link_file(path) for path in find(paths) if path.name != ROUTES]
    return [flow for flow in flows if not flow.is_subflow]


def lengths_of(flows: Sequence[Flow], folder: Path) -> dict[str, Mapping[str, int]]:
    """The lengths of each flow's prompts, in milliseconds. Raises `PromptError`."""
    voices = read_voices(folder)
    return {flow.id: _lengths(voices, flow) for flow in flows}


def _lengths(voices: Voices, flow: Flow) -> Mapping[str, int]:
    try:
        prompts = flow.prompts_in(flow.locale)
    except NotSaid as failure:
        raise PromptError(str(failure)) from failure
    return {id: ms for id in prompts if (ms := _length(voices, flow, id)) is not None}


def _length(voices: Voices, flow: Flow, id: str) -> int | None:
    locale, name = split(id)
    found = voices.get(locale or flow.locale, {}).get(name)
    return found if isinstance(found, int) else None


def told(found: Exploration) -> dict[str, Any]:
    """What was found, as JSON."""
    return {
        "outcomes": len(found.exits),
        "covered": len(found.exits) - len(found.missing),
        "coverage": round(found.coverage, 4),
        "missing": [f"{each.node}: {each.outcome}" for each in found.missing],
        "places": found.places,
        "ends": found.ends,
        "whole": found.whole,
        "longest": _way(found.longest),
        "violations": [{"what": each.what, "way": _way(each.way)} for each in found.violations],
    }


def _way(way: Way | None) -> dict[str, Any] | None:
    if way is None:
        return None
    steps = [f"{node}: {step}" for node, step in way.steps]
    begins = {"at": way.setting.at.isoformat(), "caller": way.setting.caller}
    return {**begins, "seconds": way.ms / 1000, "prompts": way.prompts, "steps": steps}


def _text(named: tuple[str, dict[str, Any]]) -> str:
    name, facts = named
    whole = "everything" if facts["whole"] else "not everything: the limit of places is reached"
    lines = [
        f"{name}: {facts['covered']} of {facts['outcomes']} outcomes ({facts['coverage']:.1%}); "
        f"{facts['places']} places, {facts['ends']} ends; tried {whole}"
    ]
    if longest := facts["longest"]:
        lines.append(f"  longest way without going round: {longest['seconds']:g} s, {longest['prompts']} prompts")
    lines += [f"  never came up: {each}" for each in facts["missing"]]
    for each in facts["violations"]:
        lines += [f"  MUST NOT BE: {each['what']}", *(f"      {step}" for step in each["way"]["steps"])]
    return "\n".join(lines)
