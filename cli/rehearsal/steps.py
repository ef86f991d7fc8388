"""What somebody else does to a call: one step for each point at which the call waits for them.

- hears: main-menu        # which prompt, if it matters: steps before it are waited for
  press: "12#"            # keys, the first one `after` so long
- hears: main-menu
  does: silence           # nothing: or hang-up, fail (Graph does not do as asked)
- says: 30s               # into a recording; 0s is nothing
- transfer: completed     # or noAnswer, declined, failed
- does: release           # somebody ends a wait
- http: ok                # what a service, or a function, answers; or refused, failed, timeout
  reads: {known: true}    # and what the flow reads of it, by variable; the others are null
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from flows.expressions import Value
from flows.parameters import parameter, parameters
from flows.problems import Problems, Unreadable
from flows.shapes import KEYS, Constant, Duration, Locale, Mention, PromptName, Shape, Table, Variable, Word
from flows.shapes.shape import raw_text
from flows.source import Located
from flows.spoken import in_language, split

SILENCE, HANG_UP, FAIL, RELEASE = "silence", "hang-up", "fail", "release"
TRANSFERS = ("completed", "noAnswer", "declined", "failed")
FETCHED = ("ok", "refused", "failed", "timeout")
NOT_SAID = -1


class Spoken(PromptName):
    """A prompt, in the call's own language, or in one that is said: `fr-FR/greeting`."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a prompt id, with or without a locale before it."""
        locale, name = split(source.raw or "")
        if locale is None:
            return super().read(source, problems)
        Locale().read(replace(source, raw=locale), problems)
        return in_language(locale, super().read(replace(source, raw=name), problems))


class _Typed(Shape[str]):
    """Keys as they are typed, some more than once."""

    def read(self, source: Located, problems: Problems) -> str:
        raw = raw_text(source, problems).upper()
        if not 0 < len(raw) <= 64 or not set(raw) <= set(KEYS):
            raise problems.refuse(source.place, f"'{raw[:20]}' is not 1 to 64 keys of {KEYS}; quote them")
        return raw


class _Read(Variable):
    """A variable that an answer is read into."""

    def mentions(self, value: str) -> Iterable[Mention]:
        return (Mention(kind="uses", name=value),)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that somebody else does. An empty one lets happen what happens by itself."""

    hears: str = parameter("hears", Spoken(), "done while this prompt plays", default="")
    press: str = parameter("press", _Typed(), "keys that the caller presses", default="")
    after_ms: int = parameter("after", Duration(0, 3_600_000), "how long after the prompt began", default=500)
    every_ms: int = parameter("every", Duration(10, 60_000), "the time between two keys", default=150)
    does: str = parameter("does", Word((SILENCE, HANG_UP, FAIL, RELEASE), "deed"), "what else is done", default="")
    says_ms: int = parameter("says", Duration(0, 3_600_000), "how long the caller speaks", default=NOT_SAID)
    transfer: str = parameter("transfer", Word(TRANSFERS, "end of a transfer"), "how a transfer goes", default="")
    http: str = parameter("http", Word(FETCHED, "answer of a service"), "how a service answers", default="")
    reads: dict[str, Value] = parameter(
        "reads", Table(_Read(), Constant(), most=20), "what the flow reads of an answer", default={}
    )

    def __str__(self) -> str:
        said = {each.key: getattr(self, each.name) for each in parameters(Step) if self._differs(each.name)}
        return ", ".join(f"{key} {_in_words(key, value)}" for key, value in said.items()) or "waits"

    def _differs(self, name: str) -> bool:
        return getattr(self, name) != getattr(WAITS, name)


def _in_words(key: str, value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={read}" for name, read in cast("dict[str, Value]", value).items())
    return f"{value / 1000:g}s" if isinstance(value, int) else str(value)


WAITS = Step()


def check_step(step: Step, source: Located, problems: Problems) -> None:
    """Refuse a step in which two things are done at once. Raises `Unreadable`."""
    # A key may end what is said.
    deeds = [bool(step.press) or step.says_ms != NOT_SAID, bool(step.does), bool(step.transfer), bool(step.http)]
    if sum(deeds) > 1:
        raise problems.refuse(source.place, "a step does one thing: press, does, says, transfer or http")
    if step.reads and step.http != "ok":
        raise problems.refuse(source.place, "only of an answer with 'http: ok' is anything read")
    if not any(deeds):
        raise problems.refuse(source.place, "a step does something: press, does, says, transfer or http")


__all__ = [
    "FAIL",
    "FETCHED",
    "HANG_UP",
    "RELEASE",
    "SILENCE",
    "TRANSFERS",
    "WAITS",
    "Spoken",
    "Step",
    "Unreadable",
    "check_step",
]
