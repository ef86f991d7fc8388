"""Tables as CSV (RFC 4180) that spreadsheets open and do not run.

A text that a spreadsheet would take for a formula gets an apostrophe in front. Names of customers come from routes, and
somebody else may have written them. Source: https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """The columns of the rows, with a header, in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    """Numbers stay numbers, negative ones too; None is an empty cell."""
    if not isinstance(value, str):
        return value
    # Blanks and marks before a formula do not keep every spreadsheet from taking it for one.
    begins = value.lstrip(" \u00a0\ufeff")
    return f"'{value}" if begins.startswith(_BEGIN_FORMULAS) or value[:1] in _BEGIN_FORMULAS else value
