"""Recorders that a policy invites: whom they take, what they say of themselves, when they may speak."""

from __future__ import annotations

import json

import pytest

BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0bb"


def joining(bot, call_id):
    return [item for item in bot.of(call_id) if item["resourceUrl"].endswith("/participantJoining")]


async def recorder(bot, capacity):
    call_id = bot.simulator.ring(policy=True)
    await bot.until(lambda: bool(bot.of(call_id)))
    assert await bot.answer(call_id, participantCapacity=capacity) == 202
    await bot.until(lambda: bot.audio(call_id) == "active")
    return call_id


@pytest.mark.parametrize(
    ("answer", "heard", "taken"),
    [
        ({"@odata.type": "#microsoft.graph.acceptJoinResponse"}, "is recorded, too", True),
        ({"@odata.type": "#microsoft.graph.rejectJoinResponse", "reason": "busy"}, "is not recorded", False),
        (
            {"@odata.type": "#microsoft.graph.inviteNewBotResponse", "inviteUri": "https://two.example.test/"},
            "is recorded by another bot",
            False,
        ),
        ({"hello": "you"}, "hears nothing it understands", False),
        (None, "hears nothing it understands", False),
    ],
)
async def test_a_recorder_of_several_says_whether_it_takes_one_more(bot, answer, heard, taken):
    call_id = await recorder(bot, 3)
    bot.body = None if answer is None else json.dumps(answer)
    status, made = await bot.control("POST", f"/calls/{call_id}/policy-join", {"who": {"user": BOB}})
    assert (status, made["call"]) == (202, None)
    await bot.until(lambda: bot.simulator.call(call_id).transcript.of("far_end")[-1]["does"] == heard)
    asked = joining(bot, call_id)[0]["resourceData"]["call"]
    assert asked["source"]["identity"]["user"]["id"] == BOB
    left = await bot.control("POST", f"/calls/{call_id}/policy-leave", {"who": BOB})
    assert left[0] == (202 if taken else 409)
    if taken:
        await bot.until(lambda: bot.of(call_id)[-1]["resourceUrl"].endswith("/participantLeft"))


@pytest.mark.parametrize("capacity", [0, 1])
async def test_for_a_recorder_of_one_each_joiner_is_a_new_call(bot, capacity):
    call_id = await recorder(bot, capacity)
    _, made = await bot.control("POST", f"/calls/{call_id}/policy-join", {"who": {"user": BOB}})
    await bot.until(lambda: bool(bot.of(made["call"])))
    assert bot.changes(made["call"])[0]["source"]["identity"]["user"]["id"] == BOB


async def test_only_a_recorders_call_is_joined_so(bot):
    call_id = await bot.up()
    assert (await bot.control("POST", f"/calls/{call_id}/policy-join", {"who": {"user": BOB}}))[0] == 409
    assert (await bot.control("POST", f"/calls/{call_id}/policy-join", {"who": BOB}))[0] == 400
    assert (await bot.control("POST", f"/calls/{call_id}/policy-leave", {}))[0] == 400


async def test_recording_status_is_for_recorders_only(bot):
    caller, call_id = await bot.up(), await recorder(bot, 1)
    refused = await bot.act(caller, "updateRecordingStatus", status="recording")
    assert (refused[0], refused[1]["error"]["code"]) == (400, "8506")
    status, operation, _ = await bot.act(call_id, "updateRecordingStatus", status="recording", clientContext="r")
    assert (status, operation["status"], operation["clientContext"]) == (200, "completed", "r")
    assert (await bot.act(call_id, "updateRecordingStatus", status="perhaps"))[0] == 400
