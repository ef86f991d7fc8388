"""Calls of every kind from their beginnings to their ends, as scenarios that may be played again and again.

A scenario makes people behave, begins something and says when all that followed from it is over. What it came to is a
`Story`: the same each time, unless something got lost or was done twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from callers import clock_of, has_heard, hears, is_recorded, prompt_ids, ring, speech, waits
from placing import BOB, CAROL, behaves, gather, place

from cli.laptop import APP_FOLDER, Laptop
from simulator.call import Call

JSON = dict[str, Any]

#: Whom the shipped flow transfers to.
OPERATOR = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
#: A resource account whose callers are put through only to somebody who takes them.
DESK = "0c1f5b00-7777-4a2b-9c3d-0000000de5c0"
ROUTES = f"""
schema: 1
routes:
  - {{name: desk, when: {{applicationInstance: {DESK}}}, flow: consulting, customer: northwind, recording: kept}}
  - name: main
    flow: small-business
    customer: northwind
    recording: kept
    fallback: {{user: {OPERATOR}}}
"""
FLOWS = {
    "consulting": f"""
schema: 1
id: consulting
locale: en-US
start: pick-up
nodes:
  pick-up: {{kind: answer, next: ask-bob}}
  ask-bob:
    kind: transfer
    target: {{user: {BOB}}}
    consult: true
    hold: [hold]
    timeout: 30s
    on: {{noAnswer: nobody, declined: nobody, failed: nobody}}
  nobody: {{kind: hangup, prompts: transfer-failed}}
""",
    "asking": """
schema: 1
id: asking
locale: en-US
start: call
defaults: {onError: {next: bye}}
nodes:
  call: {kind: answer, next: ask}
  ask: {kind: menu, prompts: main-menu, options: {1: {next: bye, label: "yes"}}, on: {tooMany: bye}}
  bye: {kind: hangup, prompts: goodbye}
""",
    "minute": """
schema: 1
id: minute
locale: en-US
start: join
nodes:
  join: {kind: answer, next: hello}
  hello: {kind: play, prompts: greeting, bargeIn: false, next: meet}
  meet: {kind: stay, atMost: 60s, next: bye, on: {timeout: bye}}
  bye: {kind: hangup, prompts: goodbye}
