"""A whole call in memory: a session and a small Graph that does what it is asked, in virtual milliseconds.

The Graph here is a third reading of the calling API, in a few lines: it plays prompts of two seconds, cancels them,
records, transfers and hangs up, and everything it says can be made to differ.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from calls import CallSession
from flows import Flow, load, load_file

JSON = dict[str, Any]

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SHIPPED = load_file(Path(__file__).parents[3] / "flows" / "definitions" / "small-business.yaml")
IDENTITY = {"instance_id": "call-1", "call_id": "1", "tenant_id": "t"}
INCOMING = {"kind": "incoming", "caller": "user", "called": "phone"}
PLACE = {"kind": "place", "to": ["user"], "meeting": None, "ring_for_s": 60}
TO_PLACE = {**IDENTITY, "call_id": None}
PROMPT_MS = 2000


def pin(
    flow: Flow,
    *,
    recording: str = "kept",
    fallback: JSON | None = None,
    leg: JSON | None = None,
    rejoin: bool = True,
    **settings: Any,
) -> JSON:
    """What the activity `pin_flow` returns, with prompts of two seconds."""
    return {
        "leg": leg,
        "rejoin": rejoin,
        "flow": flow.to_json(),
        "hash": flow.hash,
        "locale": flow.locale,
        "route": {"name": "main", "customer": "northwind", "recording": recording, "fallback": fallback},
        "prompts": {name: {"key": name, "ms": PROMPT_MS} for name in flow.prompts},
        "settings": {"tone_reorder_ms": 150, "keep_alive_s": 840, "max_call_s": 7200, **settings},
    }


class FakeCall:
    """One caller, one session, and Graph between them.

    `on(prompt, ...)` says what happens when a prompt is played; `answers[activity]` what an activity returns instead
    of doing its work (a list: one for each time).
    """

    def __init__(
        self, flow: Flow | str = SHIPPED, *, serialise: bool = True, place: JSON | None = None, **pinned: Any
    ) -> None:
        self.flow = load(flow, "test.yaml") if isinstance(flow, str) else flow
        self.now = 0
        self.heard: list[str] = []
        self.commands: list[JSON] = []
        self.journal: list[JSON] = []
        self.statuses: list[JSON] = []
        self.answers: dict[str, list[JSON]] = {}
        self.transfer: tuple[int, int] = (0, 7015)
        self.record: tuple[int, int] | None = (4000, 8509)  # after how long, how; None: until something stops it
        self.store: JSON | None = {"status": "saved", "blob": "rec.wav", "sha256": "00", "bytes": 3}
        self.lost: Callable[[JSON], bool] = lambda event: False
        self._serialise = serialise
        self._script: dict[str, list[JSON]] = {}
        self._events: list[tuple[int, int, JSON]] = []
        self._order = self._sequence = self._asked = 0
        self.placed = 0
        self._running: tuple[int, str] | None = None
        self.answers_after: int | None = 3000  # how long a call that is placed rings; None: for ever
        identity, digest = (IDENTITY, INCOMING) if place is None else (TO_PLACE, {**PLACE, **place})
        self.session, commands = CallSession.open(identity, pin(self.flow, **pinned), digest, self.at())
        self._first = commands

    def at(self, ms: int | None = None) -> datetime:
        return EPOCH + timedelta(milliseconds=self.now if ms is None else ms)

    def say(self, event: JSON, after: int = 0) -> None:
        """Let Graph tell an event."""
        self._order += 1
        heapq.heappush(self._events, (self.now + after, self._order, event))

    def press(self, keys: str, after: int = 0, every: int = 150) -> None:
        """Let the caller press keys."""
        names = {"*": "star", "#": "pound"}
        for at, key in enumerate(keys):
            self._sequence += 1
            tone = names.get(key, f"tone{key}")
            self.say({"kind": "tone", "sequence": self._sequence, "tone": tone}, after + at * every)

    def ask(self, action: str, after: int = 0, **more: Any) -> None:
        """Let an operator, or the parent of a leg, ask for something."""
        self._asked += 1
        request = f"r{self._asked}"
        self.say({"kind": "control", "action": action, "request": request, "n": 100 + self._asked, **more}, after)

    def hang_up(self, after: int = 0, code: int | None = 200, subcode: int | None = 4521) -> None:
        """Let the caller leave."""
        self.say({"kind": "ended", "code": code, "subcode": subcode, "reason": None}, after)

    def on(self, prompt: str, **what: Any) -> FakeCall:
        """When `prompt` is played: `press` keys after `after` ms, `hang_up`, or `fail` with a subcode. In order."""
        self._script.setdefault(prompt, []).append(what)
        return self

    def run(self, until: int = 4 * 3600_000) -> FakeCall:
        """Run the call to its end, or to a time."""
        self._perform(self._first)
        self._first = []
        while not self.session.ended:
            deadline = self.session.deadline_at
            due = None if deadline is None else max(self.now, (deadline - EPOCH) // timedelta(milliseconds=1))
            told = self._events[0][0] if self._events else None
            assert due is not None or told is not None, f"the call waits for nothing: {self.session.status()}"
            if min(each for each in (due, told) if each is not None) > until:
                self.now = until
                break
            if told is not None and (due is None or told <= due):
                self.now, _, event = heapq.heappop(self._events)
                if not self.lost(event):
                    self.tell(event)
            else:
                assert due is not None
                self.now = due
                self.tell({"kind": "timed_out"})
        return self

    def tell(self, event: JSON) -> None:
        """Tell the session one event, and carry out what it asks for."""
        self._perform(self.receive(event))

    def receive(self, event: JSON) -> list[Any]:
        if self._serialise:
            self.session = CallSession.from_json(json.loads(json.dumps(self.session.to_json())))
        commands = self.session.receive(event, self.at())
        self.statuses.append(self.session.status())
        return commands

    def _perform(self, commands: list[Any]) -> None:
        queue = list(commands)
        while queue:
            command = queue.pop(0)
            given = json.loads(json.dumps(command.to_json()))
            self.commands.append({"activity": command.activity, **given})
            self.journal += given["events"]
            planned = self.answers.get(command.activity)
            result = planned.pop(0) if planned else self._do(command.activity, given)
            queue += self.receive({"kind": "performed", "step": command.step, **result})

    def _do(self, activity: str, given: JSON) -> JSON:
        return getattr(self, f"_{activity}", lambda given: {"ok": {}})(given)

    def _answer_call(self, given: JSON) -> JSON:
        for after, state, audio in (
            (50, "establishing", None),
            (150, "established", "inactive"),
            (300, "established", "active"),
        ):
            self.say({"kind": "call", "state": state, "audio": audio, "code": None, "subcode": None}, after)
        return {"ok": {}}

    def _place_call(self, given: JSON) -> JSON:
        self.placed += 1
        if self.answers_after is not None:
            at = self.answers_after
            for after, state, audio in (
                (50, "establishing", None),
                (at, "established", "inactive"),
                (at + 150, "established", "active"),
            ):
                changed = {"kind": "call", "state": state, "audio": audio, "code": None, "subcode": None}
                self.say({**changed, "call_id": f"{self.placed}"}, after)
        return {"ok": {"call_id": f"{self.placed}", "state": "establishing"}}

    def _play_prompt(self, given: JSON) -> JSON:
        self.heard += given["prompts"]
        fails = None
        for prompt in given["prompts"]:
            for what in self._script.get(prompt, [])[:1]:
                self._script[prompt].pop(0)
                fails = what.get("fail", fails)
                if "press" in what:
                    self.press(what["press"], what.get("after", 500), what.get("every", 150))
                if "hang_up" in what:
                    self.hang_up(what.get("after", 500))
        status = (400, fails, "failed") if fails else (200, 0, "completed")
        return self._operation(given, *status, 100 if fails else PROMPT_MS * len(given["prompts"]))

    def _record_response(self, given: JSON) -> JSON:
        if self.record is None:
            return self._operation(given, 0, 0, "", None)
        after, subcode = self.record
        good = subcode in (0, 8509, 8514, 8515)
        result = self._operation(given, 200 if good else 400, subcode, "completed" if good else "failed", after)
        if good and self.store:
            self.say({"kind": "recording", "operation_id": f"op{given['step']}", **self.store}, after + 300)
        return result

    def _operation(self, given: JSON, code: int, subcode: int, status: str, after: int | None) -> JSON:
        step = given["step"]
        ended = {"kind": "operation", "operation_id": f"op{step}", "context": f"call-1:{step}", "status": status}
        if after is not None:
            self.say({**ended, "code": code, "subcode": subcode}, after)
        self._running = (self.now + (after or 10**9), f"op{step}")
        return {"ok": {"operation_id": f"op{step}", "status": "running", "code": None, "subcode": None}}

    def _cancel_media_processing(self, given: JSON) -> JSON:
        if self._running and self._running[0] > self.now:
            name = self._running[1]
            self._events = [each for each in self._events if each[2].get("operation_id") != name]
            heapq.heapify(self._events)
            context = f"call-1:{name[2:]}"
            ended = {"kind": "operation", "operation_id": name, "context": context, "status": "failed"}
            self.say({**ended, "code": 400, "subcode": 8508}, 60)
            self._running = None
        return {"ok": {"operation_id": "cancel", "status": "completed", "code": 200, "subcode": 0}}

    def _transfer_call(self, given: JSON) -> JSON:
        code, subcode = self.transfer
        self.say({"kind": "call", "state": "transferring", "audio": "inactive", "code": None, "subcode": None}, 100)
        if subcode == 7015:
            self.say({"kind": "call", "state": "transferAccepted", "audio": None, "code": None, "subcode": None}, 3000)
            self.hang_up(3200, code, subcode)
        else:
            back = {"kind": "call", "state": "established", "audio": "active"}
            self.say({**back, "code": code, "subcode": subcode}, 3000)
        return {"ok": {}}

    def _hang_up(self, given: JSON) -> JSON:
        self.hang_up(80, 200, 7000)
        return {"ok": {}}

    def _reject_call(self, given: JSON) -> JSON:
        self.hang_up(80, 200, 0)
        return {"ok": {}}

    _redirect_call = _reject_call

    # What tests ask about afterwards

    @property
    def activities(self) -> list[str]:
        """The names of the commands, in their order."""
        return [command["activity"] for command in self.commands]

    @property
    def summary(self) -> JSON:
        """What the last command asked to be recorded."""
        assert self.commands[-1]["activity"] == "close_call"
        return self.commands[-1]["summary"]

    @property
    def answered(self) -> list[tuple[str, str, str | None]]:
        """What became of what was asked for: (action, result, reason)."""
        return [
            (entry["action"], entry["result"], entry["reason"]) for entry in self.journal if entry["what"] == "control"
        ]

    @property
    def outcomes(self) -> set[tuple[str, str]]:
        """The (node, outcome) pairs of the journal."""
        return {(entry["node"], entry["outcome"]) for entry in self.journal if entry["what"] == "outcome"}


@pytest.fixture(scope="session")
def ring() -> type[FakeCall]:
    """`ring(flow=...)` begins a call; `.on(...)`, `.press(...)` prepare it; `.run()` runs it."""
    return FakeCall


@pytest.fixture(scope="session")
def pinned() -> Callable[..., JSON]:
    """`pinned(flow, recording=...)`: what `pin_flow` returns."""
    return pin


@pytest.fixture(scope="session")
def shipped() -> Flow:
    """The small-business flow."""
    return SHIPPED
