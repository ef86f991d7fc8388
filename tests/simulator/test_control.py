"""The control plane, as other programs drive it."""

from __future__ import annotations

import aiohttp
import pytest

from clock import RealClock
from simulator import Simulator, SimulatorSettings, serve


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("/calls", {"caller": {"pigeon": "x"}}, 400, "caller"),
        ("/calls", {"caller": {"phone": ""}}, 400, "phone"),
        ("/calls", {"caller": "alice"}, 400, "caller"),
        ("/calls", {"caller": {"user": "a", "phone": "b"}}, 400, "exactly one"),
        ("/calls", {"to": {"moon": "x"}}, 400, "to"),
        ("/calls", {"from": "x"}, 400, "from"),
        ("/calls", {"modalities": "audio"}, 400, "modalities"),
        ("/calls", {"script": [{"dance": 1}]}, 400, "dance"),
        ("/calls", b"{", 400, "JSON"),
        ("/calls", [], 400, "object"),
        ("/calls/nothing/tones", {"tones": "1"}, 404, "nothing"),
        ("/calls/nothing/hangup", None, 404, "nothing"),
        ("/faults", {"match": {"operation": "x"}, "fail": "explode"}, 400, "explode"),
        ("/settings", {"no_such": 1}, 400, "no_such"),
        ("/settings", {"webhook_attempts": "three"}, 400, "webhook_attempts"),
        ("/settings", {"webhook_attempts": True}, 400, "webhook_attempts"),
        ("/settings", {"id_form": "roman"}, 400, "dashed"),
        ("/settings", {"results": {"user_hung_up": [200]}}, 400, "results.user_hung_up"),
        ("/settings", {"results": {"sneezed": [200, 1]}}, 400, "sneezed"),
        ("/settings", {"targets": {"b": {"outcome": "sleeps"}}}, 400, "outcome"),
        ("/settings", {"targets": {"b": {"mood": "good"}}}, 400, "mood"),
        ("/settings", {"clients": {"c": {}}}, 400, "secret"),
        ("/clock", {"advance": -1}, 400, "advance"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(bot, path, body, status, word):
    answered, value = await bot.control("POST", path, body)
    assert answered == status
    assert word in value["error"]
    assert not bot.simulator.calls


async def test_keys_and_speech_of_a_call_are_checked(bot, make_wav):
    call_id = await bot.up()
    for path, body, word in (
        ("tones", {"tones": "x"}, "tones"),
        ("tones", {"tones": 5}, "wanted"),
        ("tones", {"tones": "1", "interval_ms": "slow"}, "wanted"),
        ("speech", b"not a wav", "WAV"),
        ("speech", make_wav((0.1, 0.5), rate=8000), "8000 Hz"),
    ):
        status, value = await bot.control("POST", f"/calls/{call_id}/{path}", body)
        assert status == 400
        assert word in value["error"]
    bot.simulator.hang_up(call_id)
    assert (await bot.control("POST", f"/calls/{call_id}/hangup"))[0] == 409


async def test_speech_is_recorded(bot, make_wav):
    call_id = await bot.up()
    await bot.act(call_id, "recordResponse", prompts=[], maxSilenceTimeoutInSeconds=1, maxRecordDurationInSeconds=60)
    assert (await bot.control("POST", f"/calls/{call_id}/speech", make_wav((3.0, 0.5))))[0] == 202
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert bot.operations(call_id)[0]["resultInfo"]["subcode"] == 8509


async def test_virtual_time_is_advanced_from_outside(bot):
    _, before = await bot.control("GET", "/clock")
    _, made = await bot.control("POST", "/calls", {})
    _, after = await bot.control("POST", "/clock", {"advance": 14.5})
    assert (before["kind"], after["now"] - before["now"]) == ("virtual", 14.5)
    assert bot.states(made["id"]) == ["incoming"]
    await bot.control("POST", "/clock", {"advance": 0.5})
    assert bot.result(made["id"]) == (408, 8587)


async def test_real_time_cannot_be_advanced():
    simulator = Simulator(RealClock())
    async with serve(simulator, https=False) as addresses, aiohttp.ClientSession() as http:
        async with http.get(f"{addresses.base_url}/simulator/clock") as answer:
            assert (await answer.json())["kind"] == "real"
        async with http.post(f"{addresses.base_url}/simulator/clock", json={"advance": 1}) as answer:
            assert answer.status == 409


async def test_settings_change_under_a_live_call(bot):
    call_id = await bot.up()
    status, settings = await bot.control("POST", "/settings", {"tone_sequence_start": 9, "webhook_charset": None})
    assert (status, settings["tone_sequence_start"]) == (200, 9)
    assert (await bot.control("GET", "/settings"))[1] == settings
    bot.simulator.press(call_id, "1")
    await bot.until(lambda: bot.tones(call_id) == [(9, "tone1")])


def test_settings_survive_json():
    settings = SimulatorSettings.from_json(
        {
            "targets": {"b": {"outcome": "busy", "after_s": 1}},
            "clients": {"c": {"secret": "s", "roles": ["Read"]}},
            "results": {"user_hung_up": [200, 4097]},
            "max_call_s": None,
            "other_tenants": ["t"],
        }
    )
    assert SimulatorSettings.from_json(settings.to_json()) == settings
    assert settings.target("b").after_s == 1.0
    assert settings.target("anybody").outcome == "answers"


async def test_faults_can_be_planned_and_seen(bot):
    fault = {"match": {"operation": "answer"}, "fail": {"status": 500}, "times": 2}
    status, value = await bot.control("POST", "/faults", fault)
    assert (status, value["faults"]) == (201, [fault])
    call_id = bot.simulator.ring()
    await bot.until(lambda: bool(bot.of(call_id)))
    bot.lenient = True
    assert await bot.answer(call_id) == 500
    assert (await bot.control("GET", "/faults"))[1]["faults"] == [{**fault, "times": 1}]


async def test_reset_forgets_everything_and_tells_nobody(bot, clock):
    call_id = await bot.up()
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("menu")])
    await bot.control("POST", "/settings", {"tone_sequence_start": 9})
    await bot.control("POST", "/faults", {"match": {"operation": "answer"}, "fail": "drop"})
    told = len(bot.items)
    assert (await bot.control("POST", "/reset"))[0] == 204
    await clock.advance(3600)
    assert len(bot.items) == told
    assert (await bot.control("GET", "/calls"))[1] == {"calls": []}
    assert (await bot.control("GET", "/faults"))[1] == {"faults": []}
    assert (await bot.control("GET", "/settings"))[1]["tone_sequence_start"] == 1
    assert (await bot.ask("GET", call_id))[0] == 404


