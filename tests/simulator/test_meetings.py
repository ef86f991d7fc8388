"""Meetings: how the bot joins them, who is there, how it leaves."""

from __future__ import annotations

import pytest

ALICE = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
CAROL = "0c1f5b00-5555-4a2b-9c3d-0000000ca401"


def organizer_info(meeting):
    return {
        "chatInfo": {"@odata.type": "#microsoft.graph.chatInfo", **meeting.chat},
        "meetingInfo": {
            "@odata.type": "#microsoft.graph.organizerMeetingInfo",
            "organizer": {"user": {"id": meeting.organizer.id, "tenantId": meeting.tenant_id}},
        },
        "tenantId": "home",
    }


def join_id_info(meeting, **more):
    info = {"joinMeetingId": meeting.join_id, "passcode": meeting.passcode, **more}
    return {"meetingInfo": {"@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo", **info}, "tenantId": "home"}


def token_info(token):
    return {"meetingInfo": {"@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": token}}


@pytest.fixture
def people(bot):
    return bot.simulator.people


@pytest.fixture
def meeting(people):
    return people.create_meeting(participants=[{"user": CAROL}])


async def joined(bot, body, **more):
    status, value, _ = await bot.ask("POST", "", bot.call_body(**body, **more))
    assert status == 201
    await bot.until(lambda: bot.audio(value["id"]) == "active")
    return value["id"]


@pytest.mark.parametrize("in_channel", [False, True])
@pytest.mark.parametrize("how", ["organizer", "join_id", "token"])
async def test_a_meeting_is_joined_by_any_of_its_names(bot, people, how, in_channel):
    meeting = people.create_meeting(participants=[{"user": CAROL}], in_channel=in_channel)
    named = {"organizer": organizer_info(meeting), "join_id": join_id_info(meeting), "token": token_info(meeting.token)}
    call_id = await joined(bot, named[how])
    await bot.until(lambda: bool(bot.rosters(call_id)))
    roster = bot.rosters(call_id)[-1]
    assert [who["info"]["identity"].get("user", {}).get("id") for who in roster] == [CAROL, None]
    assert roster[1]["id"] == bot.simulator.call(call_id).my_participant_id
    first = next(data for data in bot.changes(call_id) if data["state"] == "established")
    assert first["chatInfo"]["threadId"] == meeting.thread_id
    assert first["meetingInfo"]["organizer"]["user"]["id"] == ALICE


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda body: body.pop("tenantId"), (400, "8523")),
        (lambda body: body.pop("chatInfo"), (400, "8523")),
        (lambda body: body["chatInfo"].update(threadId="19:elsewhere@thread.v2"), (400, "8527")),
        (lambda body: body["meetingInfo"]["organizer"]["user"].update(id=CAROL), (400, "8527")),
        (lambda body: body["meetingInfo"].pop("organizer"), (400, "8523")),
        (lambda body: body["meetingInfo"].pop("@odata.type"), (400, "8523")),
        (lambda body: body.update(targets=[{"identity": {"user": {"id": CAROL}}}]), (400, "8523")),
        (lambda body: body.update(tenantId="0c1f5b00-4444-4a2b-9c3d-0000000000dd"), (403, "7505")),
    ],
)
async def test_wrong_coordinates_are_refused(bot, meeting, change, refusal):
    body = bot.call_body(**organizer_info(meeting))
    change(body)
    status, problem, _ = await bot.ask("POST", "", body)
    assert (status, problem["error"]["code"]) == refusal


async def test_wrong_digits_passcodes_and_tokens_are_refused(bot, meeting):
    bodies = [
        join_id_info(meeting, passcode="guess"),
        join_id_info(meeting, passcode=None),
        join_id_info(meeting, joinMeetingId="1"),
        token_info("no such token"),
        {**token_info(meeting.token), "chatInfo": {"threadId": "x"}},
    ]
    codes = [(await bot.ask("POST", "", bot.call_body(**body)))[1]["error"]["code"] for body in bodies]
    assert codes == ["8561", "8561", "8561", "8526", "8523"]


async def test_join_digits_may_be_written_in_groups(bot, people):
    meeting = people.create_meeting(passcode=False)
    digits = meeting.join_id
    await joined(bot, join_id_info(meeting, joinMeetingId=f"{digits[:3]} {digits[3:6]} {digits[6:]}"))


