"""Keys that the session may not know: it holds the numbers of their notifications, and has them judged elsewhere.

A call in whose flow anything is `sensitive` gets its tones sealed (`inbox.tone_keys`). Whatever depends on which key it
was is asked of the activity `judge_keys`, one question at a time; keys that come meanwhile wait for the answer.

- An entry: is it complete, and what does its node make of it? (`entry`)
- A single key: is it the terminator or the stop key that is to be swallowed? (`key`)

An answer that comes when something else is at hand is not listened to; the keys are there still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from calls.call import Call
from calls.commands import JSON, Command
from calls.entries import Ended
from calls.events import Performed
from flows import acts

# Longer than the activity tries; a deadline that passes over an open question is asked again after so long.
PATIENCE_MS = 1_000
_ENDINGS = ("terminator", "maximum", "pause")


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeEntry(Command):
    """Say whether the keys are a whole entry of the node (as JSON, with its id), and what it comes to.

    `pause`: the caller has paused, which ends the entry too.
    """

    activity: ClassVar[str] = "judge_keys"
    keys: tuple[int, ...]
    node: JSON
    maximum: int
    terminators: str
    pause: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeKey(Command):
    """Say whether the only key is one of `among`."""

    activity: ClassVar[str] = "judge_keys"
    keys: tuple[int, ...]
    among: str


def sealed(keys: Sequence[str | int]) -> bool:
    """Whether these are keys that are not known here."""
    return any(isinstance(key, int) for key in keys)


def next_key(call: Call) -> str | int | None:
    """The next key that waits, if it may count: not while a question is open, nor before it is known to be no echo."""
    memory = call.memory
    while memory.judging is None and memory.unjudged:
        key = memory.unjudged[0]
        among = "" if memory.cleared or isinstance(key, str) else _echo(call)
        if among and isinstance(key, int):
            step = call.issue(JudgeKey, keys=(key,), among=among)
            memory.judging, memory.habit = {"step": step, "what": "key"}, ""
            return None
        memory.cleared = False
        del memory.unjudged[0]
        if isinstance(key, int) or not _out_of_habit(call, key):
            return key
    return None


def _out_of_habit(call: Call, key: str) -> bool:
    """Whether to swallow a key: a terminator after a full entry, or the echo of a stop key."""
    memory = call.memory
    swallow = key in memory.habit and call.now_ms <= memory.habit_until_ms
    memory.habit = ""
    return swallow


def ask(call: Call, act: acts.Listen, *, pause: bool = False) -> None:
    """Have the entry judged as far as it goes."""
    memory = call.memory
    if memory.judging is not None:
        return
    call.drop_deadline("firstDigit", "interDigit")
    node = call.interpreter.node or ""
    step = call.issue(
        JudgeEntry,
        keys=cast("tuple[int, ...]", (*memory.entry, *memory.keys)),
        node={"id": node, **call.pinned["flow"]["nodes"][node]},
        maximum=act.maximum,
        terminators=act.terminators,
        pause=pause,
    )
    memory.judging = {"step": step, "what": "entry"}


def forget(call: Call) -> None:
    """Listen to no answer any more: something else has begun."""
    call.memory.judging, call.memory.cleared, call.memory.verdict = None, False, None


def about_key(call: Call, event: Performed) -> None:
    """Swallow the key, or let it count."""
    memory, operation = call.memory, call.operation
    if (event.ok or {}).get("among") is not True:
        memory.cleared = True  # also when nobody could tell: better a key too many than one lost
        return
    memory.unjudged.pop(0)
    memory.habit = ""
    if operation is not None and operation.record:
        operation.stop_key = True


def about_entry(call: Call, event: Performed) -> Ended | None:
    """Take what was judged; how the entry ended, or None when more may come or nobody could judge (`entry_ended`)."""
    memory, ok = call.memory, event.ok or {}
    used, count, ended = ok.get("used"), ok.get("count"), ok.get("ended")
    call.drop_deadline("firstDigit")
    if used is None or count is None or ended not in (None, *_ENDINGS):
        memory.entry_ended = "failed"
        return None
    keys = [*memory.entry, *memory.keys]
    memory.entry, memory.keys = keys[:used], keys[used:]
    if ended is not None:
        memory.verdict = {"count": count, "outcome": ok.get("outcome"), "token": ok.get("token")}
    return ended


def _echo(call: Call) -> str:
    """The keys of which the next one is not to count: pressed out of habit, or heard by Graph already."""
    memory = call.memory
    if memory.habit and call.now_ms <= memory.habit_until_ms:
        return memory.habit
    recording = call.operation is not None and call.operation.record
    return call.act.stop_keys if recording and isinstance(call.act, acts.Record) else ""
