"""The state machine of one call, without I/O, clock or Azure.

Theory
------
A session is told events, one at a time, and answers with commands. Each command becomes one activity, whose return is
the event `performed`. Between two events the session is JSON. Time comes in with each event; `deadline_at` says when to
say `timed_out` if nothing else happens first.

*Two machines.* The flow (`flows.interpreter`) knows what should happen: it asks for one act (answer, play, listen,
record, transfer, hang up) and waits for its result. The session knows how that is done with Graph, where every act is a
request, a later notification, and a number of ways to go wrong. Its states are the stages of the act at hand; a handler
that finds the act done returns the result, and the flow's next act begins at once.

*Rules.*

1. One media operation at a time. Graph queues operations, but what is queued cannot be taken back one by one, and a
   caller who presses a key must not hear what was queued for another answer.
2. Everything is matched by step. An operation is ours when its client context names the step of the operation in
   flight, or its id is the one that Graph gave it. Anything else that ends is an old story. The end may be told before
   the request has returned; then the return says nothing new.
3. Notifications overtake one another, so a call never goes back from established. The flow begins only at established
   *and* audio active (earlier, prompts fail), and begins once, however often that is told.
4. Keys are heard from the moment of the answer: tones are subscribed before the first prompt, put in order
   (`calls.tones`), and buffered until somebody wants them. The key that interrupts a prompt counts.
5. Every wait has a deadline of its own (`calls.deadlines`), absolute, moved by nothing but its own act.
6. `ended` is the end in every state. The error `gone`, and an operation that ends as one does with its call, announce
   it (`calls.cut_off`). What the caller left behind (a recording) is waited for, briefly, and then `close_call` is the
   last command, exactly once; when it has returned the session has `ended`.
7. What has no row in `TABLE` is ignored by rule, and changes nothing. What is no event at all raises `IllegalEvent`,
   and changes nothing either.

States
------
`ringing` (nothing decided) -> `answering` -> `subscribing` -> the flow's acts: `playing`, `interrupting` (a key came,
the cancelled prompt has not ended), `listening`, `recording`, `transferring`; or `cut_off` (it seems to be over) ->
`hanging_up` -> `ending` (over, but a recording is still on its way) -> `closing` -> `closed`. `declining`: rejected or
redirected without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from calls import codes, lifetime, media, recordings, transfers
from calls.call import Call
from calls.commands import Command
from calls.deadlines import HANDLERS as DEADLINES
from calls.events import (
    CallChanged,
    Ended,
    Event,
    Key,
    OperationEnded,
    Performed,
    RecordingSettled,
    TimedOut,
    TonePressed,
    parse,
)
from calls.performed import closed, performed
from calls.states import State
from flows import acts
from flows.acts import Act, Result

JSON = dict[str, Any]
Handler = Callable[[Call, Any], Result | None]
Row = dict[type[Event], Handler]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# Acts that are done the moment they begin, one after another: beyond this the flow is going round in circles.
_MAX_INSTANT_ACTS = 100

_ANY: Row = {
    CallChanged: lifetime.observe,
    Key: media.keep_key,
    OperationEnded: media.operation_ended,
    RecordingSettled: recordings.settled,
    Performed: performed,
    Ended: lifetime.ended,
}

TABLE: dict[State, Row] = {
    State.RINGING: {**_ANY},
    State.DECLINING: {**_ANY},
    State.ANSWERING: {**_ANY, CallChanged: lifetime.while_answering},
    State.SUBSCRIBING: {**_ANY},
    State.PLAYING: {**_ANY, Key: media.key_while_playing},
    State.INTERRUPTING: {**_ANY, Key: media.key_while_interrupting},
    State.LISTENING: {**_ANY, Key: media.key_while_listening},
    State.RECORDING: {**_ANY, Key: media.key_while_recording},
    State.TRANSFERRING: {**_ANY, CallChanged: transfers.while_transferring},
    State.CUT_OFF: {**_ANY},
    State.HANGING_UP: {**_ANY},
    State.ENDING: {
        OperationEnded: media.operation_ended,
        RecordingSettled: recordings.settled,
        Performed: performed,
    },
    State.CLOSING: {Performed: closed},
    State.CLOSED: {},
}

ACTS: dict[type[Act], Callable[[Call, Any], Result | None]] = {
    acts.Answer: lifetime.answer,
    acts.Reject: lifetime.reject,
    acts.Redirect: lifetime.redirect,
    acts.Play: media.play,
    acts.Listen: media.listen,
    acts.Record: media.record,
    acts.Transfer: transfers.transfer,
    acts.HangUp: lifetime.hang_up,
}

_NEED_CALL = (acts.Play, acts.Listen, acts.Record, acts.Transfer)


class CallSession:
    """One call. `open` it with the notification that announced it, then tell it everything with `receive`."""

    def __init__(self, call: Call) -> None:
        """Use `open` or `from_json`."""
        self._call = call

    @classmethod
    def open(cls, identity: JSON, pinned: JSON, digest: JSON, now: datetime) -> tuple[CallSession, list[Command]]:
        """Begin a call: the session and its first commands.

        `identity`: `{"instance_id", "call_id", "tenant_id"}`; `pinned`: what the activity `pin_flow` returned;
        `digest`: that of the `incomingCall` notification; `now`: aware, as in `receive`.
        """
        call = Call(identity, pinned, _ms(now))
        memory = call.memory
        memory.caller, memory.called = str(digest.get("caller", "unknown")), str(digest.get("called", "unknown"))
        call.interpreter.set_variable("caller", memory.caller)
        call.note("incoming", caller=memory.caller, called=memory.called, flow=call.flow.id, hash=pinned["hash"])
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
        if isinstance(told, TimedOut):
            self._time_out()
        elif isinstance(told, TonePressed):
            self._tone(told)
        else:
            self._tell(told)
        if call.memory.state is State.ENDING and not recordings.outstanding(call):
            lifetime.close(call)
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

    def summary(self) -> JSON:
        """What stays of the call; final once the session has ended."""
        return lifetime.summary(self._call)

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
        return lifetime.summary(call), call.take_journal()

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

    def _go_on(self, result: Result | None) -> None:
        """Give the flow the result of its act, if there is one, and begin the next act."""
        if result is not None:
            self._begin(self._call.interpreter.resume(result))

    def _begin(self, act: Act) -> None:
        call = self._call
        for _ in range(_MAX_INSTANT_ACTS):
            call.act = act
            call.drop_deadline("firstDigit", "interDigit")
            if isinstance(act, _NEED_CALL) and not call.memory.established:
                lifetime.decline(call, "unanswered")
                return
            result = ACTS[type(act)](call, act)
            if result is None:
                return
            act = call.interpreter.resume(result)
        lifetime.give_up(call, "circles")

    def _tone(self, event: TonePressed) -> None:
        call = self._call
        key = codes.KEYS.get(event.tone)
        if key is None or Key not in TABLE[call.memory.state]:
            return
        at_ms = call.now_ms if event.at_ms is None else min(event.at_ms, call.now_ms)
        self._press(call.tones.arrive(event.sequence, key, at_ms, int(call.settings["tone_reorder_ms"])))

    def _press(self, keys: list[str]) -> None:
        memory = self._call.memory
        for key in keys:
            memory.keys_pressed += 1
            if not media.out_of_habit(self._call, key):
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
