"""Calls of several people: made by the bot, made of a call between two, and whom they take in."""

from __future__ import annotations

import pytest

ALICE = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0bb"
CAROL = "0c1f5b00-5555-4a2b-9c3d-0000000ca401"
DAVE = "0c1f5b00-5555-4a2b-9c3d-000000000da4"
PHONE = "+442079460000"


async def grouped(bot, *people):
    _, value, _ = await bot.ask("POST", "", bot.call_body(*({"user": who} for who in people)))
    return value["id"]


async def up(bot, *people):
    call_id = await grouped(bot, *people)
    await bot.until(lambda: bot.audio(call_id) == "active" and bool(bot.rosters(call_id)))
    return call_id


async def in_meeting(bot, *people, to=None):
    """The bot, invited into a meeting of these."""
    meeting = bot.simulator.people.create_meeting(participants=[{"user": who} for who in people])
    call_id = bot.simulator.ring({"user": ALICE}, to, meeting=meeting.id)
    await bot.until(lambda: bool(bot.of(call_id)))
    await bot.answer(call_id)
    await bot.until(lambda: bot.audio(call_id) == "active")
    return call_id


def inviting(*people, **more):
    return {"participants": [{"identity": {kind: {"id": who}}, **more} for who, kind in people], "clientContext": "i"}


async def invited(bot, call_id, *people, **more):
    status, operation, _ = await bot.act(call_id, "participants/invite", **inviting(*people, **more))
    assert (status, operation["status"], operation["clientContext"]) == (200, "running", "i")
    return operation


def there(bot, call_id):
    """Who is in the newest roster, but for the bot."""
    found = []
    for who in bot.rosters(call_id)[-1] if bot.rosters(call_id) else []:
        kind, identity = next((kind, one) for kind, one in who["info"]["identity"].items() if kind[0] != "@")
        if not kind.startswith("application"):
            found.append(identity["id"])
    return found


# --- group calls of the bot's


async def test_the_first_to_answer_establishes_a_group_call_and_others_join_it(bot):
    bot.simulator.change_settings(targets={CAROL: {"after_s": 20}, DAVE: {"outcome": "declines"}})
    call_id = await up(bot, BOB, CAROL, DAVE)
    assert there(bot, call_id) == [BOB]
    await bot.until(lambda: there(bot, call_id) == [BOB, CAROL])


async def test_a_group_call_that_nobody_answers_ends(bot):
    bot.simulator.change_settings(targets={BOB: {"outcome": "busy"}, CAROL: {"outcome": "no_answer"}}, ring_s=20)
    call_id = await grouped(bot, BOB, CAROL)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 5013)


async def test_a_bot_that_all_have_left_is_dropped(bot):
    call_id = await up(bot, BOB, CAROL)
    await bot.until(lambda: len(there(bot, call_id)) == 2)
    bot.simulator.people.leave(call_id, BOB)
    await bot.clock.advance(60)
    assert bot.ended(call_id) is None
    bot.simulator.people.leave(call_id, CAROL)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 5002)


@pytest.mark.parametrize(
    ("people", "refusal"),
    [
        ([{"user": BOB}, {"phone": PHONE}], (400, "8523")),
        ([{"user": BOB}, {"user": BOB}], (400, "8523")),
        ([{"user": f"u{number}"} for number in range(6)], (400, "8523")),
        ([{"user": BOB}, {"user": "abroad"}], (403, "7505")),
    ],
)
@pytest.mark.parametrize("settings", [{"foreign_users": {"abroad": "0c1f5b00-4444-4a2b-9c3d-0000000000dd"}}])
async def test_a_group_that_cannot_be_called_is_refused(bot, people, refusal):
    status, problem, _ = await bot.ask("POST", "", bot.call_body(*people))
    assert (status, problem["error"]["code"]) == refusal


async def test_a_group_call_needs_its_own_permission(bot):
    bot.simulator.change_settings(permissions=["Calls.Initiate.All"])
    assert (await bot.ask("POST", "", bot.call_body({"user": BOB})))[0] == 201
    assert (await bot.ask("POST", "", bot.call_body({"user": BOB}, {"user": CAROL})))[0] == 403


async def test_a_group_call_that_somebody_began_ends_with_them(bot):
    call_id = bot.simulator.ring({"user": ALICE}, group=[{"user": BOB}])
    await bot.until(lambda: bool(bot.of(call_id)))
    assert "meetingInfo" not in bot.changes(call_id)[0]
    await bot.answer(call_id)
    await bot.until(lambda: there(bot, call_id) == [ALICE, BOB])
    bot.simulator.people.leave(call_id, ALICE)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 5007)


