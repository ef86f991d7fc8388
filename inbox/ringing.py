"""What this process has done about the calls that ring, kept in mind: the truth when storage is slow or away.

A call that rings is claimed, started and, by most flows, answered at once. Whoever has to decide in a hurry whether it
may still be sent elsewhere needs no storage to know what was done here.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

_MOST = 2000


@dataclass(kw_only=True)
class Deeds:
    """What was done about one call."""

    #: When it was claimed here (Unix seconds, as its birth says it), or 0.
    claimed_at: float = 0.0
    #: Whether its orchestration may have been started from here.
    starting: bool = False
    #: Whether Graph may have been asked to answer it.
    asked: bool = False
    #: Whether it was sent elsewhere.
    sent_away: bool = False


class Ringing:
    """The deeds of this process; those about the latest calls are remembered."""

    def __init__(self) -> None:
        self._deeds: OrderedDict[str, Deeds] = OrderedDict()

    def of(self, instance_id: str) -> Deeds:
        """What was done about a call; whoever does something notes it here."""
        deeds = self._deeds.setdefault(instance_id, Deeds())
        self._deeds.move_to_end(instance_id)
        if len(self._deeds) > _MOST:
            self._deeds.popitem(last=False)
        return deeds
