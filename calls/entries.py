"""When keys make an entry, and what it comes to; the same for keys in the clear and for keys that an activity opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flows.kinds import KINDS
from flows.kinds.asking import Asking
from flows.parameters import fields_from_json

JSON = dict[str, Any]
Ended = Literal["terminator", "maximum", "pause"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """How far the keys got."""

    #: Without the terminator.
    entry: str
    #: How many of the keys are spent on it.
    used: int
    #: None: more may come.
    ended: Ended | None
    #: Whether the caller may still press a terminator, out of habit.
    expects: bool = False


def take(keys: Sequence[str], *, maximum: int, terminators: str) -> Taken:
    """Take keys, from the first of an entry on, until it is complete."""
    entry = ""
    for used, key in enumerate(keys, start=1):
        if key in terminators:
            return Taken(entry=entry, used=used, ended="terminator")
        entry += key
        if len(entry) == maximum:
            out_of_habit = keys[used : used + 1] and keys[used] in terminators
            return Taken(entry=entry, used=used + bool(out_of_habit), ended="maximum", expects=used == len(keys))
    return Taken(entry=entry, used=len(keys), ended=None)


def judge(keys: Sequence[str], *, node: JSON, maximum: int, terminators: str, pause: bool) -> tuple[JSON, str]:
    """What may be told of an entry whose keys may not, and the entry itself.

    Args:
        keys: from the first of the entry on.
        node: the node that asks: its `id`, and as `Flow.to_json` gives it.
        maximum: of the entry.
        terminators: keys that end it.
        pause: whether the caller has paused, which ends it too.

    The answer is `{"used", "count", "ended", "expects", "outcome"}`; `outcome` is null as long as `ended` is.
    """
    taken = take(keys, maximum=maximum, terminators=terminators)
    ended = taken.ended or ("pause" if pause else None)
    answer = {"used": taken.used, "count": len(taken.entry), "ended": ended, "expects": taken.expects}
    return {**answer, "outcome": _asking(node).judge(taken.entry) if ended else None}, taken.entry


def _asking(document: JSON) -> Asking:
    kind = KINDS[document["kind"]]
    node = kind(id=document["id"], targets=document["targets"], **fields_from_json(kind, document))
    assert isinstance(node, Asking)
    return node
