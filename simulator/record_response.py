"""Recording what the caller says.

The theory. A record operation plays its prompt, beeps, and listens. It ends at the first of: a stop tone, nothing said
within the initial silence, a pause as long as the maximum silence, the maximum duration, the end of the call. The sound
from after the beep up to that moment is the recording. That moment is computed from what the caller is known to say and
computed again whenever they start to say something new.

Source: https://learn.microsoft.com/graph/api/call-recordresponse
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.audio import BYTES_PER_S, wav_of
from simulator.keys import DIAL_CHARACTERS
from simulator.media import Interruption, MediaOperation
from simulator.prompts import MediaInfo
from simulator.results import Result
from simulator.voice import EndReason, recording_end

if TYPE_CHECKING:
    from simulator.call import Call


@dataclass(frozen=True, kw_only=True)
class RecordSettings:
    """What a record request asks for; times in seconds."""

    initial_silence_s: int = 5
    max_silence_s: int = 5
    max_duration_s: int = 5
    beep: bool = True
    barge_in: bool = False
    #: Dial characters: `"#"`, `"1"`, `"*"`.
    stop_tones: frozenset[str] = frozenset()


class RecordResponse(MediaOperation):
    """A `recordOperation`."""

    kind = "recordOperation"

    def __init__(
        self, call: Call, client_context: str | None, prompts: tuple[MediaInfo, ...], asked: RecordSettings
    ) -> None:
        super().__init__(call, client_context, prompts)
        self._asked = asked
        self._listening_since: float | None = None
        self.extra.update(recordingLocation="", recordingAccessToken="")

    def prompts_played(self) -> None:
        """Beep, then listen."""
        self.call.later("recording", self.call.settings.beep_s if self._asked.beep else 0.0, self._listen)

    def stop(self, interruption: Interruption) -> None:
        """Break off. A call that ends may leave its recording behind."""
        settings = self.call.settings
        recorded = self._listening_since is not None
        if interruption == "call_ended" and recorded and settings.record_on_hang_up == "complete":
            self._finish(settings.result("record_call_ended"), "call_ended")
            return
        self.playback.stop(interruption)
        if recorded:
            self._stop_listening(interruption)
        else:
            self.call.cancel("recording")
        silent = interruption == "call_ended" and settings.record_on_hang_up == "silent"
        self.conclude(
            "failed", settings.result("cancelled"), notified=not silent, extra={"completionReason": "operationCanceled"}
        )

    def _listen(self) -> None:
        self._listening_since = self.call.exchange.clock.now()
        self.call.on_tone.append(self._pressed)
        self.call.on_speech.append(self._plan_end)
        self.call.transcript.add("recording", operation_id=self.id, state="listening")
        self._plan_end()

    def _plan_end(self) -> None:
        """Work out when this ends, as things stand."""
        assert self._listening_since is not None
        heard = self.call.voice.spoken(self._listening_since, self.call.settings.speech_threshold_dbfs)
        end, reason = recording_end(
            heard,
            self._listening_since,
            initial_silence_s=self._asked.initial_silence_s,
            max_silence_s=self._asked.max_silence_s,
            max_duration_s=self._asked.max_duration_s,
        )
        self.call.later("recording", end - self.call.exchange.clock.now(), lambda: self._planned_end(reason))

    def _planned_end(self, reason: EndReason) -> None:
        settings = self.call.settings
        if reason == "initial_silence":
            self._stop_listening(reason)
            self.fail(settings.result("record_initial_silence"))
        elif reason == "max_silence":
            self._finish(settings.result("record_max_silence"), reason)
        else:
            self._finish(settings.result("record_max_duration"), reason)
        self.next()

    def _pressed(self, tone: str) -> str | None:
        if DIAL_CHARACTERS[tone] not in self._asked.stop_tones:
            return None
        self._finish(self.call.settings.result("record_stop_tone"), "stop_tone", completion_reason="stopToneDetected")
        self.next()
        return "recording"

    def _finish(self, result: Result, reason: str, completion_reason: str | None = None) -> None:
        pcm = self._stop_listening(reason)
        exchange = self.call.exchange
        recording = exchange.recordings.keep(self.call.id, wav_of(pcm))
        extra = {
            "recordingLocation": f"{exchange.base_url}/recordings/{recording.id}",
            "recordingAccessToken": recording.access_token,
        }
        if completion_reason is not None:
            extra["completionReason"] = completion_reason
        self.conclude("completed", result, extra=extra)

    def _stop_listening(self, reason: str) -> bytes:
        assert self._listening_since is not None
        self.call.cancel("recording")
        self.call.on_tone.remove(self._pressed)
        self.call.on_speech.remove(self._plan_end)
        pcm = self.call.voice.pcm(self._listening_since, self.call.exchange.clock.now())
        recorded_ms = round(len(pcm) / BYTES_PER_S * 1000)
        self.call.transcript.add(
            "recording", operation_id=self.id, state="ended", reason=reason, recorded_ms=recorded_ms
        )
        self._listening_since = None
        return pcm
