"""One call on stage: it runs by itself up to the next point at which somebody else decides how it goes on.

stage = Stage(Setting(flow=flow, lengths=lengths, at=at))
while stage.decision is not None:
    stage.take(Step(press="1"))
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from calls import CallSession
from calls.commands import Command
from cli.rehearsal.deeds import DEEDS, Kind, caller, move
from cli.rehearsal.pretended_graph import PretendedGraph
from cli.rehearsal.steps import RELEASE, Step
from flows import Flow, acts
from flows.acts import act_from_json
from flows.expressions import Value

JSON = dict[str, Any]

INSTANCE = "call-rehearsal"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SETTINGS = {"tone_reorder_ms": 150, "keep_alive_s": 840, "max_call_s": 4 * 3600}
# States in which what is played is what is heard while somebody waits.
_HELD = ("staying", "consulting", "fetching")
_DECISIONS: dict[str, Kind] = {
    "answer_call": "answer",
    "reject_call": "decline",
    "redirect_call": "decline",
    "play_prompt": "prompts",
    "record_response": "recording",
    "transfer_call": "transfer",
    "start_consultation": "transfer",
    "fetch_http": "http",
    "run_function": "http",
    "start_gathering": "people",
    "call_in": "people",
    "list_participants": "people",
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a call begins with. `lengths`: prompt -> milliseconds; `at`: when it rings, aware."""

    flow: Flow
    lengths: Mapping[str, int]
    at: datetime
    caller: str = "user"
    recording: str = "kept"
    group: bool = False  # several are in the call
    waiting: int = 0  # callers before this one, in every queue
    variables: Mapping[str, Value] = field(default_factory=dict)

    def pinned(self) -> JSON:
        """What the activity `pin_flow` would have returned."""
        flow = replace(self.flow, variables={**self.flow.variables, **self.variables})
        return {
            "flow": flow.to_json(),
            "hash": flow.hash,
            "locale": flow.locale,
            "route": {"name": "rehearsal", "customer": None, "recording": self.recording, "fallback": None},
            "prompts": {
                name: {"key": name, "ms": self.lengths.get(name, 2000)} for name in flow.prompts_in(flow.locale)
            },
            "settings": _SETTINGS,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the call waits for. `heard`: the prompts that begin now; `act`: what the flow asked for."""

    kind: Kind
    node: str
    act: acts.Act
    heard: tuple[str, ...] = ()


class Stage:
    """A call, and all that has happened in it: `heard` (time, prompt), `journal`, `asked` (time, command)."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.begun_ms = (setting.at - _EPOCH) // timedelta(milliseconds=1)
        self.heard: list[tuple[int, str]] = []
        self.journal: list[JSON] = []
        self.asked: list[tuple[int, JSON]] = []
        self.silence_ms = 0
        self.decision: Decision | None = None
        self._quiet_since: int | None = None
        self._graph = PretendedGraph(now_ms=self.begun_ms, instance_id=INSTANCE)
        self._open: Command | None = None  # the command that waits for the decision
        self._waits_at: tuple[str, str] | None = None
        self._waits = any(node.KIND in ("stay", "wait", "queue") for node in setting.flow.nodes.values())
        self._known: JSON | None = None  # the session as JSON, until it is told something
        self._text = ""
        identity = {"instance_id": INSTANCE, "call_id": "1", "tenant_id": "t"}
        digest = {"kind": "incoming", "caller": setting.caller, "called": "applicationInstance"}
        digest |= {"group": setting.group}
        self._session, commands = CallSession.open(identity, setting.pinned(), digest, self._at())
        self._queue: list[Command] = list(commands)
        self._run()

    @property
    def took_ms(self) -> int:
        """How long the call has lasted."""
        return self._graph.now_ms - self.begun_ms

    @property
    def summary(self) -> JSON:
        """The record of the call."""
        return self._session.summary()

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """The (node, outcome) pairs so far."""
        return [(each["node"], each["outcome"]) for each in self.journal if each["what"] == "outcome"]

    def place(self) -> str:
        """Where the call is, so far as it matters to what can happen next: equal texts have equal futures."""
        document = self._document()
        interpreter = {key: value for key, value in document["interpreter"].items() if key != "notes"}
        memory = document["memory"]
        facts = [interpreter, document["act"], memory["state"], memory["keys"], memory["entry"], memory["over"]]
        return json.dumps([*facts, self.decision.heard if self.decision else None], sort_keys=True)

    def fork(self) -> Stage:
        """The same call once more, to go on differently."""
        other = object.__new__(Stage)
        other.__dict__.update(self.__dict__)
        other.heard, other.journal, other.asked = list(self.heard), list(self.journal), list(self.asked)
        other._queue, other._graph = list(self._queue), self._graph.fork()
        document = self._document()
        self._text = self._text or json.dumps({**document, "pinned": None})  # what is pinned is long, and never changes
        other._session = CallSession.from_json({**json.loads(self._text), "pinned": document["pinned"]})
        return other

    def take(self, step: Step) -> None:
        """Go on as the step says, to the next decision or the end."""
        decision, command = self.decision, self._open
        if decision is not None and decision.kind != "prompts":
            self._quiet_since = None  # what is heard now is not ours to say
        assert decision is not None, "the call is over"
        self.decision, self._open = None, None
        if command is None:
            self._wait(step)
        else:
            length_ms = self._length(decision.heard)
            self._return(command, DEEDS[decision.kind](self._graph, step, decision.act, command, length_ms))
        self._run()

    def _at(self) -> datetime:
        return _EPOCH + timedelta(milliseconds=self._graph.now_ms)

    def _return(self, command: Command, result: JSON) -> None:
        self._receive({"kind": "performed", "step": command.step, **result})

    def _document(self) -> JSON:
        self._known = self._known or self._session.to_json()
        return self._known

    def _receive(self, event: JSON) -> None:
        self._known, self._text = None, ""
        self._queue += self._session.receive(event, self._at())

    def _run(self) -> None:
        while self.decision is None:
            if self._queue:
                self._perform(self._queue.pop(0))
            elif self._session.ended:
                return
            elif not self._waits or not self._begins_to_wait():
                self._let_time_pass()

    def _perform(self, command: Command) -> None:
        given = command.to_json()
        self.journal += given["events"]
        self.asked.append((self.took_ms, {"activity": command.activity, **given}))
        kind = _DECISIONS.get(command.activity)
        if command.activity == "play_prompt":
            self._hear(given["prompts"])
        if kind is None or (kind == "prompts" and self._session.status()["state"] in _HELD):
            self._return(command, self._obey(command, given))
        elif kind == "transfer" and given.get("replaces"):
            self._return(command, move(self._graph, "completed"))
        else:
            self._open = command
            self._decide(kind, tuple(given.get("prompts", ())))

    def _decide(self, kind: Kind, heard: tuple[str, ...] = ()) -> None:
        document = self._document()
        act = act_from_json(document["act"])
        self.decision = Decision(kind=kind, node=document["interpreter"]["node"] or "", act=act, heard=heard)

    def _hear(self, prompts: list[str]) -> None:
        now = self.took_ms
        if self._quiet_since is not None:
            self.silence_ms = max(self.silence_ms, now - self._quiet_since)
        for name in prompts:
            self.heard.append((now, name))
            now += self.setting.lengths.get(name, 2000)
        self._quiet_since = now

    def _obey(self, command: Command, given: JSON) -> JSON:
        if command.activity == "play_prompt":
            return {"ok": self._graph.operate(command.step, self._length(given["prompts"]))}
        if command.activity == "cancel_media_processing":
            self._graph.cancel()
        if command.activity == "place_in_queue":
            return {"ok": {"count": None if given["leave"] else self.setting.waiting + 1}}
        if command.activity == "hang_up":
            self._graph.end(80, 200, 7000)
        return {"ok": {}}

    def _length(self, prompts: list[str] | tuple[str, ...]) -> int:
        return sum(self.setting.lengths.get(name, 2000) for name in prompts)

    def _begins_to_wait(self) -> bool:
        status = self._session.status()
        here = (status["state"], status["node"] or "") if status["state"] == "staying" else None
        if here is None or here == self._waits_at:
            self._waits_at = here
            return False
        self._waits_at = here
        self._decide("wait")
        return True

    def _deadline_ms(self) -> int | None:
        deadline = self._session.deadline_at
        return None if deadline is None else max(self._graph.now_ms, (deadline - _EPOCH) // timedelta(milliseconds=1))

    def _let_time_pass(self) -> None:
        graph, due = self._graph, self._deadline_ms()
        if graph.news and (due is None or graph.news[0][0] <= due):
            told_ms, _, event = heapq.heappop(graph.news)
            graph.now_ms = max(graph.now_ms, told_ms)  # what is told while a service is asked waits
            self._receive(event)
        else:
            assert due is not None, f"the call waits for nothing: {self._session.status()}"
            graph.now_ms = due
            self._receive({"kind": "timed_out"})

    def _wait(self, step: Step) -> None:
        if step.does == RELEASE:
            control = {"kind": "control", "action": "release", "request": "r", "n": 1}
            self._graph.tell(control, step.after_ms)
        caller(self._graph, step)
