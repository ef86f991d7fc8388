"""The reference call: what it is, how it is placed, and what it costs in things that can be counted.

Four prompts, three keys, one recording, one transfer (`benchmarks/flows/reference.yaml`), by a caller who hears each
prompt to its end. It runs on the whole product in one process, in virtual time.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from localhost.observed import ActivityRan, EpisodeRan, Observed
from prompts.catalogue import Catalogue
from simulator.audio import RATE_HZ, wav_of
from simulator.far_end import Step

CALLER = {"user": {"id": "0c1f5b00-5555-4a2b-9c3d-00000000a11c", "displayName": "Alice"}}
TRANSFER_TARGET = "0c1f5b00-5555-4a2b-9c3d-000000000b0b"
LOCALE = "en-US"
_SPEECH_S = 3.0
# Notifications so far apart that each is dealt with before the next comes, as over a network: without, which of two
# that happen in the same moment shares an episode with another is a matter of chance.
_APART_S = 0.25


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What one call needed; each is a number of times, by name."""

    webhooks: int
    graph_requests: Mapping[str, int]
    activities: Mapping[str, int]
    #: Replays, by orchestrator.
    episodes: Mapping[str, int]
    #: Events in the history at the end, by orchestrator.
    history_events: Mapping[str, int]
    #: Events handed to the SDK, over all episodes: what replaying costs.
    replayed_events: int
    timers: int
    #: By `table.operation`.
    storage_operations: Mapping[str, int]


@asynccontextmanager
async def reference_laptop() -> AsyncGenerator[Laptop]:
    """The product in this process, in virtual time, with the reference flow."""
    options = BotOptions(settings={"FLOWS": "benchmarks/flows"})
    async with open_laptop(VirtualClock(), options=options) as laptop:
        yield laptop


def ring(laptop: Laptop) -> str:
    """A caller rings, who will do the rest by themselves; the call's id."""
    return laptop.simulator.ring(CALLER, script=script(laptop.connections.catalogue))


async def counted_call(laptop: Laptop) -> tuple[Counts, list[EpisodeRan]]:
    """Take one call on an idle laptop, its notifications well apart; what it needed, and its episodes in order."""
    assert laptop.memory is not None
    simulator, engine = laptop.simulator, laptop.host.engine
    simulator.fault({"notification": "*"}, {"delay": _APART_S}, times=1000)
    laptop.memory.blobs("recordings").before = lambda *_: laptop.clock.sleep(_APART_S / 4)
    # The webhook has answered before the orchestration asks whether it has.
    laptop.memory.tables["Records"].before = lambda _, partition, row: _pause(laptop, partition)
    observed: list[Observed] = []
    engine.listeners.append(observed.append)
    before = _storage_operations(laptop)
    try:
        call_id = ring(laptop)
        await laptop.run_until_over(call_id)
    finally:
        engine.listeners.remove(observed.append)
        simulator.faults.clear()
        laptop.memory.blobs("recordings").before = None
        laptop.memory.tables["Records"].before = None
    episodes = [record for record in observed if isinstance(record, EpisodeRan)]
    entries = simulator.transcript(call_id)
    counts = Counts(
        webhooks=sum(len(entry["attempts"]) for entry in entries if entry["what"] == "notification"),
        graph_requests=dict(Counter(entry["action"] for entry in entries if entry["what"] == "request")),
        activities=dict(Counter(record.name for record in observed if isinstance(record, ActivityRan))),
        episodes=dict(Counter(episode.name for episode in episodes)),
        history_events={e.name: len(engine.history(e.instance)) for e in episodes},
        replayed_events=sum(episode.history for episode in episodes),
        timers=sum(episode.actions.count("timer") for episode in episodes),
        storage_operations=dict(_storage_operations(laptop) - before),
    )
    return counts, episodes


async def _pause(laptop: Laptop, partition: str) -> None:
    if partition == "calls":
        await laptop.clock.sleep(_APART_S / 8)


def script(catalogue: Catalogue) -> list[Step]:
    """What the caller does, for the simulator; prompts are known by their hash."""
    prompt = catalogue.prompt
    return [
        {"when": "prompt_ended", "prompt": prompt("main-menu", LOCALE).sha256, "after_s": 1.7, "press": "2"},
        {"when": "prompt_ended", "prompt": prompt("enter-account", LOCALE).sha256, "after_s": 1.7, "press": "5"},
        {"when": "listening", "say": _speech()},
        {"after_s": _SPEECH_S + 0.5, "press": "#"},
    ]


@cache
def _speech() -> bytes:
    samples = (round(12_000 * math.sin(2 * math.pi * step / 40)) for step in range(round(_SPEECH_S * RATE_HZ)))
    return wav_of(array("h", samples).tobytes())


def _storage_operations(laptop: Laptop) -> Counter[str]:
    assert laptop.memory is not None
    places = {**laptop.memory.tables, **laptop.memory.containers}
    return Counter({f"{name}.{what}": many for name, seams in places.items() for what, many in seams.counts.items()})
