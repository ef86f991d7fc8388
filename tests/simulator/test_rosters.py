"""The list of everybody, and what has changed in it."""

from __future__ import annotations

import pytest

BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0bb"
CAROL = "0c1f5b00-5555-4a2b-9c3d-0000000ca401"


async def joined(bot, meeting, **options):
    info = {"joinMeetingId": meeting.join_id, "passcode": meeting.passcode}
    info["@odata.type"] = "#microsoft.graph.joinMeetingIdMeetingInfo"
    options = {"@odata.type": "#microsoft.graph.outgoingCallOptions", **options}
    _, value, _ = await bot.ask("POST", "", bot.call_body(meetingInfo=info, tenantId="home", callOptions=options))
    await bot.until(lambda: bool(bot.rosters(value["id"])))
    return value["id"]


async def test_changes_that_come_together_make_one_roster(bot, clock):
    meeting = bot.simulator.people.create_meeting(participants=[{"user": BOB}])
    call_id = await joined(bot, meeting)
    for number in range(20):
        bot.simulator.people.mute(meeting.id, BOB, muted=number % 2 == 0)
        await clock.advance(0.01)
    await clock.advance(5)
    assert len(bot.rosters(call_id)) == 2
    assert not bot.rosters(call_id)[-1][0]["isMuted"]


async def test_a_roster_that_nothing_changed_in_is_not_told(bot, clock):
    call_id = await joined(bot, bot.simulator.people.create_meeting(participants=[{"user": BOB}]))
    await clock.advance(600)
    assert len(bot.rosters(call_id)) == 1


@pytest.mark.parametrize("settings", [{"roster_sequence_numbers": True}])
async def test_participants_may_say_when_they_changed(bot, clock):
    meeting = bot.simulator.people.create_meeting(participants=[{"user": BOB}, {"user": CAROL}])
    call_id = await joined(bot, meeting)
    bot.simulator.people.mute(meeting.id, BOB)
    await clock.advance(2)
    before, after = bot.rosters(call_id)
    assert [who["rosterSequenceNumber"] for who in before] == [1, 2, 3]
    assert [who["rosterSequenceNumber"] for who in after] == [4, 2, 3]


async def test_a_call_may_ask_for_changes_only(bot, clock):
    meeting = bot.simulator.people.create_meeting(participants=[{"user": BOB}, {"user": CAROL}])
    call_id = await joined(bot, meeting, isDeltaRosterEnabled=True)
    first = bot.rosters(call_id)[0]
    assert (first["@odata.type"], first["sequenceNumber"]) == ("#microsoft.graph.deltaParticipants", 3)
    assert len(first["participants"]) == 3
    bot.simulator.people.mute(meeting.id, BOB)
    await clock.advance(2)
    bot.simulator.people.leave(meeting.id, CAROL)
    await clock.advance(2)
    muted, left = (delta["participants"] for delta in bot.rosters(call_id)[1:])
    assert [(who["isMuted"], who["rosterSequenceNumber"]) for who in muted] == [(True, 4)]
    assert [(who["id"], who["removedState"]["reason"]) for who in left] == [(first["participants"][1]["id"], "left")]


async def test_a_hidden_bot_is_in_no_roster_but_its_own(bot, clock):
    call_id = await bot.up()
    bot.simulator.call(call_id).options = {"hideBotAfterEscalation": True}
    conversation = bot.simulator.people.escalate(call_id, [{"user": BOB}])
    other = bot.simulator.ring({"user": BOB}, meeting=conversation.id)
    await bot.until(lambda: bool(bot.of(other)))
    await bot.answer(other)
    await bot.until(lambda: bool(bot.rosters(other)) and len(bot.rosters(call_id)[-1]) == 4)
    assert len(bot.rosters(other)[-1]) == 3


@pytest.mark.parametrize("settings", [{"group_call_ends_with_initiator": False}])
async def test_those_who_hide_do_not_keep_a_conversation_alive(bot):
    call_id = await bot.up()
    bot.simulator.call(call_id).options = {"hideBotAfterEscalation": True}
    conversation = bot.simulator.people.escalate(call_id, [{"user": BOB}])
    other = bot.simulator.ring({"user": BOB}, meeting=conversation.id)
    await bot.until(lambda: bool(bot.of(other)))
    await bot.answer(other)
    await bot.until(lambda: bool(bot.rosters(other)))
    for leaver in list(conversation.participants.values()):
        if leaver.call is None:
            conversation.leave(leaver)
    await bot.until(lambda: bot.ended(other) is not None)
    assert bot.result(other) == (200, 5020)
