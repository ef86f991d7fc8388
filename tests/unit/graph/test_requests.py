"""Every action: its limits, and that Graph's own schema takes whatever can be made."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from graph_schemas import members_of_request, members_of_type, problems_with_request, problems_with_resource
from hypothesis import given, settings
from hypothesis import strategies as st
from request_examples import (
    CALL,
    EXAMPLES,
    PHONE,
    PROMPT,
    SECONDS,
    URI,
    USER,
    VALUES,
    kinds_of,
    made,
    template,
)

from graph.request import Request, StartsOperation
from graph.requests import (
    Answer,
    BadRequest,
    CancelMediaProcessing,
    GetCall,
    HangUp,
    KeepAlive,
    MediaInfo,
    PlayPrompt,
    RecordResponse,
    Redirect,
    Reject,
    SubscribeToTone,
    Target,
    Transfer,
)
from graph.resources import CALL_STATES, OPERATION_STATUSES


def refused(kind: type[Request], **changes: Any) -> BadRequest:
    with pytest.raises(BadRequest) as raised:
        made(kind, **changes)
    return raised.value


# --- against Graph's schemas ------------------------------------------------------------------------------------------

# Graph's own examples carry these; its metadata does not know them.
UNLISTED = {
    "#microsoft.graph.identitySet": {"phone", "applicationInstance", "guest"},
    "#microsoft.graph.identity": {"tenantId"},
    "#microsoft.graph.invitationParticipantInfo": {"endpointType"},
    "#microsoft.graph.organizerMeetingInfo": {"allowConversationWithoutHost"},
}
# The subset leaves these types out; their base has all that we send.
BASES = {
    f"#microsoft.graph.teleconferenceDevice{medium}Quality": "#microsoft.graph.teleconferenceDeviceMediaQuality"
    for medium in ("Audio", "Video", "ScreenSharing")
}


def typed(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a body that says what it is."""
    if isinstance(value, dict):
        if "@odata.type" in value:
            yield value
        yield from (found for inner in value.values() for found in typed(inner))
    if isinstance(value, list):
        yield from (found for inner in value for found in typed(inner))


def problems(request: Request) -> list[str]:
    body = request.body()
    found = problems_with_request(request.method, template(request), body)
    found += [f"no member {name}" for name in set(body or ()) - members_of_request(request.method, template(request))]
    for inner in typed(body):
        kind = BASES.get(inner["@odata.type"], inner["@odata.type"])
        found += problems_with_resource({**inner, "@odata.type": kind})
        known = members_of_type(kind.removeprefix("#")) | UNLISTED.get(kind, set())
        found += [f"{kind} has no member {name}" for name in set(inner) - known]
    return found


def test_every_action_is_tried_here() -> None:
    assert set(kinds_of(Request)) == set(EXAMPLES) == set(VALUES)
    for kind, tables in VALUES.items():
        for values in tables:
            assert {field.name for field in dataclasses.fields(kind)} - {"call_id"} == set(values), kind


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_graphs_schema_takes_the_smallest_request(kind: type[Request]) -> None:
    assert problems(made(kind)) == []


@pytest.mark.parametrize(
    ("kind", "table"),
    [(kind, table) for kind, tables in VALUES.items() for table in tables],
    ids=lambda value: getattr(value, "__name__", ""),
)
@settings(max_examples=20)
@given(data=st.data())
def test_graphs_schema_takes_whatever_can_be_made(
    data: st.DataObject, kind: type[Request], table: dict[str, st.SearchStrategy[Any]]
) -> None:
    request = made(kind, **{name: data.draw(values, label=name) for name, values in table.items()})
    assert problems(request) == []
    assert json.loads(json.dumps(request.body())) == request.body()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Answer, {"callbackUri": URI, "mediaConfig": {}, "acceptedModalities": ["audio"]}),
        (PlayPrompt, {"prompts": []}),
        (Redirect, {"targets": [], "timeout": 5}),
        (Transfer, {"target": {}}),
        (KeepAlive, {}),
        (PlayPrompt, {"prompts": [{"@odata.type": "#microsoft.graph.mediaPrompt"}], "clientContex": "x"}),
    ],
)
def test_the_check_itself_finds_what_is_wrong(kind: type[Request], body: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kind, "body", lambda self: body)
    assert problems(made(kind))


