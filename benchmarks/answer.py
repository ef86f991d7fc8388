"""From a notification that a call rings to the request that answers it: by the webhook, and by the orchestration.

On the wall: a call that rings alone, and ten a second until a hundred are there, on a bot that has taken one call
before, with simulator, host and bot in one process. Once as fast as `localhost` is, and once with every message to an
orchestration a quarter of a second late, which is how often the Azure Storage provider looks into its queues here
(`host.json`).
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
from collections.abc import Iterable, Sequence

from benchmarks.measuring import Figure, Result, progress
from benchmarks.reference_call import CALLER
from cli.laptop import BotOptions, Laptop, open_laptop
from clock import RealClock
from localhost.knobs import Knobs

ROUNDS = 30
AT_ONCE = 100  # as many as Graph lets an application have
BETWEEN_S = 0.1
LATE_S = 0.25
#: The greatest latency, in ms, that each column of the histogram counts; the last counts the rest.
COLUMNS_MS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 15000)


async def run() -> Result:
    """Ring with and without the early answer, alone and a hundred, and with messages that come late."""
    figures: list[Figure] = []
    counts: dict[str, object] = {}
    for early, at_once, late_s in itertools.product((True, False), (1, AT_ONCE), (0.0, LATE_S)):
        name = f"{'webhook' if early else 'orchestration'}, {at_once}" + (", queues late" if late_s else "")
        progress(f"{name};")
        found = await _latencies(early=early, at_once=at_once, late_s=late_s)
        figures.append(_spread(f"{name}: median", found, statistics.median(found)))
        figures.append(_spread(f"{name}: p99", found, _percentile(found, 99)))
        counts[f"{name} (calls up to ms)"] = histogram(found)
    progress("\n")
    return Result(
        title="from the notification of a call to Graph's answer request",
        figures=figures,
        counts=counts,
        notes=[
            "low and high are the quartiles; times on the wall of a shared machine, all of Graph's side included",
            "Graph waits 15 s, and 5 s where a recording policy calls",
        ],
    )


async def _latencies(*, early: bool, at_once: int, late_s: float) -> list[float]:
    """Milliseconds from the notification to the first answer request, of each call."""
    options = BotOptions(
        knobs=Knobs(delivery_delay_s=lambda instance: late_s),
        settings={"FLOWS": "benchmarks/flows", "EARLY_ANSWER": str(int(early))},
    )
    found: list[float] = []
    async with open_laptop(RealClock(), options=options) as laptop:
        await _ring(laptop, 1)
        for _ in range(1 if at_once > 1 else ROUNDS):
            found += await _ring(laptop, at_once)
    return found


async def _ring(laptop: Laptop, many: int) -> list[float]:
    """Ring so many times, hang up once all are established; how long each waited for its answer."""
    simulator, calls = laptop.simulator, []
    for _ in range(many):
        calls.append(simulator.ring(CALLER))
        await asyncio.sleep(BETWEEN_S)
    while not all(simulator.call(call).state == "established" for call in calls):
        assert not any(simulator.call(call).over for call in calls), "a call was not answered in time"
        await asyncio.sleep(0.02)
    for call in calls:
        simulator.hang_up(call)
    for call in calls:
        await laptop.host.engine.wait_until_ended(laptop.instance_of(call))
    return [_waited_ms(laptop, call) for call in calls]


def _waited_ms(laptop: Laptop, call: str) -> float:
    transcript = laptop.simulator.call(call).transcript
    requests = [entry for entry in transcript.of("request") if entry["action"] == "answer"]
    answers = [entry["at"] for entry in requests if entry["status"] == 202]
    assert len(answers) == 1, f"{call} was answered {len(answers)} times"
    return 1000 * (answers[0] - transcript.of("notification")[0]["at"])


def histogram(samples: Iterable[float]) -> dict[str, int]:
    """How many samples, in ms, are at most each of `COLUMNS_MS` and above the one before; empty columns left out."""
    counts = dict.fromkeys([*map(str, COLUMNS_MS), "more"], 0)
    for sample in samples:
        counts[next((str(most) for most in COLUMNS_MS if sample <= most), "more")] += 1
    return {name: count for name, count in counts.items() if count}


def _percentile(samples: Sequence[float], percent: int) -> float:
    return statistics.quantiles(samples, n=100, method="inclusive")[percent - 1]


def _spread(name: str, samples: Sequence[float], value: float) -> Figure:
    low, _, high = statistics.quantiles(samples, n=4)
    return Figure(name=name, value=value, unit="ms", low=low, high=high)
