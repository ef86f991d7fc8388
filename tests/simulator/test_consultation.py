"""Consultative transfers: two calls of the bot's become one of the people's, whichever way round it is asked."""

from __future__ import annotations

import pytest

ALICE = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0bb"
PHONE = "+442079460000"


def to(identity, replaces, kind="user"):
    return {"transferTarget": {"identity": {kind: {"id": identity}}, "replacesCallId": replaces}}


async def called(bot, who=BOB):
    _, value, _ = await bot.ask("POST", "", bot.call_body({"user": who}))
    await bot.until(lambda: bot.audio(value["id"]) == "active")
    return value["id"]


async def failed(bot, call_id, how):
    told = len(bot.changes(call_id))
    assert (await bot.act(call_id, "transfer", **how))[0] == 202
    await bot.until(lambda: len(bot.changes(call_id)) == told + 2)
    last = bot.changes(call_id)[-1]
    assert (last["state"], last["resultInfo"]["code"], last["resultInfo"]["subcode"]) == ("established", 500, 7700)
    return last


@pytest.mark.parametrize("on_the_first", [True, False])
async def test_two_calls_are_joined_whichever_is_named_in_the_url(bot, on_the_first):
    first, second = await bot.up(), await called(bot)
    on, replaced, target = (first, second, BOB) if on_the_first else (second, first, ALICE)
    assert (await bot.act(on, "transfer", **to(target, replaced)))[0] == 202
    await bot.until(lambda: bot.ended(first) is not None and bot.ended(second) is not None)
    assert bot.states(on)[-4:] == ["transferring", "transferAccepted", "transferAccepted", "terminated"]
    assert bot.ended(on)["terminationReason"] == "AppTransferred"
    assert "resultInfo" not in bot.ended(on)
    assert bot.result(replaced) == (200, 4521)
    met = [bot.simulator.call(one).transcript.of("far_end")[-1] for one in (first, second)]
    assert [entry["does"] for entry in met] == ["talks to", "talks to"]
    assert [entry["who"] for entry in met] == [BOB, ALICE]


@pytest.mark.parametrize(
    ("settings", "works"),
    [({"consultative_transfer_on": "earlier"}, "first"), ({"consultative_transfer_on": "later"}, "second")],
)
async def test_a_setting_allows_one_way_round_only(bot, works):
    first, second = await bot.up(), await called(bot)
    ways = {"first": (first, to(BOB, second)), "second": (second, to(ALICE, first))}
    wrong_call, wrong = ways.pop("second" if works == "first" else "first")
    assert (await failed(bot, wrong_call, wrong))["replacesContext"]
    right_call, right = ways[works]
    await bot.act(right_call, "transfer", **right)
    await bot.until(lambda: bot.ended(first) is not None and bot.ended(second) is not None)


async def test_what_cannot_be_joined_is_given_back_and_goes_on(bot):
    first, second = await bot.up(), await called(bot)
    await failed(bot, first, to(ALICE, second))  # the other call is not with this target
    await failed(bot, first, to(BOB, "e5d39592-99bd-4db8-bca8-30fb894ec51d"))
    await failed(bot, first, to(ALICE, first))
    bot.simulator.press(first, "5")
    await bot.until(lambda: bot.tones(first) == [(1, "tone5")])


async def test_a_target_who_hangs_up_meanwhile_fails_the_transfer(bot):
    first, second = await bot.up(), await called(bot)
    await bot.act(first, "transfer", **to(BOB, second))
    bot.simulator.hang_up(second)
    await bot.until(lambda: "resultInfo" in bot.changes(first)[-1])
    assert bot.changes(first)[-1]["state"] == "established"


@pytest.mark.parametrize("caller", [{"phone": PHONE}, None])
async def test_a_telephone_is_joined_through_a_resource_account(bot, caller):
    first, second = await bot.up(caller), await called(bot)
    target = ALICE if caller is None else PHONE
    kind = "user" if caller is None else "phone"
    await bot.act(second, "transfer", **to(target, first, kind))
    await bot.until(lambda: bot.ended(first) is not None and bot.ended(second) is not None)


async def test_what_is_no_id_is_refused(bot):
    call_id = await bot.up()
    status, problem, _ = await bot.act(call_id, "transfer", **to(BOB, 7))
    assert (status, problem["error"]["code"]) == (400, "8523")


async def test_a_call_goes_to_somebodys_voicemail(bot):
    bot.simulator.change_settings(targets={BOB: {"outcome": "declines"}})
    call_id = await bot.up()
    target = {"identity": {"user": {"id": BOB}}, "endpointType": "voicemail"}
    assert (await bot.act(call_id, "transfer", transferTarget=target))[0] == 202
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (0, 7015)


@pytest.mark.parametrize("settings", [{"foreign_users": {BOB: "0c1f5b00-4444-4a2b-9c3d-0000000000dd"}}])
async def test_a_user_of_another_tenant_does_not_get_the_call(bot):
    call_id = await bot.up()
    await bot.act(call_id, "transfer", transferTarget={"identity": {"user": {"id": BOB}}})
    await bot.until(lambda: "resultInfo" in bot.changes(call_id)[-1])
    assert bot.changes(call_id)[-1]["resultInfo"]["subcode"] == 7000


async def test_a_participant_is_handed_on_out_of_a_group_call(bot):
    people = bot.simulator.people
    meeting = people.create_meeting(participants=[{"user": ALICE}, {"user": "0c1f5b00-5555-4a2b-9c3d-0000000ca401"}])
    call_id = bot.simulator.ring({"user": ALICE}, meeting=meeting.id)
    await bot.until(lambda: bool(bot.of(call_id)))
    await bot.answer(call_id)
    await bot.until(lambda: bot.audio(call_id) == "active")
    target = {"identity": {"user": {"id": BOB}}}
    assert (await bot.act(call_id, "transfer", transferTarget=target))[1]["error"]["code"] == "8523"
    stranger = {"participantId": "0c1f5b00-9999-4a2b-9c3d-000000000011"}
    refused = await bot.act(call_id, "transfer", transferTarget=target, transferee=stranger)
    assert refused[1]["error"]["code"] == "8558"
    alice = people.conversation(meeting.id).find(ALICE)
    transferee = {"identity": {"user": {"id": ALICE}}, "participantId": alice.id}
    assert (await bot.act(call_id, "transfer", transferTarget=target, transferee=transferee))[0] == 202
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (0, 7015)
    assert people.conversation(meeting.id).find(ALICE) is None