async def test_nobody_hangs_up_a_group_call(bot):
    call_id = await up(bot, BOB, CAROL)
    assert (await bot.control("POST", f"/calls/{call_id}/hangup"))[0] == 409


# --- invitations


async def test_somebody_invited_comes_and_the_operation_is_completed(bot):
    call_id = await up(bot, BOB, CAROL)
    operation = await invited(bot, call_id, (DAVE, "user"))
    await bot.until(lambda: bool(bot.operations(call_id)) and DAVE in there(bot, call_id))
    done = bot.operations(call_id)[0]
    assert (done["id"], done["status"], done["clientContext"]) == (operation["id"], "completed", "i")
    roster = {who["info"]["identity"].get("user", {}).get("id"): who["id"] for who in bot.rosters(call_id)[-1]}
    assert roster[DAVE] == done["participants"][0]["participantId"]


@pytest.mark.parametrize(
    ("outcome", "result"),
    [("declines", (603, 8538)), ("busy", (486, 8539)), ("no_answer", (408, 8541)), ("offline", (480, 8544))],
)
async def test_somebody_who_does_not_come_fails_the_operation(bot, outcome, result):
    bot.simulator.change_settings(targets={DAVE: {"outcome": outcome}})
    call_id = await up(bot, BOB, CAROL)
    await invited(bot, call_id, (DAVE, "user"))
    await bot.until(lambda: bool(bot.operations(call_id)))
    done = bot.operations(call_id)[0]
    assert (done["status"], done["resultInfo"]["code"], done["resultInfo"]["subcode"]) == ("failed", *result)
    assert DAVE not in there(bot, call_id)


async def test_an_invitation_is_withdrawn_by_removing_the_invited(bot):
    bot.simulator.change_settings(targets={DAVE: {"outcome": "waits"}})
    call_id = await up(bot, BOB, CAROL)
    operation = await invited(bot, call_id, (DAVE, "user"))
    await bot.clock.advance(1)
    path = f"{call_id}/participants/{operation['participants'][0]['participantId']}"
    assert (await bot.ask("DELETE", path))[0] == 204
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert bot.operations(call_id)[0]["resultInfo"]["subcode"] == 8542


async def test_several_are_invited_where_there_is_a_chat_only(bot):
    several = [(CAROL, "user"), (DAVE, "user")]
    without, having = await up(bot, BOB, CAROL), await in_meeting(bot, ALICE)
    refused = await bot.act(without, "participants/invite", **inviting(*several))
    assert refused[1]["error"]["code"] == "8523"
    bot.simulator.change_settings(targets={CAROL: {"outcome": "declines"}})
    await invited(bot, having, *several)
    await bot.until(lambda: bool(bot.operations(having)) and DAVE in there(bot, having))
    assert bot.operations(having)[0]["status"] == "failed"


@pytest.mark.parametrize(
    ("to", "allowed"), [({"applicationInstance": "0c1f5b00-7777-4a2b-9c3d-0000000015f0"}, True), (None, False)]
)
async def test_phones_are_invited_where_a_resource_account_was_called(bot, to, allowed):
    call_id = await in_meeting(bot, ALICE, to=to)
    status, problem, _ = await bot.act(call_id, "participants/invite", **inviting((PHONE, "phone")))
    assert (status == 200) == allowed
    assert allowed or problem["error"]["code"] == "7504"


@pytest.mark.parametrize(("kind", "allowed"), [("joinMeetingId", True), ("token", False)])
async def test_phones_are_invited_from_a_joined_meeting_but_for_one_joined_by_token(bot, kind, allowed):
    meeting = bot.simulator.people.create_meeting(participants=[{"user": ALICE}])
    info = {"token": meeting.token} if kind == "token" else {"joinMeetingId": meeting.join_id}
    info = {"@odata.type": f"#microsoft.graph.{kind}MeetingInfo", "passcode": meeting.passcode, **info}
    _, value, _ = await bot.ask("POST", "", bot.call_body(meetingInfo=info, tenantId="home"))
    await bot.until(lambda: bot.audio(value["id"]) == "active")
    assert ((await bot.act(value["id"], "participants/invite", **inviting((PHONE, "phone"))))[0] == 200) == allowed


async def test_whom_nobody_can_invite_is_refused(bot):
    call_id = await up(bot, BOB, CAROL)
    await bot.until(lambda: len(there(bot, call_id)) == 2)
    refusals = [
        (inviting((BOB, "user")), (409, "8519")),
        (inviting(("b070", "application")), (400, "8523")),
        (inviting((DAVE, "user"), replacesCallId=call_id), (400, "8523")),
        (inviting((DAVE, "user"), replacesCallId="nothing"), (400, "8523")),
        (inviting(), (400, "8523")),
        ({"participants": [{"identity": {}}]}, (400, "8523")),
    ]
    for body, refusal in refusals:
        status, problem, _ = await bot.act(call_id, "participants/invite", **body)
        assert (status, problem["error"]["code"]) == refusal


