from __future__ import annotations

import json

from flows import Interpreter, load
from flows import acts as a
from flows.checker import Source, check
from flows.spoken import split

TEXT = """\
schema: 1
id: f
locale: en-US
start: pick-up
defaults: {onError: {next: bye}, noInput: pardon}
nodes:
  pick-up: {kind: answer, next: choose}
  choose: {kind: menu, prompts: choose, options: {1: person, 2: french}, on: {tooMany: bye}}
  french: {kind: language, to: fr-FR, next: hold}
  hold: {kind: wait, for: 5s, hold: music, next: choose}
  person: {kind: transfer, target: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}, announce: one-moment}
  bye: {kind: hangup, prompts: bye}
"""
ENGLISH = dict.fromkeys(("choose", "music", "one-moment", "bye", "pardon"), 1000)


def test_what_is_said_from_there_on_is_in_the_other_language() -> None:
    walk = Interpreter(load(TEXT, "f.yaml"))
    walk.begin()
    walk.resume(a.Answered())
    assert walk.resume(a.Collected(digits="2", how="maximum")) == a.Stay(timeout_ms=5000, hold=("fr-FR/music",))
    walk = Interpreter.from_json(walk.flow, json.loads(json.dumps(walk.to_json())))
    act = walk.resume(a.Silence())
    assert isinstance(act, a.Listen)
    assert act.prompts == ("fr-FR/choose",)
    act = walk.resume(a.Silence())
    assert isinstance(act, a.Listen)
    assert act.prompts == ("fr-FR/pardon", "fr-FR/choose")
    assert walk.resume(a.Collected(digits="1", how="maximum")) == a.Play(prompts=("fr-FR/one-moment",))


def test_every_prompt_is_wanted_in_every_language_and_the_own_ones_come_first() -> None:
    flow = load(TEXT, "f.yaml")
    assert flow.prompts[:5] == flow.own_prompts
    assert set(flow.prompts[5:]) == {f"fr-FR/{name}" for name in flow.own_prompts}
    assert [split(name) for name in flow.prompts[4:6]] == [(None, flow.own_prompts[4]), ("fr-FR", flow.own_prompts[0])]


def test_a_language_without_prompts_and_one_that_lacks_some_are_found() -> None:
    def found(**voices: dict[str, int]) -> list[tuple[str, int, str]]:
        named = {name.replace("_", "-"): each for name, each in voices.items()}
        problems = check([Source(file="f.yaml", text=TEXT)], voices=named)
        return [(each.rule, each.place.line, each.message) for each in problems]

    assert found(en_US=ENGLISH, fr_FR=ENGLISH) == []
    ((rule, line, message),) = found(en_US=ENGLISH)
    assert (rule, line, "fr-FR" in message) == ("missing-locale", 9, True)
    lacking = {name: ms for name, ms in ENGLISH.items() if name != "music"}
    assert found(en_US=ENGLISH, fr_FR=lacking) == [("unknown-prompt", 9, "not in fr-FR: music")]
