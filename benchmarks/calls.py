"""How many reference calls one core takes: bot, host and simulator in one process, many calls at once."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from benchmarks.measuring import Result, amount, in_turns, ratio
from benchmarks.reference_call import reference_laptop, ring
from clock import VirtualClock
from localhost import sdk

ROUNDS = 10
AT_ONCE = 20
# They do not ring in the same moment.
BETWEEN_S = 0.13


async def run() -> Result:
    """Take calls with the host's fast timestamps and with the SDK as it is, in turns."""
    async with reference_laptop() as laptop:
        assert isinstance(laptop.clock, VirtualClock)
        clock = laptop.clock

        def side(*, fast: bool) -> Callable[[], Awaitable[float]]:
            async def take_calls() -> float:
                sdk.use_timestamps(fast=fast)
                began = time.process_time()
                calls = []
                for _ in range(AT_ONCE):
                    calls.append(ring(laptop))
                    await clock.advance(BETWEEN_S)
                await laptop.run_until_over(*calls)
                took = time.process_time() - began
                for call in calls:
                    status = laptop.host.engine.status(laptop.instance_of(call))
                    assert status is not None
                    assert status["output"]["outcome"] == "transferred", status
                return took / AT_ONCE

            return take_calls

        try:
            found = await in_turns({"fast": side(fast=True), "stock": side(fast=False)}, rounds=ROUNDS)
        finally:
            sdk.use_timestamps(fast=True)
    return Result(
        title=f"reference calls on localhost, {AT_ONCE} at once, simulator included",
        figures=[
            amount("calls per second and core", [1 / seconds for seconds in found["fast"]], "1/s"),
            amount("with the SDK's own timestamps", [1 / seconds for seconds in found["stock"]], "1/s"),
            ratio("CPU with fast timestamps over the SDK's own", found["fast"], found["stock"]),
            amount("CPU per call", found["fast"], "ms", scale=1000),
        ],
        notes=["the history is in an SQLite database in memory, rows and blobs in the storage twin"],
    )
