"""Recordings that can be fetched for a while: each at its own address, with its own token."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A finished recording."""

    id: str
    call_id: str
    access_token: str
    wav: bytes


class Recordings:
    """What Graph still serves."""

    def __init__(self) -> None:
        self._recordings: dict[str, Recording] = {}

    def keep(self, call_id: str, wav: bytes) -> Recording:
        """Store a recording; returns it with a fresh id and token."""
        recording = Recording(id=uuid.uuid4().hex, call_id=call_id, access_token=secrets.token_urlsafe(32), wav=wav)
        self._recordings[recording.id] = recording
        return recording

    def get(self, recording_id: str) -> Recording | None:
        """The recording, unless it is discarded."""
        return self._recordings.get(recording_id)

    def discard(self, call_id: str) -> None:
        """Forget the recordings of a call."""
        self._recordings = {key: one for key, one in self._recordings.items() if one.call_id != call_id}

    def clear(self) -> None:
        """Forget everything."""
        self._recordings.clear()
