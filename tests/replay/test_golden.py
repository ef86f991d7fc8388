"""What orchestrations decided when their histories were recorded, they decide today.

Where one of these fails, calls that are in progress during the deployment of the change would fail. If that is meant,
`python tests/replay/record.py NAME` records the history anew, and CHANGELOG.md says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df
import pytest
from golden import HISTORIES, alike, decided, orchestrators, same_action

import orchestrations.call
import orchestrations.mail
from orchestrations.mail import Mail

JSON = dict[str, Any]
Break = Callable[[pytest.MonkeyPatch], None]

GOLDEN = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(HISTORIES.glob("*.json"))}
GENERATIONS = [
    pytest.param(document["orchestrator"], generation, id=f"{name}-{number}")
    for name, document in GOLDEN.items()
    for number, generation in enumerate(document["generations"])
]


@pytest.mark.parametrize(("orchestrator", "generation"), GENERATIONS)
def test_a_recorded_history_is_decided_alike(orchestrator: str, generation: JSON) -> None:
    assert alike(decided(orchestrator, json.dumps(generation["context"])), generation["decided"])


@pytest.mark.parametrize(("orchestrator", "generation"), GENERATIONS)
def test_every_beginning_of_it_is_decided_as_the_beginning_was(orchestrator: str, generation: JSON) -> None:
    """Whatever moment a deployment falls into: the actions until then are the first of those recorded."""
    history = generation["context"]["history"]
    recorded = generation["decided"]["actions"][0]
    ends = [position for position, event in enumerate(history) if event["EventType"] == 13]
    for end in ends:
        context = {**generation["context"], "history": history[: end + 1]}
        actions = decided(orchestrator, json.dumps(context))["actions"][0]
        assert all(map(same_action, actions, recorded)), f"at event {end}"


def test_every_orchestration_has_a_history() -> None:
    assert {document["orchestrator"] for document in GOLDEN.values()} == set(orchestrators())


def test_calls_have_a_dozen_histories_and_more() -> None:
    assert sum(document["orchestrator"] == "call_orchestrator" for document in GOLDEN.values()) >= 12


def test_a_history_that_continued_as_new_is_among_them() -> None:
    assert any(len(document["generations"]) > 1 for document in GOLDEN.values())


def an_activity_more(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = orchestrations.call._Loop.begin

    def broken(loop: Any, given: JSON) -> Any:
        yield loop._context.call_activity("open_record", given)
        return (yield from begin(loop, given))

    monkeypatch.setattr(orchestrations.call._Loop, "begin", broken)


def events_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    wait = df.DurableOrchestrationContext.wait_for_external_event
    broken = lambda context, name: wait(context, name.partition(".")[0])  # noqa: E731 - a method, for a while
    monkeypatch.setattr(df.DurableOrchestrationContext, "wait_for_external_event", broken)


def the_clock_on_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orchestrations.call, "_now", lambda context: datetime.now(UTC))


def no_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    wait = Mail._wait
    monkeypatch.setattr(Mail, "_wait", lambda mail, deadline: wait(mail, None))


def the_timer_first(monkeypatch: pytest.MonkeyPatch) -> None:
    both = df.DurableOrchestrationContext.task_any
    monkeypatch.setattr(
        df.DurableOrchestrationContext, "task_any", lambda context, tasks: both(context, list(reversed(tasks)))
    )


def shorter_generations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orchestrations.mail, "GENERATION", orchestrations.mail.GENERATION // 2)


def another_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    call = df.DurableOrchestrationContext.call_activity

    def broken(context: Any, name: str, given: JSON) -> Any:
        return call(context, name, {**given, "prompts": ["another"]} if "prompts" in given else given)

    monkeypatch.setattr(df.DurableOrchestrationContext, "call_activity", broken)


@pytest.mark.parametrize(
    "spoil",
    [
        an_activity_more,
        events_of_one_name,
        the_clock_on_the_wall,
        no_deadline,
        the_timer_first,
        shorter_generations,
        another_prompt,
    ],
)
def test_a_broken_orchestrator_is_caught(monkeypatch: pytest.MonkeyPatch, spoil: Break) -> None:
    spoil(monkeypatch)
    assert _caught() != []


def _caught() -> list[str]:
    """The histories of calls that are no longer decided alike; some are no longer decided at all."""
    found: list[str] = []
    for name, document in GOLDEN.items():
        if document["orchestrator"] == "call_orchestrator":
            for generation in document["generations"]:
                try:
                    kept = alike(
                        decided(document["orchestrator"], json.dumps(generation["context"])), generation["decided"]
                    )
                except Exception:  # the SDK raises where it finds itself out of step
                    kept = False
                if not kept:
                    found.append(name)
    return found
