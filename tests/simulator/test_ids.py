"""Ids in every spelling: Graph shows them dashed and in lower case, or as 32 capitals, and people paste either."""

from __future__ import annotations

import pytest

from simulator.ids import same_id

BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0bb"
SPELLINGS = [BOB, BOB.upper(), BOB.replace("-", ""), BOB.replace("-", "").upper()]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_guid_has_one_key(text):
    assert same_id(text) == BOB


@pytest.mark.parametrize("text", ["", "b", "+442079460000", "no-such-call", "19:meeting_x@thread.v2", "z" * 32])
def test_what_is_no_guid_stays_as_it_is(text):
    assert same_id(text) == text


@pytest.mark.parametrize("settings", [{"targets": {BOB.upper(): {"outcome": "waits"}}}])
@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_people_are_known_by_any_spelling_of_their_id(bot, spelling):
    status, call, _ = await bot.ask("POST", "", bot.call_body(targets=[{"identity": {"user": {"id": spelling}}}]))
    assert status == 201
    await bot.until(lambda: bool(bot.simulator.call(call["id"]).ringing))
    bot.simulator.answer(call["id"], spelling.swapcase())
    await bot.until(lambda: bot.audio(call["id"]) == "active")


@pytest.mark.parametrize("settings", [{"foreign_users": {BOB.upper(): "elsewhere"}}])
async def test_whose_tenant_is_another_is_known_by_any_spelling(bot):
    for spelling in SPELLINGS:
        _, refused, _ = await bot.ask("POST", "", bot.call_body(targets=[{"identity": {"user": {"id": spelling}}}]))
        assert refused["error"]["code"] == "7505"


async def test_somebody_in_a_meeting_is_found_by_any_spelling(bot):
    meeting = bot.simulator.people.create_meeting(participants=[{"user": BOB.upper()}])
    conversation = bot.simulator.people.conversation(meeting.id)
    assert len({id(conversation.find(spelling)) for spelling in SPELLINGS}) == 1
    assert conversation.find(BOB) is not None


async def test_a_fault_of_one_call_is_known_by_any_spelling(bot):
    call_id = await bot.up()
    bot.simulator.fault({"operation": "getCall", "call_id": call_id.replace("-", "").upper()}, {"status": 503})
    assert (await bot.ask("GET", call_id))[0] == 503