async def test_the_same_identity_joins_once_and_again_when_it_is_out(bot, meeting):
    call_id = await joined(bot, organizer_info(meeting))
    status, problem, _ = await bot.ask("POST", "", bot.call_body(**organizer_info(meeting)))
    assert (status, problem["error"]["code"]) == (409, "8519")
    guest = {"identity": {"guest": {"id": "g1", "displayName": "Recorder"}}}
    body = bot.call_body(**organizer_info(meeting))
    body["source"] = guest
    body["allowGuestToBypassLobby"] = True
    assert (await bot.ask("POST", "", body))[0] == 201
    bot.simulator.drop(call_id, "media_lost")
    assert bot.simulator.call(call_id).over
    await joined(bot, organizer_info(meeting))


async def test_a_guest_waits_in_the_lobby_until_somebody_lets_it_in(bot, people):
    meeting = people.create_meeting(participants=[{"user": CAROL}])
    body = bot.call_body(**organizer_info(meeting))
    body["source"] = {"identity": {"guest": {"id": "g1", "displayName": "Recorder"}}}
    _, value, _ = await bot.ask("POST", "", body)
    call_id = value["id"]
    await bot.until(lambda: bool(bot.rosters(call_id)))
    assert [(who["id"], who["isInLobby"]) for who in bot.rosters(call_id)[-1]] == [(value["myParticipantId"], True)]
    assert bot.audio(call_id) is None
    path = f"/meetings/{meeting.id}/admit"
    assert (await bot.control("POST", path, {"who": "nobody"}))[0] == 409
    assert (await bot.control("POST", path, {"who": "g1"}))[0] == 202
    await bot.until(lambda: bot.audio(call_id) == "active" and len(bot.rosters(call_id)[-1]) == 2)


@pytest.mark.parametrize("settings", [{"lobby_timeout_s": 600}])
async def test_a_guest_whom_nobody_lets_in_is_removed(bot, meeting, clock):
    body = bot.call_body(**organizer_info(meeting))
    body["source"] = {"identity": {"guest": {"id": "g1"}}}
    _, value, _ = await bot.ask("POST", "", body)
    await bot.until(lambda: bot.ended(value["id"]) is not None)
    assert bot.result(value["id"]) == (200, 5855)


async def test_the_application_waits_where_only_the_organizer_need_not(bot, people):
    meeting = people.create_meeting(participants=[{"user": CAROL}], lobby="organizer")
    _, value, _ = await bot.ask("POST", "", bot.call_body(**organizer_info(meeting)))
    await bot.until(lambda: bool(bot.rosters(value["id"])))
    assert bot.rosters(value["id"])[-1][0]["isInLobby"]


@pytest.mark.parametrize(
    ("permissions", "guest", "status"),
    [
        (["Calls.JoinGroupCall.All"], False, 201),
        (["Calls.JoinGroupCallAsGuest.All"], True, 201),
        (["Calls.JoinGroupCall.All"], True, 403),
        (["Calls.Initiate.All"], False, 403),
    ],
)
async def test_joining_needs_the_permission_to_join(bot, meeting, permissions, guest, status):
    bot.simulator.change_settings(permissions=permissions)
    body = bot.call_body(**organizer_info(meeting))
    if guest:
        body["source"] = {"identity": {"guest": {"id": "g1"}}}
    assert (await bot.ask("POST", "", body))[0] == status


async def test_rosters_tell_who_comes_mutes_and_goes(bot, people, meeting):
    call_id = await joined(bot, organizer_info(meeting))
    people.join(meeting.id, [{"phone": "+442079460000"}, {"guest": {"id": "g2", "displayName": "Gus"}}])
    people.mute(meeting.id, CAROL)
    await bot.until(lambda: bool(bot.rosters(call_id)) and len(bot.rosters(call_id)[-1]) == 4)
    assert bot.rosters(call_id)[-1][0]["isMuted"]
    people.leave(meeting.id, CAROL)
    await bot.until(lambda: len(bot.rosters(call_id)[-1]) == 3)
    kinds = [next(kind for kind in who["info"]["identity"] if kind[0] != "@") for who in bot.rosters(call_id)[-1]]
    assert kinds == ["application", "phone", "guest"]