async def test_somebody_on_another_call_is_moved_into_a_meeting(bot):
    script = [{"when": "prompt_started", "prompt": "menu", "press": "1", "after_s": 1}]
    bot.simulator.change_settings(targets={DAVE: {"script": script}})
    bridge = await in_meeting(bot, ALICE)
    _, value, _ = await bot.ask("POST", "", bot.call_body({"user": DAVE}))
    leg = value["id"]
    await bot.until(lambda: bot.audio(leg) == "active")
    await bot.act(leg, "subscribeToTone")
    await bot.act(leg, "playPrompt", prompts=[bot.prompt("menu")])
    await bot.until(lambda: bot.tones(leg) == [(1, "tone1")])
    await invited(bot, bridge, (DAVE, "user"), replacesCallId=leg)
    await bot.until(lambda: bot.ended(leg) is not None and DAVE in there(bot, bridge))
    assert bot.result(leg) == (200, 4521)
    assert bot.operations(bridge)[0]["status"] == "completed"
    assert bot.simulator.call(leg).transcript.of("far_end")[-1] == {
        "at": bot.simulator.call(leg).transcript.of("far_end")[-1]["at"],
        "what": "far_end",
        "does": "is moved",
        "who": DAVE,
    }


async def test_whoever_hangs_up_before_they_are_moved_is_not_moved(bot):
    bridge = await in_meeting(bot, ALICE)
    _, value, _ = await bot.ask("POST", "", bot.call_body({"user": DAVE}))
    await bot.until(lambda: bot.audio(value["id"]) == "active")
    await invited(bot, bridge, (DAVE, "user"), replacesCallId=value["id"])
    bot.simulator.hang_up(value["id"])
    await bot.until(lambda: bool(bot.operations(bridge)))
    assert bot.operations(bridge)[0]["resultInfo"]["subcode"] == 8542
    assert DAVE not in there(bot, bridge)


async def test_an_invitation_ends_with_its_call(bot):
    bot.simulator.change_settings(targets={DAVE: {"outcome": "waits"}})
    call_id = await up(bot, BOB, CAROL)
    await invited(bot, call_id, (DAVE, "user"))
    bot.simulator.drop(call_id, "media_lost")
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.operations(call_id)[0]["status"] == "failed"


# --- from two to several


@pytest.mark.parametrize(("settings", "allowed"), [({}, False), ({"invite_into_peer_to_peer": "escalate"}, True)])
async def test_inviting_into_a_call_between_two_is_a_setting(bot, allowed):
    call_id = await bot.up()
    status, value, _ = await bot.act(call_id, "participants/invite", **inviting((DAVE, "user")))
    assert (status == 200) == allowed
    if allowed:
        await bot.until(lambda: there(bot, call_id) == [ALICE, DAVE])
    else:
        assert value["error"]["code"] == "8548"


@pytest.mark.parametrize("settings", [{"invite_into_peer_to_peer": "escalate", "foreign_users": {DAVE: "elsewhere"}}])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"participants": []}, "8523"),
        (inviting((BOB, "user"), (CAROL, "user")), "8523"),
        (inviting((BOB, "application")), "8523"),
        (inviting(("+442079460001", "phone")), "7504"),
        (inviting((DAVE, "user")), "7505"),
        (inviting((ALICE, "user")), "8519"),
        ({"participants": [{"identity": {"user": {"id": BOB}}, "replacesCallId": "none"}]}, "8523"),
    ],
)
async def test_an_invitation_that_is_refused_leaves_a_call_between_two_as_it_is(bot, body, code):
    call_id = await bot.up()
    _, value, _ = await bot.act(call_id, "participants/invite", **body)
    assert value["error"]["code"] == code
    assert bot.simulator.call(call_id).conversation is None


async def test_the_caller_brings_in_somebody_else(bot):
    call_id = await bot.up()
    assert (await bot.control("POST", f"/calls/{call_id}/escalate", {"people": []}))[0] == 400
    status, made = await bot.control("POST", f"/calls/{call_id}/escalate", {"people": [{"user": BOB}]})
    assert status == 202
    await bot.until(lambda: there(bot, call_id) == [ALICE, BOB])
    assert (await bot.control("GET", f"/meetings/{made['conversation']}"))[1]["kind"] == "group"
    assert (await bot.control("POST", f"/calls/{call_id}/escalate", {"people": [{"user": CAROL}]}))[0] == 409
    bot.simulator.press(call_id, "3")
    await bot.until(lambda: bot.tones(call_id) == [(1, "tone3")])


