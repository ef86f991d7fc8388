"""What a step means at each kind of decision: what Graph tells from then on, and what its request returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from calls.commands import Command
from cli.rehearsal.pretended_graph import PretendedGraph
from cli.rehearsal.steps import FAIL, HANG_UP, NOT_SAID, Step
from flows import acts

JSON = dict[str, Any]
Kind = Literal["answer", "decline", "prompts", "recording", "transfer", "wait", "http", "people"]

SAYS_MS = 5000  # when nobody says how long the caller speaks
ASKING_MS = 300  # when a service answers in time
# How a transfer ends that does not go through: code and subcode of the call that comes back.
_BACK = {"noAnswer": (487, 10004), "declined": (487, 10024), "failed": (500, 7000)}
_CONSULTED = {"completed": "accepted", "noAnswer": "no_answer", "declined": "declined", "failed": "failed"}
_REFUSED: JSON = {"error": {"kind": "refused", "status": 400, "code": "7000", "message": ""}}


def caller(graph: PretendedGraph, step: Step) -> None:
    """The caller presses keys, or leaves."""
    if step.press:
        graph.press(step.press, step.after_ms, step.every_ms)
    if step.does == HANG_UP:
        graph.end(step.after_ms)


def move(graph: PretendedGraph, how: str) -> JSON:
    """The call moves to somebody else, or comes back."""
    graph.change("transferring", "inactive", 100)
    if how == "completed":
        graph.change("transferAccepted", None, 5000)
        graph.end(5200, 0, 7015)
    else:
        graph.change("established", "active", 20_000 if how == "noAnswer" else 5000, *_BACK[how])
    return {"ok": {}}


def _answered(graph: PretendedGraph, step: Step, act: acts.Act, command: Command, length_ms: int) -> JSON:
    if step.does == FAIL:
        return _REFUSED
    if step.does == HANG_UP:
        graph.end(100, 487, 0)
    else:
        graph.establish()
    return {"ok": {}}


def _declined(graph: PretendedGraph, step: Step, act: acts.Act, command: Command, length_ms: int) -> JSON:
    if step.does == FAIL:
        return _REFUSED
    graph.end(80, 200, 0)
    return {"ok": {}}


def _played(graph: PretendedGraph, step: Step, act: acts.Act, command: Command, length_ms: int) -> JSON:
    if step.does == FAIL:
        return {"ok": graph.operate(command.step, 100, 400, 8500)}
    ok = graph.operate(command.step, length_ms)
    caller(graph, step)
    return {"ok": ok}


def _recorded(graph: PretendedGraph, step: Step, act: acts.Act, command: Command, length_ms: int) -> JSON:
    assert isinstance(act, acts.Record)
    if step.does == FAIL:
        return {"ok": graph.operate(command.step, length_ms + 100, 400, 8500)}
    if step.does == HANG_UP:
        caller(graph, step)
        graph.store(command.step, length_ms + step.after_ms)  # Graph serves what was recorded until then, for a while
        return {"ok": graph.operate(command.step, length_ms + step.after_ms, 200, 8509)}
    says_ms = (0 if step.does else SAYS_MS) if step.says_ms == NOT_SAID else step.says_ms
    if says_ms == 0:
        return {"ok": graph.operate(command.step, length_ms + act.initial_silence_s * 1000, 400, 8510)}
    after_ms, subcode = says_ms + act.max_silence_s * 1000, 8509
    if step.press and step.press[0] in act.stop_keys:
        after_ms, subcode = says_ms, 8514
        graph.press(step.press, length_ms + says_ms, step.every_ms)
    if says_ms >= act.max_duration_s * 1000:
        after_ms, subcode = act.max_duration_s * 1000, 8515
    graph.store(command.step, length_ms + after_ms)
    return {"ok": graph.operate(command.step, length_ms + after_ms, 200, subcode)}


def _transferred(graph: PretendedGraph, step: Step, act: acts.Act, command: Command, length_ms: int) -> JSON:
    if step.does == FAIL:
        return _REFUSED
    if step.does == HANG_UP:
        caller(graph, step)
        return {"ok": {}}
    how = step.transfer or "completed"
    if command.activity == "start_consultation":
        graph.tell({"kind": "consultation", "status": _CONSULTED[how], "call_id": "2"}, 5000)
        return {"ok": {}}
    return move(graph, how)


def _fetched(graph: PretendedGraph, step: Step, act: acts.Act, command: Command, length_ms: int) -> JSON:
    assert isinstance(act, acts.Fetch | acts.Run)
    outcome = step.http or ("failed" if step.does == FAIL else "ok")
    graph.now_ms += act.timeout_ms if outcome == "timeout" else min(ASKING_MS, act.timeout_ms)
    values = {name: step.reads.get(name) for name in act.into} if outcome == "ok" else {}
    if step.does == HANG_UP:
        caller(graph, step)
    return {"ok": {"outcome": outcome, "code": None, "status": None, "values": values}}


def _gathered(graph: PretendedGraph, step: Step, act: acts.Act, command: Command, length_ms: int) -> JSON:
    if step.does == FAIL:
        return _REFUSED
    if step.does == HANG_UP:
        caller(graph, step)
    return {"ok": {"count": 2}}


DEEDS: dict[Kind, Callable[[PretendedGraph, Step, acts.Act, Command, int], JSON]] = {
    "answer": _answered,
    "decline": _declined,
    "prompts": _played,
    "recording": _recorded,
    "transfer": _transferred,
    "http": _fetched,
    "people": _gathered,
}
