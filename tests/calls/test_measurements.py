"""What is measured of calls, as log lines with `metric` and `value`."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from callers import hears, play

from cli.laptop import Laptop


def measured(caplog: pytest.LogCaptureFixture, metric: str) -> list[dict[str, Any]]:
    facts = [getattr(record, "facts", {}) for record in caplog.records]
    return [each for each in facts if each.get("metric") == metric]


async def test_the_wait_for_an_answer_is_measured_once_a_call(laptop: Laptop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "callwright")
    call = await play(laptop, hears("greeting", hang_up=True))
    (answered,) = measured(caplog, "call.answer_s")
    assert 0 <= answered["value"] < 1
    assert answered["instance"] == call.instance_id
    assert measured(caplog, "notifications.duplicates") == []


async def test_a_key_press_that_comes_twice_is_counted_as_a_duplicate(
    laptop: Laptop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "callwright")
    laptop.simulator.fault({"notification": "tone"}, "duplicate")
    await play(laptop, hears("main-menu", press="9", after=0.5), hears("main-menu", after=3.0, hang_up=True))
    (again,) = measured(caplog, "notifications.duplicates")
    assert (again["kind"], again["value"]) == ("tone", 1)
