"""One call: events in, commands out. `calls.table` has the theory of it and its states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from calls import (
    codes,
    declining,
    ending,
    judging,
    keys,
    opening,
    recordings,
)
from calls.call import Again, Call, Progress
from calls.commands import Command
from calls.deadlines import HANDLERS as DEADLINES
from calls.events import (
    Event,
    Key,
    TimedOut,
    TonePressed,
)
from calls.letting_go import let_go_of_answers
from calls.reading import parse
from calls.states import State
from calls.summary import summary
from calls.table import ACTS, TABLE
from calls.tones import Tone
from flows import acts
from flows.acts import Act

JSON = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# Acts that are done the moment they begin, one after another: beyond this the flow is going round in circles.
_MAX_INSTANT_ACTS = 100

_NEED_CALL = (
    *(acts.Play, acts.Listen, acts.Record, acts.Transfer, acts.Stay),
    *(acts.Fetch, acts.Run, acts.Queue, acts.Gather, acts.Invite, acts.Count),
)


class CallSession:
    """One call. `open` it with the notification that announced it, then tell it everything with `receive`."""

    def __init__(self, call: Call) -> None:
        """Use `open` or `from_json`."""
        self._call = call

    @classmethod
    def open(cls, identity: JSON, pinned: JSON, digest: JSON, now: datetime) -> tuple[CallSession, list[Command]]:
        """Begin a call: the session and its first commands.

        `identity`: `{"instance_id", "call_id", "tenant_id"}`, `call_id` null for a call that is to be placed; `pinned`:
        what the activity `pin_flow` returned; `digest`: of the `incomingCall` notification, or of the request to place
        a call (kind `place`); `now`: aware, as in `receive`.
        """
        call = Call(identity, pinned, _ms(now))
        opening.open_call(call, digest)
        self = cls(call)
        self._begin(call.interpreter.begin())
        return self, call.take_commands()

    def receive(self, event: Mapping[str, Any], now: datetime) -> list[Command]:
        """Tell the session one event; returns the commands to carry out, in their order.

        Raises `IllegalEvent`, with the session unchanged, when `event` is no event.
        """
        told = parse(event)
        call = self._call
        call.now_ms = _ms(now)
        call.memory.notifications += "n" in event
        if isinstance(told, TimedOut):
            self._time_out()
        elif isinstance(told, TonePressed):
            self._tone(told)
        else:
            self._tell(told)
        self._take_up()
        if call.memory.state is State.ENDING and not recordings.outstanding(call):
            ending.close(call)
        return call.take_commands()

    @property
    def deadline_at(self) -> datetime | None:
        """When to say `timed_out` at the latest: the earliest named deadline. None when nothing is waited for."""
        name = self._earliest()
        return None if name is None else _EPOCH + timedelta(milliseconds=self._deadline(name))

    @property
    def ended(self) -> bool:
        """Whether everything is done, the record included."""
        return self._call.memory.state is State.CLOSED

    def status(self) -> JSON:
        """What operators see as `customStatus`: under 1 KB, no keys, no personal data."""
        call, memory = self._call, self._call.memory
        status: JSON = {
            "state": memory.state.value,
            "node": call.interpreter.node,
            "flow": call.flow.id,
            "version": call.pinned["hash"][:12],
            "since": _iso(memory.since_ms),
            "started": _iso(memory.started_ms),
            "direction": memory.direction,
            "caller": memory.caller,
            "path": memory.path[-5:],
            "keys": memory.keys_pressed,
        }
        if memory.recordings:
            status["recordings"] = [each["status"] for each in memory.recordings[-5:]]
        if memory.transfer:
            status["transfer"] = memory.transfer["state"]
        if memory.outcome:
            status["outcome"], status["reason"] = memory.outcome, memory.reason
        return status

    @property
    def identity(self) -> JSON:
        """Which call it is; `call_id` is "" until Graph has named a call that we place."""
        return self._call.identity

    def summary(self) -> JSON:
        """What stays of the call; final once the session has ended."""
        return summary(self._call)

    def take_back(self, events: Iterable[JSON]) -> None:
        """Keep journal entries for the next command: the one that carried them could not write them."""
        self._call.take_back(events)

    def break_off(self, reason: str, now: datetime) -> tuple[JSON, list[JSON]]:
        """Give up on the session, after a fault of ours: the summary to record, and the journal not yet written.

        A call that was over already keeps its outcome: only its record was missing.
        """
        call, memory = self._call, self._call.memory
        if not memory.over:
            memory.outcome, memory.reason, memory.ended_ms = "failed", reason, _ms(now)
            call.now_ms = _ms(now)
            call.note("gave_up", reason=reason)
        return summary(call), call.take_journal()

    def to_json(self) -> JSON:
        """Give everything, so that the session can go on elsewhere."""
        return self._call.to_json()

    @classmethod
    def from_json(cls, document: JSON) -> CallSession:
        """Go on with what `to_json` gave."""
        return cls(Call.from_json(document))

    def _tell(self, event: Event) -> None:
        handler = TABLE[self._call.memory.state].get(type(event))
        if handler is not None:
            self._go_on(handler(self._call, event))

    def _go_on(self, progress: Progress) -> None:
        """Give the flow the result of its act, if there is one, and begin the next act; or the same one again."""
        call = self._call
        if isinstance(progress, Again):
            assert call.act is not None
            self._begin(call.act)
        elif progress is not None:
            self._begin(call.interpreter.resume(progress))

    def _begin(self, act: Act) -> None:
        call = self._call
        for _ in range(_MAX_INSTANT_ACTS):
            call.act = act
            call.drop_deadline("firstDigit", "interDigit", "stay", "hold")
            let_go_of_answers(call)
            if isinstance(act, _NEED_CALL) and not call.memory.established:
                declining.decline(call, "unanswered")
                return
            progress = ACTS[type(act)](call, act)
            if progress is None:
                return
            assert not isinstance(progress, Again), f"{type(act).__name__} ends before it has begun"
            act = call.interpreter.resume(progress)
        ending.give_up(call, "circles")

    def _tone(self, event: TonePressed) -> None:
        call = self._call
        key = event.tone if isinstance(event.tone, int) else codes.KEYS.get(event.tone)
        if key is None or Key not in TABLE[call.memory.state]:
            return
        at_ms = call.now_ms if event.at_ms is None else min(event.at_ms, call.now_ms)
        self._press(call.tones.arrive(event.sequence, key, at_ms, int(call.settings["tone_reorder_ms"])))

    def _press(self, pressed: list[Tone]) -> None:
        memory = self._call.memory
        for key in pressed:
            memory.keys_pressed += 1
            keys.wait(self._call, key)
        self._take_up()

    def _take_up(self) -> None:
        """Let the keys that wait count, sealed ones as far as nothing has to be asked about them first."""
        while (key := judging.next_key(self._call)) is not None:
            self._tell(Key(key=key))

    def _time_out(self) -> None:
        """Let every deadline that has come do its work, in the order of their times."""
        call = self._call
        while (name := self._earliest()) is not None and self._deadline(name) <= call.now_ms:
            if name == "toneReorder":
                self._press(call.tones.expire(call.now_ms))
            elif name in ("firstDigit", "interDigit") and call.tones.held:
                self._press(call.tones.flush())  # pressed before the time was up, though not yet in order
            else:
                del call.memory.deadlines[name]
                self._go_on(DEADLINES[name](call))

    def _earliest(self) -> str | None:
        deadlines = self._call.memory.deadlines
        name = min(deadlines, key=deadlines.__getitem__) if deadlines else None
        hold = self._hold()
        return "toneReorder" if hold is not None and (name is None or hold < deadlines[name]) else name

    def _deadline(self, name: str) -> int:
        hold = self._hold() if name == "toneReorder" else None
        return self._call.memory.deadlines[name] if hold is None else hold

    def _hold(self) -> int | None:
        return None if self._call.memory.over else self._call.tones.deadline_ms


def _ms(now: datetime) -> int:
    """Unix milliseconds of an aware datetime, exactly: a float would fire a deadline a moment too early."""
    return (now - _EPOCH) // _MILLISECOND


def _iso(ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="seconds").replace("+00:00", "Z")