# --- the wire form ----------------------------------------------------------------------------------------------------


def test_an_answer_on_the_wire() -> None:
    assert made(Answer, prefetch=(PROMPT,)).body() == {
        "callbackUri": URI,
        "acceptedModalities": ["audio"],
        "mediaConfig": {
            "@odata.type": "#microsoft.graph.serviceHostedMediaConfig",
            "preFetchMedia": [{"@odata.type": "#microsoft.graph.mediaInfo", "uri": URI, "resourceId": "k"}],
        },
    }


def test_a_recording_on_the_wire() -> None:
    assert made(RecordResponse, prompts=(PROMPT,), stop_tones=("#", "1"), barge_in_allowed=True).body() == {
        "prompts": [
            {
                "@odata.type": "#microsoft.graph.mediaPrompt",
                "mediaInfo": {"@odata.type": "#microsoft.graph.mediaInfo", "uri": URI, "resourceId": "k"},
            }
        ],
        "bargeInAllowed": True,
        "initialSilenceTimeoutInSeconds": 5,
        "maxSilenceTimeoutInSeconds": 3,
        "maxRecordDurationInSeconds": 60,
        "playBeep": True,
        "stopTones": ["#", "1"],
        "clientContext": "call-1:1",
    }


@pytest.mark.parametrize(
    ("target", "identity"),
    [
        ({"phone": PHONE}, {"phone": PHONE}),
        ({"user": "u-1"}, {"user": "u-1"}),
        ({"application": "a-1"}, {"application": "a-1"}),
        ({"application_instance": "i-1"}, {"applicationInstance": "i-1"}),
    ],
)
def test_a_transfer_on_the_wire(target: dict[str, str], identity: dict[str, str]) -> None:
    ((kind, id_),) = identity.items()
    assert made(
        Transfer, target=Target.from_json({**target, "replaces_call_id": CALL.replace("-", "").upper()})
    ).body() == {
        "transferTarget": {
            "@odata.type": "#microsoft.graph.invitationParticipantInfo",
            "endpointType": "default",
            "replacesCallId": CALL,
            "identity": {
                "@odata.type": "#microsoft.graph.identitySet",
                kind: {"@odata.type": "#microsoft.graph.identity", "id": id_},
            },
        }
    }


@pytest.mark.parametrize("kind", [Reject, Redirect])
def test_what_was_not_said_is_not_sent(kind: type[Request]) -> None:
    body = made(kind).body()
    assert body is not None
    assert "callbackUri" not in body
    assert "timeout" not in body


@pytest.mark.parametrize(
    ("kind", "method", "end", "idempotent"),
    [
        (Answer, "POST", "/answer", False),
        (Reject, "POST", "/reject", False),
        (Redirect, "POST", "/redirect", False),
        (Transfer, "POST", "/transfer", False),
        (KeepAlive, "POST", "/keepAlive", True),
        (HangUp, "DELETE", "", True),
        (GetCall, "GET", "", True),
        (PlayPrompt, "POST", "/playPrompt", False),
        (RecordResponse, "POST", "/recordResponse", False),
        (SubscribeToTone, "POST", "/subscribeToTone", False),
        (CancelMediaProcessing, "POST", "/cancelMediaProcessing", False),
    ],
)
def test_where_each_action_goes_and_whether_twice_is_once(
    kind: type[Request], method: str, end: str, idempotent: bool
) -> None:
    request = made(kind)
    assert (request.method, request.path) == (method, f"/communications/calls/{CALL}{end}")
    assert request.idempotent is idempotent


@pytest.mark.parametrize("call_id", [CALL, CALL.upper(), CALL.replace("-", ""), CALL.replace("-", "").upper()])
def test_every_form_of_a_calls_id_goes_to_the_same_place(call_id: str) -> None:
    assert made(HangUp, call_id=call_id).path == f"/communications/calls/{CALL}"


@pytest.mark.parametrize(
    "call_id", ["", "..", "a/b", "a?b", "a#b", "a b", "a%2f", "ä", "---", "x" * 161, "a\n", None, 7]
)
@pytest.mark.parametrize("kind", [HangUp, PlayPrompt, Answer])
def test_what_cannot_be_a_calls_id_gets_into_no_path(kind: type[Request], call_id: Any) -> None:
    assert refused(kind, call_id=call_id).field == "call_id"


