"""What the API takes on can be asked of Graph: its bounds are those of `graph/`, which it does not import."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.fields import CALLEES, GUID, JOIN_URL, LINE, MEETING, PARTICIPANT, PHONE
from api.requests import ACTION_IN_PATH, MODALITIES
from api.shapes import Shape, Text, read
from flows.targets import PHONE_NUMBER
from graph.meetings import JoinIdMeeting, TokenMeeting, parse_join_url
from graph.requests import (
    BadRequest,
    ChangeScreenSharingRole,
    CreateCall,
    CreateOnlineMeeting,
    GetParticipant,
    InviteParticipants,
    SendDtmfTones,
    Source,
    Target,
    UpdateRecordingStatus,
)

CALL = "0c1f5b00-1111-4a2b-9c3d-000000000001"
SOMEBODY = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
JOIN = "/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=" + quote(json.dumps({"Tid": SOMEBODY, "Oid": SOMEBODY}))


def taken(shape: Shape, document: object) -> bool:
    return not read(shape, document)[1]


def by_id(join_id: str, passcode: str | None = None) -> bool:
    return taken(MEETING, {"join_id": join_id, "passcode": passcode})


def graph_takes(make: Any, **fields: Any) -> bool:
    try:
        make(**fields)
    except BadRequest:
        return False
    return True


def matching(shape: Text) -> st.SearchStrategy[str]:
    return st.from_regex(shape.pattern, fullmatch=True).filter(lambda text: len(text) <= shape.most)


@given(st.text("0123456789 ", max_size=45) | st.from_regex("[0-9]{7,22}", fullmatch=True))
def test_a_join_id_is_taken_when_graph_takes_its_digits(text: str) -> None:
    if by_id(text):
        assert graph_takes(JoinIdMeeting, join_id=text.replace(" ", ""))
    if graph_takes(JoinIdMeeting, join_id=text):
        assert by_id(text)


@pytest.mark.parametrize(("digits", "fits"), [(8, False), (9, True), (20, True), (21, False)])
def test_a_join_id_has_as_many_digits_as_graph_says(digits: int, fits: bool) -> None:
    assert by_id("1" * digits) is by_id(" ".join("1" * digits)) is fits
    assert graph_takes(JoinIdMeeting, join_id="1" * digits) is fits


@pytest.mark.parametrize(("length", "fits"), [(0, False), (1, True), (64, True), (65, False)])
def test_a_passcode_is_as_long_as_graph_says(length: int, fits: bool) -> None:
    assert by_id("123456789", "x" * length) is fits
    assert graph_takes(JoinIdMeeting, join_id="123456789", passcode="x" * length) is fits


@given(matching(PARTICIPANT))
def test_a_participant_that_is_taken_can_be_asked_for(text: str) -> None:
    assert graph_takes(GetParticipant, call_id=CALL, participant_id=text)


@pytest.mark.parametrize("text", ["a.b", "a_b", "a:b", "8:orgid:x", "a@b", "-", "a/b", "a b", "\u212a"])
def test_a_participant_that_cannot_be_asked_for_is_not_taken(text: str) -> None:
    assert not taken(PARTICIPANT, text)


@given(matching(PHONE))
def test_a_number_that_is_taken_can_be_called(text: str) -> None:
    assert graph_takes(Target, kind="phone", id=text)


def test_flows_and_requests_agree_on_what_a_number_is() -> None:
    assert PHONE.pattern == PHONE_NUMBER


@pytest.mark.parametrize(
    ("host", "fits"),
    [
        *((host, True) for host in ("teams.microsoft.com", "teams.cloud.microsoft", "teams.microsoft.us")),
        *((host, True) for host in ("gov.teams.microsoft.us", "dod.teams.microsoft.us")),
        *((host, False) for host in ("teams.example.com", "x.teams.microsoft.com", "teamsxmicrosoft.com")),
        *((host, False) for host in ("teams.microsoft.com.example.com", "teams.microsoft.com:444", "a@b")),
    ],
)
def test_a_join_url_is_of_a_host_that_graph_knows(host: str, fits: bool) -> None:
    url = f"https://{host}{JOIN}"
    assert taken(JOIN_URL, url) is graph_takes(parse_join_url, url=url) is fits


@pytest.mark.parametrize("path", ["/meet/2417?p=aBc", "/l/chat/0", "/", ""])
def test_an_address_without_coordinates_is_no_join_url(path: str) -> None:
    url = f"https://teams.microsoft.com{path}"
    assert taken(JOIN_URL, url) is graph_takes(parse_join_url, url=url) is False


@pytest.mark.parametrize("path", [f"/dl/launcher/launcher.html?url={quote('/_#' + JOIN, safe='')}", f"/_#{JOIN}", JOIN])
def test_the_forms_that_a_browser_shows_are_taken(path: str) -> None:
    url = f"https://teams.microsoft.com{path}"
    assert taken(JOIN_URL, url) is graph_takes(parse_join_url, url=url) is True


def argument(action: str, name: str) -> Any:
    """The shape of one argument of an action."""
    return next(each.shape for each in ACTION_IN_PATH[action].arguments.fields if each.name == name)


@given(matching(argument("send-tones", "tones")))
def test_keys_that_are_taken_can_be_pressed(keys: str) -> None:
    shape = argument("send-tones", "tones")
    tones = SendDtmfTones.tones_of(read(shape, keys)[0])
    assert graph_takes(SendDtmfTones, call_id=CALL, tones=tones, client_context="c")


@given(matching(GUID))
def test_an_id_of_entra_can_be_called(text: str) -> None:
    for kind in ("user", "application_instance", "voicemail"):
        assert graph_takes(Target, kind=kind, id=text)


@given(matching(LINE))
def test_a_line_can_be_a_meetings_subject_and_a_guests_name(text: str) -> None:
    assert graph_takes(CreateOnlineMeeting, user_id=SOMEBODY, subject=text)
    assert graph_takes(Source, kind="guest", id=SOMEBODY, display_name=text)


@pytest.mark.parametrize(("length", "fits"), [(1, True), (8000, True), (8001, False), (0, False)])
def test_a_token_that_is_taken_can_be_joined_with(length: int, fits: bool) -> None:
    assert taken(MEETING, {"token": "x" * length}) is fits
    assert graph_takes(TokenMeeting, token="x" * length) or not fits


@pytest.mark.parametrize(
    ("shape", "request_", "name"),
    [
        (argument("screen-sharing", "role"), ChangeScreenSharingRole, "role"),
        (argument("recording-status", "status"), UpdateRecordingStatus, "status"),
    ],
)
def test_words_that_are_taken_can_be_said(shape: Any, request_: Any, name: str) -> None:
    more = {"client_context": "c"} if name == "status" else {}
    for word in shape.allowed:
        assert graph_takes(request_, call_id=CALL, **{name: word}, **more)


def test_as_many_as_are_taken_can_be_called_or_invited() -> None:
    most = CALLEES.most
    people = tuple(Target(kind="user", id=f"0c1f5b00-5555-4a2b-9c3d-{number:012x}") for number in range(most + 1))
    call = {"callback_uri": "https://bot.example.test/api/callbacks", "modalities": MODALITIES.shape.allowed}
    for count, fits in ((most, True), (most + 1, False)):
        assert graph_takes(CreateCall, targets=people[:count], **call) is fits
        assert graph_takes(InviteParticipants, call_id=CALL, participants=people[:count], client_context="c") is fits
