"""Every notification of a call stored once, numbered without a gap, and handed to its orchestration.

`Inbox` numbers, `Births` starts a call once, `Intents` keeps an action from being repeated; `inbox.delivery` plays
them together.
"""

from inbox.answers import Answers
from inbox.arrival import Arrival, Limit
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
from inbox.occupancy import Occupancy
from inbox.sealing import Sealer

__all__ = [
    "Answers",
    "Arrival",
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
    "Limit",
    "NoSuchCall",
    "NoSuchNotification",
    "Occupancy",
    "OtherTenant",
    "PlacedOtherwise",
    "Sealer",
    "Stored",
    "Watcher",
]
