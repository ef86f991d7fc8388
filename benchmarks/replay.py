"""What replaying a reference call costs, with the SDK as it is and with fast timestamps, and what the call needs."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict

from azure.functions.meta import Datum

from benchmarks.measuring import Result, amount, in_turns, ratio
from benchmarks.reference_call import counted_call, reference_laptop
from localhost import sdk
from localhost.observed import EpisodeRan
from localhost.worker import Worker

ROUNDS = 15


async def run() -> Result:
    """Take one call, then replay each of its episodes as it was, offline."""
    async with reference_laptop() as laptop:
        await counted_call(laptop)
        counts, episodes = await counted_call(laptop)
        worker = laptop.host.worker

        def side(*, fast: bool) -> Callable[[], Awaitable[float]]:
            async def replay() -> float:
                sdk.use_timestamps(fast=fast)
                return await _replayed(worker, episodes)

            return replay

        try:
            found = await in_turns({"stock": side(fast=False), "fast": side(fast=True)}, rounds=ROUNDS)
            stock_calls = await _calls(worker, episodes, fast=False)
            fast_calls = await _calls(worker, episodes, fast=True)
        finally:
            sdk.use_timestamps(fast=True)
    return Result(
        title="replay CPU of the reference call, all episodes",
        figures=[
            ratio("fast timestamps over stock SDK", found["fast"], found["stock"]),
            amount("stock SDK", found["stock"], "ms", scale=1000),
            amount("fast timestamps", found["fast"], "ms", scale=1000),
        ],
        counts={
            **asdict(counts),
            "kilobytes handed to the SDK": round(sum(len(episode.context) for episode in episodes) / 1000),
            "Python calls, stock SDK": stock_calls,
            "Python calls, fast timestamps": fast_calls,
        },
    )


async def _replayed(worker: Worker, episodes: Sequence[EpisodeRan]) -> float:
    """CPU seconds of handing every episode to the SDK once more."""
    began = time.process_time()
    for episode in episodes:
        function = worker.find(episode.name, "orchestrator")
        assert function is not None
        await worker.invoke(function, Datum(type="string", value=episode.context), client_json="")
    return time.process_time() - began


async def _calls(worker: Worker, episodes: Sequence[EpisodeRan], *, fast: bool) -> int:
    """Python functions called meanwhile: the same number in every run, on every machine."""
    sdk.use_timestamps(fast=fast)
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        await _replayed(worker, episodes)
    finally:
        sys.setprofile(None)
    return calls
