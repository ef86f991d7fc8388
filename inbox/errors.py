"""What the inbox refuses. Trouble with storage itself is told in `storage.errors`.

InboxError
├── InboxClosed            the call is over and its payloads are gone; nothing was stored
├── NoSuchCall             no call of that id was ever claimed, or it was purged
├── NoSuchNotification     the call has no notification of that number, or no longer
├── PlacedOtherwise        the same request id asked for another call before
├── KeyDestroyed           the call is over, and its tones can be read by nobody any more
└── CannotOpen             a sealed item was tampered with, or its key has been retired
"""

from __future__ import annotations


class InboxError(Exception):
    """Anything this room refuses."""


class InboxClosed(InboxError):
    """The call is over and recorded: what still comes for it is not stored."""


class NoSuchCall(InboxError):
    """No call of that id was ever claimed, or it was purged."""


class NoSuchNotification(InboxError):
    """The call has no notification of that number, or its payloads were let go."""


class CannotOpen(InboxError):
    """A sealed item was tampered with or moved, or the key that sealed it is no longer among the callback keys."""


class PlacedOtherwise(InboxError):
    """A call was asked for with the same request id before, but not the same call."""


class KeyDestroyed(InboxError):
    """The key of a call's tones went with the call, or the call never had one."""
