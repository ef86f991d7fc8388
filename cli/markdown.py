"""What the generated pages of `docs/reference` are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown: its head, and a cell for each column of each row, which may hold bars and line ends."""

    def lines() -> Iterator[str]:
        names = list(head)
        yield "| " + " | ".join(names) + " |"
        yield "|" + "---|" * len(names)
        for row in rows:
            yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"

    return "\n".join(lines())
