"""`callwright test`: the scenarios of flows, played in virtual time."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from cli.check import PROMPTS, find
from cli.explore import AT, lengths_of
from cli.rehearsal.scenarios import Scenarios, Verdict, check_names, load, play
from cli.rehearsal.stage import Setting
from flows import Exit, Flow, FlowErrors
from flows.linker import link_file
from flows.source import MAX_BYTES
from prompts.catalogue import PromptError

FOLDER = "scenarios"


@dataclass(frozen=True, kw_only=True)
class Tested:
    """The scenarios of one flow, each with its verdict, and what they covered. `wall_s`: how long it really took."""

    flow: Flow
    verdicts: tuple[Verdict, ...]
    wall_s: float

    @property
    def missing(self) -> list[Exit]:
        """The outcomes that no scenario comes to."""
        covered = {pair for verdict in self.verdicts for pair in verdict.outcomes}
        return [each for each in self.flow.outcomes() if (each.node, each.outcome) not in covered]

    @property
    def coverage(self) -> float:
        """The share of the outcomes that scenarios come to, 0 to 1."""
        return 1 - len(self.missing) / len(self.flow.outcomes())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("paths", nargs="+", type=Path, help=f"folders of flows with {FOLDER}/*.yaml, or scenario files")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write the results as JUnit XML")
    parser.add_argument("--prompts", type=Path, default=PROMPTS, help="folder with audio/LOCALE/ID.wav")
    parser.add_argument("--coverage", type=float, default=0.9, help="the share of outcomes that must come up")
    parser.add_argument("--verbose", action="store_true", help="name every scenario, and every outcome not covered")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Play them; 0 when all went as expected, 1 when some did not, 2 when there was nothing to play."""
    files = [each for path in options.paths for each in (find([path / FOLDER]) if path.is_dir() else [path])]
    if not files:
        print(f"test: no {FOLDER}/*.yaml there", file=sys.stderr)
        return 2
    try:
        results = [play_file(path, options.prompts) for path in files]
    except (FlowErrors, PromptError, OSError) as error:
        print(f"test: {error}", file=sys.stderr)
        return 2
    for each in results:
        print(_text(each, options.coverage, verbose=options.verbose))
    if options.junit is not None:
        options.junit.write_bytes(junit(results, options.coverage))
    well = all(each.coverage >= options.coverage and not any(v.wrong for v in each.verdicts) for each in results)
    return 0 if well else 1


def play_file(path: Path, prompts: Path) -> Tested:
    """Play the scenarios of one file. Raises `FlowErrors`, `PromptError` and `OSError`."""
    with path.open("rb") as file:
        scenarios, root = load(file.read(MAX_BYTES + 1).decode("utf-8", "replace"), str(path))
    flow = link_file(_flow_file(path, scenarios))
    check_names(scenarios, root, flow, str(path))
    begun = time.perf_counter()
    setting = Setting(flow=flow, lengths=lengths_of([flow], prompts)[flow.id], at=AT)
    verdicts = tuple(play(each, setting) for each in scenarios.scenarios)
    return Tested(flow=flow, verdicts=verdicts, wall_s=time.perf_counter() - begun)


def _flow_file(path: Path, scenarios: Scenarios) -> Path:
    above = path.resolve().parent.parent / f"{scenarios.flow}.yaml"
    return above if above.exists() else path.resolve().parent / f"{scenarios.flow}.yaml"


def _text(tested: Tested, least: float, *, verbose: bool) -> str:
    failed = [each for each in tested.verdicts if each.wrong]
    low = "" if tested.coverage >= least else f", less than {least:.0%}"
    lines = [
        f"{tested.flow.id}: {len(tested.verdicts) - len(failed)} of {len(tested.verdicts)} scenarios as expected, "
        f"{tested.coverage:.1%} of its outcomes{low}, in {tested.wall_s * 1000:.0f} ms"
    ]
    for each in tested.verdicts if verbose else failed:
        lines.append(f"  {'FAILED' if each.wrong else 'ok'}: {each.scenario.name}")
        lines += [f"      {wrong}" for wrong in each.wrong]
    if low or verbose:
        lines += [f"  not covered: {each.node}: {each.outcome}" for each in tested.missing]
    return "\n".join(lines)


def junit(results: Sequence[Tested], least: float) -> bytes:
    """The results as JUnit XML: a suite for each flow, a case for each scenario and one for the coverage."""
    suites = ElementTree.Element("testsuites")
    for tested in results:
        cases = [(each.scenario.name, each.wrong) for each in tested.verdicts]
        uncovered = [f"{each.node}: {each.outcome}" for each in tested.missing]
        low = tested.coverage < least
        cases.append((f"coverage {tested.coverage:.1%}", tuple(uncovered) if low else ()))
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=tested.flow.id,
            tests=str(len(cases)),
            failures=str(sum(bool(wrong) for _, wrong in cases)),
            errors="0",
            time=f"{tested.wall_s:.3f}",
        )
        for name, wrong in cases:
            case = ElementTree.SubElement(suite, "testcase", classname=tested.flow.id, name=name)
            if wrong:
                ElementTree.SubElement(case, "failure", message=wrong[0]).text = "\n".join(wrong)
    return ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
