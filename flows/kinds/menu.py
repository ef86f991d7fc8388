"""`menu`: one key chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flows import acts
from flows.kinds.asking import Asking
from flows.kinds.labels import Labelled, Labels, taken
from flows.nodes import AGAIN, REPEAT, Frame, Leave, Outcome, Step, unexpected
from flows.parameters import parameter
from flows.problems import Problems
from flows.shapes import Mention, Name, NodeName, OneKey, Shape, Table
from flows.source import Located


class _Choice(Shape[str]):
    """A node's name, or `@repeat` to hear the menu again."""

    def read(self, source: Located, problems: Problems) -> str:
        return REPEAT if source.raw == REPEAT else NodeName().read(source, problems)

    def renamed(self, value: str, rename: Callable[[str], str]) -> str:
        return value if value == REPEAT else rename(value)

    def mentions(self, value: str) -> Iterable[Mention]:
        return () if value == REPEAT else NodeName().mentions(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"const": REPEAT}, NodeName().schema()]}


@dataclass(frozen=True, kw_only=True)
class Option(Labelled):
    """Where a key leads. `label` names the choice in records instead of the key."""

    next: str = parameter("next", _Choice(), "the node that follows, or @repeat")
    label: str = parameter("label", Name("label"), "what records call this choice", default="")


class _OptionShape(Labels[Option]):
    """An option in full, or just its target."""

    def read(self, source: Located, problems: Problems) -> Option:
        if isinstance(source.value, dict):
            return super().read(source, problems)
        return Option(next=_Choice().read(source, problems))

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [_Choice().schema(), super().schema()]}


class _Options(Table[Option]):
    """Key -> option; two keys share a label only when they share the target."""

    def read(self, source: Located, problems: Problems) -> dict[str, Option]:
        options = super().read(source, problems)
        reserved = {outcome.name for outcome in Menu.OUTCOMES}
        at = taken(((option.outcome, option.next) for option in options.values()), reserved)
        if at is not None:
            key, option = list(options.items())[at]
            place = (source.keys or {}).get(key, source.place)
            if option.outcome in reserved:
                message = f"the label '{option.outcome}' is an outcome of every menu; add another"
            else:
                message = f"two options are called '{option.outcome}' but lead to different nodes"
            raise problems.refuse(place, message, "label-taken")
        return options


@dataclass(frozen=True, kw_only=True)
class Menu(Asking):
    """Waits for one key of `options`. Its outcomes are the options' labels, so that no record holds a key."""

    KIND: ClassVar[str] = "menu"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = Asking.MISSES
    NEXT: ClassVar[str | None] = None

    options: dict[str, Option] = parameter(
        "options",
        _Options(OneKey(), _OptionShape(Option), least=1, most=16),
        "which key leads where",
    )

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """One outcome per choice, and the common ones."""
        choices = {option.outcome: option.next for option in self.options.values()}
        return (*(Outcome(name, AGAIN if to == REPEAT else to) for name, to in choices.items()), *self.OUTCOMES)

    @property
    def own_targets(self) -> Mapping[str, str]:
        """What the options say, and `on`."""
        choices = {option.outcome: option.next for option in self.options.values() if option.next != REPEAT}
        return {**choices, **self.targets}

    def listen(self, frame: Frame, prompts: tuple[str, ...]) -> acts.Listen:
        """Ask for one key."""
        return acts.Listen(
            prompts=prompts,
            barge_in=self.barge_in,
            flush=self.flush_buffer,
            maximum=1,
            terminators="",
            first_digit_ms=self.first_digit_ms,
            inter_digit_ms=self.first_digit_ms,
        )

    def resume(self, frame: Frame, result: acts.Result) -> Step:
        """Follow the option, or count the miss."""
        if isinstance(result, acts.Silence):
            return self.missed(frame, "noInput")
        if not isinstance(result, acts.Collected | acts.Judged):
            return unexpected(result)
        outcome = self.judge(result.digits) if isinstance(result, acts.Collected) else result.outcome
        if outcome is None:
            return self.missed(frame, "noMatch")
        if any(each.outcome == outcome and each.next == REPEAT for each in self.options.values()):
            frame.note("outcome", outcome=outcome)
            return self.listen(frame, self.prompts)
        return Leave(outcome)

    def judge(self, digits: str) -> str | None:
        """The label of the option."""
        option = self.options.get(digits)
        return None if option is None else option.outcome
