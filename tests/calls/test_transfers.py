"""Transfers: through, back to the fallback for every reason, and cut short by the caller."""

from __future__ import annotations

from typing import Any

import pytest
from callers import OPERATOR, Played, has_heard, hears, play, waits

from cli.laptop import Laptop

TO_OPERATOR = hears("main-menu", press="0")
BACK = ["greeting", "main-menu", "transferring", "transfer-failed", "voicemail-consent"]


def states(call: Played) -> list[str]:
    return [each["state"] for each in call.events if each["what"] == "transfer"]


@pytest.mark.parametrize("media_inactive_first", [False, True])
async def test_a_transfer_that_is_answered_ends_the_call_for_us(laptop: Laptop, media_inactive_first: bool) -> None:
    laptop.simulator.change_settings(media_inactive_first=media_inactive_first)
    call = await play(laptop, TO_OPERATOR)
    assert (call.record["outcome"], call.record["code"], call.record["subcode"]) == ("transferred", 0, 7015)
    assert call.record["transfer"] == {"target": "user", "state": "completed"}
    assert ("operator", "completed") in call.outcomes
    assert states(call) == ["asked", "transferring", "transferAccepted"]
    assert "hangUp" not in call.requests


@pytest.mark.parametrize(
    ("behaves", "result", "outcome"),
    [
        ({"outcome": "declines"}, [603, 0], "declined"),
        ({"outcome": "busy"}, [486, 560486], "declined"),
        ({"outcome": "fails"}, [500, 7000], "failed"),
        ({"outcome": "no_answer"}, [480, 10037], "noAnswer"),
    ],
)
async def test_a_transfer_that_fails_comes_back_to_the_fallback(
    laptop: Laptop, behaves: dict[str, Any], result: list[int], outcome: str
) -> None:
    laptop.simulator.change_settings(targets={OPERATOR: behaves}, results={"transfer_failed": result})
    call = await play(laptop, TO_OPERATOR, hears("voicemail-consent", hang_up=True))
    assert call.heard == BACK
    assert ("operator", outcome) in call.outcomes
    assert call.record["transfer"] == {"target": "user", "state": "failed"}
    assert [state for state in states(call) if state != "overdue"] == ["asked", "transferring", "returned"]


async def test_a_transfer_that_graph_refuses_comes_back_at_once(laptop: Laptop) -> None:
    laptop.simulator.fault({"operation": "transfer"}, {"status": 403, "code": "7504"})
    call = await play(laptop, TO_OPERATOR, hears("voicemail-consent", hang_up=True))
    assert call.heard == BACK
    assert ("operator", "failed") in call.outcomes


async def test_a_transfer_whose_request_is_lost_is_asked_for_once(laptop: Laptop) -> None:
    """The connection breaks after Graph has acted: asking again would ring the operator twice."""
    laptop.simulator.fault({"operation": "transfer"}, "reset_after_acting")
    call = await play(laptop, TO_OPERATOR)
    assert call.record["outcome"] == "transferred"
    assert len(call.at("request", action="transfer")) == 1


async def test_a_caller_who_leaves_while_it_rings_has_hung_up(laptop: Laptop) -> None:
    laptop.simulator.change_settings(targets={OPERATOR: {"outcome": "no_answer"}})
    call = await play(laptop, TO_OPERATOR, has_heard("transferring", after=4, hang_up=True))
    assert call.record["outcome"] == "hung_up"
    assert ("operator", "hangup") in call.outcomes


async def test_a_target_that_rings_longer_than_the_flow_waits_costs_the_caller_nothing(laptop: Laptop) -> None:
    """Graph cannot be told to stop, and plays nothing meanwhile: the flow goes on when the call is back."""
    laptop.simulator.change_settings(targets={OPERATOR: {"outcome": "no_answer"}}, transfer_ring_s=90)
    call = await play(laptop, TO_OPERATOR, hears("voicemail-consent", hang_up=True))
    assert call.heard == BACK
    assert ("operator", "noAnswer") in call.outcomes


async def test_a_target_that_answers_after_the_flow_gave_up_has_the_call(laptop: Laptop) -> None:
    laptop.simulator.change_settings(targets={OPERATOR: {"outcome": "answers", "after_s": 50.0}})
    call = await play(laptop, TO_OPERATOR)
    assert call.record["outcome"] == "transferred"


async def test_keys_pressed_while_it_rings_do_not_choose_later(laptop: Laptop) -> None:
    laptop.simulator.change_settings(targets={OPERATOR: {"outcome": "declines"}})
    call = await play(laptop, TO_OPERATOR, hears("transferring", press="55"), waits(30, hang_up=True))
    assert call.heard[:5] == BACK
