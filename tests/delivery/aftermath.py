"""What must be true of a call that is over, however often the bot died under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spelling import SINGLES, Played, answers_among, answers_to

from simulator.audio import BYTES_PER_S
from simulator.call import Call

_WAV_HEADER = 44
_BYTES_PER_MS = BYTES_PER_S // 1000


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """A call that is over, as the far end saw it and as the bot recorded it."""

    typed: str
    call: Call
    record: Mapping[str, Any]
    events: list[dict[str, Any]]
    #: Ids of prompts by their keys.
    names: Mapping[str, str]
    read_recording: Callable[[str], Awaitable[bytes]]

    async def problems(self) -> list[str]:
        """What is not as it must be, in words."""
        found = (
            self._end(),
            self._keys(),
            self._prompts(),
            await self._recordings(),
            self._notifications(),
        )
        return [f"call {self.call.id}, where {self.typed} was typed: {problem}" for problem in found if problem]

    @property
    def _asked(self) -> list[str]:
        """The answers that the session asked for, by the journal."""
        return answers_among(entry["prompt"] for entry in self.events if entry["what"] == "prompt")

    def _end(self) -> str | None:
        facts = (self.call.over, self.record.get("state"), self.record.get("outcome"))
        return None if facts == (True, "ended", "completed") else f"it ended as {facts}"

    def _keys(self) -> str | None:
        """Each key is answered once, in order. Nobody is thanked for a message that the bot knows it could not take."""
        expected = answers_to(self.typed)
        unrecorded = any(entry["what"] == "failed" and entry["node"] == "voicemail" for entry in self.events)
        if unrecorded:
            expected = [each for each in expected if each != SINGLES["7"]]
        return None if self._asked in (expected, answers_to(self.typed)) else f"the bot answered {self._asked}"

    def _prompts(self) -> str | None:
        """No prompt is heard twice; one is missing only where the bot died so near its request that it is unsure."""
        played = Played.on(self.call.transcript.of("request"), self.names)
        heard = answers_among(played.prompts)
        unsure = sum(
            (entry["what"], entry.get("error"), entry.get("activity")) == ("error", "unknown", "play_prompt")
            for entry in self.events
        )
        missing = (Counter(self._asked) - Counter(heard)).total()
        if played.repeated or missing > unsure or not _in_order(heard, self._asked):
            return f"Graph was asked for {heard}, twice for {played.repeated}, and {unsure} times the bot was unsure"
        return None

    async def _recordings(self) -> str | None:
        """What Graph recorded is stored, whole, and the record says where."""
        taken = [each["recorded_ms"] for each in self.call.transcript.of("recording") if each["state"] == "ended"]
        whole = [milliseconds * _BYTES_PER_MS + _WAV_HEADER for milliseconds in taken]
        saved = [each for each in self.record.get("recordings", []) if each["status"] == "saved"]
        stored = [len(await self.read_recording(each["blob"])) for each in saved]
        if stored == [each["bytes"] for each in saved] and _alike(stored, whole):
            return None
        return f"Graph recorded {whole} bytes; the record has {self.record.get('recordings')}, stored are {stored}"

    def _notifications(self) -> str | None:
        """All were taken in the end."""
        told = self.call.transcript.of("notification")
        refused = [(entry["kind"], entry["attempts"]) for entry in told if 202 not in entry["attempts"]]
        return f"nobody took {refused}" if refused else None


def _alike(sizes: list[int], others: list[int]) -> bool:
    """As far as whole milliseconds can tell."""
    return len(sizes) == len(others) and all(
        abs(size - other) <= _BYTES_PER_MS for size, other in zip(sizes, others, strict=True)
    )


def _in_order(some: list[str], of: list[str]) -> bool:
    rest = iter(of)
    return all(each in rest for each in some)
