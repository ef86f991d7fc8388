"""Keys that the session may not know: the same calls, with the keys behind numbers and a judge who can read them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.entries import judge, take

JSON = dict[str, Any]
KEYS = "0123456789*#"
FLOW = """
schema: 1
id: bank
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: hello}
  hello: {kind: play, prompts: hello, bargeIn: true, next: choose}
  choose:
    {kind: menu, prompts: choose, noInput: [], options: {1: pin, 2: speak, 9: {next: "@repeat", label: again}},
     on: {tooMany: bye}}
  pin:
    {kind: collect, sensitive: true, prompts: pin, noInput: [], into: pin, min: 4, max: 4, pattern: "[0-7]{4}",
     next: more, on: {tooMany: bye}}
  more: {kind: collect, prompts: more, noInput: [], into: more, max: 8, bargeIn: false, next: speak, on: {tooMany: bye}}
  speak: {kind: record, consent: consent, stopKeys: "#*", next: choose-again, on: {failed: bye}}
  choose-again: {kind: menu, prompts: again, noInput: [], options: {1: bye, 2: pin}, on: {tooMany: bye}}
  bye: {kind: hangup, prompts: goodbye}
"""


def sealed_call(ring: Any) -> type[Any]:
    """A `FakeCall` whose tones are sealed; only its judge has the keys."""

    class SealedCall(ring):
        def press(self, keys: str, after: int = 0, every: int = 150) -> None:
            self.typed: dict[int, str] = getattr(self, "typed", {})
            for at, key in enumerate(keys):
                self._sequence += 1
                number = 1000 + self._sequence
                self.typed[number] = key
                tone = {"kind": "tone", "sequence": self._sequence, "n": number, "sealed": f"opaque-{number}"}
                self.say(tone, after + at * every)

        def _judge_keys(self, given: JSON) -> JSON:
            keys = [self.typed[number] for number in given["keys"]]
            if "among" in given:
                return {"ok": {"among": keys[0] in given["among"]}}
            asked = {name: given[name] for name in ("node", "maximum", "terminators", "pause")}
            answer, digits = judge(keys, **asked)
            return {"ok": {**answer, "token": f"token-{len(digits)}" if answer["outcome"] == "ok" else None}}

    return SealedCall


Bursts = list[tuple[str, str, int, int]]
BURSTS = st.lists(
    st.tuples(
        st.sampled_from(["hello", "choose", "pin", "more", "consent", "again"]),
        st.one_of(
            st.sampled_from(["1", "2", "11234", "1234", "1234#", "12#", "9", "#", "11234#77#", "2#"]),
            st.text(KEYS, min_size=1, max_size=6),
        ),
        st.integers(0, 4000),
        st.sampled_from([20, 150, 400, 2500]),
    ),
    max_size=8,
)


def play(kind: type[Any], bursts: Bursts) -> Any:
    call = kind(FLOW)
    call.record = (4000, 8514)
    for prompt, keys, after, every in bursts:
        call.on(prompt, press=keys, after=after, every=every)
    return call.run()


def story(call: Any) -> list[JSON]:
    """The journal without its numbers and times: a note of the flow's is written with the next command."""
    return [{name: value for name, value in entry.items() if name not in ("seq", "at")} for entry in call.journal]


def summary(call: Any) -> JSON:
    """The record without what depends on how many commands there were."""
    recordings = [{**each, "operation_id": None} for each in call.summary["recordings"]]
    return {**call.summary, "recordings": recordings, "meter": None}


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bursts=BURSTS)
def test_a_call_with_sealed_keys_goes_as_the_same_call_in_the_clear(ring: Any, bursts: Bursts) -> None:
    plain, sealed = play(ring, bursts), play(sealed_call(ring), bursts)
    assert sealed.heard == plain.heard
    assert story(sealed) == story(plain)
    assert summary(sealed) == summary(plain)


def test_no_key_is_in_a_session_a_command_or_a_status_of_a_sealed_call(ring: Any) -> None:
    call = sealed_call(ring)(FLOW, serialise=True)
    call.on("hello", press="11234", every=60).on("more", press="77881#", after=2100)
    said: list[str] = []
    tell = call.receive

    def receive(event: JSON) -> list[Any]:
        commands = tell(event)
        said.append(json.dumps([call.session.to_json()["memory"], call.session.to_json()["interpreter"]]))
        said.extend(json.dumps(command.to_json()) for command in commands)
        return commands

    call.receive = receive
    call.run()
    assert ("pin", "ok") in call.outcomes and ("more", "ok") in call.outcomes
    everything = "\n".join([*said, json.dumps(call.statuses), json.dumps(call.journal)])
    assert "1234" not in everything.replace("call-1", "") and "77881" not in everything
    assert "token-5" in everything


