"""Everything a bot ever writes, kept: every row and blob, the whole task hub, every log line."""

from __future__ import annotations

import base64
import logging
import re
import sqlite3
from collections.abc import AsyncIterable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inbox import CannotOpen, Sealer
from inbox.tone_keys import KEY_ROW
from localhost.memory_storage import MemoryBlobs, MemoryStorage, MemoryTable
from storage import Change, Delete, WrittenBlob


@dataclass(frozen=True, kw_only=True)
class Written:
    """One row as it was once written, or one blob (without a row)."""

    partition: str
    row: str
    values: Mapping[str, Any]


class WatchedTable(MemoryTable):
    """Remembers what was overwritten and deleted, too."""

    def __init__(self, log: list[Written]) -> None:
        super().__init__()
        self._log = log

    def _apply(self, partition: str, change: Change) -> str | None:
        if not isinstance(change, Delete):
            self._log.append(Written(partition=partition, row=change.row, values=dict(change.values)))
        return super()._apply(partition, change)


class WatchedBlobs(MemoryBlobs):
    """The same of blobs."""

    def __init__(self, log: list[Written]) -> None:
        super().__init__()
        self._log = log

    async def write_once(
        self,
        name: str,
        chunks: AsyncIterable[bytes],
        metadata: Mapping[str, str] | None = None,
        *,
        content_type: str = "application/octet-stream",
        limit: int,
    ) -> WrittenBlob:
        written = await super().write_once(name, chunks, metadata, content_type=content_type, limit=limit)
        facts = {**written.metadata, "content": self._blobs[name][1]}
        self._log.append(Written(partition=name, row="", values=facts))
        return written


class WatchedStorage(MemoryStorage):
    """An account whose past is known."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[Written] = []

    def table(self, name: str) -> MemoryTable:
        return self.tables.setdefault(name, WatchedTable(self.written))

    def blobs(self, container: str) -> MemoryBlobs:
        return self.containers.setdefault(container, WatchedBlobs(self.written))


class Logged(logging.Handler):
    """Every line that anybody logs, at every level, as it is formatted."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("simulator", "hypothesis")):  # the far end is not ours
            self.lines.append(self.format(record))


@dataclass(kw_only=True)
class Corpus:
    """What somebody would have who got hold of everything."""

    texts: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])

    def add(self, where: str, *texts: bytes | str) -> None:
        found = self.texts.setdefault(where, [])
        found.extend(text.encode() if isinstance(text, str) else text for text in texts)

    def add_storage(self, written: Iterable[Written], callback_key: str) -> None:
        """All rows and blobs but the keys of calls; whatever the callback keys open is opened."""
        sealer = Sealer([callback_key])
        for each in written:
            if each.row == KEY_ROW:
                continue
            self.add("storage", f"{each.partition} {each.row}")
            for name, value in each.values.items():
                self.add("storage", f"{name}=", value if isinstance(value, bytes) else str(value))
                if isinstance(value, bytes):
                    for place in (each.row, each.partition):
                        try:
                            self.add("opened", sealer.open(value, each.partition.partition("/")[0], place))
                        except CannotOpen:
                            continue

    def add_task_hub(self, database: Path) -> None:
        """The file itself, and every value in it."""
        with sqlite3.connect(database) as hub:
            self.add("history", *hub.iterdump())
        hub.close()
        for file in database.parent.glob(f"{database.name}*"):
            self.add("history file", file.read_bytes())

    def hits(self, needle: bytes) -> list[str]:
        """Where a sequence of bytes is."""
        return [where for where, text in self._whole().items() if needle in text]

    def tones(self) -> list[str]:
        """Where any key of a phone is named as Graph names it.

        Not the letters A to D, which nobody presses here: three bytes such as `"a"` come up in ciphertext by chance.
        """
        names = re.compile(rb'\btone[0-9]\b|"(?:star|pound|flash)"')
        return [where for where, text in self._whole().items() if names.search(text)]

    def _whole(self) -> dict[str, bytes]:
        return {where: b"\n".join(texts) for where, texts in self.texts.items()}


def disguises(digits: str) -> Iterator[bytes]:
    """A sequence of digits, and what it becomes in base64 at every offset, in hexadecimal, in an address."""
    plain = digits.encode()
    yield plain
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + plain)
        yield encoded[(0, 2, 3)[offset] : len(encoded) - 4]
    yield plain.hex().encode()
    yield "".join(f"%{byte:02x}" for byte in plain).encode()
    yield ",".join(digits).encode()
    yield ", ".join(f'"{digit}"' for digit in digits).encode()
