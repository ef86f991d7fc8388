"""Rounds of calls in foul weather, and what must be true of them afterwards all the same."""

from __future__ import annotations

import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caller import BUSY, Caller
from callers import clock_of, hears
from fault_proxy import FaultProxy
from golden_calls import documents, repeated
from nemesis import TOKEN_LIFE_S, Nemesis, ProxyTrouble, TwinTrouble
from placing import CAROL, behaves, outgoing_of
from spelling import FLOWS, MENU

from calls import CallSession
from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from inbox import Inbox, Stored
from localhost.memory_storage import MemoryStorage
from simulator import SimulatorSettings, Target
from storage import StorageUnavailable

#: Calls begin within so many seconds, and everything goes wrong within them.
OVER_S = 120.0
#: Every call ends by itself within this: one whose end Graph did not tell, at the next keepAlive.
ENDS_S = 1800.0
_ROUTES = """
schema: 1
routes: [{name: nemesis, flow: spelling, customer: northwind, recording: kept}]
"""


@dataclass(kw_only=True)
class Outcome:
    """What rounds came to."""

    seed: int
    calls: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def report(self) -> str:
        """In lines, the seed first."""
        rows = [f"{count:>7}  {what}" for what, count in self.hits.most_common()]
        ends = ", ".join(f"{outcome} {count}" for outcome, count in self.ends.most_common())
        return "\n".join([f"seed {self.seed}: {self.calls} calls", *rows, f"they ended: {ends}"])


class Ears:
    """What inboxes took in and what sessions were told, by instance; times are the laptop's, whatever a bot's clock."""

    def __init__(self) -> None:
        self.stored: defaultdict[str, dict[int, tuple[str, float]]] = defaultdict(dict)
        self.told: defaultdict[str, dict[int, str]] = defaultdict(dict)
        self.listened: dict[str, float] = {}

    def lost(self, instance: str) -> list[str]:
        """What was acknowledged, hence stored, and the session that lived on was never told."""
        told, heard = self.told[instance], max(self.told[instance], default=1)
        gaps = sorted(set(range(2, heard + 1)) - set(told))
        late = [
            f"{n} ({kind})"
            for n, (kind, at) in self.stored[instance].items()
            if n > heard and at < self.listened.get(instance, 0.0) - 1.0
        ]
        return [
            *(f"{instance} was never told number {n}" for n in gaps),
            *(f"{instance} did not look for {n}" for n in late),
        ]


@contextmanager
def listening(clock: VirtualClock) -> Generator[Ears]:
    """Look on at every inbox and every session."""
    ears = Ears()
    append, receive = Inbox.append, CallSession.receive

    async def spy_append(inbox: Inbox, instance: str, *given: Any, **named: Any) -> Stored:
        stored = await append(inbox, instance, *given, **named)
        ears.stored[instance].setdefault(stored.number, (stored.digest["kind"], clock.now()))
        return stored

    def spy_receive(session: CallSession, event: Mapping[str, Any], now: Any) -> Any:
        instance = session.to_json()["call"]["instance_id"]
        new = "n" in event and event["n"] not in ears.told[instance]
        if new:
            ears.told[instance][event["n"]] = event["kind"]
        if new or event["kind"] == "timed_out":
            ears.listened[instance] = max(ears.listened.get(instance, 0.0), now.timestamp())
        return receive(session, event, now)

    Inbox.append, CallSession.receive = spy_append, spy_receive  # type: ignore[method-assign]
    try:
        yield ears
    finally:
        Inbox.append, CallSession.receive = append, receive  # type: ignore[method-assign]


async def soak(outcome: Outcome, *, rounds: int, calls: int, azurite: str | None = None) -> None:
    """So many rounds of so many calls each."""
    for number in range(rounds):
        dice = random.Random(f"{outcome.seed}/{number}")
        clock = VirtualClock()
        with listening(clock) as ears:
            async with _storm(clock, dice, outcome.hits, azurite) as (laptop, calm):
                placed = await _play(laptop, dice, calls)
                calm()
                await clock.advance(600)  # reconciliation: the sweeper walks every minute
                problems = await _problems(laptop, ears, placed, calls)
                outcome.ends.update(await _ends(laptop))
        outcome.problems += [f"round {number}: {problem}" for problem in problems]
        outcome.calls += calls


