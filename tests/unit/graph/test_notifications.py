from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest
from graph_schemas import NOTIFICATION_FILES, notification, problems_with_resource, problems_with_type

from graph import kinds, operations
from graph.identities import Identity
from graph.notifications import (
    CallEnded,
    CallUpdated,
    ContentSharingChanged,
    IncomingCall,
    Notification,
    NotNotifications,
    OperationEnded,
    ParticipantJoining,
    ParticipantLeft,
    RecordEnded,
    RosterUpdated,
    TonePressed,
    UnknownNotification,
    parse_item,
    parse_notifications,
)
from graph.resources import ResultInfo, ToneInfo

CALL = "0c1f5b0011114a2b9c3d000000000001"
OPERATION = "0c1f5b0088884a2b9c3d00000000000f"

# The type that each group of examples has to become, by the start of the file name.
EXPECTED: dict[str, type[Notification]] = {
    **dict.fromkeys(("01", "02", "03", "04", "05", "06"), IncomingCall),
    **dict.fromkeys(("07", "08", "09", "10", "11", "12", "27", "28", "31", "32"), CallUpdated),
    **dict.fromkeys((*(str(number) for number in range(13, 27)), "29", "30"), CallEnded),
    "33": TonePressed,
    **dict.fromkeys(("34", "35", "36", "37", "38", "39"), RosterUpdated),
    **dict.fromkeys(("40", "41", "42"), operations.PlayPromptEnded),
    **dict.fromkeys(("43", "44", "45", "46", "47"), RecordEnded),
    **dict.fromkeys(("48", "49"), operations.InviteParticipantsEnded),
    "50": operations.MuteParticipantEnded,
    "51": operations.StartHoldMusicEnded,
    "52": operations.StopHoldMusicEnded,
    "53": operations.SendDtmfTonesEnded,
    "54": operations.AddLargeGalleryViewEnded,
    **dict.fromkeys(("55", "56", "57", "58"), ContentSharingChanged),
    "59": ParticipantJoining,
    "60": ParticipantLeft,
}


def parse(document: Any, content_type: str | None = None) -> tuple[Notification, ...]:
    return parse_notifications(json.dumps(document).encode(), content_type)


def changed(name: str, **changes: Any) -> Notification:
    """The only notification of an example whose resourceData has been changed."""
    document = notification(name)
    document["value"][0]["resourceData"].update(changes)
    (only,) = parse(document)
    return only


def item(**members: Any) -> Notification:
    (only,) = parse({"@odata.type": "#microsoft.graph.commsNotifications", "value": [members]})
    return only


@pytest.mark.parametrize("path", NOTIFICATION_FILES, ids=lambda path: path.stem)
def test_an_example_becomes_its_type(path: Path) -> None:
    found = parse_notifications(path.read_bytes(), "application/json")
    if path.name.startswith("61"):
        assert [type(one) for one in found] == [CallUpdated, RosterUpdated]
    else:
        assert [type(one) for one in found] == [EXPECTED[path.name[:2]]]
    assert {one.call_id for one in found} == {CALL}


@pytest.mark.parametrize("path", NOTIFICATION_FILES, ids=lambda path: path.stem)
def test_an_example_keeps_to_the_contract(path: Path) -> None:
    document = json.loads(path.read_bytes())
    assert problems_with_type("microsoft.graph.commsNotifications", document) == []
    for member in document["value"]:
        data = member.get("resourceData", [])
        for resource in data if isinstance(data, list) else [data]:
            assert problems_with_resource(resource) == []


def test_there_is_an_example_of_every_type_but_what_graph_answers_at_once() -> None:
    seen = {type(one) for path in NOTIFICATION_FILES for one in parse_notifications(path.read_bytes())}
    modules = (kinds, operations)
    every = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Notification)
    }
    assert every - seen == {
        Notification,
        OperationEnded,
        UnknownNotification,
        operations.UnmuteParticipantEnded,
        operations.SubscribeToToneEnded,
        operations.CancelMediaProcessingEnded,
        operations.UpdateRecordingStatusEnded,
    }


def test_an_incoming_call_tells_who_calls_whom() -> None:
    (call,) = parse(notification("02_incoming_pstn"))
    assert isinstance(call, IncomingCall)
    assert call.source.identity.identities == (Identity(kind="phone", id="+442079460000"),)
    assert call.called.kind == "applicationInstance"
    assert call.requested_modalities == ("audio",)
    assert call.call_chain_id == "0c1f5b0033334a2b9c3d0000000000bb"
    assert call.tenant_id == "0c1f5b00-4444-4a2b-9c3d-0000000000cc"
    assert not call.group and not call.policy


