"""The bot dies at every place where dying could lose or repeat something, and ten callers do not notice."""

from __future__ import annotations

import functools
import math
import random
import ssl
from array import array
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from kill_points import LIKELY, Killer
from spelling import FLOWS, MENU, SINGLES, Burst, Played, answers_among, answers_to, random_bursts

from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from simulator import SimulatorSettings, Target
from simulator.audio import BYTES_PER_S, RATE_HZ, wav_of

CALLS = 10
ENOUGH = 20
MOST_RUNS = 8
BUSY = "0c1f5b00-5555-4a2b-9c3d-00000000b0b0"


@functools.cache
def speech() -> bytes:
    """A second of sound."""
    return wav_of(array("h", (round(12_000 * math.sin(step / 6)) for step in range(RATE_HZ))).tobytes())


class Caller:
    """Presses the next burst whenever the menu begins, and leaves a message when asked for one."""

    def __init__(self, laptop: Laptop, dice: random.Random) -> None:
        self._simulator, self._clock = laptop.simulator, laptop.clock
        self._menu = laptop.connections.catalogue.prompt(MENU, "en-US").key
        bursts = [Burst(keys=keys, after_s=dice.uniform(0.0, 2.0), interval_ms=150) for keys in ("7", "8", "*1231#")]
        bursts += random_bursts(dice, 3)[:-1]
        dice.shuffle(bursts)
        self._bursts = [*bursts, Burst(keys="#", after_s=1.0, interval_ms=150)]
        self.typed = "".join(burst.keys for burst in self._bursts)
        self.call_id = ""

    def ring(self) -> None:
        self.call_id = self._simulator.ring()
        self._simulator.call(self.call_id).transcript.watchers.append(self._see)

    def _see(self, call_id: str, entry: dict[str, Any]) -> None:
        if entry["what"] == "prompt" and entry["ended_at"] is None and entry["resource_id"] == self._menu:
            if self._bursts:
                burst = self._bursts.pop(0)
                self._later(burst.after_s, lambda: self._simulator.press(call_id, burst.keys, burst.interval_ms))
        elif entry["what"] == "recording" and entry["state"] == "listening":
            self._simulator.say(call_id, speech())
            self._later(1.5, lambda: self._simulator.press(call_id, "#"))

    def _later(self, seconds: float, does: Any) -> None:
        self._clock.at(self._clock.now() + seconds, does)


async def test_ten_callers_at_a_time_do_not_notice_that_the_bot_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each new bot reads the same certificates; a fifth of what its start costs.
    monkeypatch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
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
        callers = [Caller(laptop, dice) for _ in range(CALLS)]
        for caller in callers:
            clock.at(clock.now() + 3.0 + dice.uniform(0.0, 40.0), caller.ring)

        def over() -> bool:
            return not killer.at_work and all(each.call_id and laptop.is_over(each.call_id) for each in callers)

        await clock.run_until(over, limit_s=3600.0)
        problems = [problem for caller in callers for problem in await _problems(laptop, caller)]
    assert not problems, "\n".join(problems) + f"\nseed {seed}, killed {dict(hits)} times so far"


async def _problems(laptop: Laptop, caller: Caller) -> list[str]:
    """What is wrong with a call that is over."""
    call, instance_id = laptop.simulator.call(caller.call_id), laptop.instance_of(caller.call_id)
    record = await laptop.connections.records.get(instance_id) or {}
    events = await laptop.connections.records.events(instance_id)
    unsure = Counter(entry["activity"] for entry in events if entry["what"] == "error" and entry["error"] == "unknown")
    unrecorded = any(entry["what"] == "failed" and entry["node"] == "voicemail" for entry in events)
    asked = answers_among(entry["prompt"] for entry in events if entry["what"] == "prompt")
    played = Played.on(call.transcript.of("request"), _names(laptop))
    return [
        f"{instance_id}, where {caller.typed} was typed: {problem}"
        for problem in (
            _of_the_end(laptop, call.over, instance_id, record),
            _of_the_keys(caller.typed, asked, unrecorded=unrecorded),
            _of_the_prompts(asked, played, unsure),
            await _of_the_recordings(laptop, call.transcript.of("recording"), record),
            _of_the_notifications(call.transcript.of("notification")),
        )
        if problem
    ]


def _names(laptop: Laptop) -> dict[str, str]:
    catalogue = laptop.connections.catalogue
    return {catalogue.prompt(id, "en-US").key: id for id in catalogue.ids("en-US")}


def _of_the_end(laptop: Laptop, over: bool, instance_id: str, record: dict[str, Any]) -> str | None:
    status = laptop.host.engine.status(instance_id) or {}
    facts = (over, status.get("runtimeStatus"), record.get("state"), record.get("outcome"))
    return None if facts == (True, "Completed", "ended", "completed") else f"it ended as {facts}"


def _of_the_keys(typed: str, asked: list[str], *, unrecorded: bool) -> str | None:
    """Each key is answered once, in order. Nobody is thanked for a message that the bot knows it could not take."""
    expected = answers_to(typed)
    if asked == expected:
        return None
    if unrecorded and asked == [each for each in expected if each != SINGLES["7"]]:
        return None
    return f"the bot answered {asked}"


def _of_the_prompts(asked: list[str], played: Played, unsure: Counter[str]) -> str | None:
    """No prompt is heard twice. One is missing only where the bot died so close to the request that it cannot know."""
    missing = list((Counter(asked) - Counter(answers_among(played.prompts))).elements())
    if played.repeated or len(missing) > unsure["play_prompt"] or not _in_order(answers_among(played.prompts), asked):
        return f"Graph was asked for {played.prompts}, twice for {played.repeated}, unsure {dict(unsure)}"
    return None


def _in_order(some: list[str], of: list[str]) -> bool:
    rest = iter(of)
    return all(each in rest for each in some)


async def _of_the_recordings(laptop: Laptop, seen: list[dict[str, Any]], record: dict[str, Any]) -> str | None:
    """What Graph recorded is stored, whole, and the record says where."""
    taken = [entry["recorded_ms"] for entry in seen if entry["state"] == "ended"]
    saved = [each for each in record.get("recordings", []) if each["status"] == "saved"]
    assert laptop.memory is not None
    stored = [len(await laptop.memory.blobs("recordings").read(each["blob"])) for each in saved]
    whole = [round(milliseconds * BYTES_PER_S / 1000) + 44 for milliseconds in taken]
    return None if stored == whole == [each["bytes"] for each in saved] else f"recorded {whole}, stored {saved}"


def _of_the_notifications(told: list[dict[str, Any]]) -> str | None:
    refused = [(entry["kind"], entry["attempts"]) for entry in told if 202 not in entry["attempts"]]
    return f"nobody took {refused}" if refused else None