@pytest.mark.parametrize("settings", [{"permissions": ["Calls.Initiate.All", "Calls.AccessMedia.All"]}])
async def test_a_bot_without_permission_for_groups_is_dropped_when_it_becomes_one(bot):
    call_id = await bot.up()
    status, made = await bot.control("POST", f"/calls/{call_id}/escalate", {"people": [{"user": BOB}]})
    assert (status, made["conversation"]) == (202, None)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (403, 7504)


@pytest.mark.parametrize("settings", [{"roster_after_escalation": False}])
async def test_rosters_after_an_escalation_may_be_missing(bot):
    call_id = await bot.up()
    bot.simulator.people.escalate(call_id, [{"user": BOB}])
    await bot.clock.advance(10)
    assert bot.rosters(call_id) == []


async def test_a_bot_that_hides_is_in_no_roster_but_its_own_and_counts_for_nobody(bot):
    call_id = bot.simulator.ring()
    await bot.until(lambda: bool(bot.of(call_id)))
    options = {"@odata.type": "#microsoft.graph.incomingCallOptions", "hideBotAfterEscalation": True}
    await bot.answer(call_id, callOptions=options)
    await bot.until(lambda: bot.audio(call_id) == "active")
    conversation = bot.simulator.people.escalate(call_id, [{"user": BOB}])
    assert conversation.legs[0].hidden


# --- hold music and keys


async def test_one_participant_at_a_time_hears_hold_music(bot):
    call_id = await up(bot, BOB, CAROL)
    await bot.until(lambda: len(there(bot, call_id)) == 2)
    people = {who["info"]["identity"].get("user", {}).get("id"): who["id"] for who in bot.rosters(call_id)[-1]}
    start, stop = (f"participants/{people[BOB]}/{name}HoldMusic" for name in ("start", "stop"))
    assert (await bot.act(call_id, stop))[1]["error"]["code"] == "8585"
    status, operation, _ = await bot.act(call_id, start, clientContext="h", customPrompt=bot.prompt("hello"))
    assert (status, operation["status"], operation["clientContext"]) == (202, "running", "h")
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert bot.operations(call_id)[0]["status"] == "completed"
    assert bot.fetched == ["hello"]
    other = await bot.act(call_id, f"participants/{people[CAROL]}/startHoldMusic")
    assert (other[0], other[1]["error"]["code"]) == (409, "8519")
    assert (await bot.act(call_id, stop))[0] == 202
    await bot.until(lambda: len(bot.operations(call_id)) == 2)
    assert (await bot.act(call_id, f"participants/{people[CAROL]}/startHoldMusic"))[0] == 202


async def test_hold_music_that_cannot_be_fetched_fails(bot):
    call_id = await up(bot, BOB, CAROL)
    bob = bot.simulator.people.conversation(call_id).find(BOB)
    await bot.act(call_id, f"participants/{bob.id}/startHoldMusic", customPrompt=bot.prompt("nowhere"))
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert (bot.operations(call_id)[0]["status"], bob.on_hold) == ("failed", False)


async def test_keys_that_the_bot_presses_take_their_time(bot, clock):
    call_id = await bot.up()
    start = clock.now()
    status, operation, _ = await bot.act(
        call_id, "sendDtmfTones", tones=["tone1", "star", "pound"], delayBetweenTonesMs=1000, clientContext="d"
    )
    assert (status, operation["status"]) == (200, "running")
    await bot.until(lambda: bool(bot.operations(call_id)))
    done = bot.operations(call_id)[0]
    assert (done["status"], done["completionReason"]) == ("completed", "completedSuccessfully")
    sent = bot.simulator.call(call_id).transcript.of("sent_tone")
    assert [(entry["tone"], round(entry["at"] - start)) for entry in sent] == [("tone1", 0), ("star", 1), ("pound", 2)]


async def test_keys_are_cancelled_with_all_media(bot):
    call_id = await bot.up()
    await bot.act(call_id, "sendDtmfTones", tones=["tone1"] * 10, delayBetweenTonesMs=1000)
    await bot.clock.advance(2.5)
    await bot.act(call_id, "cancelMediaProcessing")
    await bot.until(lambda: bool(bot.operations(call_id)))
    assert bot.operations(call_id)[0]["completionReason"] == "mediaOperationCanceled"
    assert len(bot.simulator.call(call_id).transcript.of("sent_tone")) == 3


@pytest.mark.parametrize("body", [{}, {"tones": []}, {"tones": ["1"]}, {"tones": ["tone1"], "delayBetweenTonesMs": -1}])
async def test_keys_that_are_none_are_refused(bot, body):
    call_id = await bot.up()
    status, problem, _ = await bot.act(call_id, "sendDtmfTones", **body)
    assert (status, problem["error"]["code"]) == (400, "8523")
