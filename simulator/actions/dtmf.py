"""Keys that the bot presses, for whoever hears them at the far end; whoever hosts the media.

Source: https://learn.microsoft.com/graph/api/call-senddtmftones
"""

from __future__ import annotations

from simulator.actions.asked import Answer, Asked, operation_answer
from simulator.actions.media import sound_ready
from simulator.call import Call
from simulator.keys import DIAL_CHARACTERS
from simulator.operations import Operation

_LONGEST_DELAY_MS = 60_000
_MOST_TONES = 256


class SendDtmfTones(Operation):
    """A `sendDtmfTonesOperation`: completed whether or not it came to its end; the reason tells."""

    kind = "sendDtmfTonesOperation"

    def __init__(self, call: Call, client_context: str | None, tones: list[str], delay_s: float) -> None:
        super().__init__(call, client_context, status="running")
        self._waiting = tones
        self._delay_s = delay_s
        call.on_end.append(self.cancel)
        call.on_cancel.append(self.cancel)
        self._press()

    def cancel(self) -> None:
        """The rest is not pressed."""
        if not self.done:
            self._finish("mediaOperationCanceled")

    def _press(self) -> None:
        if self.done:
            return
        self.call.transcript.add("sent_tone", tone=self._waiting.pop(0), operation_id=self.id)
        then = self._press if self._waiting else lambda: self._finish("completedSuccessfully")
        self.call.later(f"dtmf {self.id}", self._delay_s, then)

    def _finish(self, reason: str) -> None:
        self.call.cancel(f"dtmf {self.id}")
        self.call.on_end.remove(self.cancel)
        self.call.on_cancel.remove(self.cancel)
        self.conclude("completed", None, extra={"completionReason": reason})


def send_dtmf_tones(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/sendDtmfTones`."""
    call, body = asked.call, asked.body
    context, tones = body.client_context(), body.words("tones", DIAL_CHARACTERS, least=1, most=_MOST_TONES)
    default_ms = round(call.settings.sent_tone_s * 1000)
    delay_s = body.number("delayBetweenTonesMs", default_ms, 0, _LONGEST_DELAY_MS) / 1000
    sound_ready(call)
    operation = SendDtmfTones(call, context, list(tones), delay_s)
    call.operations.add(operation)
    return operation_answer(operation)
