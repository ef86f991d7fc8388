"""Every notification of a call stored once, numbered without a gap, and handed to its orchestration.

`Inbox` numbers, `Births` starts a call once, `Intents` keeps an action from being repeated; `inbox.delivery` plays
them together.
"""

from inbox.birth import Birth, BoundElsewhere, Claim, OtherTenant, Watcher
from inbox.births import Births
from inbox.errors import (
    CannotOpen,
    InboxClosed,
    InboxError,
    KeyDestroyed,
    NoSuchCall,
    NoSuchNotification,
    PlacedOtherwise,
)
from inbox.inbox import Inbox, Stored
from inbox.intents import Begun, Intents
from inbox.sealing import Sealer

__all__ = [
    "Begun",
    "Birth",
    "Births",
    "BoundElsewhere",
    "CannotOpen",
    "Claim",
    "Inbox",
    "InboxClosed",
    "InboxError",
    "Intents",
    "KeyDestroyed",
    "NoSuchCall",
    "NoSuchNotification",
    "OtherTenant",
    "PlacedOtherwise",
    "Sealer",
    "Stored",
    "Watcher",
]
