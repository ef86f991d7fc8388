"""What was answered with 202 is never lost; what was not may be, for Graph was told so.

Graph sends everything once. While keys are taken in, storage fails, before it has written or after; events are lost on
the way to the orchestration; and the bot dies again and again while it has news in hand.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from spelling import FLOWS, MENU, SINGLES, Played, answers_among

from calls import CallSession
from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from localhost.knobs import Knobs
from simulator import SimulatorSettings
from storage import StorageUnavailable

CALLS = 10
DEATHS = 20
_KEYS = {"tone1": "1", "tone2": "2", "tone3": "3", "tone4": "4", "tone5": "5"}


class Trouble:
    """Storage that fails while it is asked to store a key press: sometimes before, sometimes after it has done so."""

    def __init__(self, laptop: Laptop, dice: random.Random) -> None:
        assert laptop.memory is not None
        self._dice = dice
        self._pressed: set[str] = set()
        self.hits: Counter[str] = Counter()
        table = laptop.memory.table("Inbox")
        table.before, table.after = self._before, self._after
        laptop.simulator.watchers.append(self._see)

    def _see(self, call_id: str, entry: Mapping[str, Any]) -> None:
        if entry["what"] == "notification":
            instance = f"call-{call_id.replace('-', '')}"
            (self._pressed.add if entry["kind"] == "tone" else self._pressed.discard)(instance)

    def _before(self, operation: str, partition: str, row: str) -> None:
        self._fail("refused", operation, partition, 0.2)

    def _after(self, operation: str, partition: str, row: str) -> None:
        self._fail("stored, not acknowledged", operation, partition, 0.2)

    def _fail(self, how: str, operation: str, partition: str, likely: float) -> None:
        if operation == "transact" and partition in self._pressed and self._dice.random() < likely:
            self.hits[how] += 1
            raise StorageUnavailable(how)


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[int, str]]:
    """The notifications that each call's session was told, by number, with their kinds."""
    told: defaultdict[str, dict[int, str]] = defaultdict(dict)
    receive = CallSession.receive

    def spy(session: CallSession, event: Mapping[str, Any], now: Any) -> Any:
        if "n" in event:
            told[session.to_json()["call"]["instance_id"]][event["n"]] = event["kind"]
        return receive(session, event, now)

    monkeypatch.setattr(CallSession, "receive", spy)
    return told


async def test_every_202_is_reflected(tmp_path: Path, received: dict[str, dict[int, str]]) -> None:
    dice, clock = random.Random(7), VirtualClock()
    options = BotOptions(
        database=tmp_path / "hub.db",
        settings={"FLOWS": str(FLOWS)},
        knobs=Knobs(
            drop_event=lambda instance, name: dice.random() < 0.2,
            delivery_delay_s=lambda instance: dice.choice((0.0, dice.uniform(0.0, 1.0))),
        ),
    )
    async with open_laptop(clock, simulator_settings=SimulatorSettings(), options=options) as laptop:
        trouble = Trouble(laptop, dice)
        menu = laptop.connections.catalogue.prompt(MENU, "en-US").key
        calls = [laptop.simulator.ring(script=_script(menu, dice)) for _ in range(CALLS)]
        for _ in range(DEATHS):  # whenever time stands still, no webhook is on its way
            await clock.advance(dice.uniform(0.3, 3.0))
            await laptop.kill_bot()
            await laptop.start_bot()
        await laptop.run_until_over(*calls)
        problems = [problem for call_id in calls if (problem := _problem(laptop, call_id, received))]
    assert not problems, "\n".join(problems)
    assert min(trouble.hits["refused"], trouble.hits["stored, not acknowledged"]) >= 5, trouble.hits


def _script(menu: str, dice: random.Random) -> list[dict[str, Any]]:
    """Some keys at the first menu, some at the next, then the caller hangs up."""
    steps = [
        {
            "when": "prompt_started",
            "prompt": menu,
            "after_s": dice.uniform(0.0, 1.0),
            "press": "".join(dice.choice("12345") for _ in range(dice.randint(2, 5))),
            "interval_ms": dice.choice((60, 300, 1500)),
        }
        for _ in range(2)
    ]
    return [*steps, {"when": "prompt_started", "prompt": menu, "after_s": 90.0, "hang_up": True}]


def _problem(laptop: Laptop, call_id: str, received: dict[str, dict[int, str]]) -> str | None:
    transcript = laptop.simulator.call(call_id).transcript
    told = transcript.of("notification")
    acknowledged = [entry for entry in told if 202 in entry["attempts"]]
    pressed = [SINGLES[_KEYS[entry["state"]]] for entry in told if entry["kind"] == "tone"]
    surely = [SINGLES[_KEYS[entry["state"]]] for entry in acknowledged if entry["kind"] == "tone"]
    catalogue = laptop.connections.catalogue
    names = {catalogue.prompt(id, "en-US").key: id for id in catalogue.ids("en-US")}
    taken = answers_among(Played.on(transcript.of("request"), names).prompts)
    if not (_within(surely, taken) and _within(taken, pressed)):
        return f"{call_id}: acknowledged {surely}, taken {taken}, pressed {pressed}"
    numbers = received[laptop.instance_of(call_id)]
    if sorted(numbers) != list(range(2, len(numbers) + 2)):
        return f"{call_id}: the call was told {sorted(numbers)}"
    reached = Counter(numbers.values())
    missed = Counter(entry["kind"] for entry in acknowledged if entry["kind"] != "incoming") - reached
    return f"{call_id}: acknowledged, and the call was not told: {missed}" if missed else None


def _within(some: list[str], whole: list[str]) -> bool:
    """Whether these are among the others, in the same order."""
    rest = iter(whole)
    return all(each in rest for each in some)
