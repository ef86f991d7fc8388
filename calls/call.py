"""What a call session remembers, and the few things every handler does with it.

Everything here survives `to_json`/`from_json`, which may happen between any two events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from calls import commands
from calls.states import State
from calls.tones import ToneOrder
from flows.acts import Act, Result, act_from_json, act_to_json
from flows.flow import Flow
from flows.interpreter import Interpreter

JSON = dict[str, Any]

# Nodes named in a summary, and entries of the journal that wait for a command to carry them: both have an end.
_LONGEST_PATH = 100
_LONGEST_JOURNAL = 300
# How much longer than its length an operation may take until it counts as over though nobody said so.
OPERATION_GRACE_MS = 5_000


@dataclass(frozen=True, slots=True)
class Again:
    """What a handler gives instead of a result when the act at hand has to be begun once more.

    The call was away meanwhile: lost and joined again, or with somebody who would not have it.
    """


#: How far a handler got: the act's result, `Again`, or None while the act goes on.
Progress = Result | Again | None


@dataclass(kw_only=True, slots=True)
class Operation:
    """The media operation in flight. There is one at most; `id` is None until Graph has named it."""

    step: int
    record: bool
    hold: bool = False  # heard over and over, and nobody's answer
    id: str | None = None
    asked: bool = False  # the request has returned: a cancellation can no longer overtake it
    cancel: bool = False  # a key interrupts it
    stop_key: bool = False  # the key that stops the recording has been told as a tone


@dataclass(kw_only=True, slots=True)
class Memory:
    """The JSON part of a call's state: numbers, texts, and lists and mappings of them."""

    state: State = State.RINGING
    since_ms: int = 0
    step: int = 0
    seq: int = 0
    established: bool = False
    audio: bool = False
    subscribed: bool = False
    over: bool = False
    asked: dict[str, str] = field(default_factory=dict[str, str])  # step -> activity, not yet performed
    controls: dict[str, JSON] = field(default_factory=dict[str, JSON])  # step -> who asked for it, and what
    deadlines: dict[str, int] = field(default_factory=dict[str, int])
    # In their order, not yet taken by a node: characters or, of sealed ones, numbers (`calls.judging`).
    keys: list[str | int] = field(default_factory=list[str | int])
    # Pressed, but not yet told: sealed ones wait until a question is answered.
    unjudged: list[str | int] = field(default_factory=list[str | int])
    cleared: bool = False  # the first of these is known to be no echo
    judging: JSON | None = None  # the question: {"step", "what": entry | key}
    verdict: JSON | None = None  # on a sealed entry that is complete: {"count", "outcome", "token"}
    announced_until_ms: int = 0  # an operator's prompt, behind which Graph queues ours
    entry: list[str | int] = field(default_factory=list[str | int])  # taken by the node that listens
    entry_ended: str | None = None  # maximum, terminator or pause; failed: nobody can judge it
    habit: str = ""  # keys that the caller may press out of habit, to be swallowed
    habit_until_ms: int = 0
    recordings: list[JSON] = field(default_factory=list[JSON])
    policy: bool = False  # a recording policy calls
    telling: int | None = None  # the step that tells that the call is recorded; not a byte is before it has returned
    transfer: JSON | None = None  # {"target": kind, "state", "returned": why | None, "overdue"}
    declining: str | None = None  # reject or redirect, when the session and not the flow declines
    hang_up_ms: int = 0  # when we began to hang up
    unheard: bool = False  # Graph may not have heard it
    cut_off: str | None = None  # what made us think that the call is over (`calls.cut_off`)
    journal: list[JSON] = field(default_factory=list[JSON])
    path: list[str] = field(default_factory=list[str])
    outcome: str | None = None
    reason: str | None = None
    direction: Literal["incoming", "outgoing"] = "incoming"
    party: Literal["peer", "group", "meeting"] = "peer"
    caller: str = "unknown"
    called: str = "unknown"
    ring_ms: int = 0  # how long a call that we place may ring, or a meeting keep us waiting
    rejoins: int = 0
    former: list[str] = field(default_factory=list[str])  # ids of the calls that were lost
    lost: JSON | None = None  # {"outcome", "code", "subcode"} of the call that we try to join again
    met: bool = False  # somebody else was in the call
    moving: bool = False  # somebody is about to take the call over: its end is expected
    missing: str | None = None  # what Graph refused for want of a permission
    started_ms: int = 0
    answered_ms: int | None = None
    answer_ms: int | None = None  # from the announcement to the request that answered
    ended_ms: int | None = None
    code: int | None = None
    subcode: int | None = None
    keys_pressed: int = 0
    notifications: int = 0  # that were told, ours among them


