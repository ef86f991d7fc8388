"""What the API takes on can be asked of Graph: its bounds are those of `graph/`, which it does not import."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.fields import JOIN_URL, MEETING, PARTICIPANT, PHONE
from api.shapes import Shape, Text, read
from flows.targets import PHONE_NUMBER
from graph.meetings import JoinIdMeeting, parse_join_url
from graph.requests import BadRequest, GetParticipant, Target

CALL = "0c1f5b00-1111-4a2b-9c3d-000000000001"
GUID = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
JOIN = "/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=" + quote(json.dumps({"Tid": GUID, "Oid": GUID}))


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