def test_a_forwarded_call_tells_on_whose_behalf() -> None:
    (call,) = parse(notification("04_incoming_on_behalf_of"))
    assert isinstance(call, IncomingCall)
    assert call.incoming_context is not None
    assert call.incoming_context.on_behalf_of.identities[0].display_name == "Bobby"
    assert [route.routing_type for route in call.call_routes] == ["forwarded"]
    assert call.call_routes[0].final.kind == "applicationInstance"


def test_meetings_and_recording_policies_are_told_apart_from_callers() -> None:
    (meeting,) = parse(notification("03_incoming_group"))
    (policy,) = parse(notification("06_incoming_policy"))
    assert isinstance(meeting, IncomingCall) and isinstance(policy, IncomingCall)
    assert (meeting.group, meeting.policy) == (True, False)
    assert policy.policy
    assert policy.bot_data is not None and policy.bot_data["policyIdentifier"] == "Policy A"


def test_a_recording_carries_where_it_is_and_the_token_for_it() -> None:
    (made,) = parse(notification("43_record"))
    (none,) = parse(notification("47_record_cancelled"))
    assert isinstance(made, RecordEnded) and isinstance(none, RecordEnded)
    assert made.recording_location == "https://media.example.test/recordings/77"
    assert made.recording_access_token == "<access-token>"
    assert (made.operation_id, made.client_context) == (OPERATION, "ivr-menu-1:step-3")
    assert (none.recording_location, none.recording_access_token) == (None, None)
    assert none.completion_reason == "operationCanceled"


def test_a_roster_is_one_notification_however_many_it_names() -> None:
    (roster,) = parse(notification("38_roster"))
    assert isinstance(roster, RosterUpdated)
    assert [one.info.identity.kind for one in roster.participants] == ["user", "application"]
    assert [one.recording_status for one in roster.participants] == ["recording", None]
    assert not roster.delta


def test_a_delta_roster_tells_its_number_and_who_has_left() -> None:
    (roster,) = parse(notification("39_roster"))
    assert isinstance(roster, RosterUpdated)
    assert (roster.delta, roster.sequence_number) == (True, 12)
    assert [one.removed for one in roster.participants] == [False, True]


@pytest.mark.parametrize("times", [1, 2])
def test_delta_rosters_in_one_array_are_one_notification_each(times: int) -> None:
    document = notification("39_roster")
    (whole,) = parse(document)
    document["value"][0]["resourceData"] = [document["value"][0]["resourceData"]] * times
    found = parse(document)
    assert [one.position for one in found] == [(0, index) for index in range(times)]
    for one in found:
        assert isinstance(one, RosterUpdated) and isinstance(whole, RosterUpdated)
        assert (one.delta, one.sequence_number, one.participants) == (True, 12, whole.participants)
        assert parse_item(one.raw) == whole


# --- what documentation, metadata and wire disagree on


@pytest.mark.parametrize("status", ["completed", "Completed", "COMPLETED"])
def test_the_case_of_a_status_does_not_matter(status: str) -> None:
    ended = changed("40_playprompt", status=status)
    assert isinstance(ended, OperationEnded) and ended.status == "completed"


@pytest.mark.parametrize("state", ["established", "Established", "ringing", "Ringing"])
def test_the_case_of_a_state_does_not_matter_and_ringing_is_one(state: str) -> None:
    updated = changed("09_call", state=state)
    assert isinstance(updated, CallUpdated) and updated.state == state.lower()


def test_a_state_nobody_knows_is_left_out_but_the_media_state_stays() -> None:
    updated = changed("09_call", state="levitating")
    assert isinstance(updated, CallUpdated)
    assert (updated.state, updated.audio) == (None, "active")


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ({"code": "0", "subcode": "7015"}, (0, 7015)),
        ({"code": 200, "subCode": 7015}, (200, 7015)),
        ({"code": "200"}, (200, None)),
        ({"code": "none", "subcode": 1.5}, (None, None)),
        ({"code": True, "subcode": 10**30}, (None, None)),
        ({"code": None, "subcode": "9" * 5000}, (None, None)),
    ],
)
def test_codes_are_numbers_however_they_are_written(wire: dict[str, Any], expected: tuple[Any, Any]) -> None:
    ended = changed("29_transfer", resultInfo=wire)
    assert isinstance(ended, CallEnded) and ended.result is not None
    assert (ended.result.code, ended.result.subcode) == expected


