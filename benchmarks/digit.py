"""From a key to the next prompt: the product against a bot that is written straight on the SDK.

Both take the key through the same webhook and store, and ask the same simulator for the same prompt; both wait for
keys against timers of the same length. What differs is what the product adds: numbered events, a call session, a flow,
and the intent that is written before Graph is asked. Measured from the moment the notification is about to be posted
to the moment the simulator has taken the request; no virtual time passes in between.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.measuring import Result, amount, in_turns, ratio
from benchmarks.reference_call import CALLER, LOCALE, reference_laptop
from cli.laptop import Laptop
from localhost.host import Host
from simulator.transcript import Entry

ROUNDS = 30
DIGITS = 6  # with what else is notified, one generation of the product's orchestration
TARGET = 1.15

_SCRIPT: list[dict[str, Any]] = [
    *[{"when": "prompt_ended", "after_s": 0.7, "press": "1"}] * DIGITS,
    {"when": "prompt_ended", "after_s": 0.7, "hang_up": True},
]


class _StopWatch:
    """Adds up what passes between each key's notification and the next playPrompt, on two clocks."""

    def __init__(self) -> None:
        self.digits = 0
        self.cpu_s = self.wall_s = 0.0
        self._began: tuple[float, float] | None = None

    def see(self, call_id: str, entry: Entry) -> None:
        """A simulator's watcher."""
        if entry["what"] == "notification" and entry["kind"] == "tone":
            self._began = time.process_time(), time.perf_counter()
        elif entry["what"] == "request" and entry["action"] == "playPrompt" and self._began is not None:
            self.cpu_s += time.process_time() - self._began[0]
            self.wall_s += time.perf_counter() - self._began[1]
            self.digits += 1
            self._began = None


async def run() -> Result:
    """Take calls of six keys each, by the product and by the other bot in turns."""
    wall: dict[str, list[float]] = {"product": [], "raw": []}
    async with reference_laptop() as laptop:
        raw = await Host.start(Path(__file__).parent / "bare", clock=laptop.clock, schedules=False)
        prompt = laptop.connections.catalogue.prompt("main-menu-short", LOCALE)
        length = timedelta(milliseconds=prompt.duration_ms)
        vars(raw.module).update(base_url=raw.base_url, prompt_key=prompt.key, prompt_length=length)

        def side(name: str, host: Host) -> Callable[[], Awaitable[float]]:
            async def take_call() -> float:
                watch = await _call(laptop, host)
                wall[name].append(watch.wall_s / DIGITS)
                return watch.cpu_s / DIGITS

            return take_call

        try:
            cpu = await in_turns({"product": side("product", laptop.host), "raw": side("raw", raw)}, rounds=ROUNDS)
        finally:
            await raw.stop()
    return Result(
        title="from a key to the next prompt, over a bot written straight on the SDK",
        figures=[
            ratio("CPU of the whole process", cpu["product"], cpu["raw"], target=TARGET),
            ratio("time on the wall", wall["product"][1:], wall["raw"][1:]),
            amount("product, CPU", cpu["product"], "ms", scale=1000),
            amount("straight on the SDK, CPU", cpu["raw"], "ms", scale=1000),
            amount("product, wall", wall["product"][1:], "ms", scale=1000),
            amount("straight on the SDK, wall", wall["raw"][1:], "ms", scale=1000),
        ],
        notes=["no network and no storage account: in Azure, round trips and queue polling come on top of both"],
    )


async def _call(laptop: Laptop, host: Host) -> _StopWatch:
    simulator, watch = laptop.simulator, _StopWatch()
    simulator.change_settings(bot_callback_url=f"{host.base_url}/api/callbacks")
    simulator.watchers.append(watch.see)
    try:
        call_id = simulator.ring(CALLER, simulator.settings.application_instance_id, script=_SCRIPT)
        instance_id = laptop.instance_of(call_id)
        await host.engine.wait_until_ended(instance_id)
    finally:
        simulator.watchers.remove(watch.see)
    assert watch.digits == DIGITS, f"{watch.digits} keys were answered"
    return watch
