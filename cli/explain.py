"""What result codes mean: found in any text, explained from `cli/result_codes.yaml`.

Text may be a saved log, a notification, a record of a call or an error of Graph: whatever holds `500#7112`,
`410/301005`, a code beside a subcode, or a message that is known.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_name("result_codes.yaml")

_SEPARATED = re.compile(r"(?<![\w./#-])(\d{1,3})[#/](0|\d{4,7})(?![\w/-])")
_CODE_FIRST = re.compile(r"\bcode\W{1,4}(\d{1,3})\b[^{}\n]{0,40}?\bsubcode\W{1,4}(\d{1,7})\b", re.IGNORECASE)
_SUBCODE_FIRST = re.compile(r"\bsubcode\W{1,4}(\d{1,7})\b[^{}\n]{0,40}?\bcode\W{1,4}(\d{1,3})\b", re.IGNORECASE)
_REFUSED = re.compile(r"refused with (\d{3}): (\d{4,5})\b")
_ERROR_CODE = re.compile(r'"code"\s*:\s*"(\d{4,5})"')


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What one code means."""

    #: None: beside any code.
    code: int | None
    subcode: int | None
    #: Part of a message, for what has no number.
    words: str | None
    cause: str
    fix: str
    source: str
    #: `published`, `same back end` or `reported`.
    confidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A code that a text holds, and what it means; None where nobody has said so."""

    code: int | None
    subcode: int | None
    row: Row | None

    @property
    def name(self) -> str:
        """As people write it."""
        if self.row is not None and self.row.words:
            return self.row.words
        return f"{self.code}/{self.subcode}" if self.code is not None else str(self.subcode)


@functools.cache
def rows() -> tuple[Row, ...]:
    """The whole table."""
    document: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    sources = document["sources"]
    return tuple(
        Row(
            code=each.get("code"),
            subcode=each.get("subcode"),
            words=each.get("words"),
            cause=each["cause"],
            fix=each["fix"],
            source=sources[each["source"]]["url"],
            confidence=sources[each["source"]]["confidence"],
        )
        for each in document["rows"]
    )


def meaning(code: int | None, subcode: int | None) -> Row | None:
    """The row of a pair; else the row of its subcode beside any code."""
    pairs = {(row.code, row.subcode): row for row in rows() if row.words is None}
    return pairs.get((code, subcode)) or pairs.get((None, subcode))


def explained(text: str) -> list[Seen]:
    """Every code and known message in a text, each once, in the order of the text."""
    plain = text.replace("\\", "")  # JSON within JSON
    found: dict[tuple[int, int | None, int | None, str | None], Seen] = {}
    for pattern, swapped in ((_SEPARATED, False), (_CODE_FIRST, False), (_SUBCODE_FIRST, True), (_REFUSED, False)):
        for match in pattern.finditer(plain):
            code, subcode = (int(match[2]), int(match[1])) if swapped else (int(match[1]), int(match[2]))
            seen = Seen(code=code, subcode=subcode, row=meaning(code, subcode))
            found[match.start(), code, subcode, None] = seen
    for match in _ERROR_CODE.finditer(plain):
        subcode = int(match[1])
        found[match.start(), None, subcode, None] = Seen(code=None, subcode=subcode, row=meaning(None, subcode))
    for row in rows():
        if row.words and (at := re.search(rf"{re.escape(row.words)}(?!\d)", plain)):
            found[at.start(), None, None, row.words] = Seen(code=None, subcode=None, row=row)
    once: dict[str, Seen] = {}
    for _, seen in sorted(found.items(), key=lambda item: item[0][0]):
        once.setdefault(seen.name, seen)
    return list(once.values())


def told(seen: Seen) -> dict[str, Any]:
    """For machines."""
    row = seen.row
    known = {"cause": row.cause, "fix": row.fix, "source": row.source, "confidence": row.confidence} if row else {}
    return {"code": seen.code, "subcode": seen.subcode, "name": seen.name, "known": row is not None, **known}


def line(seen: Seen) -> str:
    """For people."""
    if seen.row is None:
        return f"{seen.name}: nobody has published what it means. Keep call id and time, and ask Microsoft."
    return f"{seen.name}: {seen.row.cause}\n    {seen.row.fix}\n    {seen.row.source} ({seen.row.confidence})"
