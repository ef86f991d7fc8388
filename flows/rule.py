"""What a rule of the checker is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule. `what` a document must be like, `why`, and how to `mend` one that is not."""

    id: str
    level: Level
    what: str
    why: str
    mend: str


def error(id: str, what: str, why: str, mend: str) -> Rule:
    """A rule without which a document cannot be used, or a call would surely go wrong."""
    return Rule(id=id, level="error", what=what, why=why, mend=mend)


def warning(id: str, what: str, why: str, mend: str) -> Rule:
    """A rule without which callers would suffer."""
    return Rule(id=id, level="warning", what=what, why=why, mend=mend)