""",
}


def documents() -> dict[str, str]:
    """The flows that the scenarios need, by id, and their routes: those that we ship and those above."""
    shipped = (APP_FOLDER / "flows" / "definitions").glob("*.yaml")
    return {**{path.stem: path.read_text(encoding="utf-8") for path in shipped}, **FLOWS, "routes": ROUTES}


# Played over and over while somebody waits.
_WAITING = frozenset({"hold"})
# What a caller hears, or what dials; everything else may be asked for again.
_ONCE = frozenset({"createCall", "answer", "playPrompt", "recordResponse", "transfer", "invite", "reject", "redirect"})
#: Begins something; gives the id of its first instance.
Scenario = Callable[[Laptop], Awaitable[str]]


async def _opening_hours(laptop: Laptop) -> str:
    return _rung(laptop, hears("main-menu", press="1"), hears("opening-hours", hang_up=True))


async def _account(laptop: Laptop) -> str:
    code = hears("enter-account", press="1234", interval_ms=400)
    return _rung(laptop, hears("main-menu", press="2"), code, hears("account-known", hang_up=True))


async def _voicemail(laptop: Laptop) -> str:
    said = is_recorded(say=speech(3.0))
    return _rung(laptop, hears("main-menu", press="3"), said, waits(1.5, press="#"))


async def _operator(laptop: Laptop) -> str:
    behaves(laptop, OPERATOR, "answers")
    return _rung(laptop, hears("main-menu", press="0"))


async def _operator_busy(laptop: Laptop) -> str:
    behaves(laptop, OPERATOR, "busy")
    return _rung(laptop, hears("main-menu", press="0"))


async def _nobody_presses(laptop: Laptop) -> str:
    behaves(laptop, OPERATOR, "answers")
    return _rung(laptop)


async def _many_keys(laptop: Laptop) -> str:
    """Long enough to continue as new twice."""
    first = [hears("main-menu", press="1"), has_heard("opening-hours", after=0.3, press="1")]
    rest = [has_heard("opening-hours", after=0.3, press="1")] * 6
    return _rung(laptop, *first, *rest, hears("opening-hours", hang_up=True))


async def _abandoned(laptop: Laptop) -> str:
    return _rung(laptop, hears("greeting", hang_up=True))


async def _placed(laptop: Laptop) -> str:
    behaves(laptop, BOB, "answers", hears("main-menu", press="1"))
    return await place(laptop, to=[{"user": BOB}], flow="asking")


async def _placed_declined(laptop: Laptop) -> str:
    behaves(laptop, BOB, "declines")
    return await place(laptop, to=[{"user": BOB}], flow="asking")


async def _outbound_second_time(laptop: Laptop) -> str:
    behaves(laptop, BOB, "busy")
    clock = clock_of(laptop)
    clock.at(clock.now() + 120, lambda: behaves(laptop, BOB, "answers", hears("main-menu", press="1")))
    return await place(laptop, to=[{"user": BOB}], flow="asking", tries=2, retry_within_s=600)


async def _meeting(laptop: Laptop) -> str:
    meeting = laptop.simulator.people.create_meeting(participants=2)
    how = {"join_id": meeting.join_id, "passcode": meeting.passcode}
    return await place(laptop, meeting=how, flow="minute")


async def _consultation_accepted(laptop: Laptop) -> str:
    behaves(laptop, BOB, "answers", hears("consultation-leg", press="1"))
    return _rung(laptop, to=DESK)


async def _consultation_declined(laptop: Laptop) -> str:
    behaves(laptop, BOB, "answers", hears("consultation-leg", press="2"))
    return _rung(laptop, to=DESK)


async def _gathering(laptop: Laptop) -> str:
    behaves(laptop, BOB, "answers", hears("gathering-leg", press="1"))
    behaves(laptop, CAROL, "answers", hears("gathering-leg", press="2"))
    meeting = laptop.simulator.people.create_meeting(participants=2)
    how = {"join_id": meeting.join_id, "passcode": meeting.passcode}
    return await gather(laptop, people=[{"user": BOB}, {"user": CAROL}], meeting=how)


def _rung(laptop: Laptop, *script: Mapping[str, Any], **birth: Any) -> str:
    return laptop.instance_of(ring(laptop, *script, **birth))


SCENARIOS: dict[str, Scenario] = {
    each.__name__.strip("_").replace("_", "-"): each
    for each in (
        _opening_hours,
        _account,
        _voicemail,
        _operator,
        _operator_busy,
        _nobody_presses,
        _many_keys,
        _abandoned,
        _placed,
        _placed_declined,
        _outbound_second_time,
        _meeting,
        _consultation_accepted,
        _consultation_declined,
        _gathering,
    )
}


@dataclass(frozen=True, kw_only=True)
class Story:
    """What a scenario came to."""

    #: How each orchestration of a call ended, with its name; sorted.
    outcomes: tuple[tuple[str, str], ...]
    #: Prompts that began to be heard, by id; but for those that fill a wait.
    heard: Counter[str]
    #: What else Graph did that must not be done twice, by action.
    done: Counter[str]
    #: How often the bot was left unsure whether Graph had acted, by activity; not compared.
    unsure: Counter[str] = field(compare=False, default_factory=Counter)
    #: How many prompts Graph could not fetch, from a bot that was dead; not compared.
    unfetched: int = field(compare=False, default=0)


class Playing:
    """One scenario under way, or over, on a laptop."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        self._before = {instance.id for instance in laptop.host.engine.instances()}
        self._earlier = set(laptop.simulator.calls)
        #: The id of its first instance.
        self.first = ""

    async def begin(self, name: str) -> None:
        """Begin it."""
        self.first = await SCENARIOS[name](self._laptop)

    @property
    def instances(self) -> list[str]:
        """Everything that was started meanwhile."""
        return [each.id for each in self._laptop.host.engine.instances() if each.id not in self._before]

    @property
    def calls(self) -> list[Call]:
        """Graph's calls, oldest first."""
        return [call for id, call in self._laptop.simulator.calls.items() if id not in self._earlier]

    def is_over(self) -> bool:
        """Whether nothing goes on any more; not to be asked while the bot is dead."""
        engine = self._laptop.host.engine
        return engine.instance(self.first) is not None and all(map(engine.has_ended, self.instances))

    async def story(self) -> Story:
        """What it came to, once it is over."""
        records, engine = self._laptop.connections.records, self._laptop.host.engine
        outcomes: list[tuple[str, str]] = []
        unsure: Counter[str] = Counter()
        for instance in self.instances:
            status = engine.status(instance)
            assert status is not None
            outcome = (status["output"] or {}).get("outcome") if isinstance(status["output"], dict) else None
            outcomes.append((status["name"], outcome or status["runtimeStatus"]))
            errors = [entry for entry in await records.events(instance) if entry["what"] == "error"]
            unsure.update(each["activity"] for each in errors if each.get("error") == "unknown")
        names = prompt_ids(self._laptop)
        began = [names[entry["sha256"]] for call in self.calls for entry in call.transcript.of("prompt")]
        heard = Counter(prompt for prompt in began if prompt not in _WAITING)
        done = Counter(
            entry["action"]
            for call in self.calls
            for entry in call.transcript.of("request")
            if entry["status"] < 300 and entry["action"] in _ONCE - {"playPrompt"}
        )
        fetches = [entry for call in self.calls for entry in call.transcript.of("fetch")]
        unfetched = sum("problem" in entry for entry in fetches)
        return Story(outcomes=tuple(sorted(outcomes)), heard=heard, done=done, unsure=unsure, unfetched=unfetched)

    def repeated(self) -> list[str]:
        """What happened twice that must not."""
        return repeated(self.calls)

    def left_over(self) -> list[str]:
        """Who is still on the line."""
        return [f"call {call.id} goes on" for call in self.calls if not call.over]


def repeated(calls: Iterable[Call]) -> list[str]:
    """What Graph did twice for the bot that it must not: act on one step, answer or transfer a call, dial for one."""
    counts: Counter[tuple[str, str]] = Counter()
    for call in calls:
        if call.birth.direction == "outgoing":
            counts["dialled for", call.callback_url.split("/")[-2]] += 1
        for entry in call.transcript.of("request"):
            if entry["status"] >= 300 or entry["action"] not in _ONCE:
                continue
            if entry["action"] in ("answer", "transfer"):
                counts[entry["action"], call.id] += 1
            if context := (entry["body"] or {}).get("clientContext"):
                counts[entry["action"], context] += 1
    return [f"{action} {whom}: {times} times" for (action, whom), times in counts.items() if times > 1]
