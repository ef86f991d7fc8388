"""A Graph that does what it is asked, in virtual milliseconds: what it will tell, and when.

A reading of the calling API in a few lines, for flows; the simulator is the faithful one.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]

ANSWER_MS = 300
_TONES = {"*": "star", "#": "pound", **{key: key.lower() for key in "ABCD"}}


@dataclass(kw_only=True)
class PretendedGraph:
    """What is under way: the news to come, and the media operation that runs."""

    now_ms: int
    instance_id: str
    news: list[tuple[int, int, JSON]] = field(default_factory=list[tuple[int, int, JSON]])
    order: int = 0
    tones: int = 0
    running: JSON | None = None  # {"step", "ends_ms"}

    def fork(self) -> PretendedGraph:
        """The same once more."""
        return PretendedGraph(
            now_ms=self.now_ms,
            instance_id=self.instance_id,
            news=list(self.news),
            order=self.order,
            tones=self.tones,
            running=self.running,
        )

    def tell(self, event: JSON, after_ms: int = 0) -> None:
        """Tell this later on."""
        self.order += 1
        heapq.heappush(self.news, (self.now_ms + after_ms, self.order, event))

    def press(self, keys: str, after_ms: int, every_ms: int) -> None:
        """The caller presses keys."""
        for at, key in enumerate(keys):
            self.tones += 1
            tone = _TONES.get(key, f"tone{key}")
            self.tell({"kind": "tone", "sequence": self.tones, "tone": tone}, after_ms + at * every_ms)

    def end(self, after_ms: int, code: int = 200, subcode: int = 4521) -> None:
        """The call ends."""
        self.tell({"kind": "ended", "code": code, "subcode": subcode, "reason": None}, after_ms)

    def establish(self) -> None:
        """The call is answered: established, and then its audio active."""
        for after_ms, state, audio in (
            (50, "establishing", None),
            (150, "established", "inactive"),
            (ANSWER_MS, "established", "active"),
        ):
            self.change(state, audio, after_ms)

    def change(
        self, state: str, audio: str | None, after_ms: int, code: int | None = None, subcode: int | None = None
    ) -> None:
        """The call's state changes."""
        self.tell({"kind": "call", "state": state, "audio": audio, "code": code, "subcode": subcode}, after_ms)

    def operate(self, step: int, after_ms: int, code: int = 200, subcode: int = 0) -> JSON:
        """A media operation begins, and ends so; returns what its request returns."""
        status = "completed" if code == 200 else "failed"
        self.tell(self._ended(step, status, code, subcode), after_ms)
        self.running = {"step": step, "ends_ms": self.now_ms + after_ms}
        return {"operation_id": f"op{step}", "status": "running", "code": None, "subcode": None}

    def store(self, step: int, after_ms: int) -> None:
        """The recording of a step is stored."""
        facts = {"blob": f"{step}.wav", "sha256": "0" * 64, "bytes": 32_044, "reason": None}
        self.tell({"kind": "recording", "operation_id": f"op{step}", "status": "saved", **facts}, after_ms + 300)

    def stop_recording(self) -> None:
        """The recording that runs is stopped by a key."""
        if self.running is not None and self.running["ends_ms"] > self.now_ms:
            step = self.running["step"]
            self.news = [each for each in self.news if each[2].get("operation_id") != f"op{step}"]
            heapq.heapify(self.news)
            self.tell(self._ended(step, "completed", 200, 8514))
            self.store(step, 0)
        self.running = None

    def cancel(self) -> None:
        """What runs is cancelled."""
        if self.running is not None and self.running["ends_ms"] > self.now_ms:
            step = self.running["step"]
            self.news = [each for each in self.news if each[2].get("operation_id") != f"op{step}"]
            heapq.heapify(self.news)
            self.tell(self._ended(step, "failed", 400, 8508), 60)
        self.running = None

    def _ended(self, step: int, status: str, code: int, subcode: int) -> JSON:
        context = f"{self.instance_id}:{step}"
        facts = {"status": status, "code": code, "subcode": subcode}
        return {"kind": "operation", "operation_id": f"op{step}", "context": context, **facts}