JUNK = [None, -1, True, "x", "", [], [1], {"a": 1}, [{}], 10**30, float("nan"), float("inf")]
DOES = {"press": "1"}
NONSENSE = [
    *(("/calls", {"script": [{**DOES, name: value}]}) for name in ("after_s", "interval_ms", "when") for value in JUNK),
    *(("/calls", {"script": [{name: value}]}) for name in ("press", "say", "hang_up") for value in JUNK),
    *(
        ("/faults", {"match": {"operation": "answer"}, "fail": "drop", name: value})
        for name in ("times", "skip", "probability")
        for value in JUNK
    ),
    *(
        ("/faults", {"match": {"operation": "answer"}, "fail": {"status": 503, name: value}})
        for name in ("status", "retry_after", "as_date", "no_such")
        for value in JUNK
    ),
    *(("/faults", {"match": {"operation": "answer"}, "fail": {"delay": value}}) for value in JUNK),
    *(("/clock", {"advance": value}) for value in JUNK),
    *(("/settings", {"beep_s": value}) for value in JUNK),
]


async def test_nonsense_is_told_what_would_make_sense_and_changes_nothing(bot):
    """One call of the control plane after another: none of them is the simulator's own mistake."""
    told = 0
    for path, body in NONSENSE:
        status, answer = await bot.control("POST", path, body)
        assert status in (200, 201, 400), (path, body, status)
        if status == 400:
            told += 1
            assert len(answer["error"]) > 10, (path, body)
    assert told > len(NONSENSE) - 12
    assert (await bot.control("GET", "/clock"))[0] == (await bot.control("GET", "/settings"))[0] == 200
    assert (await bot.control("GET", "/faults"))[0] == (await bot.control("GET", "/calls"))[0] == 200
