"""The table of permissions is complete, agrees with Graph's document, and tells whoever was refused what is missing."""

from __future__ import annotations

import pytest
from request_examples import EXAMPLES

from graph.errors import Forbidden, error_from
from graph.permissions import (
    EVERY_CLOUD,
    INITIATE,
    INITIATE_GROUP,
    JOIN,
    JOIN_AS_GUEST,
    MEDIA,
    PERMISSIONS,
    ActionPermission,
    missing_permission,
    permissions_of,
)

KNOWN = {
    *("Calls.Initiate.All", "Calls.InitiateGroupCall.All", "Calls.JoinGroupCall.All", "Calls.JoinGroupCallAsGuest.All"),
    *("Calls.AccessMedia.All", "OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All"),
    *("Calls.JoinGroupCalls.Chat", "Calls.AccessMedia.Chat", "OnlineMeeting.ReadBasic.Chat"),
}


def test_every_request_has_its_row_and_every_row_its_request() -> None:
    assert {row.action for row in PERMISSIONS} == {kind.name() for kind in EXAMPLES}


@pytest.mark.parametrize("row", PERMISSIONS, ids=lambda row: f"{row.action} {row.scope}")
def test_a_row_names_permissions_clouds_and_a_page(row: ActionPermission) -> None:
    named = [name for name in (row.least, *row.also, row.rsc) if name]
    assert set(named) <= KNOWN
    assert len(set(named)) == len(named)
    assert row.clouds and set(row.clouds) <= set(EVERY_CLOUD)
    assert row.scope
    assert row.source.startswith("https://learn.microsoft.com/graph/api/")


def test_no_two_rows_speak_of_the_same_calls() -> None:
    places = [(row.action, row.scope) for row in PERMISSIONS]
    assert len(set(places)) == len(places)


_AT_CREATION = (INITIATE, (MEDIA,))
_MEDIA = (MEDIA, ())
_ON_PARTICIPANT = (JOIN, (JOIN_AS_GUEST,))
_HOLD = (JOIN_AS_GUEST, (JOIN,))
_SHARING = (JOIN_AS_GUEST, (INITIATE, INITIATE_GROUP, JOIN))
_ROUTING = (JOIN, (INITIATE_GROUP,))
_READ = ("OnlineMeetings.Read.All", ("OnlineMeetings.ReadWrite.All",))
_WRITE = ("OnlineMeetings.ReadWrite.All", ())
#: Least and other permissions of every action that Graph's list names, as it stood in August 2026; of `createCall` and
#: `answer` their own pages say more. Source: https://learn.microsoft.com/graph/permissions-reference
PUBLISHED = {
    **dict.fromkeys(("getCall", "hangUp", "keepAlive", "playPrompt", "cancelMediaProcessing"), _AT_CREATION),
    **dict.fromkeys(("muteSelf", "unmuteSelf", "listParticipants"), _AT_CREATION),
    **dict.fromkeys(("recordResponse", "subscribeToTone", "sendDtmfTones", "changeScreenSharingRole"), _MEDIA),
    "logDeviceQuality": _MEDIA,
    "updateRecordingStatus": (MEDIA, (JOIN,)),
    **dict.fromkeys(("redirect", "transfer"), (INITIATE, ())),
    "reject": (None, ()),
    "inviteParticipants": (INITIATE_GROUP, ()),
    **dict.fromkeys(("getParticipant", "removeParticipant", "muteParticipant"), _ON_PARTICIPANT),
    **dict.fromkeys(("startHoldMusic", "stopHoldMusic"), _HOLD),
    "addLargeGalleryView": (JOIN_AS_GUEST, (JOIN, INITIATE_GROUP)),
    **dict.fromkeys(("listContentSharingSessions", "getContentSharingSession"), _SHARING),
    **dict.fromkeys(("listAudioRoutingGroups", "getAudioRoutingGroup", "createAudioRoutingGroup"), _ROUTING),
    **dict.fromkeys(("updateAudioRoutingGroup", "deleteAudioRoutingGroup"), _ROUTING),
    **dict.fromkeys(("listOnlineMeetings", "getOnlineMeeting"), _READ),
    **dict.fromkeys(("createOnlineMeeting", "createOrGetOnlineMeeting"), _WRITE),
    **dict.fromkeys(("updateOnlineMeeting", "deleteOnlineMeeting"), _WRITE),
}


@pytest.mark.parametrize("action", PUBLISHED)
def test_every_row_says_what_graphs_list_says(action: str) -> None:
    assert {(row.least, row.also) for row in permissions_of(action)} == {PUBLISHED[action]}


