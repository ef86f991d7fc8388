"""Callers in a few words: what they do when they hear what, and what became of their call.

    call = await play(laptop, hears("main-menu", press="1"), has_heard("opening-hours", hang_up=True))
    assert call.heard == ["greeting", "main-menu", "opening-hours"]

Every call that ends here is held to what must be true of any call (`check`).
"""

from __future__ import annotations

import asyncio
import functools
import math
from array import array
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from simulator import SimulatorSettings
from simulator.audio import RATE_HZ, wav_of
from simulator.call import Call

JSON = dict[str, Any]
Step = Mapping[str, Any]

LOCALE = "en-US"
OPERATOR = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"  # whom the shipped flow transfers to, and its route falls back on
ALICE = {"user": {"id": "0c1f5b00-5555-4a2b-9c3d-00000000beef", "displayName": "Alice Example"}}
MOBILE = {"phone": "+442079460123"}
ROUTES = "schema: 1\nroutes: [{name: test, flow: test, customer: northwind, recording: kept}]\n"


def hears(prompt: str, *, after: float = 0.5, **does: Any) -> Step:
    """So many seconds into a prompt (by its id) they `press`, `say` or `hang_up`."""
    return {"when": "prompt_started", "prompt": prompt, "after_s": after, **does}


def has_heard(prompt: str, *, after: float = 0.0, **does: Any) -> Step:
    """After a prompt has ended, or was cut short."""
    return {"when": "prompt_ended", "prompt": prompt, "after_s": after, **does}


def is_recorded(*, after: float = 0.0, **does: Any) -> Step:
    """After the beep."""
    return {"when": "listening", "after_s": after, **does}


def waits(after: float, **does: Any) -> Step:
    """So many seconds after what they did before, or after they dialled."""
    return {"after_s": after, **does}


