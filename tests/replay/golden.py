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

from orchestrations import closing, consultation, gathering, outbound, roster

JSON = dict[str, Any]

HISTORIES = Path(__file__).parent / "histories"


def orchestrators() -> dict[str, Callable[[func.OrchestrationContext], str]]:
    """What the host invokes, by name: the SDK around our generator."""
    found: dict[str, Callable[[func.OrchestrationContext], str]] = {}
    for module in (closing, consultation, gathering, outbound, roster):
        for builder in module.bp._function_builders:
            function = builder._function
            found[function.get_function_name() or function.get_user_function().__name__] = function.get_user_function()
    return found


def decided(name: str, context: str) -> JSON:
    """What an orchestrator decides on this trigger input: every action since it began, output, status."""
    return json.loads(orchestrators()[name](func.OrchestrationContext(context)))


def write(name: str, orchestrator: str, generations: list[str]) -> None:
    """Keep the last trigger input of each generation of an instance, and what follows from it."""
    kept = [{"context": json.loads(context), "decided": decided(orchestrator, context)} for context in generations]
    document = {"orchestrator": orchestrator, "generations": kept}
    (HISTORIES / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
