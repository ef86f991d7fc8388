"""All SQL of the task hub, in one place.

One SQLite file holds what the extension keeps in queues and tables: instances, histories, control messages (a due time
makes one a timer), activities, entities. Whatever was acknowledged is in it: a file is written with WAL and
`synchronous=FULL`, and each call of `transaction` is one commit. The file belongs to one host at a time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localhost.history import Event, dumps

LIVE = frozenset({"Pending", "Running", "ContinuedAsNew", "Suspended"})

_SCHEMA = """
CREATE TABLE IF NOT EXISTS instances (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, execution TEXT NOT NULL, status TEXT NOT NULL,
    custom_status TEXT, input TEXT, output TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL,
    parent TEXT, parent_execution TEXT, parent_task INTEGER);
CREATE TABLE IF NOT EXISTS history (
    instance TEXT, execution TEXT, position INTEGER, event TEXT NOT NULL,
    PRIMARY KEY (instance, execution, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT, due INTEGER NOT NULL,
    event TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS messages_of_instance ON messages (instance, due, id);
CREATE TABLE IF NOT EXISTS activities (
    id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT NOT NULL, task INTEGER NOT NULL,
    name TEXT NOT NULL, input TEXT NOT NULL, due INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entities (id TEXT PRIMARY KEY, state TEXT, present INTEGER NOT NULL);
"""


class DatabaseInUse(Exception):
    """Another host has the file open."""


class StoreClosed(Exception):
    """The host has stopped or was killed; nothing is committed any more."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A row of `instances`; times in microseconds since 1970, payloads as JSON text."""

    id: str
    name: str
    version: str
    execution: str
    status: str
    custom_status: str | None
    input: str | None
    output: str | None
    created: int
    updated: int
    parent: str | None
    parent_execution: str | None
    parent_task: int | None

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE


@dataclass(frozen=True, kw_only=True)
class Message:
    """A control message; one for a given execution is worthless to any other."""

    id: int
    execution: str | None
    due: int
    event: Event


@dataclass(frozen=True, kw_only=True)
class ActivityRow:
    """An activity that is to run, or is running."""

    id: int
    instance: str
    execution: str
    task: int
    name: str
    input: str
    due: int


class Store:
    """The task hub in one SQLite database."""

    def __init__(self, database: str | Path) -> None:
        """Open or create it; ":memory:" dies with the host.

        Raises:
            DatabaseInUse: another host has it open.
        """
        self.transactions = 0
        self._db: sqlite3.Connection | None = sqlite3.connect(database, isolation_level=None, timeout=0)
        synchronous = "OFF" if str(database) == ":memory:" else "FULL"
        try:
            self._db.executescript(
                f"PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};" + _SCHEMA
            )
        except sqlite3.OperationalError as error:
            self.close()
            if "locked" in str(error):
                raise DatabaseInUse(f"{database} is in use by another host.") from error
            raise

    def close(self) -> None:
        """Close the database; from now on everything raises StoreClosed. An open transaction is rolled back."""
        if self._db is not None:
            self._db.close()
            self._db = None

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._db is None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nothing inside may await."""
        db = self._open()
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")
        self.transactions += 1

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            raise StoreClosed("the host has stopped")
        return self._db

    def _rows(self, sql: str, *parameters: object) -> list[tuple]:
        return self._open().execute(sql, parameters).fetchall()

    # Instances ----------------------------------------------------------------------------------------------

    def instance(self, instance: str) -> Instance | None:
        """The instance, or None."""
        found = self._instances("WHERE id = ?", instance)
        return found[0] if found else None

    def instances(
        self,
        *,
        created_from: int | None = None,
        created_to: int | None = None,
        statuses: frozenset[str] = frozenset(),
        prefix: str = "",
    ) -> list[Instance]:
        """Those that match everything given, oldest first."""
        found = self._instances(
            "WHERE (?1 IS NULL OR created >= ?1) AND (?2 IS NULL OR created <= ?2) AND substr(id, 1, ?3) = ?4 "
            "ORDER BY created, rowid",
            created_from,
            created_to,
            len(prefix),
            prefix,
        )
        return [each for each in found if not statuses or each.status in statuses]

    def _instances(self, where: str, *parameters: object) -> list[Instance]:
        columns = tuple(Instance.__dataclass_fields__)
        rows = self._rows(f"SELECT {', '.join(columns)} FROM instances {where}", *parameters)
        return [Instance(**dict(zip(columns, row, strict=True))) for row in rows]

    def put_instance(self, row: Instance) -> None:
        """Insert or replace."""
        columns = tuple(Instance.__dataclass_fields__)
        self._open().execute(
            f"INSERT OR REPLACE INTO instances ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            [getattr(row, column) for column in columns],
        )

    def forget_instance(self, instance: str) -> None:
        """Delete everything about it."""
        self._open().execute("DELETE FROM instances WHERE id = ?", (instance,))
        self._open().execute("DELETE FROM history WHERE instance = ?", (instance,))
        self.drop_messages_of(instance)

    # History ------------------------------------------------------------------------------------------------

    def history(self, instance: str, execution: str) -> list[str]:
        """The events of one execution, each as JSON text."""
        rows = self._rows(
            "SELECT event FROM history WHERE instance = ? AND execution = ? ORDER BY position", instance, execution
        )
        return [text for (text,) in rows]

    def append_history(self, instance: str, execution: str, first: int, events: Iterable[str]) -> None:
        """Write events from position `first` on."""
        self._open().executemany(
            "INSERT INTO history VALUES (?, ?, ?, ?)",
            [(instance, execution, first + offset, text) for offset, text in enumerate(events)],
        )

    def drop_history(self, instance: str) -> None:
        """Delete the events of all its executions."""
        self._open().execute("DELETE FROM history WHERE instance = ?", (instance,))

    # Control messages ---------------------------------------------------------------------------------------

    def send(self, instance: str, event: Event, *, execution: str | None, due: int) -> None:
        """Put a message for the instance, invisible before `due`."""
        self._open().execute(
            "INSERT INTO messages (instance, execution, due, event) VALUES (?, ?, ?, ?)",
            (instance, execution, due, dumps(event)),
        )

    def due_messages(self, instance: str, now: int) -> list[Message]:
        """The visible messages, in the order in which they became visible."""
        rows = self._rows(
            "SELECT id, execution, due, event FROM messages WHERE instance = ? AND due <= ? ORDER BY due, id",
            instance,
            now,
        )
        return [Message(id=i, execution=x, due=d, event=json.loads(e)) for i, x, d, e in rows]

    def hide_messages(self, ids: list[int], until: int) -> None:
        """Make messages invisible until then."""
        self._open().executemany("UPDATE messages SET due = ? WHERE id = ?", [(until, i) for i in ids])

    def drop_messages(self, ids: list[int]) -> None:
        """Delete messages that were dealt with."""
        self._open().executemany("DELETE FROM messages WHERE id = ?", [(i,) for i in ids])

    def drop_messages_of(self, instance: str) -> None:
        """Delete every message for the instance."""
        self._open().execute("DELETE FROM messages WHERE instance = ?", (instance,))

    def awaited(self) -> list[tuple[str, int]]:
        """Who has messages, and when each is due."""
        return self._rows("SELECT DISTINCT instance, due FROM messages ORDER BY due, id")

    # Activities ---------------------------------------------------------------------------------------------

    def add_activity(self, *, instance: str, execution: str, task: int, name: str, input_json: str, due: int) -> int:
        """Queue an activity; its row's id."""
        cursor = self._open().execute(
            "INSERT INTO activities (instance, execution, task, name, input, due) VALUES (?, ?, ?, ?, ?, ?)",
            (instance, execution, task, name, input_json, due),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def activities(self) -> list[tuple[int, int]]:
        """Id and due time of each queued activity."""
        return self._rows("SELECT id, due FROM activities ORDER BY id")

    def activity(self, row_id: int) -> ActivityRow | None:
        """The queued activity, or None."""
        columns = tuple(ActivityRow.__dataclass_fields__)
        rows = self._rows(f"SELECT {', '.join(columns)} FROM activities WHERE id = ?", row_id)
        return ActivityRow(**dict(zip(columns, rows[0], strict=True))) if rows else None

    def hide_activity(self, row_id: int, until: int) -> None:
        """Make it invisible until then."""
        self._open().execute("UPDATE activities SET due = ? WHERE id = ?", (until, row_id))

    def drop_activity(self, row_id: int) -> None:
        """Delete an activity whose result is on its way."""
        self._open().execute("DELETE FROM activities WHERE id = ?", (row_id,))

    # Entities -----------------------------------------------------------------------------------------------

    def entity(self, entity: str) -> str | None:
        """The JSON state of the entity `@name@key`, or None where it does not exist."""
        rows = self._rows("SELECT state FROM entities WHERE id = ? AND present", entity)
        return rows[0][0] if rows else None

    def put_entity(self, entity: str, state: str | None, *, present: bool) -> None:
        """Write the state."""
        self._open().execute("INSERT OR REPLACE INTO entities VALUES (?, ?, ?)", (entity, state, present))