async def _play(laptop: Laptop, dice: random.Random, calls: int) -> list[str]:
    """So many calls, a fifth of them placed; the ids of these."""
    clock = laptop.clock
    assert isinstance(clock, VirtualClock)
    placed = [f"{dice.getrandbits(64):x}" for _ in range(calls // 5)]
    behaves(laptop, CAROL, "answers", hears("main-menu", press="1"))
    menu = laptop.connections.catalogue.prompt(MENU, "en-US").key
    for _ in range(calls - len(placed)):
        clock.at(clock.now() + dice.uniform(0.0, OVER_S), _somebody(laptop, menu, dice))
    instances = [await _placed(laptop, request_id) for request_id in placed]
    await clock.advance(ENDS_S)
    return instances


async def _ends(laptop: Laptop) -> list[str]:
    instances = laptop.host.engine.instances(prefix="call-")
    records = [await laptop.connections.records.get(instance.id) for instance in instances]
    return [str((record or {}).get("outcome")) for record in records]


async def _placed(laptop: Laptop, request_id: str) -> str:
    """Ask for a call as an operator does: again, under the same id, when there was no answer."""
    request = {"to": [{"user": CAROL}], "flow": "asking", "tries": 2, "retry_within_s": 120}
    while True:
        try:
            return await outgoing_of(laptop).place(request, request_id)
        except StorageUnavailable:
            await clock_of(laptop).advance(2.2)


def _somebody(laptop: Laptop, menu: str, dice: random.Random) -> Any:
    """Who calls: most go through everything, some hang up in the middle of it."""
    if dice.random() < 0.75:
        return Caller(laptop.simulator, menu, dice, more=0).ring
    after_s = dice.uniform(0.0, 25.0)
    return lambda: laptop.simulator.ring(script=[{"after_s": after_s, "press": "1"}, {"after_s": 3.0, "hang_up": True}])


async def _problems(laptop: Laptop, ears: Ears, placed: list[str], calls: int) -> list[str]:
    engine, records = laptop.host.engine, laptop.connections.records
    found = repeated(laptop.simulator.calls.values())
    for instance in engine.instances():
        if instance.live:
            found.append(f"{instance.id} still runs: {engine.status(instance.id)}")
        elif instance.id.startswith("call-"):
            found += ears.lost(instance.id)
            record = await records.get(instance.id)
            if record is None or record["state"] != "ended":
                found.append(f"{instance.id} is not recorded: {record}")
    found += [f"call {call.id} goes on" for call in laptop.simulator.calls.values() if not call.over]
    found += [f"{birth.instance_id} is not closed" async for birth in laptop.connections.births.live()]
    found += [f"{instance} never began" for instance in placed if engine.instance(instance) is None]
    rang = sum(call.birth.direction == "incoming" for call in laptop.simulator.calls.values())
    return found if rang == calls - len(placed) else [*found, f"{rang} calls came in"]


@asynccontextmanager
async def _storm(
    clock: VirtualClock, dice: random.Random, hits: Counter[str], azurite: str | None
) -> AsyncGenerator[tuple[Laptop, Callable[[], None]]]:
    """A laptop around which everything goes wrong that can, until the function is called."""
    error = [0.0]
    graph = SimulatorSettings(
        webhook_attempts=300,
        webhook_retry_delay_s=2.2,  # see `every_event.FIRST`
        access_token_life_s=TOKEN_LIFE_S,
        targets={BUSY: Target(outcome="busy")},
        seed=dice.randrange(2**31),
    )
    with tempfile.TemporaryDirectory() as folder:
        _write_flows(Path(folder))
        options = BotOptions(schedules=True, settings={"FLOWS": folder}, clock_error_s=lambda: error[0])
        proxies = [] if azurite is None else _proxies(azurite, dice, hits)
        storage = MemoryStorage() if azurite is None else await _through(proxies, azurite)
        try:
            async with open_laptop(clock, simulator_settings=graph, storage=storage, options=options) as laptop:
                nemesis, storage_trouble = Nemesis(laptop, dice, hits), _trouble(laptop, proxies, dice, hits)
                nemesis.plan(OVER_S, storage_trouble.stop, lambda error_s: error.__setitem__(0, error_s))

                def calm() -> None:
                    nemesis.leave()
                    storage_trouble.cease()

                yield laptop, calm
        finally:
            for proxy in proxies:
                await proxy.stop()


def _write_flows(folder: Path) -> None:
    spelling = (FLOWS / "spelling.yaml").read_text(encoding="utf-8")
    for id, text in {**documents(), "spelling": spelling, "routes": _ROUTES}.items():
        (folder / f"{id}.yaml").write_text(text, encoding="utf-8")


def _proxies(azurite: str, dice: random.Random, hits: Counter[str]) -> list[FaultProxy]:
    return [FaultProxy(endpoint, dice, hits) for endpoint in _endpoints(azurite).values()]


def _endpoints(azurite: str) -> dict[str, str]:
    parts = dict(part.split("=", 1) for part in azurite.split(";") if part)
    return {name: url for name, url in parts.items() if name in ("BlobEndpoint", "TableEndpoint")}


async def _through(proxies: list[FaultProxy], azurite: str) -> str:
    """The connection string that leads through the proxies."""
    for proxy, url in zip(proxies, _endpoints(azurite).values(), strict=True):
        host, account = url.rsplit("/", 1)
        azurite = azurite.replace(f"{host}/{account}", f"http://127.0.0.1:{await proxy.start()}/{account}")
    return azurite


def _trouble(
    laptop: Laptop, proxies: list[FaultProxy], dice: random.Random, hits: Counter[str]
) -> TwinTrouble | ProxyTrouble:
    return TwinTrouble(laptop.memory, dice, hits) if laptop.memory is not None else ProxyTrouble(proxies)
