"""Walks a flow: results in, acts out, and nothing else. Its whole state is JSON.

    interpreter = Interpreter(flow)
    act = interpreter.begin()
    while not isinstance(act, HangUp):
        act = interpreter.resume(carry_out(act))

`take_notes()` gives what happened since it was last asked, for the journal: `node_entered`, `outcome` and what the
node kinds add. When the caller leaves, `hung_up()` ends the node at hand with `hangup` and walks the flow's `onHangup`
nodes as far as they need no call.
"""

from __future__ import annotations

from typing import Any

from flows.acts import Act, Failed, HangUp, Result
from flows.expressions import Value
from flows.flow import Flow
from flows.nodes import LANGUAGE, Frame, Leave, Node, Step
from flows.spoken import spoken

# Nodes entered without asking anything of the call, one after another: beyond this the flow is going round in circles.
MAX_SILENT_NODES = 200
# Failures one after another, with nothing that went well between: beyond this an error handler is failing itself.
MAX_FAILURES = 3
# Prompts that Graph is told about at the answer.
PREFETCHED = 20


class Interpreter:
    """One walk through one flow."""

    def __init__(self, flow: Flow) -> None:
        """Stand before the first node."""
        self.flow = flow
        self.node: str | None = None
        self.now_ms = 0  # Unix time, told by whoever drives the walk
        self._variables: dict[str, Value] = dict(flow.variables)
        self._kept: dict[str, Any] = {}
        self._failures = 0
        self._notes: list[dict[str, Any]] = []

    def set_variable(self, name: str, value: Value) -> None:
        """Tell the flow something about the call (`flows.loader.GIVEN_VARIABLES`)."""
        self._variables[name] = value

    def begin(self) -> Act:
        """Enter the first node; returns the first act."""
        return self._walk(self.flow.start)

    def resume(self, result: Result) -> Act:
        """Tell how the last act went; returns the next one."""
        assert self.node is not None
        if not isinstance(result, Failed):
            self._failures = 0
        node = self.flow.nodes[self.node]
        step = node.resume(self._frame(node), result)
        if isinstance(step, Leave):
            if step.outcome == "failed":
                self._failures += 1
                self._notes.append({"what": "failed", "node": node.id, "why": getattr(result, "why", "uncertain")})
            return self._leave(node, step.outcome)
        return self._act(node, step)

    def hung_up(self) -> None:
        """The call is over. Walks on without it, as far as that goes."""
        if self.node is None:
            return
        node = self.flow.nodes[self.node]
        if any(outcome.name == "hangup" for outcome in node.outcomes):
            self._leave(node, "hangup", call=False)
        self.node = None

    def end(self, outcome: str) -> None:
        """Note an outcome that ends the flow by itself, such as a transfer that went through."""
        if self.node is not None:
            self._notes.append({"what": "outcome", "node": self.node, "outcome": outcome})
            self.node = None

    def take_notes(self) -> list[dict[str, Any]]:
        """Give the notes made since the last time, oldest first."""
        notes, self._notes = self._notes, []
        return notes

    def to_json(self) -> dict[str, Any]:
        """Give the state; notes not yet taken are part of it."""
        return {
            "node": self.node,
            "variables": dict(self._variables),
            "kept": dict(self._kept),
            "failures": self._failures,
            "notes": list(self._notes),
        }

    @classmethod
    def from_json(cls, flow: Flow, document: dict[str, Any]) -> Interpreter:
        """Read what `to_json` gave."""
        self = cls(flow)
        self.node = document["node"]
        self._variables = dict(document["variables"])
        self._kept = dict(document["kept"])
        self._failures = document["failures"]
        self._notes = list(document["notes"])
        return self

    def _frame(self, node: Node) -> Frame:
        prefetch = self.flow.prompts[:PREFETCHED]
        return Frame(
            node=node.id,
            variables=self._variables,
            kept=self._kept,
            now_ms=self.now_ms,
            prefetch=prefetch,
            notes=self._notes,
        )

    def _leave(self, node: Node, outcome: str, *, call: bool = True) -> Act:
        target = self.flow.follow(node.id, outcome)
        self._notes.append({"what": "outcome", "node": node.id, "outcome": outcome})
        if outcome == "failed" and (target is None or self._failures >= MAX_FAILURES):
            return self._end("failed")
        if target is None:
            return self._end("completed")
        return self._walk(target, call=call)

    def _walk(self, name: str, *, call: bool = True) -> Act:
        for _ in range(MAX_SILENT_NODES):
            node = self.flow.nodes[name]
            if not call and node.NEEDS_CALL:
                return self._end("completed")
            self.node, self._kept = name, {}
            self._notes.append({"what": "node_entered", "node": name, "kind": node.KIND})
            step = node.enter(self._frame(node))
            if not isinstance(step, Leave):
                return self._act(node, step)
            self._notes.append({"what": "outcome", "node": name, "outcome": step.outcome})
            target = self.flow.follow(name, step.outcome)
            if target is None:
                return self._end("completed")
            name = target
        self._notes.append({"what": "failed", "node": name, "why": "circles"})
        return self._end("failed")

    def _act(self, node: Node, step: Step) -> Act:
        assert not isinstance(step, Leave)
        if isinstance(step, HangUp):
            self._notes.append({"what": "outcome", "node": node.id, "outcome": "end"})
            self.node = None
        language = self._variables.get(LANGUAGE)
        return spoken(step, language) if isinstance(language, str) else step

    def _end(self, outcome: str) -> HangUp:
        self.node = None
        return HangUp(outcome="failed" if outcome == "failed" else "completed")
