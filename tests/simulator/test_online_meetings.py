"""Meetings of calendars: who may make them, under which names they are found, when they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from graph_operations import NOBODY, OWNER
from graph_stage import CAROL, Stage, staged

MINE = f"/users/{OWNER}/onlineMeetings"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


async def made(stage: Stage, path: str = MINE, **body: Any) -> dict[str, Any]:
    status, meeting, _ = await stage.ask("POST", path, body)
    assert status == 201
    return meeting


async def test_a_meeting_starts_now_and_lasts_an_hour_unless_it_says_otherwise(stage: Stage):
    meeting = await made(stage, subject="Bridge")
    assert (meeting["startDateTime"], meeting["endDateTime"]) == (
        "2026-01-05T09:00:00.000000Z",
        "2026-01-05T10:00:00.000000Z",
    )
    later = await made(stage, startDateTime="2026-02-01T10:00:00+01:00")
    assert later["endDateTime"] == "2026-02-01T10:00:00.000000Z"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"endDateTime": "2030-01-01T10:00:00Z"}, "startDateTime"),
        ({"startDateTime": "2030-01-01T10:00:00Z", "endDateTime": "2030-01-01T09:00:00Z"}, "endDateTime"),
        ({"startDateTime": "tomorrow"}, "startDateTime"),
        ({"lobbyBypassSettings": {"scope": "nobody"}}, "lobbyBypassSettings"),
    ],
)
async def test_times_and_settings_that_cannot_be_are_refused(stage: Stage, body: dict[str, Any], named: str):
    status, problem, _ = await stage.ask("POST", MINE, body)
    assert (status, problem["error"]["code"]) == (400, "BadRequest")
    assert named in problem["error"]["message"]


async def test_an_external_id_makes_one_meeting_for_each_organizer(stage: Stage):
    first = await made(stage, f"{MINE}/createOrGet", externalId="incident 7", subject="Bridge")
    status, again, _ = await stage.ask("POST", f"{MINE}/createOrGet", {"externalId": "incident 7"})
    assert (status, again["id"], again["subject"]) == (200, first["id"], "Bridge")
    other = await made(stage, f"/users/{CAROL}/onlineMeetings/createOrGet", externalId="incident 7")
    assert other["id"] != first["id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("JoinWebUrl", lambda meeting: meeting["joinWebUrl"]),
        ("joinweburl", lambda meeting: quote(meeting["joinWebUrl"], safe="")),
        ("joinMeetingIdSettings/joinMeetingId", lambda meeting: meeting["joinMeetingIdSettings"]["joinMeetingId"]),
    ],
)
async def test_a_meeting_is_found_by_what_it_is_joined_with(stage: Stage, field: str, value: Any):
    await made(stage, subject="Other")
    meeting = await made(stage, subject="Bridge")
    condition = quote(f"{field} eq '{value(meeting)}'", safe="")
    status, found, _ = await stage.ask("GET", f"{MINE}?$filter={condition}")
    assert (status, [one["id"] for one in found["value"]]) == (200, [meeting["id"]])
    status, found, _ = await stage.ask("GET", f"/users/{CAROL}/onlineMeetings?$filter={condition}")
    assert (status, found["value"]) == (200, [])


@pytest.mark.parametrize("query", ["", "?$filter=subject%20eq%20'Bridge'", "?$filter=JoinWebUrl%20ne%20'x'"])
async def test_there_is_no_list_of_all_meetings(stage: Stage, query: str):
    status, problem, _ = await stage.ask("GET", MINE + query)
    assert (status, problem["error"]["code"]) == (400, "BadRequest")


async def test_a_conference_id_finds_a_meeting_of_whomever(stage: Stage):
    meeting = await made(stage)
    condition = quote(f"VideoTeleconferenceId eq '{meeting['videoTeleconferenceId']}'", safe="")
    status, found, _ = await stage.ask("GET", f"/communications/onlineMeetings?$filter={condition}")
    assert (status, [one["id"] for one in found["value"]]) == (200, [meeting["id"]])


async def test_a_meeting_can_be_changed_and_is_gone_when_it_is_cancelled(stage: Stage):
    meeting = await made(stage, subject="Bridge")
    path = f"{MINE}/{meeting['id']}"
    status, changed, _ = await stage.ask("PATCH", path, {"subject": "Post mortem"})
    assert (status, changed["subject"], changed["joinWebUrl"]) == (200, "Post mortem", meeting["joinWebUrl"])
    assert (await stage.ask("GET", path))[1]["subject"] == "Post mortem"
    assert (await stage.ask("DELETE", path))[0] == 204
    status, problem, _ = await stage.ask("GET", path)
    assert (status, problem["error"]["code"]) == (404, "NotFound")


async def test_a_meeting_is_its_organizers(stage: Stage):
    meeting = await made(stage)
    assert (await stage.ask("GET", f"/users/{CAROL}/onlineMeetings/{meeting['id']}"))[0] == 404


async def test_a_user_without_the_access_policy_is_out_of_reach(stage: Stage):
    stage.simulator.change_settings(meetings_of=[CAROL])
    status, problem, _ = await stage.ask("POST", MINE, {})
    assert (status, problem["error"]["code"]) == (403, "Forbidden")
    assert problem["error"]["message"] == "No application access policy found for this app"
    assert (await stage.ask("POST", f"/users/{CAROL}/onlineMeetings", {}))[0] == 201


async def test_meetings_of_another_tenant_are_not_seen(stage: Stage):
    meeting = await made(stage)
    token = stage.token(tenant_id=NOBODY)
    assert (await stage.ask("GET", f"{MINE}/{meeting['id']}", token=token))[0] == 404


async def test_the_bot_joins_a_meeting_that_it_made(stage: Stage):
    meeting = await made(stage, lobbyBypassSettings={"scope": "everyone"})
    stage.simulator.people.join(meeting["id"], 2)
    user = meeting["participants"]["organizer"]["identity"]["user"]
    body = {
        "callbackUri": stage.place["callback"],
        "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
        "tenantId": stage.place["tenant"],
        "chatInfo": meeting["chatInfo"],
        "meetingInfo": {"@odata.type": "#microsoft.graph.organizerMeetingInfo", "organizer": {"user": user}},
    }
    status, call, _ = await stage.ask("POST", "/communications/calls", body)
    assert status == 201
    await stage.wait(5)
    assert len((await stage.ask("GET", f"/communications/calls/{call['id']}/participants"))[1]["value"]) == 3