async def test_participants_are_listed_shown_muted_and_removed(bot, meeting, people):
    call_id = await joined(bot, organizer_info(meeting))
    people.join(meeting.id, [{"user": ALICE}])
    _, listed, _ = await bot.ask("GET", f"{call_id}/participants")
    carol, me, alice = (who["id"] for who in listed["value"])
    status, muted, _ = await bot.ask("POST", f"{call_id}/participants/{carol}/mute", {"clientContext": "c"})
    assert (status, muted["status"], muted["clientContext"]) == (200, "completed", "c")
    assert (await bot.ask("GET", f"{call_id}/participants/{carol}"))[1]["isMuted"]
    assert (await bot.act(call_id, "mute"))[1]["@odata.type"] == "#microsoft.graph.muteParticipantOperation"
    assert (await bot.ask("GET", f"{call_id}/participants/{me}"))[1]["isMuted"]
    assert (await bot.act(call_id, "unmute"))[1]["@odata.type"] == "#microsoft.graph.unmuteParticipantOperation"
    assert not (await bot.ask("GET", f"{call_id}/participants/{me}"))[1]["isMuted"]
    assert (await bot.ask("DELETE", f"{call_id}/participants/{alice}"))[1]["error"]["code"] == "8552"
    assert (await bot.ask("DELETE", f"{call_id}/participants/{carol}"))[0] == 204
    assert (await bot.ask("GET", f"{call_id}/participants/{carol}"))[0] == 404
    bot.simulator.change_settings(remove_participant_allowed=False)
    assert (await bot.ask("DELETE", f"{call_id}/participants/{alice}"))[1]["error"]["code"] == "7504"


async def test_a_call_between_two_has_no_participants_and_no_mute(bot):
    call_id = await bot.up()
    assert (await bot.ask("GET", f"{call_id}/participants"))[1]["value"] == []
    assert (await bot.act(call_id, "mute"))[1]["error"]["code"] == "8548"
    assert (await bot.ask("POST", f"{call_id}/participants/x/mute"))[1]["error"]["code"] == "8548"


@pytest.mark.parametrize(
    ("does", "result"),
    [
        (lambda people, meeting, me: people.remove(meeting.id, me), (200, 5300)),
        (lambda people, meeting, me: people.end(meeting.id), (200, 5001)),
        (lambda people, meeting, me: people.end(meeting.id, "breakout_ended"), (200, 5030)),
        (lambda people, meeting, me: people.leave(meeting.id, CAROL), (200, 5010)),
    ],
)
async def test_the_bot_is_out_when_others_have_it_so(bot, people, meeting, does, result):
    call_id = await joined(bot, organizer_info(meeting))
    does(people, meeting, bot.simulator.call(call_id).my_participant_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == result


async def test_a_meeting_that_needs_its_host_ends_without(bot, people):
    meeting = people.create_meeting(participants=[{"user": ALICE}, {"user": CAROL}], needs_host=True)
    call_id = await joined(bot, organizer_info(meeting))
    people.leave(meeting.id, ALICE)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 5014)


@pytest.mark.parametrize(("settings", "result"), [({"alone_in_meeting_s": 60}, (200, 5013))])
async def test_a_bot_to_whom_nobody_comes_is_dropped(bot, people, result):
    call_id = await joined(bot, organizer_info(people.create_meeting()))
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == result


@pytest.mark.parametrize("settings", [{"alone_in_meeting_s": 60}])
async def test_a_bot_is_not_dropped_when_somebody_comes_in_time(bot, people, clock):
    meeting = people.create_meeting()
    call_id = await joined(bot, organizer_info(meeting))
    await clock.advance(50)
    people.join(meeting.id, [{"user": CAROL}])
    await clock.advance(50)
    assert bot.ended(call_id) is None


async def test_a_bots_hang_up_ends_its_own_leg_only(bot, people, meeting):
    call_id = await joined(bot, organizer_info(meeting))
    await bot.ask("DELETE", call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 7000)
    assert [who.identity.id for who in people.conversation(meeting.id).participants.values()] == [CAROL]