# --- limits -----------------------------------------------------------------------------------------------------------

LONG = "x" * 257


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        (
            Answer,
            "callback_uri",
            ["", "http://bot.example.test/", "ftp://x", "bot.example.test", "https://", "https://ä.test"],
        ),
        (Answer, "callback_uri", ["https://[", "//bot.example.test/x", "http://127.0.0.1.example.test/"]),
        (Answer, "accepted_modalities", [(), ("data",), ("audio", "smell")]),
        (Reject, "reason", ["", "Busy", "unknownFutureValue", "later"]),
        (Reject, "callback_uri", ["", "http://bot.example.test/"]),
        (Redirect, "targets", [(), (USER,) * 26]),
        (Redirect, "timeout_s", [14, 91, 0, -15]),
        (Redirect, "callback_uri", ["", "http://bot.example.test/"]),
        (PlayPrompt, "prompts", [(), (PROMPT,) * 21]),
        (RecordResponse, "prompts", [(PROMPT,) * 2]),
        *((RecordResponse, name, [0, 121, -1]) for name in SECONDS),
        (RecordResponse, "stop_tones", [("tone1",), ("",), ("12",), ("E",), (" ",)]),
        *((kind, "client_context", ["", LONG]) for kind, given in EXAMPLES.items() if "client_context" in given),
    ],
)
def test_each_limit_is_named_when_it_is_broken(kind: type[Request], field: str, values: list[Any]) -> None:
    for value in values:
        failure = refused(kind, **{field: value})
        assert failure.field == field
        assert str(failure).startswith(field)
        assert "example.test" not in str(failure)
        assert LONG not in str(failure)


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        (Answer, "callback_uri", ["https://x/", "http://127.0.0.1:7071/c", "http://localhost/", "http://[::1]:1/"]),
        (Redirect, "targets", [(USER,) * 25]),
        (Redirect, "timeout_s", [15, 90, None]),
        (PlayPrompt, "prompts", [(PROMPT,) * 20]),
        *((RecordResponse, name, [1, 120]) for name in SECONDS),
        (RecordResponse, "stop_tones", [(), tuple("0123456789*#ABCDabcd")]),
        *((kind, "client_context", ["x", "x" * 256]) for kind, given in EXAMPLES.items() if "client_context" in given),
    ],
)
def test_each_limit_is_within_bounds(kind: type[Request], field: str, values: list[Any]) -> None:
    for value in values:
        assert getattr(made(kind, **{field: value}), field) == value


@pytest.mark.parametrize(
    ("kind", "id_"),
    [
        ("phone", "442079460000"),
        ("phone", "+0123"),
        ("phone", "+44 20 7946 0000"),
        ("phone", "+1234567890123456"),
        ("phone", "+"),
        ("phone", "tel:+442079460000"),
        ("phone", "+44207946000\u0660"),
        ("user", ""),
        ("user", "a/b"),
        ("user", " a"),
        ("user", "a\n"),
        ("user", "x" * 129),
        ("application", "../x"),
    ],
)
def test_somebody_who_cannot_be_called_is_no_target(kind: str, id_: str) -> None:
    with pytest.raises(BadRequest) as raised:
        Target(kind=kind, id=id_)
    assert raised.value.field == f"target.{kind}"
    meaning = "a number like +442079460000" if kind == "phone" else "an id"
    assert str(raised.value) == f"target.{kind} must be {meaning}"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"user": "a", "phone": PHONE},
        {"guest": "a"},
        {"user": 7},
        {"user": None},
        {"user": {"id": "a"}},
        {"replaces_call_id": CALL},
        {"user": "a", "replaces_call_id": 7},
        {"user": "a", "replaces_call_id": "a/b"},
        {"user": "a", "tenant": "t"},
    ],
    ids=str,
)
def test_a_target_names_exactly_one_somebody(document: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match=r"target"):
        Target.from_json(document)


