"""Key presses, and how they reach the bot.

Source: https://learn.microsoft.com/graph/api/call-subscribetotone, https://learn.microsoft.com/graph/api/resources/toneinfo
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import notifications as notes
from simulator.notifications import Notification

if TYPE_CHECKING:
    from clock import Clock
    from simulator.call import Call


class ToneSubscription:
    """Whether the bot hears keys, and the counter that orders them."""

    def __init__(self) -> None:
        self.subscribed = False
        self._sent = 0
        self._last_at = 0.0

    def press_in_turn(self, call: Call, tone: str, interval_s: float, clock: Clock) -> None:
        """Press a key once the keys before it are pressed: a caller who types too much at once types it in order."""
        now = clock.now()
        self._last_at = due = now if self._last_at < now else self._last_at + interval_s
        if due <= now:
            self.press(call, tone)
        else:
            clock.at(due, lambda: self.press(call, tone))

    def press(self, call: Call, tone: str) -> None:
        """The caller presses a key. Before the subscription, or while no media flows, nobody hears it."""
        if call.state != "established" or call.audio != "active":
            call.transcript.add("tone", tone=tone, heard_by="nobody")
            return
        wanted = next((who for who in [want(tone) for want in tuple(call.on_tone)] if who), None)
        told = self.subscribed and (wanted is None or call.settings.stop_tone_notified)
        call.transcript.add("tone", tone=tone, heard_by=wanted or ("bot" if told else "nobody"))
        if told:
            self._notify(call, tone)

    def _notify(self, call: Call, tone: str) -> None:
        settings = call.settings
        restart = settings.tone_sequence_restart_after
        position = self._sent % restart if restart else self._sent
        sequence_id = settings.tone_sequence_start + position * settings.tone_sequence_stride
        self._sent += 1
        data = notes.call_data(call.id, settings, call.state, toneInfo=notes.tone_info(sequence_id, tone))
        call.notify(Notification(kind="tone", change_type="updated", path="", data=data, state=tone))
