"""A call that goes on with the clock, for somebody who sits at the keys."""

from __future__ import annotations

from cli.rehearsal.stage import Setting, Stage
from cli.rehearsal.steps import WAITS, Step
from flows import acts

_NAMES = {"firstDigit": "a key", "interDigit": "another key", "operation": "Graph", "transfer": "the transfer"}


class LiveCall(Stage):
    """A call in which time passes only as it is told, and nothing waits for a decision.

    A recording goes on until a key stops it, or for as long as it may; a transfer goes as `transfer` says.
    """

    def __init__(self, setting: Setting, *, transfer: str = "completed") -> None:
        """Ring and answer."""
        self._how = Step(transfer=transfer)
        super().__init__(setting)

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self._session.ended

    def advance(self, took_ms: int) -> None:
        """Let everything happen that has its time until then, counted from the ring."""
        until = self.begun_ms + took_ms
        while not self.over and (due := self._due_ms()) is not None and due <= until:
            self._let_time_pass()
            self._run()
        if not self.over:
            self._graph.now_ms = max(self._graph.now_ms, until)

    def press(self, key: str) -> None:
        """The caller presses a key; one that ends recordings ends the one that runs."""
        act = self._act()
        if isinstance(act, acts.Record) and key in act.stop_keys:
            self._graph.stop_recording()
        self._graph.press(key, 0, 0)

    def hang_up(self) -> None:
        """The caller leaves."""
        self._graph.end(0)

    def waits_for(self) -> tuple[str, int] | None:
        """What the call waits for, and how many milliseconds more; None when nobody would notice."""
        deadlines = {name: at for name, at in self._document()["memory"]["deadlines"].items() if name in _NAMES}
        if not deadlines:
            return None
        name = min(deadlines, key=deadlines.__getitem__)
        return _NAMES[name], max(0, deadlines[name] - self._graph.now_ms)

    def status(self) -> tuple[str, str]:
        """The state of the session, and the node of the flow."""
        status = self._session.status()
        return status["state"], status["node"] or ""

    def _act(self) -> acts.Act | None:
        document = self._document()["act"]
        return acts.act_from_json(document) if document else None

    def _due_ms(self) -> int | None:
        news = self._graph.news[0][0] if self._graph.news else None
        deadline = self._deadline_ms()
        return min((each for each in (news, deadline) if each is not None), default=None)

    def _run(self) -> None:
        while self._queue or self.decision is not None:
            if self.decision is None:
                self._perform(self._queue.pop(0))
                continue
            act = self.decision.act
            if isinstance(act, acts.Record):
                self.take(Step(says_ms=act.max_duration_s * 1000))
            else:
                self.take(self._how if self.decision.kind == "transfer" else WAITS)
