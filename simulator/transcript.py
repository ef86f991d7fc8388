"""What happened on a call, in order: everything notified, asked, heard, pressed and said.

An entry is a JSON object: `at` (Unix seconds), `what`, and what that kind of entry has:

| what | has |
|---|---|
| `state` | `state`, `audio`, `why` |
| `notification` | `kind`, `state`, `body`, `url`, `attempts` (HTTP status or error of each), `fault`, `message_id`, |
| | `reply` (what a 200 said) |
| `request` | `action`, `method`, `path`, `body`, `status`, `code` (of an error) |
| `fault` | `action`, `fault`: a request that something was done to |
| `prompt` | `uri`, `resource_id`, `sha256`, `duration_ms`, `heard_ms`, `ended_at`, `cut_short_by`, |
| | `operation_id`, `client_context` |
| `fetch` | `uri`, `problem`: a prompt that could not be used |
| `recording` | `operation_id`, `state` (listening, ended), `reason`, `recorded_ms` |
| `tone` | `tone`, `heard_by` (bot, recording, nobody) |
| `sent_tone` | `tone`, `operation_id`: a key that the bot presses |
| `speech` | `duration_ms`: the caller starts to say something |
| `far_end` | `does`: answers, hangs_up, declines... and who |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Entry = dict[str, Any]
Watcher = Callable[[str, Entry], object]


class Transcript:
    """The entries of one call. An entry may still be filled in after it was added (a prompt that goes on, a POST)."""

    def __init__(self, call_id: str, now: Callable[[], float], watchers: list[Watcher]) -> None:
        self._call_id = call_id
        self._now = now
        self._watchers = watchers
        #: Watch this call only.
        self.watchers: list[Watcher] = []
        self.entries: list[Entry] = []

    def add(self, what: str, **fields: Any) -> Entry:
        """Write an entry down and tell whoever watches."""
        entry: Entry = {"at": self._now(), "what": what, **fields}
        self.entries.append(entry)
        self.tell(entry)
        return entry

    def tell(self, entry: Entry) -> None:
        """Show an entry, new or changed, to the watchers."""
        for watcher in (*self._watchers, *self.watchers):
            watcher(self._call_id, entry)

    def of(self, what: str) -> list[Entry]:
        """The entries of one kind."""
        return [entry for entry in self.entries if entry["what"] == what]
