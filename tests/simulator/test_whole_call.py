"""One call from ringing to hanging up, driven through the Python API and through the control plane."""

from __future__ import annotations


async def test_a_call_rings_is_answered_plays_hears_a_key_and_ends(bot, simulator):
    call_id = await bot.up({"user": "alice"})
    status, operation, headers = await bot.act(
        call_id, "playPrompt", clientContext="step-1", prompts=[bot.prompt("hello")]
    )
    assert (status, operation["status"], operation["clientContext"]) == (200, "running", "step-1")
    assert headers["Location"].endswith(f"/calls/{call_id}/operations/{operation['id']}")
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert bot.operations(call_id)[0]["status"] == "completed"
    simulator.press(call_id, "1#")
    await bot.until(lambda: len(bot.tones(call_id)) == 2)
    assert bot.tones(call_id) == [(1, "tone1"), (2, "pound")]
    simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 4521)
    assert bot.states(call_id) == ["incoming", "establishing", "established", "established", "terminated"]
    prompt = simulator.call(call_id).transcript.of("prompt")[0]
    assert (prompt["duration_ms"], prompt["heard_ms"], prompt["cut_short_by"]) == (1000, 1000, None)


async def test_the_same_call_is_driven_over_http(bot):
    status, made = await bot.control("POST", "/calls", {"caller": {"phone": "+442079460000"}})
    call_id = made["id"]
    assert status == 201
    await bot.until(lambda: bot.states(call_id) == ["incoming"])
    await bot.answer(call_id)
    await bot.until(lambda: bot.audio(call_id) == "active")
    await bot.act(call_id, "subscribeToTone")
    assert (await bot.control("POST", f"/calls/{call_id}/tones", {"tones": "5"}))[0] == 202
    await bot.until(lambda: bot.tones(call_id) == [(1, "tone5")])
    assert (await bot.control("POST", f"/calls/{call_id}/hangup"))[0] == 202
    await bot.until(lambda: bot.result(call_id) == (200, 540000))
    status, shown = await bot.control("GET", f"/calls/{call_id}")
    assert shown["state"] == "terminated"
    assert {"state", "notification", "request", "tone", "far_end"} <= {entry["what"] for entry in shown["transcript"]}
    assert [call["id"] for call in (await bot.control("GET", "/calls"))[1]["calls"]] == [call_id]
