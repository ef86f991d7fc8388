"""One call of one seed, on a `line`: run it, and see what the bot took of what was typed."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from line import GraphOnLine, Line, Orchestrations, Weather
from spelling import FLOWS, MENU, Burst, Played, answers_among, answers_to, random_bursts

import connections
from clock import VirtualClock
from clock._virtual import NothingLeftToHappen, TimeLimitPassed
from connections import Connections
from graph.client import GraphClient
from inbox import Births, Inbox, Intents, Sealer
from inbox.delivery import Delivery
from localhost.host import Host
from localhost.knobs import Knobs
from localhost.memory_storage import MemoryStorage
from localhost.observed import EpisodeRan, Observed
from records import Records
from settings import STRICT_TYPING
from simulator import SimulatorSettings

APP = Path(__file__).parents[2]
NAIVE_APP = Path(__file__).parent / "naive"
_KEY = "k" * 40
#: Where Graph's counter of tones begins, and how far apart they are: captured calls differ.
COUNTERS = ((1, 1), (6, 1), (1, 3))
_RESTART_AFTER = 6


def environment() -> dict[str, str]:
    """Settings of a bot whose Graph is a `Line`."""
    told = SimulatorSettings()
    return {
        "BOT_APP_ID": told.bot_app_id,
        "BOT_TENANT_ID": told.tenant_id,
        "BOT_CLIENT_SECRET": told.bot_client_secret,
        "CALLBACK_KEYS": _KEY,
        "PUBLIC_BASE_URL": "http://127.0.0.1:1",
        "GRAPH_BASE_URL": "http://127.0.0.1:1/v1.0",
        "AzureWebJobsStorage": "UseDevelopmentStorage=true",
        "FLOWS": str(FLOWS),
        STRICT_TYPING: "1",
    }


@dataclass(frozen=True, kw_only=True)
class Run:
    """What came of one seed."""

    seed: int
    expected: list[str]
    answers: list[str]
    repeated: list[str]
    #: Of the call's summary; `None` when its orchestration waits for ever.
    outcome: str
    generations: int

    @property
    def right(self) -> bool:
        return self.answers == self.expected and not self.repeated and self.outcome == "completed"

    def __str__(self) -> str:
        heard = f"heard {self.answers}, twice {self.repeated}, and the call ended as {self.outcome}"
        return f"seed {self.seed}: typed for {self.expected}, {heard}"


async def run(bot: Connections, seed: int, *, weather: Weather, knobs: Knobs, naive: bool = False) -> Run:
    """Run the call of a seed; the same seed, weather and knobs give the same call."""
    dice, clock = random.Random(seed), VirtualClock()
    settings, bursts = _call_of(seed, dice)
    host = await Host.start(NAIVE_APP if naive else APP, clock=clock, knobs=knobs, schedules=False)
    seen: list[Observed] = []
    host.engine.listeners.append(seen.append)
    line = Line(clock, settings, weather, dice)
    orchestrations = Orchestrations(host.engine, event="notification" if naive else None)
    menu = bot.catalogue.prompt(MENU, "en-US").key
    try:
        line.ring(processes(bot, clock, line, orchestrations), [step for each in bursts for step in each.steps(menu)])
        with suppress(NothingLeftToHappen, TimeLimitPassed):
            await clock.run_until(lambda: host.engine.has_ended(line.instance_id) and not line.under_way, limit_s=600.0)
        output = (host.engine.status(line.instance_id) or {}).get("output")
    finally:
        await host.kill()
    names = {bot.catalogue.prompt(id, "en-US").key: id for id in bot.catalogue.ids("en-US")}
    played = Played.on(line.call.transcript.of("request"), names)
    return Run(
        seed=seed,
        expected=answers_to("".join(burst.keys for burst in bursts)),
        answers=answers_among(played.prompts),
        repeated=played.repeated,
        outcome=output["outcome"] if isinstance(output, dict) else str(output),
        generations=sum(map(_continued, seen)),
    )


def _call_of(seed: int, dice: random.Random) -> tuple[SimulatorSettings, list[Burst]]:
    """Every third seed has another counter of tones, every eighth one that begins again; some calls are long."""
    start, stride = COUNTERS[seed % 3]
    restarts = seed % 8 == 7
    settings = SimulatorSettings(
        tone_sequence_start=start,
        tone_sequence_stride=stride,
        tone_sequence_restart_after=_RESTART_AFTER if restarts else None,
    )
    if restarts:
        return settings, random_bursts(dice, 2, length=_RESTART_AFTER)
    return settings, random_bursts(dice, dice.choice((1, 1, 1, 1, 2, 3)))


def _continued(record: Observed) -> bool:
    """Whether this is the first episode of a generation that was born of continue-as-new."""
    return isinstance(record, EpisodeRan) and record.actions == ("read_inbox",) and record.history < 8


def processes(bot: Connections, clock: VirtualClock, line: Line, orchestrations: Orchestrations) -> list[Delivery]:
    """Two processes of the bot on one storage; the activities run in the first."""
    storage, sealer = MemoryStorage(), Sealer([_KEY])
    table = storage.table("Inbox")
    inboxes = [Inbox(table, storage.blobs("inbox"), sealer, clock.now) for _ in range(2)]
    births = [Births(table, clock.now) for _ in range(2)]
    connections.use(
        replace(
            bot,
            now=clock.now,
            sleep=clock.sleep,
            graph=cast("GraphClient", GraphOnLine(line)),
            inbox=inboxes[0],
            births=births[0],
            intents=Intents(table),
            records=Records(storage.table("Records"), clock.now),
        )
    )
    return [
        Delivery(each, birth, orchestrations, sleep=clock.sleep) for each, birth in zip(inboxes, births, strict=True)
    ]
