"""What the bot plays to the caller and records from them: one queue per call, first come, first served.

The theory. Play and record operations of a call wait in one queue and run one at a time. `cancelMediaProcessing`, and a
record operation that may barge in, clear it: what runs breaks off, what waits never starts, and each fails on its own.
Subscribing to tones is outside the queue. When the call ends, so does everything in the queue.

Source: https://learn.microsoft.com/graph/api/call-playprompt, call-recordresponse, call-cancelmediaprocessing
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from simulator.operations import Operation
from simulator.prompts import MediaInfo, Prompt, PromptFailed
from simulator.results import Result
from simulator.transcript import Entry

if TYPE_CHECKING:
    from simulator.call import Call

Interruption = Literal["cancelled", "barge_in", "call_ended"]


class Playback:
    """Plays prompts one after another. All of them are fetched first; one that fails and nothing is heard."""

    def __init__(
        self,
        operation: Operation,
        prompts: Sequence[MediaInfo],
        played: Callable[[], None],
        failed: Callable[[PromptFailed], None],
    ) -> None:
        self._operation = operation
        self._call = operation.call
        self._infos = list(prompts)
        self._ready: list[Prompt] = []
        self._played = played
        self._failed = failed
        self._entry: Entry | None = None
        self._over = False

    def start(self) -> None:
        """Fetch what is not fetched yet, then play."""
        while len(self._ready) < len(self._infos):
            info = self._infos[len(self._ready)]
            prompt = self._call.prompts.get(info)
            if prompt is None:
                self._call.exchange.fetch(info, self._fetched)
                return
            self._ready.append(prompt)
        self._play(0)

    def stop(self, interruption: Interruption) -> None:
        """Fall silent."""
        self._over = True
        self._call.cancel("playback")
        if self._entry is not None:
            self._close_entry(interruption)

    def _fetched(self, outcome: Prompt | Exception) -> None:
        if self._over:
            return
        if isinstance(outcome, PromptFailed):
            self._over = True
            self._call.transcript.add("fetch", uri=outcome.info.uri, problem=outcome.problem)
            self._failed(outcome)
        elif isinstance(outcome, Prompt):
            if self._call.settings.prompt_cache == "call":
                self._call.prompts.keep(outcome)
            self._ready.append(outcome)
            self.start()
        else:
            raise outcome

    def _play(self, index: int) -> None:
        if index == len(self._ready):
            self._over = True
            self._played()
            return
        prompt = self._ready[index]
        self._entry = self._call.transcript.add(
            "prompt",
            uri=prompt.info.uri,
            resource_id=prompt.info.resource_id,
            sha256=prompt.sha256,
            duration_ms=round(prompt.duration_s * 1000),
            heard_ms=0,
            ended_at=None,
            cut_short_by=None,
            operation_id=self._operation.id,
            client_context=self._operation.client_context,
        )

        def ended() -> None:
            self._close_entry(None)
            self._play(index + 1)

        self._call.later("playback", prompt.duration_s, ended)

    def _close_entry(self, interruption: Interruption | None) -> None:
        entry, self._entry = self._entry, None
        if entry is None:
            return
        now = self._call.exchange.clock.now()
        heard_ms = entry["duration_ms"] if interruption is None else round((now - entry["at"]) * 1000)
        entry.update(heard_ms=min(heard_ms, entry["duration_ms"]), ended_at=now, cut_short_by=interruption)
        self._call.transcript.tell(entry)


class MediaOperation(Operation):
    """An operation that takes its turn in the queue."""

    def __init__(self, call: Call, client_context: str | None, prompts: Sequence[MediaInfo]) -> None:
        super().__init__(call, client_context)
        self.playback = Playback(self, prompts, self.prompts_played, self._prompt_failed)
        #: Set by the queue: called when the operation is over and the next one may start.
        self.next: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Its turn has come."""
        self.status = "running"
        self.playback.start()

    def prompts_played(self) -> None:
        """The last of its prompts has been heard."""
        raise NotImplementedError

    def stop(self, interruption: Interruption) -> None:
        """Break off, or never start: it fails, unless the settings say otherwise for a call that ended."""
        self.playback.stop(interruption)
        self.fail(self.call.settings.result("cancelled"))

    def fail(self, result: Result, *, notified: bool = True) -> None:
        """It did not work out."""
        self.conclude("failed", result, notified=notified)

    def _prompt_failed(self, problem: PromptFailed) -> None:
        self.fail(problem.result)
        self.next()


class PlayPrompt(MediaOperation):
    """A `playPromptOperation`."""

    kind = "playPromptOperation"

    def prompts_played(self) -> None:
        """Heard in full."""
        self.conclude("completed", self.call.settings.result("completed"))
        self.next()

    def stop(self, interruption: Interruption) -> None:
        """Break off."""
        settings = self.call.settings
        self.playback.stop(interruption)
        silent = interruption == "call_ended" and settings.play_on_hang_up == "silent"
        self.fail(settings.result("cancelled"), notified=not silent)


class MediaQueue:
    """The queue of one call."""

    def __init__(self) -> None:
        self._waiting: deque[MediaOperation] = deque()
        self._running: MediaOperation | None = None

    def add(self, operation: MediaOperation) -> None:
        """Take a place at the end; starts at once when nothing runs."""
        operation.next = self._start_next
        self._waiting.append(operation)
        if self._running is None:
            self._start_next()

    def clear(self, interruption: Interruption) -> None:
        """Stop what runs and drop what waits."""
        running, self._running = self._running, None
        waiting = list(self._waiting)
        self._waiting.clear()
        for operation in [running, *waiting]:
            if operation is not None:
                operation.stop(interruption)

    def _start_next(self) -> None:
        self._running = self._waiting.popleft() if self._waiting else None
        if self._running is not None:
            self._running.start()