@pytest.mark.parametrize("type_name", ["#microsoft.graph.identitySet", "#microsoft.graph.communicationsIdentitySet"])
@pytest.mark.parametrize(
    "kind", ["phone", "guest", "applicationInstance", "encrypted", "onPremises", "user", "application"]
)
def test_every_kind_of_identity_is_read_from_either_identity_set(type_name: str, kind: str) -> None:
    identity = {"@odata.type": type_name, "user": None, kind: {"id": "x", "displayName": "X", "tenantId": "t"}}
    call = changed("01_incoming", source={"identity": identity})
    assert isinstance(call, IncomingCall)
    assert call.source.identity.identities == (Identity(kind=kind, id="x", display_name="X", tenant_id="t"),)


@pytest.mark.parametrize("name", ["id", "participantId"])
def test_a_participant_info_has_its_id_under_either_name(name: str) -> None:
    call = changed("01_incoming", source={"identity": {}, name: "p1"})
    assert isinstance(call, IncomingCall) and call.source.participant_id == "p1"


@pytest.mark.parametrize(
    "members",
    [
        {"resourceUrl": "/communications/calls/0c1f5b00-1111-4a2b-9c3d-000000000001"},
        {"resourceUrl": "communications/calls/0c1f5b00-1111-4a2b-9c3d-000000000001"},
        {"resourceUrl": "/communications/calls/0C1F5B0011114A2B9C3D000000000001"},
        {"resourceUrl": "https://graph.microsoft.com/v1.0/communications/calls/0C1F5B0011114A2B9C3D000000000001/"},
        {"resource": "/app/calls/0c1f5b00-1111-4a2b-9c3d-000000000001"},
        {"resourceUrl": None, "resource": "app/calls/0c1f5b00-1111-4a2b-9c3d-000000000001"},
        {
            "resourceUrl": "/communications/calls/0c1f5b0011114a2b9c3d000000000001",
            "resource": "/app/calls/0C1F5B00-1111-4A2B-9C3D-000000000001",
        },
        {},
    ],
)
def test_a_call_is_found_under_every_form_of_its_address(members: dict[str, Any]) -> None:
    data = {"@odata.type": "#microsoft.graph.call", "state": "established", "id": "0C1F5B0011114A2B9C3D000000000001"}
    updated = item(changeType="updated", resourceData=data, **members)
    assert isinstance(updated, CallUpdated) and updated.call_id == CALL


def test_an_operation_without_an_address_is_found_by_its_own() -> None:
    document = notification("40_playprompt")
    del document["value"][0]["resource"], document["value"][0]["resourceUrl"]
    (ended,) = parse(document)
    assert isinstance(ended, operations.PlayPromptEnded)
    assert (ended.call_id, ended.operation_id) == (CALL, OPERATION)


@pytest.mark.parametrize("change", ["Deleted", "DELETED", "deleted"])
def test_the_case_of_a_change_does_not_matter(change: str) -> None:
    ended = item(changeType=change, resourceUrl=f"/communications/calls/{CALL}")
    assert isinstance(ended, CallEnded) and ended.change == "deleted"


def test_a_terminated_call_has_ended_whatever_the_change_is_called() -> None:
    data = {"@odata.type": "#microsoft.graph.call", "state": "Terminated"}
    assert isinstance(item(changeType="updated", resourceUrl=f"calls/{CALL}", resourceData=data), CallEnded)


def test_several_changes_packed_into_one_item_come_out_one_by_one() -> None:
    first = {"@odata.type": "#microsoft.graph.call", "toneInfo": {"sequenceId": 1, "tone": "tone5"}}
    second = {"@odata.type": "#microsoft.graph.call", "toneInfo": {"sequenceId": "2", "tone": "Pound"}}
    url = f"/communications/calls/{CALL}"
    lone = {"changeType": "updated", "resourceUrl": url, "resourceData": {"state": "established"}}
    packed = {"changeType": "updated", "resourceUrl": url, "resourceData": [first, second], "x": 1}
    found = parse({"@odata.type": "#microsoft.graph.commsNotifications", "value": [lone, packed]})
    assert [one.position for one in found] == [(0, 0), (1, 0), (1, 1)]
    assert isinstance(found[2], TonePressed)
    assert found[2].tone_info == ToneInfo(sequence_id=2, tone="pound")
    assert found[2].raw == {"changeType": "updated", "resourceUrl": url, "resourceData": second, "x": 1}


