"""What the inbox refuses. Trouble with storage itself is told in `storage.errors`.

InboxError
├── InboxClosed            the call is over and its payloads are gone; nothing was stored
├── NoSuchNotification     the call has no notification of that number, or no longer
└── CannotOpen             a sealed item was tampered with, or its key has been retired
"""

from __future__ import annotations


class InboxError(Exception):
    """Anything this room refuses."""


class InboxClosed(InboxError):
    """The call is over and recorded: what still comes for it is not stored."""


class NoSuchNotification(InboxError):
    """The call has no notification of that number, or its payloads were let go."""


class CannotOpen(InboxError):
    """A sealed item was tampered with or moved, or the key that sealed it is no longer among the callback keys."""
