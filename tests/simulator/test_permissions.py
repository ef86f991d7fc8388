"""Which applications may do what, beside what every operation's own row says."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graph_operations import EXAMPLES, OWNER, SERVICE_HOSTED
from graph_stage import APP_HOSTED, Stage, staged
from request_examples import EXAMPLES as REQUESTS
from request_examples import made, template

from graph.permissions import PERMISSIONS
from graph.request import Request
from graph.requests import Answer, CreateCall
from simulator.permissions import (
    ACCESS_MEDIA,
    CALLING,
    INITIATE,
    INITIATE_GROUP,
    JOIN_GROUP,
    JOIN_GROUP_AS_GUEST,
    READ_MEETINGS,
    WRITE_MEETINGS,
)
from simulator.settings import Client
from simulator.urls import ROWS

CALLS = "/communications/calls"
TOOL = "0c1f5b00-7777-4a2b-9c3d-0000000007001"
PHONE = {"identity": {"phone": {"id": "+442079460000"}}}
USERS = [{"identity": {"user": {"id": f"0c1f5b00-5555-4a2b-9c3d-00000000000{number}"}}} for number in range(3)]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged(clients={TOOL: {"secret": "s", "permissions": [WRITE_MEETINGS, *CALLING]}}) as stage:
        yield stage


def call_to(stage: Stage, **more: Any) -> dict[str, Any]:
    settings = stage.simulator.settings
    body = {"callbackUri": stage.place["callback"], "mediaConfig": SERVICE_HOSTED, "tenantId": settings.tenant_id}
    return {**body, **more}


def into_meeting(stage: Stage, **more: Any) -> dict[str, Any]:
    meeting = stage.simulator.people.create_meeting(participants=1, lobby="everyone")
    info = {
        "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo",
        "joinMeetingId": meeting.join_id,
        "passcode": meeting.passcode,
    }
    return call_to(stage, meetingInfo=info, **more)


async def asked(stage: Stage, body: dict[str, Any], *roles: str) -> tuple[int, Any]:
    status, answer, _ = await stage.ask("POST", CALLS, body, token=stage.token(roles))
    return status, answer["error"]["code"] if status >= 400 else answer["id"]


@pytest.mark.parametrize(
    ("form", "enough"),
    [
        ("person", {INITIATE}),
        ("phone", {INITIATE}),
        ("people", {INITIATE_GROUP}),
        ("meeting", {JOIN_GROUP, JOIN_GROUP_AS_GUEST}),
        ("guest", {JOIN_GROUP_AS_GUEST}),
    ],
)
@pytest.mark.parametrize("permission", CALLING)
async def test_each_form_of_a_call_needs_its_own_permission(stage: Stage, form: str, enough: set[str], permission: str):
    instance = {"identity": {"applicationInstance": {"id": stage.simulator.settings.application_instance_id}}}
    guest = {"identity": {"guest": {"id": OWNER, "displayName": "Recorder"}}}
    body = {
        "person": lambda: call_to(stage, targets=USERS[:1]),
        "phone": lambda: call_to(stage, targets=[PHONE], source=instance),
        "people": lambda: call_to(stage, targets=USERS),
        "meeting": lambda: into_meeting(stage),
        "guest": lambda: into_meeting(stage, source=guest),
    }[form]()
    status, code = await asked(stage, body, permission)
    assert (status, code if status == 403 else None) == ((201, None) if permission in enough else (403, "7504"))


async def test_an_application_that_hosts_media_needs_access_to_them(stage: Stage):
    body = call_to(stage, targets=USERS[:1], mediaConfig=APP_HOSTED)
    assert await asked(stage, body, INITIATE) == (403, "7504")
    assert (await asked(stage, body, INITIATE, ACCESS_MEDIA))[0] == 201


async def test_a_call_between_two_is_answered_without_any_permission_and_an_invitation_is_not(stage: Stage):
    answer = EXAMPLES["call_answer"]
    await stage.play("ringing")
    path = f"{CALLS}/{stage.place['call-id']}/answer"
    assert (await stage.ask("POST", path, answer.written(stage.place), token=stage.token(())))[0] == 202
    meeting = stage.simulator.people.create_meeting(participants=1)
    path = f"{CALLS}/{stage.simulator.ring(meeting=meeting.id)}/answer"
    status, body, _ = await stage.ask("POST", path, answer.written(stage.place), token=stage.token([INITIATE]))
    assert (status, body["error"]["code"]) == (403, "7504")
    assert (await stage.ask("POST", path, answer.written(stage.place), token=stage.token([JOIN_GROUP])))[0] == 202


# --- what the bot says of itself


@pytest.mark.parametrize(
    "kind", [kind for kind in REQUESTS if kind not in (Answer, CreateCall)], ids=lambda kind: kind.__name__
)
def test_the_permissions_that_the_bot_names_are_those_that_count_here(kind: type[Request]):
    row = next(row for row in ROWS if (row.method, unnamed(row.path)) == (kind.method, unnamed(template(made(kind)))))
    named = [one for one in PERMISSIONS if one.action == kind.name()]
    enough = {permission for one in named for permission in (one.least, *one.also) if permission}
    if all(one.confirmed for one in named):
        assert enough == set(row.permissions)
        assert row.permissions[:1] == tuple({one.least for one in named if one.least})
    else:
        assert enough < set(row.permissions)  # nobody knows which: here any calling permission does
    assert row.page is None or row.page in {one.page for one in named}
    assert row.global_only == all(one.clouds == ("global",) for one in named)


def unnamed(path: str) -> str:
    return re.sub("{[^}]*}", "{}", path)


# --- consent of the chat


async def test_a_chats_own_consent_lets_the_bot_in_and_nothing_else(stage: Stage):
    stage.simulator.change_settings(permissions=[], chat_permissions=["Calls.JoinGroupCalls.Chat"])
    assert await asked(stage, call_to(stage, targets=USERS[:1])) == (403, "7504")
    status, call_id = await asked(stage, into_meeting(stage))
    assert status == 201
    stage.place["call-id"] = call_id
    await stage.wait(5)
    tones = f"{CALLS}/{call_id}/subscribeToTone"
    status, body, _ = await stage.ask("POST", tones, {})
    assert (status, body["error"]["code"]) == (403, "7504")
    stage.simulator.change_settings(chat_permissions=["Calls.JoinGroupCalls.Chat", "Calls.AccessMedia.Chat"])
    assert (await stage.ask("POST", tones, {}))[0] == 200


async def test_without_consent_of_anybody_a_meeting_is_closed(stage: Stage):
    stage.simulator.change_settings(permissions=[])
    assert await asked(stage, into_meeting(stage)) == (403, "7504")


# --- who calls


@pytest.mark.parametrize("permission", CALLING)
async def test_any_calling_permission_decrypts_who_calls(stage: Stage, permission: str):
    stage.simulator.change_settings(permissions=[permission])
    await stage.play("ringing")
    await stage.wait(1)
    (resource,) = stage.notified()
    assert "user" in resource["source"]["identity"]


@pytest.mark.parametrize("permissions", [[], [READ_MEETINGS, WRITE_MEETINGS]])
async def test_without_one_who_calls_is_encrypted(stage: Stage, permissions: list[str]):
    stage.simulator.change_settings(permissions=permissions)
    await stage.play("ringing")
    await stage.wait(1)
    (resource,) = stage.notified()
    identity = resource["source"]["identity"]
    assert set(identity) == {"@odata.type", "encrypted"}
    assert "Alice" not in str(identity)
    assert "displayName" not in identity["encrypted"]
    path = f"{CALLS}/{stage.place['call-id']}"
    assert set((await stage.ask("GET", path))[1]["source"]["identity"]) == {"@odata.type", "encrypted"}


# --- another application


def token_of_tool(stage: Stage) -> str:
    settings = stage.simulator.settings
    client = settings.clients[TOOL]
    assert isinstance(client, Client)
    return stage.simulator.tokens.access_token(
        tenant_id=settings.tenant_id,
        client_id=TOOL,
        audience="https://graph.microsoft.com",
        roles=client.permissions,
        issuer="https://login.test/v2.0",
    )


async def test_another_application_has_its_own_permissions_and_none_of_the_bots_calls(stage: Stage):
    await stage.play("up")
    token, path = token_of_tool(stage), f"{CALLS}/{stage.place['call-id']}"
    status, body, _ = await stage.ask("GET", path, token=token)
    assert (status, body["error"]["code"]) == (404, "8522")
    status, body, _ = await stage.ask("POST", CALLS, call_to(stage, targets=USERS[:1]), token=token)
    assert (status, body["error"]["code"]) == (403, "7504")
    status, _, _ = await stage.ask("POST", f"/users/{OWNER}/onlineMeetings", {"subject": "Bridge"}, token=token)
    assert status == 201