@pytest.mark.parametrize("uri", ["", "http://bot.example.test/a.wav", "file:///a.wav", "a.wav"])
def test_a_prompt_that_graph_cannot_fetch_is_none(uri: str) -> None:
    with pytest.raises(BadRequest) as raised:
        MediaInfo(uri=uri, resource_id="k")
    assert raised.value.field == "media_info.uri"


def test_no_repr_shows_an_address_or_a_number() -> None:
    number = Target(kind="phone", id=PHONE)
    for request in (
        made(Answer, prefetch=(PROMPT,)),
        made(Reject, callback_uri=URI),
        made(Redirect, targets=(number, USER), callback_uri=URI),
        made(Transfer, target=number),
        made(PlayPrompt),
        made(RecordResponse, prompts=(PROMPT,)),
    ):
        assert "example.test" not in repr(request)
        assert PHONE not in repr(request)
        assert USER.id not in repr(request)


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_a_request_cannot_be_changed_after_it_was_checked(kind: type[Request]) -> None:
    request = made(kind)
    for name in (field.name for field in dataclasses.fields(kind)):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(request, name, "x")


# --- what the response says -------------------------------------------------------------------------------------------

OPERATIONS = sorted(kinds_of(StartsOperation), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", OPERATIONS)
@pytest.mark.parametrize("status", ["notStarted", "running", "completed", "failed"])
def test_an_operation_is_read_in_every_case_that_graph_writes(kind: type[Request], status: str) -> None:
    for spelt in (status, status[0].upper() + status[1:]):
        answer = {"id": CALL.upper(), "status": spelt, "resultInfo": {"code": "200", "subCode": 0, "message": "no"}}
        assert made(kind).outcome(answer) == {
            "operation_id": CALL.replace("-", ""),
            "status": status,
            "code": 200,
            "subcode": 0,
        }


@pytest.mark.parametrize("kind", OPERATIONS)
def test_a_response_without_an_operation_says_nothing(kind: type[Request]) -> None:
    nothing = {"operation_id": None, "status": None, "code": None, "subcode": None}
    assert made(kind).outcome(None) == made(kind).outcome({}) == nothing


@pytest.mark.parametrize("kind", [Answer, Reject, Redirect, Transfer, KeepAlive, HangUp])
def test_an_action_that_is_only_accepted_has_no_outcome(kind: type[Request]) -> None:
    assert made(kind).outcome(None) == made(kind).outcome({"state": "established"}) == {}


def test_a_look_at_the_call_gives_its_state() -> None:
    call = {"state": "Established", "mediaState": {"audio": "Active"}, "source": {"identity": {"phone": {"id": PHONE}}}}
    assert made(GetCall).outcome(call) == {"state": "established", "audio": "active"}
    assert made(GetCall).outcome(None) == {"state": None, "audio": None}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
members = st.sampled_from(
    [
        *("id", "status", "resultInfo", "code", "subcode", "clientContext", "state", "mediaState", "audio", "value"),
        *("info", "identity", "user", "recordingInfo", "chatInfo", "meetingInfo", "threadId", "sources", "routingMode"),
    ]
)


@given(
    st.dictionaries(members, json_values | st.dictionaries(members, json_values, max_size=3)),
    st.sampled_from(list(EXAMPLES)),
)
def test_no_response_raises_or_gets_free_text_into_history(answer: dict[str, Any], kind: type[Request]) -> None:
    outcome = made(kind).outcome(answer)
    json.dumps(outcome)
    for name, value in leaves(outcome):
        assert value is None or isinstance(value, int) or value in WORDS or name in FORMS, name
        assert name not in FORMS or value is None or re.fullmatch(FORMS[name], value), name


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for inner_name, inner in value.items():
            yield from leaves(inner, inner_name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, name)
    else:
        yield name, value


JOINED_BY = ("organizer", "join_id", "token", "chat")
WORDS = {
    *CALL_STATES.values(),
    *OPERATION_STATUSES.values(),
    "active",
    "inactive",
    "unknown",
    "oneToOne",
    "multicast",
    *JOINED_BY,
}
ID = "[0-9a-z]+"
FORMS = {
    **dict.fromkeys(("operation_id", "call_id", "chain_id", "participant_id", "id", "session", "sessions"), ID),
    **dict.fromkeys(("sources", "receivers"), ID),
    "group_id": "[0-9A-Za-z-]+",
}
