"""`dial`: send the answered call to a number that comes up in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from flows import acts, expressions
from flows.kinds.sending import Sending
from flows.nodes import Frame, Outcome
from flows.parameters import parameter
from flows.shapes import Formula, Items, Prefix
from flows.targets import PHONE_NUMBER


@dataclass(frozen=True, kw_only=True)
class Dial(Sending):
    """Transfers to a number that an expression gives, such as `'+44' + part(entry, 2, 10)` of what the caller entered.

    Whatever does not begin with one of the prefixes under `allow`, or is no number, is not dialled.
    """

    KIND: ClassVar[str] = "dial"
    OUTCOMES: ClassVar[tuple[Outcome, ...]] = (Outcome("notAllowed"), *Sending.SENT)

    number: str = parameter("number", Formula(), "an expression that gives a number in the form +442071234567")
    allow: tuple[str, ...] = parameter(
        "allow",
        Items(Prefix(), 1, 100),
        "prefixes that may be dialled, such as +4420",
        missing="dial-without-allow-list",
    )

    @property
    def numbers(self) -> tuple[str, ...]:
        """How what it dials may begin."""
        return self.allow

    def whom(self, frame: Frame) -> acts.Target | None:
        """The number, if it is one that may be dialled."""
        number = expressions.parse(self.number).value(frame.variables)
        if not isinstance(number, str) or not re.fullmatch(PHONE_NUMBER, number) or not number.startswith(self.allow):
            return None
        return acts.Target(kind="phone", id=number)