async def test_a_bot_is_invited_into_a_meeting(bot, meeting):
    call_id = bot.simulator.ring({"user": CAROL}, meeting=meeting.id)
    await bot.until(lambda: bool(bot.of(call_id)))
    incoming = bot.changes(call_id)[0]
    assert incoming["meetingInfo"]["organizer"]["user"]["id"] == ALICE
    assert incoming["chatInfo"]["threadId"] == meeting.thread_id
    assert incoming["incomingContext"]["sourceParticipantId"]
    assert await bot.answer(call_id) == 202
    await bot.until(lambda: bot.audio(call_id) == "active" and bool(bot.rosters(call_id)))
    assert len(bot.rosters(call_id)[-1]) == 2


async def test_a_bot_without_permission_cannot_answer_a_groups_invitation(bot, meeting):
    bot.simulator.change_settings(permissions=["Calls.Initiate.All", "Calls.AccessMedia.All"])
    call_id = bot.simulator.ring({"user": CAROL}, meeting=meeting.id)
    await bot.until(lambda: bool(bot.of(call_id)))
    assert await bot.answer(call_id) == 403


async def test_three_hundred_people_come_and_go(bot, people, clock):
    bot.lenient = True
    meeting = people.create_meeting()
    call_id = await joined(bot, organizer_info(meeting))
    people.join(meeting.id, 300, every_s=0.05)
    await bot.until(lambda: bool(bot.rosters(call_id)) and len(bot.rosters(call_id)[-1]) == 301)
    assert len(bot.rosters(call_id)) <= 40
    assert max(len(body) for _, body in bot.posts) < 300_000
    for who in list(people.conversation(meeting.id).participants.values()):
        if who.call is None:
            people.leave(meeting.id, who.id)
    await bot.until(lambda: len(bot.rosters(call_id)[-1]) == 1)


async def test_the_control_plane_makes_meetings_and_moves_people(bot):
    status, made = await bot.control("POST", "/meetings", {"participants": 3, "subject": "Bridge", "passcode": False})
    assert (status, made["passcode"], len(made["participants"])) == (201, None, 3)
    assert made["join_url"].startswith("https://teams.microsoft.com/l/meetup-join/19%3Ameeting_")
    path = f"/meetings/{made['id']}"
    assert (await bot.control("POST", f"{path}/join", {"people": [{"user": CAROL}], "in_lobby": True}))[0] == 202
    assert (await bot.control("POST", f"{path}/leave", {"who": made["participants"][0]["id"]}))[0] == 202
    assert (await bot.control("POST", f"{path}/mute", {"who": CAROL}))[0] == 202
    _, shown = await bot.control("GET", path)
    assert [(who["isMuted"], who["isInLobby"]) for who in shown["participants"]][-1] == (True, True)
    assert len((await bot.control("GET", "/meetings"))[1]["meetings"]) == 1
    assert (await bot.control("POST", f"{path}/end"))[0] == 202
    assert (await bot.control("POST", "/meetings/nowhere/end"))[0] == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"participants": 2000}),
        ("", {"participants": ["x"]}),
        ("", {"colour": "red"}),
        ("", {"organizer": {"robot": "x"}}),
        ("/{id}/join", {"people": "x"}),
        ("/{id}/leave", {}),
        ("/{id}/dance", {"who": CAROL}),
        ("/{id}/end", {"reason": "boredom"}),
    ],
)
async def test_the_control_plane_refuses_what_makes_no_sense(bot, meeting, path, body):
    status, problem = await bot.control("POST", f"/meetings{path.format(id=meeting.id)}", body)
    assert (status, bool(problem["error"])) == (400, True)


async def test_a_bot_that_answers_when_the_meeting_is_over_is_out_at_once(bot, people, meeting):
    call_id = bot.simulator.ring({"user": CAROL}, meeting=meeting.id)
    await bot.until(lambda: bool(bot.of(call_id)))
    people.end(meeting.id)
    await bot.answer(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 5001)


async def test_a_join_that_comes_twice_is_refused_the_second_time(bot, meeting):
    bot.simulator.fault({"operation": "createCall"}, "duplicate")
    status, problem, _ = await bot.ask("POST", "", bot.call_body(**organizer_info(meeting)))
    assert (status, problem["error"]["code"]) == (409, "8519")
    assert len(bot.simulator.calls) == 1
