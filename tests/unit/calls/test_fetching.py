"""A flow asks a service: the caller hears something meanwhile, and whatever comes of it the call goes on."""

from __future__ import annotations

from typing import Any

import pytest

JSON = dict[str, Any]

FLOW = """
schema: 1
id: asks
locale: en-US
start: have
defaults: {onError: {next: sorry}}
nodes:
  have: {kind: answer, next: number}
  number: {kind: collect, prompts: number, into: account, max: 4, next: look-up, on: {tooMany: sorry}}
  look-up:
    kind: http
    url: https://api.example/accounts
    query: {id: account}
    secret: bank
    hold: music
    into: {known: known, name: owner.name}
    next: which
    on: {refused: unknown}
  which: {kind: branch, cases: [{when: known, next: good}], default: unknown}
  good: {kind: hangup, prompts: good}
  unknown: {kind: hangup, prompts: unknown}
  sorry: {kind: hangup, prompts: sorry, outcome: failed}
"""


def asked(ring: Any, *answers: JSON) -> Any:
    call = ring(FLOW)
    call.answers["fetch_http"] = list(answers)
    return call.on("number", press="1234").run()


def answer(outcome: str, **values: Any) -> JSON:
    return {"ok": {"outcome": outcome, "code": None, "status": None, "values": values}}


def test_what_is_read_is_a_variable_and_the_caller_hears_music_once(ring: Any) -> None:
    call = asked(ring, answer("ok", known=True, name="A"))
    assert call.heard == ["number", "music", "good"]
    (command,) = [each for each in call.commands if each["activity"] == "fetch_http"]
    assert command["url"] == "https://api.example/accounts"
    assert command["query"] == {"id": "1234"}
    assert (command["body"], command["secret"], command["opens"]) == (None, "bank", False)
    assert ("look-up", "ok") in call.outcomes
    assert not any("1234" in str(entry) for entry in call.journal)


@pytest.mark.parametrize(
    ("result", "outcome", "heard"),
    [
        (answer("ok"), "ok", "unknown"),
        (answer("refused"), "refused", "unknown"),
        (answer("timeout"), "timeout", "sorry"),
        (answer("failed"), "failed", "sorry"),
        (answer("whim", known=True), "failed", "sorry"),
        ({"error": {"kind": "not_reached"}}, "failed", "sorry"),
        ({"error": {"kind": "internal"}}, "failed", "sorry"),
        ({"error": {"kind": "gone"}}, "failed", "sorry"),
        ({"ok": {}}, "failed", "sorry"),
    ],
)
def test_every_answer_leads_on(ring: Any, result: JSON, outcome: str, heard: str) -> None:
    call = asked(ring, result)
    assert call.heard[-1] == heard
    assert ("look-up", outcome) in call.outcomes


def test_a_caller_who_leaves_meanwhile_is_gone_when_the_service_answers(ring: Any) -> None:
    call = ring(FLOW)
    call.on("number", press="1234").on("music", hang_up=True, after=0)
    call.answers["fetch_http"] = [answer("ok", known=True)]
    call.run()
    assert call.summary["outcome"] == "hung_up"


def test_keys_pressed_meanwhile_wait_for_whoever_asks_next(ring: Any) -> None:
    asking = "  ask: {kind: menu, prompts: menu, options: {7: unknown}, on: {tooMany: sorry}}\n  sorry:"
    flow = FLOW.replace("good: {kind: hangup, prompts: good}", "good: {kind: play, prompts: good, next: ask}")
    call = ring(flow.replace("  sorry:", asking))
    call.on("number", press="1234").on("music", press="7", after=0)
    call.answers["fetch_http"] = [answer("ok", known=True)]
    call.run()
    assert {("good", "interrupted"), ("ask", "unknown")} <= call.outcomes