def test_no_row_goes_without_a_published_fact_or_a_mark_that_there_is_none() -> None:
    known = PUBLISHED.keys() | {"createCall", "answer"}
    assert {row.action for row in PERMISSIONS if row.confirmed} == known


def test_each_form_of_a_call_has_the_least_that_its_page_names() -> None:
    assert {row.scope: (row.least, row.also, row.rsc) for row in permissions_of("createCall")} == {
        "to one user or number": (INITIATE, (), None),
        "to several users": (INITIATE_GROUP, (), None),
        "into a meeting": (JOIN_AS_GUEST, (JOIN,), "Calls.JoinGroupCalls.Chat"),
    }


def test_graphs_list_names_the_consent_of_a_chat_for_joining_alone() -> None:
    assert {row.action for row in PERMISSIONS if row.rsc and row.rsc_confirmed} == {"createCall"}
    assert {row.action for row in PERMISSIONS if row.rsc and not row.rsc_confirmed} == {
        *("recordResponse", "subscribeToTone", "sendDtmfTones", "changeScreenSharingRole"),
        *("listOnlineMeetings", "getOnlineMeeting"),
    }


def test_only_an_invitation_into_a_group_needs_a_permission_to_be_answered() -> None:
    assert {(row.scope, row.least, row.also) for row in permissions_of("answer")} == {
        ("calls of two", None, ()),
        ("group calls", JOIN, (JOIN_AS_GUEST,)),
    }


def test_a_meeting_by_its_video_teleconferencing_id_takes_no_access_policy() -> None:
    of_user, by_vtc_id = permissions_of("listOnlineMeetings")
    assert "New-CsApplicationAccessPolicy" in (of_user.besides or "")
    assert by_vtc_id.besides is None
    assert (of_user.least, of_user.also) == (by_vtc_id.least, by_vtc_id.also)


@pytest.mark.parametrize("action", ["logDeviceQuality", "updateRecordingStatus"])
def test_a_chats_own_consent_does_not_reach_beyond_the_chat(action: str) -> None:
    assert [row.rsc for row in permissions_of(action)] == [None]


def test_what_graph_publishes_no_permission_for_is_said_to_be_a_guess() -> None:
    assert {row.action for row in PERMISSIONS if not row.confirmed} == {"listCalls", "listOperations", "getOperation"}
    assert "a guess" in missing_permission("getOperation", "7504")
    assert "a guess" not in missing_permission("getCall", "7504")


@pytest.mark.parametrize("action", sorted({row.action for row in PERMISSIONS if row.least is not None}))
@pytest.mark.parametrize("code", ["7504", 7504, "Forbidden", None])
def test_a_refusal_says_which_consent_is_missing(action: str, code: str | int | None) -> None:
    told = missing_permission(action, code)
    for row in permissions_of(action):
        for name in (row.least, *row.also, row.rsc, row.besides):
            assert name is None or name in told
    assert "administrator" in told
    assert told.endswith(".")


def test_what_needs_nothing_is_said_to_need_nothing() -> None:
    assert missing_permission("reject", "7504") == "reject needs no permission of its own."


@pytest.mark.parametrize("action", ["playPrompt", "createCall", "reject"])
def test_another_tenant_is_no_missing_permission(action: str) -> None:
    told = missing_permission(action, "7505")
    assert "another tenant" in told
    assert "Calls." not in told


@pytest.mark.parametrize(("action", "code"), [("playPrompt", "7507"), ("playPrompt", 8552), ("noSuchAction", "7504")])
def test_another_cause_is_not_guessed_at(action: str, code: str | int) -> None:
    assert missing_permission(action, code) == ""


def refusal(status: int, code: str, action: str | None) -> str:
    body = b'{"error": {"code": "%s", "message": "Insufficient enterprise tenant permissions."}}' % code.encode()
    error = error_from(status, {}, body, 0.0, action=action)
    assert error is not None
    return str(error)


def test_the_error_carries_the_advice_behind_graphs_own_words() -> None:
    body = b'{"error": {"code": "7504", "message": "Insufficient permissions for +442079460000."}}'
    error = error_from(403, {}, body, 0.0, action="recordResponse")
    assert isinstance(error, Forbidden)
    assert error.message is not None
    assert error.message == f"Insufficient permissions for <number>. {missing_permission('recordResponse', '7504')}"
    assert error.message in str(error)


@pytest.mark.parametrize(
    ("status", "code", "action"), [(400, "7504", "playPrompt"), (404, "7504", "playPrompt"), (403, "7504", None)]
)
def test_only_a_403_to_a_known_action_gets_advice(status: int, code: str, action: str | None) -> None:
    assert "consent" not in refusal(status, code, action)
    assert "consent" in refusal(403, "7504", "playPrompt")