@pytest.mark.parametrize("kind", ["not_reached", "internal", "unknown", "refused"])
def test_keys_that_nobody_can_read_fail_their_node_and_not_the_call(ring: Any, kind: str) -> None:
    call = sealed_call(ring)(FLOW.replace("on: {tooMany: bye}}\n  pin", "on: {tooMany: bye, failed: speak}}\n  pin"))
    call.answers["judge_keys"] = [{"error": {"kind": kind}}]
    call.on("choose", press="1").run()
    assert ("choose", "failed") in call.outcomes
    assert call.summary["outcome"] == "completed"


def test_an_answer_that_makes_no_sense_fails_the_node(ring: Any) -> None:
    call = sealed_call(ring)(FLOW)
    call.answers["judge_keys"] = [{"ok": {"used": 1, "count": 1, "ended": "whim"}}]
    assert ("choose", "failed") in call.on("choose", press="1").run().outcomes


@pytest.mark.parametrize(
    ("keys", "entry", "used", "ended", "expects"),
    [
        ("", "", 0, None, False),
        ("12", "12", 2, None, False),
        ("12#9", "12", 3, "terminator", False),
        ("#", "", 1, "terminator", False),
        ("1234", "1234", 4, "maximum", True),
        ("1234#", "1234", 5, "maximum", False),
        ("12345", "1234", 4, "maximum", False),
    ],
)
def test_keys_are_taken_until_the_entry_is_complete(
    keys: str, entry: str, used: int, ended: str | None, expects: bool
) -> None:
    taken = take(keys, maximum=4, terminators="#")
    assert (taken.entry, taken.used, taken.ended, taken.expects) == (entry, used, ended, expects)


SECRET = """
schema: 1
id: secret
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: pin}
  pin:
    {kind: collect, sensitive: true, prompts: pin, noInput: [], into: pin, min: 4, max: 4, next: sure,
     on: {tooMany: bye}}
  sure:
    {kind: menu, prompts: sure, flushBuffer: true, noInput: [], options: {5: done}, on: {tooMany: bye}}
  done: {kind: hangup, prompts: done}
  bye: {kind: hangup, prompts: goodbye}
"""


@pytest.mark.parametrize("sealed", [False, True])
def test_a_key_pressed_with_the_last_of_an_entry_does_not_answer_a_question_that_forgets_keys(
    ring: Any, sealed: bool
) -> None:
    """Five keys that become known at once: the first was told last. The fifth was pressed before the question."""
    call = sealed_call(ring)(SECRET) if sealed else ring(SECRET.replace("sensitive: true, ", ""))
    call.run(until=4000)
    call._sequence = 1
    call.press("2345", after=500, every=0)
    call._sequence = 0
    call.press("1", after=550)
    call._sequence = 5
    call.run()
    assert ("pin", "ok") in call.outcomes
    assert call.heard[-2:] == ["sure", "goodbye"]


def overtaken(ring: Any, flow: str, *events: JSON, when: str, **more: Any) -> Any:
    """A sealed call in which events are told while a question of this kind is open."""

    class Overtaken(sealed_call(ring)):  # type: ignore[misc]
        left = 1

        def _judge_keys(self, given: JSON) -> JSON:
            answer = super()._judge_keys(given)
            if when in given and self.left and (when == "among" or answer["ok"]["ended"]):
                self.left = 0
                for event in events:
                    self._perform(self.receive(event))
            return answer

    return Overtaken(flow, **more)


def asks(action: str) -> JSON:
    return {"kind": "control", "action": action, "request": "r", "n": 99}


def test_a_verdict_on_keys_does_not_wake_the_flow_of_a_call_that_is_hung_up(ring: Any) -> None:
    call = overtaken(ring, SECRET, asks("hang_up"), when="node").on("pin", press="1234").run()
    assert call.heard == ["pin"]
    assert call.summary["outcome"] == "ended_by_operator"


def test_a_verdict_on_keys_does_not_wake_the_flow_of_a_call_that_is_given_away(ring: Any) -> None:
    call = overtaken(ring, SECRET, asks("transfer"), when="node").on("pin", press="1234").run()
    assert call.heard == ["pin"]
    assert call.summary["outcome"] == "transferred"


def test_a_verdict_on_a_key_of_a_meeting_that_was_lost_says_nothing(ring: Any) -> None:
    lost = {"kind": "ended", "code": 410, "subcode": 301005, "reason": None}
    call = overtaken(ring, SECRET, lost, when="among", place={"to": [], "meeting": "organizer"})
    call.on("pin", press="1234#", after=2500).run(until=20_000)
    assert call.activities.count("place_call") == 2
    assert call.heard[-1] == "sure"