def test_content_sharing_is_read_in_both_forms() -> None:
    (listed,) = parse(notification("55_content"))
    (lone,) = parse(notification("58_content"))
    assert isinstance(listed, ContentSharingChanged) and isinstance(lone, ContentSharingChanged)
    assert listed.session_id == lone.session_id == "f7d9ef30ff0a9bd3"


def test_an_operation_that_is_deleted_without_a_status_ended_as_its_code_says() -> None:
    completed = changed("40_playprompt", status=None)
    failed = changed("42_playprompt", status=None)
    assert isinstance(completed, OperationEnded) and isinstance(failed, OperationEnded)
    assert (completed.status, failed.status) == ("completed", "failed")


def test_an_operation_of_a_new_type_has_ended_all_the_same() -> None:
    ended = changed("40_playprompt", **{"@odata.type": "#microsoft.graph.whistleOperation"})
    assert type(ended) is OperationEnded and ended.operation == "whistle"


def test_unknown_properties_are_ignored_and_kept() -> None:
    updated = changed("09_call", mediaHostedRegion="EUWE", __class__="dict", __module__="os", __data__={"a": 1})
    assert isinstance(updated, CallUpdated)
    assert updated.raw["resourceData"]["__class__"] == "dict"


def test_a_stored_item_is_read_again_as_what_it_was() -> None:
    for path in NOTIFICATION_FILES:
        for one in parse_notifications(path.read_bytes()):
            assert parse_item(json.loads(json.dumps(one.raw)), one.position) == one


# --- what is not understood is kept


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"changeType": "updated"},
        {"changeType": 5, "resourceUrl": f"/communications/calls/{CALL}"},
        {"changeType": "updated", "resourceUrl": "/communications/calls/"},
        {"changeType": "updated", "resourceUrl": "/communications/calls/..%2f..%2fusers"},
        {"changeType": "updated", "resourceUrl": f"/communications/calls/{CALL}", "resource": "/app/calls/another"},
        {"changeType": "updated", "resourceUrl": f"/communications/calls/{CALL}"},
        {"changeType": "created", "resourceUrl": f"/communications/calls/{CALL}", "resourceData": None},
        {"changeType": "updated", "resourceUrl": f"/communications/calls/{CALL}", "resourceData": "established"},
        {"changeType": "updated", "resourceUrl": f"/communications/calls/{CALL}", "resourceData": [5]},
        {"changeType": "updated", "resourceUrl": f"/communications/calls/{CALL}", "resourceData": []},
        {"changeType": "updated", "resourceUrl": f"/communications/calls/{CALL}/subtitles", "resourceData": {"a": 1}},
        {"changeType": "updated", "resourceUrl": f"/communications/calls/{CALL}/participants", "resourceData": {}},
        {
            "changeType": "updated",
            "resourceUrl": f"/communications/calls/{CALL}/operations/x",
            "resourceData": {"a": 1},
        },
    ],
    ids=str,
)
def test_a_shape_nobody_knows_is_kept_as_unknown(members: dict[str, Any]) -> None:
    unknown = item(**members)
    assert isinstance(unknown, UnknownNotification) and unknown.reason
    assert unknown.raw["resourceData"] == 5 if members.get("resourceData") == [5] else unknown.raw == members


def test_a_call_whose_id_contradicts_its_address_is_not_believed() -> None:
    unknown = changed("09_call", id="0c1f5b00-1111-4a2b-9c3d-00000000beef")
    assert isinstance(unknown, UnknownNotification) and unknown.call_id == ""


@pytest.mark.parametrize("tone", [{"tone": "tone5"}, {"sequenceId": 1}, {"sequenceId": 1, "tone": "gong"}, "5", []])
def test_a_tone_that_cannot_be_placed_is_unknown(tone: Any) -> None:
    assert isinstance(changed("33_tone", toneInfo=tone), UnknownNotification)


def test_an_item_that_is_no_object_is_kept() -> None:
    found = parse({"@odata.type": "#microsoft.graph.commsNotifications", "value": [7, None, "x", []]})
    assert [type(one) for one in found] == [UnknownNotification] * 4
    assert found[0].raw == {"resourceData": 7}


def test_an_operation_that_still_runs_is_unknown() -> None:
    document = notification("40_playprompt")
    document["value"][0]["changeType"] = "updated"
    document["value"][0]["resourceData"]["status"] = "running"
    (unknown,) = parse(document)
    assert isinstance(unknown, UnknownNotification) and unknown.type == "playPromptOperation"