@functools.cache
def speech(*pieces: float) -> bytes:
    """A WAV of so many seconds of sound, silence, sound, ..."""
    samples = array("h")
    for index, seconds in enumerate(pieces):
        loudness = 0 if index % 2 else 12_000
        wave = [round(loudness * math.sin(2 * math.pi * step / 40)) for step in range(40)]
        count = round(seconds * RATE_HZ)
        samples.extend((wave * (count // 40 + 1))[:count])
    return wav_of(samples.tobytes())


@dataclass(frozen=True, kw_only=True)
class Played:
    """A call that is over: what its record says, and what the far end saw of it."""

    call: Call
    instance_id: str
    record: JSON
    events: list[JSON]
    prompts: Mapping[str, str]

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """The (node, outcome) pairs, in order."""
        return [(entry["node"], entry["outcome"]) for entry in self.events if entry["what"] == "outcome"]

    @property
    def walk(self) -> list[tuple[str, str]]:
        """The nodes entered, as (node, ""), and their outcomes, as (node, outcome), in order."""
        steps = (entry for entry in self.events if entry["what"] in ("node_entered", "outcome"))
        return [(entry["node"], entry.get("outcome", "")) for entry in steps]

    @property
    def heard(self) -> list[str]:
        """The prompts that began, by id."""
        return [self.prompts[entry["sha256"]] for entry in self.call.transcript.of("prompt")]

    @property
    def requests(self) -> list[str]:
        """What the bot asked for and was given, by action."""
        return [entry["action"] for entry in self.call.transcript.of("request") if entry["status"] < 300]

    @property
    def recording(self) -> JSON:
        """The only recording in the record."""
        (recording,) = self.record["recordings"]
        return recording

    def at(self, what: str, **facts: Any) -> list[float]:
        """When the transcript's entries of one kind, with these facts, were made."""
        return [entry["at"] for entry in self.call.transcript.of(what) if facts.items() <= entry.items()]

    def events_at(self, what: str, **facts: Any) -> list[float]:
        """When the record's events of one kind, with these facts, happened."""
        return [entry["at"] for entry in self.events if entry["what"] == what and facts.items() <= entry.items()]


def ring(laptop: Laptop, *script: Step, caller: Mapping[str, Any] = ALICE, **birth: Any) -> str:
    """Somebody calls, and will do what the script says; returns Graph's id of the call."""
    steps = [{**step, "prompt": _sha256(laptop, step["prompt"])} if "prompt" in step else step for step in script]
    return laptop.simulator.ring(caller, script=steps, **birth)


async def ring_unheard(laptop: Laptop, *script: Step) -> str:
    """Somebody calls, and the bot is not told: `announce` does that."""
    laptop.simulator.change_settings(unacknowledged_call_ends=False)
    laptop.simulator.fault({"notification": "incoming"}, "drop")
    call_id = ring(laptop, *script)
    await settle(laptop)
    return call_id


async def announce(laptop: Laptop, *call_ids: str, message_id: str = "announced") -> int:
    """Tell the bot of calls, in one request; returns the status.

    The webhook may sleep, which it may not when the simulator tells it: who waits for it here is not at work.
    """
    clock, announced = clock_of(laptop), [_announcement(laptop, each) for each in call_ids]
    body = {**announced[0]["body"], "value": [item for each in announced for item in each["body"]["value"]]}
    token = laptop.simulator.tokens.webhook_token(laptop.simulator.settings.tenant_id)
    headers = {"Authorization": f"Bearer {token}", "X-Microsoft-Skype-Message-ID": message_id}

    async def post() -> int:
        async with httpx.AsyncClient() as http:
            answer = await http.post(announced[0]["url"], json=body, headers=headers, timeout=30)
        return answer.status_code

    before, posting = clock.shifts, asyncio.create_task(post())
    for _ in iter(lambda: clock.shifts > before or posting.done(), True):  # no time may pass until it is at the bot
        await asyncio.sleep(0)
    await clock.run_until(posting.done)
    return posting.result()


def _announcement(laptop: Laptop, call_id: str) -> JSON:
    return laptop.simulator.call(call_id).transcript.of("notification")[0]


async def play(laptop: Laptop, *script: Step, limit_s: float = 3600.0, **birth: Any) -> Played:
    """A whole call, in virtual time."""
    (played,) = await finish(laptop, ring(laptop, *script, **birth), limit_s=limit_s)
    return played


@asynccontextmanager
async def laptop_with_flows(
    folder: Path,
    *,
    routes: str = ROUTES,
    simulator_settings: SimulatorSettings | None = None,
    settings: Mapping[str, str] | None = None,
    database: str = ":memory:",
    **flows: str,
) -> AsyncGenerator[Laptop]:
    """A laptop whose bot has these flow documents (`id="..."`), written to `folder`, and these settings besides."""
    for name, text in {"routes": routes, **flows}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    options = BotOptions(settings={"FLOWS": str(folder), **(settings or {})}, database=database)
    async with open_laptop(VirtualClock(), simulator_settings=simulator_settings, options=options) as laptop:
        yield laptop


async def finish(laptop: Laptop, *call_ids: str, limit_s: float = 3600.0) -> list[Played]:
    """Let the calls go on to their ends. Each is checked for what must be true of any call."""
    await laptop.run_until_over(*call_ids, limit_s=limit_s)
    await clock_of(laptop).advance(1)  # a call that we hung up takes a moment to be over
    calls = [await look(laptop, call_id) for call_id in call_ids]
    for each in calls:
        check(laptop, each)
    return calls


async def look(laptop: Laptop, call_id: str) -> Played:
    """What is recorded of a call so far."""
    instance_id = laptop.instance_of(call_id)
    records = laptop.connections.records
    return Played(
        call=laptop.simulator.call(call_id),
        instance_id=instance_id,
        record=await records.get(instance_id) or {},
        events=await records.events(instance_id),
        prompts=prompt_ids(laptop),
    )


def check(laptop: Laptop, played: Played) -> None:
    """What is true of every call that has ended, however it went."""
    call, name = played.call, played.instance_id
    assert call.over, f"{name}: the caller is still on the line"
    status = laptop.host.engine.status(name)
    assert status is not None and status["runtimeStatus"] == "Completed", f"{name}: {status}"
    assert played.record["state"] == "ended", f"{name}: {played.record}"
    assert played.record["outcome"] == status["output"]["outcome"], name
    assert [entry["seq"] for entry in played.events] == list(range(1, len(played.events) + 1)), name
    asked = {(entry["client_context"], entry["operation_id"]) for entry in call.transcript.of("prompt")}
    assert len(asked) == len({step for step, _ in asked}), f"{name}: a step was heard twice: {sorted(asked)}"
    refused = [one["attempts"] for one in call.transcript.of("notification") if not {200, 202} & set(one["attempts"])]
    assert not refused, f"{name}: notifications were not taken: {refused}"


async def settle(laptop: Laptop) -> None:
    """Let everything happen that is due now."""
    await clock_of(laptop).advance(0)


def clock_of(laptop: Laptop) -> VirtualClock:
    """The clock of a laptop in virtual time."""
    assert isinstance(laptop.clock, VirtualClock)
    return laptop.clock


def _sha256(laptop: Laptop, prompt: str) -> str:
    return laptop.connections.catalogue.prompt(prompt, LOCALE).sha256


def prompt_ids(laptop: Laptop) -> dict[str, str]:
    """The ids of prompts, by the hash of their audio."""
    catalogue = laptop.connections.catalogue
    return {catalogue.prompt(id, LOCALE).sha256: id for id in catalogue.ids(LOCALE)}


def rows(laptop: Laptop) -> Sequence[tuple[str, int]]:
    """How often each storage operation that writes was asked for, by table and container."""
    assert laptop.memory is not None
    stores = {**laptop.memory.tables, **{f"blob {name}": one for name, one in laptop.memory.containers.items()}}
    writes = ("insert", "upsert", "update", "delete", "transact", "write_once")
    return [(f"{name} {write}", store.counts[write]) for name, store in sorted(stores.items()) for write in writes]