class Call:
    """A call: who it is, its flow, where it is in it, and what it is about to ask for."""

    def __init__(self, identity: JSON, pinned: JSON, now_ms: int) -> None:
        self.instance_id: str = identity["instance_id"]
        self.call_id: str = identity.get("call_id") or ""  # of a call that we place, not before Graph has named it
        self.tenant_id: str = identity["tenant_id"]
        self.pinned = pinned
        self.flow = Flow.pinned(pinned["flow"], pinned["hash"])
        self.settings: JSON = pinned["settings"]
        self.interpreter = Interpreter(self.flow)
        self.memory = Memory(since_ms=now_ms, started_ms=now_ms)
        self.act: Act | None = None
        self.operation: Operation | None = None
        self.tones = ToneOrder()
        self.now_ms = now_ms
        self._out: list[commands.Command] = []

    @property
    def now_ms(self) -> int:
        """The time of the event at hand, in Unix milliseconds; the flow's clock too."""
        return self.interpreter.now_ms

    @now_ms.setter
    def now_ms(self, now_ms: int) -> None:
        self.interpreter.now_ms = now_ms

    @property
    def identity(self) -> JSON:
        """Which call it is: `{"instance_id", "call_id", "tenant_id"}`."""
        return {"instance_id": self.instance_id, "call_id": self.call_id, "tenant_id": self.tenant_id}

    def issue(self, kind: type[commands.Command], **fields: Any) -> int:
        """Ask for a command; returns its step."""
        memory = self.memory
        memory.step += 1
        events = tuple(self.take_journal())
        memory.asked[str(memory.step)] = kind.activity
        self._out.append(
            kind(
                instance_id=self.instance_id,
                call_id=self.call_id,
                tenant_id=self.tenant_id,
                step=memory.step,
                events=events,
                **fields,
            )
        )
        return memory.step

    def take_commands(self) -> list[commands.Command]:
        """Give what was asked for since the last time."""
        out, self._out = self._out, []
        return out

    def take_journal(self) -> list[JSON]:
        """Give the journal entries made since the last time."""
        self.collect_notes()
        events, self.memory.journal = self.memory.journal, []
        return events

    def take_back(self, events: Iterable[JSON]) -> None:
        """Put journal entries back before the newer ones."""
        self.memory.journal[:0] = events
        del self.memory.journal[:-_LONGEST_JOURNAL]

    def note(self, what: str, **facts: Any) -> None:
        """Write a journal entry; `facts` must hold neither keys nor personal data."""
        self.collect_notes()
        self._write({"what": what, "node": self.interpreter.node, **facts})

    def collect_notes(self) -> None:
        """Bring the interpreter's notes into the journal."""
        for note in self.interpreter.take_notes():
            if note["what"] == "node_entered" and len(self.memory.path) < _LONGEST_PATH:
                self.memory.path.append(note["node"])
            self._write(note)

    def _write(self, entry: JSON) -> None:
        memory = self.memory
        memory.seq += 1
        memory.journal.append({"seq": memory.seq, "at": self.now_ms / 1000, **entry})
        del memory.journal[:-_LONGEST_JOURNAL]

    def enter(self, state: State) -> None:
        """Move to a state; moving to the one at hand is no move."""
        if state is not self.memory.state:
            self.memory.state, self.memory.since_ms = state, self.now_ms
            self.note("state", state=state.value)

    def set_deadline(self, name: str, after_ms: int) -> None:
        """Name a time from now at which to be told."""
        self.memory.deadlines[name] = self.now_ms + after_ms

    def drop_deadline(self, *names: str) -> None:
        """Forget deadlines, set or not."""
        for name in names:
            self.memory.deadlines.pop(name, None)

    def context(self, step: int) -> str:
        """The client context of a step, which Graph sends back with the operation."""
        return f"{self.instance_id}:{step}"

    def to_json(self) -> JSON:
        """Give everything."""
        return {
            "call": self.identity,
            "pinned": self.pinned,
            "interpreter": self.interpreter.to_json(),
            "act": act_to_json(self.act) if self.act else None,
            "operation": asdict(self.operation) if self.operation else None,
            "tones": self.tones.to_json(),
            "memory": {**asdict(self.memory), "state": self.memory.state.value},
        }

    @classmethod
    def from_json(cls, document: JSON) -> Call:
        """Read what `to_json` gave, before or after a passage through JSON text."""
        memory = dict(document["memory"])
        self = cls(document["call"], document["pinned"], memory["since_ms"])
        self.interpreter = Interpreter.from_json(self.flow, document["interpreter"])
        self.now_ms = memory["since_ms"]
        self.act = act_from_json(document["act"]) if document["act"] else None
        operation: JSON = dict(document["operation"] or {})
        operation.pop("uncertain", None)  # of a session that an older deployment wrote down
        self.operation = Operation(**operation) if operation else None
        self.tones = ToneOrder.from_json(document["tones"])
        memory["state"] = State(memory["state"])
        for name in ("asked", "controls", "deadlines"):
            memory[name] = dict(memory[name])
        for name in ("former", "recordings", "journal", "path", "keys", "entry"):
            memory[name] = list(memory[name])
        memory["unjudged"] = list(memory.get("unjudged", ()))
        self.memory = Memory(**memory)
        return self
