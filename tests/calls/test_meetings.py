"""Meetings that the bot joins: how it gets in, how it loses them, and how it comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from callers import Played, clock_of, finish, laptop_with_flows
from placed import BOB, CAROL, control, graph_calls, over, place, see

from cli.laptop import Laptop
from graph.roster import participants
from simulator.online_meetings import OnlineMeeting, moment
from simulator.permissions import EVERY_PERMISSION

JSON = dict[str, Any]

MEETING = """
schema: 1
id: test
locale: en-US
start: join
nodes:
  join: {kind: answer, next: hello}
  hello: {kind: play, prompts: greeting, bargeIn: false, next: meet}
  meet: {kind: stay, next: bye, on: {timeout: bye}, atMost: 4h}
  bye: {kind: hangup, prompts: goodbye}
"""
LOST = ["media_lost", "bot_media_lost", "keep_alive_lapsed"]


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Laptop]:
    async with laptop_with_flows(tmp_path, test=MEETING) as running:
        yield running


def meeting(laptop: Laptop, **more: Any) -> OnlineMeeting:
    people: Any = more.pop("participants", [{"user": BOB}, {"user": CAROL}])
    return laptop.simulator.people.create_meeting({"user": BOB}, people, **more)


async def joined(laptop: Laptop, of: OnlineMeeting, **more: Any) -> str:
    instance_id = await place(laptop, meeting={"join_url": of.join_url}, **more)
    await clock_of(laptop).advance(20)
    return instance_id


def results(call: Played) -> list[str]:
    return [each["result"] for each in call.events if each["what"] == "control"]


async def test_the_bot_joins_by_join_url_and_its_record_says_which_meeting(laptop: Laptop) -> None:
    of = meeting(laptop)
    instance_id = await joined(laptop, of)
    await control(laptop, instance_id, "recording-status", status="recording")
    laptop.simulator.drop(graph_calls(laptop)[-1].id, "conversation_ended")
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], call.record["party"]) == ("conversation_ended", "meeting")
    where = call.record["meeting"]
    assert where["thread_id"] == of.thread_id
    assert where["organizer_id"] == BOB
    assert where["bot_id"] == call.call.my_participant_id.replace("-", "")
    assert "context" not in where["join_url"]
    assert call.heard == ["greeting"]


async def test_the_record_says_when_a_meeting_is_that_was_joined_by_its_address(laptop: Laptop) -> None:
    of = meeting(laptop)
    of.options["subject"] = "Stand-up"
    where = (await see(laptop, await joined(laptop, of))).record["meeting"]
    assert where["subject"] == "Stand-up"
    assert [where["start"], where["end"]] == [moment(of.starts_at), moment(of.ends_at)]


@pytest.mark.parametrize(
    "settings",
    [
        {"permissions": [name for name in EVERY_PERMISSION if not name.startswith("OnlineMeetings")]},
        {"meetings_of": []},
    ],
    ids=["permission", "policy"],
)
async def test_a_meeting_that_the_bot_may_not_read_is_joined_all_the_same(laptop: Laptop, settings: JSON) -> None:
    laptop.simulator.change_settings(**settings)
    call = await see(laptop, await joined(laptop, meeting(laptop)))
    assert call.heard == ["greeting"]
    assert call.record["meeting"]["organizer_id"] == BOB
    assert call.record["meeting"]["start"] is None


async def test_a_slow_calendar_does_not_keep_a_meeting_waiting(laptop: Laptop) -> None:
    laptop.simulator.fault({"operation": "listOnlineMeetings"}, {"status": 503, "retry_after": 1}, times=99)
    call = await see(laptop, await joined(laptop, meeting(laptop)))
    assert call.heard == ["greeting"]
    assert call.record["meeting"]["start"] is None


@pytest.mark.parametrize("passcode", [True, False])
async def test_the_bot_joins_by_join_id(laptop: Laptop, passcode: bool) -> None:
    of = meeting(laptop, passcode=passcode)
    by: dict[str, Any] = {"join_id": of.join_id}
    if passcode:
        by["passcode"] = of.passcode
    instance_id = await place(laptop, meeting=by)
    await clock_of(laptop).advance(20)
    laptop.simulator.people.remove(graph_calls(laptop)[-1].id, graph_calls(laptop)[-1].my_participant_id)
    assert (await over(laptop, instance_id)).record["outcome"] == "removed"


@pytest.mark.parametrize("shown", ["as_asked", "organizer"])
async def test_of_a_meeting_joined_by_id_the_record_knows_what_graph_shows(laptop: Laptop, shown: str) -> None:
    laptop.simulator.change_settings(meeting_shown=shown)
    of = meeting(laptop)
    instance_id = await place(laptop, meeting={"join_id": of.join_id, "passcode": of.passcode})
    await clock_of(laptop).advance(20)
    where = (await see(laptop, instance_id)).record["meeting"]
    told = (of.thread_id, BOB, moment(of.starts_at)) if shown == "organizer" else (None, None, None)
    assert (where["thread_id"], where["organizer_id"], where["start"]) == told


async def test_a_wrong_passcode_is_refused(laptop: Laptop) -> None:
    of = meeting(laptop)
    instance_id = await place(laptop, meeting={"join_id": of.join_id, "passcode": "wrong"})
    await clock_of(laptop).run_until(lambda: laptop.host.engine.has_ended(instance_id))
    record = await laptop.connections.records.get(instance_id)
    assert record is not None
    assert record["outcome"] == "refused"


async def test_the_bot_makes_a_meeting_and_joins_it(laptop: Laptop) -> None:
    instance_id = await place(laptop, meeting={"create": {"subject": "Incident", "as_user": BOB}})
    await clock_of(laptop).advance(20)
    (made,) = laptop.simulator.online_meetings
    record = (await see(laptop, instance_id)).record
    assert record["meeting"]["thread_id"] == made.thread_id
    assert record["meeting"]["start"] and record["meeting"]["end"]
    await control(laptop, instance_id, "invite", participants=[{"user": BOB}, {"user": CAROL}])
    await clock_of(laptop).advance(10)
    laptop.simulator.people.end(made.id)
    call = await over(laptop, instance_id)
    assert results(call) == ["started", "done"]


async def test_the_bot_waits_in_the_lobby_until_it_is_let_in(laptop: Laptop) -> None:
    of = meeting(laptop, lobby="organizer")
    instance_id = await joined(laptop, of)
    await clock_of(laptop).advance(600)
    assert (await see(laptop, instance_id)).heard == []
    laptop.simulator.people.admit(of.id, graph_calls(laptop)[-1].my_participant_id)
    await clock_of(laptop).advance(30)
    assert (await see(laptop, instance_id)).heard == ["greeting"]
    laptop.simulator.drop(graph_calls(laptop)[-1].id, "removed")
    assert (await over(laptop, instance_id)).record["outcome"] == "removed"


async def test_a_guest_whom_nobody_lets_in_leaves_the_lobby(laptop: Laptop) -> None:
    of = meeting(laptop)
    instance_id = await joined(laptop, of, as_guest="Minutes")
    call = await over(laptop, instance_id)
    assert call.record["outcome"] == "lobby_timeout"
    assert call.heard == []


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        ("removed", "removed"),
        ("removed_by_other", "removed"),
        ("conversation_ended", "conversation_ended"),
        ("conversation_over", "conversation_ended"),
        ("all_others_left", "alone"),
        ("alone", "alone"),
        ("nobody_in_roster", "alone"),
        ("nobody_joined", "alone"),
        ("only_hidden_left", "alone"),
        ("initiator_left", "initiator_left"),
        ("no_host", "no_host"),
        ("breakout_ended", "breakout_ended"),
        ("lobby_timeout", "lobby_timeout"),
        ("user_hung_up", "hung_up"),
        ("transfer_completed", "moved"),
    ],
)
async def test_each_reason_to_end_is_an_outcome_of_its_own(laptop: Laptop, ending: str, outcome: str) -> None:
    instance_id = await joined(laptop, meeting(laptop))
    laptop.simulator.drop(graph_calls(laptop)[-1].id, ending)
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], call.record["rejoins"]) == (outcome, 0)
    code, subcode = laptop.simulator.settings.result(ending)
    assert (call.record["code"], call.record["subcode"]) == (code, subcode)


@pytest.mark.parametrize("ending", [*LOST, "network_lost", "phone_server_error"])
async def test_a_meeting_that_is_lost_is_joined_again(laptop: Laptop, ending: str) -> None:
    instance_id = await joined(laptop, meeting(laptop))
    laptop.simulator.drop(graph_calls(laptop)[-1].id, ending)
    await clock_of(laptop).advance(20)
    assert len(graph_calls(laptop)) == 2
    await control(laptop, instance_id, "mute")
    laptop.simulator.drop(graph_calls(laptop)[-1].id, "conversation_ended")
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], call.record["rejoins"]) == ("conversation_ended", 1)
    assert results(call) == ["done"]


@pytest.mark.parametrize(("ending", "outcome"), [("media_lost", "media_lost"), ("keep_alive_lapsed", "keepalive_lost")])
async def test_a_meeting_is_joined_again_twice_and_then_given_up(laptop: Laptop, ending: str, outcome: str) -> None:
    instance_id = await joined(laptop, meeting(laptop))
    for _ in range(3):
        laptop.simulator.drop(graph_calls(laptop)[-1].id, ending)
        await clock_of(laptop).advance(20)
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], call.record["rejoins"]) == (outcome, 2)
    assert len(graph_calls(laptop)) == 3


async def test_a_meeting_that_cannot_be_joined_again_ended_as_it_was_lost(laptop: Laptop) -> None:
    instance_id = await joined(laptop, meeting(laptop))
    laptop.simulator.fault({"operation": "createCall"}, {"status": 403, "code": "8560"})
    laptop.simulator.drop(graph_calls(laptop)[-1].id, "media_lost")
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], call.record["code"], call.record["subcode"]) == ("media_lost", 410, 301005)


async def test_a_meeting_is_not_joined_again_when_the_request_says_so(laptop: Laptop) -> None:
    instance_id = await joined(laptop, meeting(laptop), rejoin=False)
    laptop.simulator.drop(graph_calls(laptop)[-1].id, "media_lost")
    assert (await over(laptop, instance_id)).record["outcome"] == "media_lost"
    assert len(graph_calls(laptop)) == 1


async def test_a_meeting_that_is_found_gone_is_joined_again(laptop: Laptop) -> None:
    """The word that the call is over is lost: the next keepAlive finds no call."""
    instance_id = await joined(laptop, meeting(laptop))
    laptop.simulator.fault({"notification": "ended"}, "drop")
    laptop.simulator.drop(graph_calls(laptop)[-1].id, "keep_alive_lapsed")
    await clock_of(laptop).advance(900)
    assert len(graph_calls(laptop)) == 2
    laptop.simulator.drop(graph_calls(laptop)[-1].id, "conversation_ended")
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], call.record["rejoins"]) == ("conversation_ended", 1)


async def test_a_bot_that_was_dead_for_an_hour_joins_its_meeting_again(tmp_path: Path) -> None:
    """Graph has ended the call for want of a keepAlive, and there was nobody to tell."""
    flows = tmp_path / "flows"
    flows.mkdir()
    async with laptop_with_flows(flows, database=str(tmp_path / "hub.sqlite"), test=MEETING) as laptop:
        instance_id = await joined(laptop, meeting(laptop))
        await laptop.kill_bot()
        await clock_of(laptop).advance(3600)
        assert graph_calls(laptop)[-1].over
        await laptop.start_bot()
        await clock_of(laptop).advance(60)
        assert len(graph_calls(laptop)) == 2
        laptop.simulator.drop(graph_calls(laptop)[-1].id, "conversation_ended")
        record = (await over(laptop, instance_id)).record
    assert (record["outcome"], record["rejoins"]) == ("conversation_ended", 1)


@pytest.mark.parametrize("by", ["token", "channel"])
async def test_other_ways_to_name_a_meeting_lead_into_it(laptop: Laptop, by: str) -> None:
    of = meeting(laptop, in_channel=by == "channel")
    name = {"token": of.token} if by == "token" else {"join_url": of.join_url}
    instance_id = await place(laptop, meeting=name)
    await clock_of(laptop).advance(20)
    assert laptop.simulator.people.conversation(of.id).legs
    laptop.simulator.people.end(of.id)
    assert (await over(laptop, instance_id)).record["outcome"] == "conversation_ended"


async def test_a_bot_invited_into_a_meeting_notes_which_one(laptop: Laptop) -> None:
    of = meeting(laptop)
    call_id = laptop.simulator.ring({"user": {"id": BOB}}, meeting=of.id)
    await clock_of(laptop).advance(20)
    laptop.simulator.people.end(of.id)
    (call,) = await finish(laptop, call_id)
    assert (call.record["outcome"], call.record["party"]) == ("conversation_ended", "group")
    assert call.record["meeting"]["thread_id"] == of.thread_id


async def test_a_long_meeting_is_kept_alive(laptop: Laptop) -> None:
    instance_id = await joined(laptop, meeting(laptop))
    await clock_of(laptop).advance(2 * 3600)
    laptop.simulator.drop(graph_calls(laptop)[-1].id, "conversation_ended")
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], call.requests.count("keepAlive")) == ("conversation_ended", 8)


async def test_a_bot_that_everybody_has_left_leaves_too(laptop: Laptop) -> None:
    of = meeting(laptop)
    instance_id = await joined(laptop, of)
    for who in (BOB, CAROL):
        laptop.simulator.people.leave(of.id, who)
    call = await over(laptop, instance_id)
    assert call.record["outcome"] == "alone"
    assert call.record["ended"] - call.record["started"] < 200
    assert "hangUp" in call.requests


async def test_a_meeting_of_three_hundred_is_one_call_with_a_short_history(laptop: Laptop) -> None:
    of = meeting(laptop, participants=0)
    instance_id = await joined(laptop, of)
    laptop.simulator.people.join(of.id, 300, every_s=0.2)
    await clock_of(laptop).advance(120)
    roster = await laptop.connections.inbox.roster(instance_id)
    assert roster is not None
    told = {one.participant_id for one in participants(roster["resourceData"]) if not one.removed}
    there = laptop.simulator.people.conversation(of.id).participants
    assert len(there) == 301  # and the bot
    assert told == there.keys()
    await control(laptop, instance_id, "mute")
    laptop.simulator.people.end(of.id)
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], results(call)) == ("conversation_ended", ["done"])
    assert len(laptop.host.engine.history(instance_id)) < 400


async def test_whoever_is_sent_out_of_a_meeting_must_be_named(laptop: Laptop) -> None:
    of = meeting(laptop)
    instance_id = await joined(laptop, of)
    carol = laptop.simulator.people.conversation(of.id).find(CAROL)
    assert carol is not None
    target = {"user": "0c1f5b00-5555-4a2b-9c3d-00000000d00d"}
    await control(laptop, instance_id, "transfer", target=target)
    await clock_of(laptop).advance(10)
    await control(laptop, instance_id, "transfer", target=target, transferee=carol.id)
    call = await over(laptop, instance_id)
    assert [each["result"] for each in call.events if each["what"] == "control"] == ["refused", "done"]
    assert call.record["outcome"] == "transferred"


async def test_people_are_let_go_of_and_held(laptop: Laptop) -> None:
    of = meeting(laptop)
    instance_id = await joined(laptop, of)
    carol = laptop.simulator.people.conversation(of.id).find(CAROL)
    assert carol is not None
    await control(laptop, instance_id, "mute-participant", participant=carol.id)
    await control(laptop, instance_id, "hold", participant=carol.id, prompt="greeting")
    await clock_of(laptop).advance(3)
    await control(laptop, instance_id, "resume", participant=carol.id)
    await clock_of(laptop).advance(3)
    await control(laptop, instance_id, "large-gallery")
    await clock_of(laptop).advance(3)
    await control(laptop, instance_id, "remove-participant", participant=carol.id)
    await control(laptop, instance_id, "remove-participant", participant=carol.id)
    laptop.simulator.people.end(of.id)
    call = await over(laptop, instance_id)
    told = [(each["action"], each["result"]) for each in call.events if each["what"] == "control"]
    assert ("mute_participant", "done") in told
    assert ("hold", "done") in told or ("hold", "started") in told
    assert ("resume", "done") in told
    assert ("large_gallery", "done") in told
    assert told[-2:] == [("remove_participant", "done"), ("remove_participant", "refused")]
    assert call.record["outcome"] == "conversation_ended"  # a participant who is gone is not the call's end
