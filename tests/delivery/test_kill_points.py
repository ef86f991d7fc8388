"""The bot dies at every place where dying could lose or repeat something, and ten callers do not notice."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from aftermath import Aftermath
from caller import BUSY, Caller
from kill_points import LIKELY, Killer
from spelling import FLOWS, MENU

from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from simulator import SimulatorSettings, Target

CALLS = 10
ENOUGH = 20
MOST_RUNS = 8


async def test_ten_callers_at_a_time_do_not_notice_that_the_bot_dies(tmp_path: Path) -> None:
    hits: Counter[str] = Counter()
    runs = 0
    while runs < MOST_RUNS and any(hits[point] < ENOUGH for point in LIKELY):
        await _run(runs, tmp_path / f"hub-{runs}.db", hits)
        runs += 1
    print(f"{runs} runs of {CALLS} calls, killed {hits.total()} times:", *hits.most_common(), sep="\n  ")
    assert {point: hits[point] for point in LIKELY if hits[point] < ENOUGH} == {}


async def _run(seed: int, database: Path, hits: Counter[str]) -> None:
    dice, clock = random.Random(seed), VirtualClock()
    graph = SimulatorSettings(
        webhook_attempts=200,
        webhook_retry_delay_s=0.4,
        answer_window_s=120.0,
        targets={BUSY: Target(outcome="busy")},
        seed=seed,
    )
    options = BotOptions(database=database, settings={"FLOWS": str(FLOWS)})
    async with open_laptop(clock, simulator_settings=graph, options=options) as laptop:
        killer = Killer(laptop, dice, hits, most=ENOUGH)
        menu = laptop.connections.catalogue.prompt(MENU, "en-US").key
        callers = [Caller(laptop.simulator, menu, dice, more=1) for _ in range(CALLS)]
        for caller in callers:
            clock.at(clock.now() + 3.0 + dice.uniform(0.0, 40.0), caller.ring)

        def over() -> bool:
            return not killer.at_work and all(each.call_id and laptop.is_over(each.call_id) for each in callers)

        await clock.run_until(over, limit_s=3600.0)
        problems = [problem for caller in callers for problem in await _problems(laptop, caller)]
    assert not problems, "\n".join(problems) + f"\nseed {seed}, killed {dict(hits)} times so far"


async def _problems(laptop: Laptop, caller: Caller) -> list[str]:
    records, catalogue = laptop.connections.records, laptop.connections.catalogue
    instance_id = laptop.instance_of(caller.call_id)
    assert laptop.memory is not None
    aftermath = Aftermath(
        typed=caller.typed,
        call=laptop.simulator.call(caller.call_id),
        record=await records.get(instance_id) or {},
        events=await records.events(instance_id),
        names={catalogue.prompt(id, "en-US").key: id for id in catalogue.ids("en-US")},
        read_recording=laptop.memory.blobs("recordings").read,
    )
    return await aftermath.problems()
