"""The function app's side of media workers: which there are, which one takes a call, and what it is told.

Nothing asks for it yet: no webhook, no flow node and no activity. The workers themselves are the room `media_worker`.
"""

from media.allocation import Allocated, Allocation, NoWorker
from media.control import ControlFailed, WorkerControl
from media.registry import LEASE_S, Registry, WorkerRow

__all__ = [
    "LEASE_S",
    "Allocated",
    "Allocation",
    "ControlFailed",
    "NoWorker",
    "Registry",
    "WorkerControl",
    "WorkerRow",
]
