"""Log lines: JSON, about something, and nobody's secret in them."""

from __future__ import annotations

import contextvars
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from connections.telemetry import ROOT, about, measure, write_json

log = logging.getLogger(f"{ROOT}.test")


@pytest.fixture
def lines() -> Iterator[Any]:
    stream, root, ours = io.StringIO(), logging.getLogger(), logging.getLogger(ROOT)
    handlers, root.handlers, level = root.handlers, [logging.StreamHandler(stream)], ours.level
    write_json()
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers = handlers
    ours.setLevel(level)


def test_a_line_says_what_its_invocation_is_about(lines: Any) -> None:
    def invocation() -> None:
        about(instance="call-1", call="c1", flow=None)
        about(step=4)
        log.warning("step %d failed", 4)

    contextvars.copy_context().run(invocation)
    log.warning("elsewhere")
    first, second = lines()
    assert first == {
        "level": "warning",
        "logger": "callwright.test",
        "message": "step 4 failed",
        "instance": "call-1",
        "call": "c1",
        "step": 4,
    }
    assert "instance" not in second


def test_numbers_of_people_tokens_and_signatures_are_masked(lines: Any) -> None:
    log.warning(
        "called %s with %s at %s",
        "+442079460123",
        "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl",
        "https://bot.example/api/callbacks/call-1/c2VjcmV0",
    )
    (line,) = lines()
    assert line["message"] == "called ***123 with *** at https://bot.example/api/callbacks/call-1/***"


def test_a_failure_is_told_with_its_traceback_masked(lines: Any) -> None:
    try:
        raise ValueError("who called was +442079460123")
    except ValueError:
        log.exception("a fault")
    (line,) = lines()
    assert "ValueError: who called was ***123" in line["error"]


def test_a_measurement_is_a_line(lines: Any) -> None:
    measure("graph.errors", 1, code="7504", action="answer")
    (line,) = lines()
    assert (line["metric"], line["value"], line["code"], line["action"]) == ("graph.errors", 1, "7504", "answer")
