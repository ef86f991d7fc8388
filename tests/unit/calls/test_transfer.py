from __future__ import annotations

from typing import Any

import pytest


def at_operator(ring: Any) -> Any:
    return ring().on("main-menu", press="0")


@pytest.mark.parametrize(
    ("code", "subcode", "outcome"),
    [
        (480, 10037, "noAnswer"),
        (487, 10004, "noAnswer"),
        (408, 0, "noAnswer"),
        (404, 0, "noAnswer"),
        (600, 8540, "declined"),
        (403, 510403, "failed"),
        (603, 0, "declined"),
        (486, 560486, "declined"),
        (500, 7000, "failed"),
        (500, 7700, "failed"),
    ],
)
def test_a_transfer_that_fails_returns_to_the_flow(ring: Any, code: int, subcode: int, outcome: str) -> None:
    call = at_operator(ring)
    call.transfer = (code, subcode)
    call.run()
    assert ("operator", outcome) in call.outcomes
    assert call.heard[-4:] == ["transfer-failed", "voicemail-consent", "voicemail-thanks", "goodbye"]
    assert call.summary["transfer"] == {"target": "user", "state": "failed"}


def test_a_transfer_that_succeeds_ends_the_call(ring: Any) -> None:
    call = at_operator(ring).run()
    assert call.summary["outcome"] == "transferred"
    assert call.summary["transfer"] == {"target": "user", "state": "completed"}
    assert "hang_up" not in call.activities


def test_the_call_may_be_gone_without_a_word_after_the_transfer_was_accepted(ring: Any) -> None:
    call = at_operator(ring)
    call.lost = lambda event: event.get("subcode") == 7015
    call.run(until=10_000)
    call.say({"kind": "ended", "code": None, "subcode": None, "reason": None})
    assert call.run().summary["outcome"] == "transferred"


@pytest.mark.parametrize("error", ["refused", "not_reached"])
def test_a_transfer_that_was_never_sent_has_failed(ring: Any, error: str) -> None:
    call = at_operator(ring)
    call.answers["transfer_call"] = [{"error": {"kind": error}}]
    assert ("operator", "failed") in call.run().outcomes


def test_a_transfer_of_unknown_fate_is_waited_for_and_not_repeated(ring: Any) -> None:
    call = at_operator(ring)
    call.answers["transfer_call"] = [{"error": {"kind": "unknown"}}]
    call.run()
    assert call.activities.count("transfer_call") == 1
    assert ("operator", "noAnswer") in call.outcomes


def test_a_caller_may_hang_up_while_it_rings(ring: Any) -> None:
    call = at_operator(ring)
    call.transfer = (500, 7000)
    call.run(until=6000)
    assert call.session.status()["state"] == "transferring"
    call.hang_up()
    assert call.run().summary["outcome"] == "hung_up"
    assert ("operator", "hangup") in call.outcomes


def test_nothing_is_played_until_the_audio_is_back(ring: Any) -> None:
    call = at_operator(ring)
    call.lost = lambda event: event.get("code") == 500 and event["kind"] == "call"
    call.transfer = (500, 7000)
    call.run(until=6000)
    call.say({"kind": "call", "state": "established", "audio": None, "code": 500, "subcode": 7700}, 1000)
    call.lost = lambda event: event.get("subcode") == 7000
    call.say({"kind": "call", "state": "established", "audio": "active", "code": None, "subcode": None}, 2500)
    call.run(until=8000)
    assert call.heard[-1] == "transferring"
    call.run(until=8600)
    assert call.heard[-1] == "transfer-failed"


def test_audio_that_nobody_speaks_of_is_not_waited_for_long(ring: Any) -> None:
    call = at_operator(ring)
    call.transfer = (500, 7000)
    call.run(until=6000)
    call.lost = lambda event: event["kind"] == "call" and event["audio"] == "active"
    call.say({"kind": "call", "state": "established", "audio": None, "code": 500, "subcode": 7700}, 1000)
    assert call.run(until=12_100).heard[-1] == "transfer-failed"


def ringing(ring: Any, *later: tuple[int, str, int | None]) -> Any:
    """A transfer that Graph says is under way, and what it says after so many ms: state and code."""
    call = at_operator(ring)
    call.answers["transfer_call"] = [{"ok": {}}]
    call.run(until=6000)
    for after, state, code in ((100, "transferring", None), *later):
        call.say({"kind": "call", "state": state, "audio": None, "code": code, "subcode": None}, after)
    return call


def test_a_call_that_still_rings_elsewhere_is_waited_for_beyond_the_flows_patience(ring: Any) -> None:
    call = ringing(ring, (70_000, "established", 500))
    call.run(until=75_000)
    assert call.heard[-1] == "transferring"
    call.run(until=76_100)
    assert call.heard[-1] == "transfer-failed"
    assert ("operator", "noAnswer") in call.run().outcomes


def test_a_call_that_rings_elsewhere_for_ever_is_ours_again_in_the_end(ring: Any) -> None:
    assert ringing(ring).run(until=170_000).heard[-1] == "transfer-failed"


@pytest.mark.parametrize(("back_after", "on_at"), [(20_000, 50_000), (60_000, 66_100)])
def test_a_call_that_comes_back_without_a_word_why_is_ours_when_the_patience_is_over(
    ring: Any, back_after: int, on_at: int
) -> None:
    call = ringing(ring, (back_after, "established", None))
    call.run(until=on_at - 1500)
    assert call.heard[-1] == "transferring"
    call.run(until=on_at)
    assert call.heard[-1] == "transfer-failed"


def test_a_transfer_that_went_through_later_than_anybody_waited_is_still_one(ring: Any) -> None:
    call = at_operator(ring)
    call.answers["transfer_call"] = [{"ok": {}}]
    call.run(until=51_000)
    assert call.heard[-1] == "transfer-failed"
    call.hang_up(0, 0, 7015)
    assert call.run().summary["outcome"] == "transferred"
