"""Histories of orchestrations as they ran, and what they decided: written by `record`, held to by `test_golden`.

A deployment finds orchestrations in the middle of their lives. What they decided before, they must decide again, word
for word, or the host ends them as non-deterministic.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import azure.functions as func

from orchestrations import call, closing, consultation, gathering, outbound, recording, roster

JSON = dict[str, Any]

ROOT = Path(__file__).parents[2]
HISTORIES = Path(__file__).parent / "histories"


def orchestrators() -> dict[str, Callable[[func.OrchestrationContext], str]]:
    """What the host invokes, by name: the SDK around our generator."""
    found: dict[str, Callable[[func.OrchestrationContext], str]] = {}
    for module in (call, closing, consultation, gathering, outbound, recording, roster):
        for builder in module.bp._function_builders:
            function = builder._function
            found[function.get_function_name() or function.get_user_function().__name__] = function.get_user_function()
    return found


def decided(name: str, context: str) -> JSON:
    """What an orchestrator decides on this trigger input: every action since it began, output, status."""
    return json.loads(orchestrators()[name](func.OrchestrationContext(context)))


def write(name: str, orchestrator: str, generations: list[str]) -> None:
    """Keep the last trigger input of each generation of an instance, and what follows from it."""
    generations = [context.replace(str(ROOT), "") for context in generations]  # stack traces name folders
    kept = [{"context": json.loads(context), "decided": decided(orchestrator, context)} for context in generations]
    document = {"orchestrator": orchestrator, "generations": kept}
    (HISTORIES / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def alike(now: JSON, then: JSON) -> bool:
    """Whether what was decided is decided again: the same actions in the same order, and the same end.

    An activity's input may have gained fields since; what it only takes down may read differently.
    """
    actions, recorded = now["actions"][0], then["actions"][0]
    if now["isDone"] != then["isDone"] or len(actions) != len(recorded):
        return False
    return all(map(same_action, actions, recorded)) and _outcome(now) == _outcome(then)


def same_action(now: JSON, then: JSON) -> bool:
    """Whether one action is another. A timer is marked as cancelled only once it was."""
    if now.keys() - {"isCanceled"} != then.keys() - {"isCanceled"}:
        return False
    return all(_same_field(name, now[name], value) for name, value in then.items() if name != "isCanceled")


# What a call's record will say, and how a session writes itself down: neither is an action.
_TAKEN_DOWN = frozenset({"events", "summary", "session"})


def _same_field(name: str, now: Any, then: Any) -> bool:
    if name == "compoundActions":
        return len(now) == len(then) and all(map(same_action, now, then))
    if name != "input":
        return now == then
    asked, recorded = json.loads(now), json.loads(then)
    return all(asked.get(field) == recorded[field] for field in recorded.keys() - _TAKEN_DOWN)


def _outcome(decision: JSON) -> Any:
    output = decision.get("output")
    return output.get("outcome", output) if isinstance(output, dict) else output