# --- other bodies


@pytest.mark.parametrize(
    "body",
    [
        b'{"callState": "incoming", "links": {}}',
        b'{"@odata.type": "#Skype.Call", "value": []}',
        b'{"value": [{"changeType": "updated"}]}',
        b'{"@odata.type": 5}',
    ],
)
def test_the_legacy_form_is_told_apart(body: bytes) -> None:
    with pytest.raises(NotNotifications) as refused:
        parse_notifications(body)
    assert refused.value.legacy


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"7",
        b"\x00",
        b'{"@odata.type": "#microsoft.graph.commsNotifications"}',
        b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": {}}',
        b'{"@odata.type": "#microsoft.graph.changeNotificationCollection", "value": []}',
        b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": [NaN]}',
        b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": [1e999]}',
        b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": [' + b"9" * 5000 + b"]}",
        b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": [' + b"[" * 5000 + b"]" * 5000 + b"]}",
        b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": ' + b"[" * 32 + b"]" * 32 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 1_000_000,
    ],
    ids=lambda body: f"{body[:40]}... of {len(body)}",
)
def test_what_is_neither_form_is_refused(body: bytes) -> None:
    with pytest.raises(NotNotifications) as refused:
        parse_notifications(body)
    assert not refused.value.legacy


def test_nesting_up_to_the_limit_is_taken() -> None:
    body = b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": ' + b"[" * 31 + b"]" * 31 + b"}"
    assert len(parse_notifications(body)) == 1


def test_a_hundred_notifications_are_taken_and_no_more() -> None:
    (member,) = notification("09_call")["value"]
    envelope = {"@odata.type": "#microsoft.graph.commsNotifications", "value": [member] * 100}
    assert len(parse(envelope)) == 100
    with pytest.raises(NotNotifications):
        parse({**envelope, "value": [member] * 101})
    member["resourceData"] = [member["resourceData"]] * 101
    with pytest.raises(NotNotifications):
        parse({**envelope, "value": [member]})


def test_a_large_roster_is_still_one_notification() -> None:
    document = notification("34_roster")
    document["value"][0]["resourceData"] *= 500
    (roster,) = parse(document)
    assert isinstance(roster, RosterUpdated) and len(roster.participants) == 1000


# --- charsets


def test_a_byte_order_mark_is_passed_over() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(notification("33_tone")).encode()
    assert isinstance(parse_notifications(body)[0], TonePressed)


def _named_zoe() -> dict[str, Any]:
    document = copy.deepcopy(notification("01_incoming"))
    document["value"][0]["resourceData"]["source"]["identity"]["user"]["displayName"] = "Zoë"
    return document


@pytest.mark.parametrize(
    ("codec", "content_type"),
    [
        ("utf-8", None),
        ("utf-8", "application/json; charset=Windows-1252"),
        ("cp1252", 'application/json; charset="windows-1252"'),
        ("latin-1", "application/json;charset=ISO-8859-1"),
    ],
)
def test_names_are_read_in_the_charset_they_came_in(codec: str, content_type: str | None) -> None:
    body = json.dumps(_named_zoe(), ensure_ascii=False).encode(codec)
    (call,) = parse_notifications(body, content_type)
    assert isinstance(call, IncomingCall)
    assert call.source.identity.identities[0].display_name == "Zoë"


@pytest.mark.parametrize("content_type", [None, "application/json", "application/json; charset=utf-7", "charset=utf-8"])
def test_bytes_of_an_undeclared_charset_are_refused(content_type: str | None) -> None:
    body = json.dumps(_named_zoe(), ensure_ascii=False).encode("cp1252")
    with pytest.raises(NotNotifications):
        parse_notifications(body, content_type)


def test_no_repr_shows_anything_personal() -> None:
    for path in NOTIFICATION_FILES:
        shown = repr(parse_notifications(path.read_bytes()))
        for personal in ("+4420", "Alice", "Bobby", "a11c", "<access-token>", "media.example", "tone5", "join token"):
            assert personal not in shown


def test_results_compare_by_value() -> None:
    assert ResultInfo.parse({"code": 1}) == ResultInfo(code=1, subcode=None)


def test_a_webhook_body_is_read_in_well_under_a_tenth_of_a_millisecond() -> None:
    body = json.dumps(notification("01_incoming")).encode()
    begun = time.process_time()
    for _ in range(500):
        parse_notifications(body)
    assert (time.process_time() - begun) / 500 < 300e-6  # about 40 µs; the rest is a slow machine's
