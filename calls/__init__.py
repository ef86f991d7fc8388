"""The call session: events in, commands out. No clock, no network, no Azure."""

from __future__ import annotations

from calls.commands import Command
from calls.events import IllegalEvent
from calls.session import CallSession

__all__ = ["CallSession", "Command", "IllegalEvent"]
