"""What trying flows costs: the explorer on 100 nodes, a scenario, and one step of the interpreter."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import Result, amount, in_turns
from cli.rehearsal import scenarios
from cli.rehearsal.explorer import Exploration, explore
from cli.rehearsal.stage import Setting
from flows import Interpreter, acts, load
from flows.linker import link_file

ROUNDS = 7
STEPS = 5000
AT = datetime(2026, 1, 5, 10, tzinfo=UTC)
DEFINITIONS = Path(__file__).resolve().parent.parent / "flows" / "definitions"
_HEAD = "schema: 1\nid: wide\nlocale: en-US\nstart: a\ndefaults: {onError: {next: z}}\n"
_MENU = "  m{}: {{kind: menu, prompts: p, options: {{1: m{}, 2: m{}}}, on: {{tooMany: z}}}}\n"


def wide_flow() -> str:
    """A flow of 100 nodes: 48 menus, each of which leads to two others or to prompts, and the ends."""
    menus = "".join(_MENU.format(at, 2 * at + 1, 2 * at + 2) for at in range(48))
    leaves = "".join(f"  m{at}: {{kind: play, prompts: p, next: y}}\n" for at in range(48, 97))
    first = "nodes:\n  a: {kind: answer, next: m0}\n"
    ends = "  y: {kind: play, prompts: p, next: z}\n  z: {kind: hangup, prompts: p}\n"
    return f"{_HEAD}{first}{menus}{leaves}{ends}"


async def run() -> Result:
    """Explore, play and walk, in turns."""
    setting = Setting(flow=load(wide_flow(), "wide.yaml"), lengths={}, at=AT)
    text = (DEFINITIONS / "scenarios" / "small-business.yaml").read_text(encoding="utf-8")
    played, _ = scenarios.load(text, "small-business.yaml")
    shop = Setting(flow=link_file(DEFINITIONS / "small-business.yaml"), lengths={}, at=AT)
    found: list[Exploration] = []

    async def exploring() -> float:
        begun = time.process_time()
        found.append(explore(setting))
        return time.process_time() - begun

    async def playing() -> float:
        begun = time.process_time()
        for each in played.scenarios:
            scenarios.play(each, shop)
        return (time.process_time() - begun) / len(played.scenarios)

    async def walking() -> float:
        return _walk(Interpreter(shop.flow))

    sides = await in_turns({"explore": exploring, "play": playing, "walk": walking}, rounds=ROUNDS)
    return Result(
        title="flows tried in virtual time, CPU",
        figures=[
            amount("explorer, a flow of 100 nodes", sides["explore"], "s"),
            amount("one scenario of the shop", sides["play"], "ms", scale=1000),
            amount("one step of the interpreter", sides["walk"], "µs", scale=1e6),
        ],
        counts={
            "nodes": len(setting.flow.nodes),
            "places": found[-1].places,
            "outcomes that came up": f"{len(found[-1].exits) - len(found[-1].missing)} of {len(found[-1].exits)}",
        },
    )


def _walk(walk: Interpreter) -> float:
    """Seconds of one step: to the opening hours and back to the menu, over and over."""
    begun = time.process_time()
    walk.begin()
    walk.resume(acts.Answered())
    walk.resume(acts.Finished())
    for _ in range(STEPS // 2):
        walk.resume(acts.Collected(digits="1", how="maximum"))
        walk.resume(acts.Finished())
    return (time.process_time() - begun) / STEPS
