"""Each field wrong in turn: a problem that names it, nothing stored, nothing started, Graph not asked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from callers import ROUTES as ROUTES_FILE
from desk import USER, Desk, open_desk
from examples import REQUESTS, fields_of, places_in, shortened, spoilt

from api.requests import ACTIONS
from api.routes import LARGEST_BODY, ROUTES
from api.shapes import read
from cli.laptop import BotOptions, open_laptop
from clock import VirtualClock

KEY = {"x-development-key": "development"}


def address_of(desk: Desk, path: str) -> str:
    return path.replace("{id}", desk.instance_id)


def fields_named(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return [each["field"] for each in answer.json()["errors"]]


def test_the_examples_have_every_field_of_every_request() -> None:
    assert set(REQUESTS) == {route.path for route in ROUTES if route.body is not None}
    for path, (shape, documents) in REQUESTS.items():
        assert all(read(shape, document)[1] == [] for document in documents), path
        there = {re.sub(r"\[\d+\]", "[]", place) for document in documents for place, _ in places_in(document)}
        assert set(fields_of(shape)) <= there, path


def method_of(path: str) -> str:
    """Of the route that takes the body."""
    return next(route.method for route in ROUTES if route.path == path and route.body is not None)


@pytest.mark.parametrize("path", REQUESTS)
async def test_each_field_wrong_in_turn_is_named_and_nothing_is_done(desk: Desk, path: str) -> None:
    before = desk.done()
    for document in REQUESTS[path][1]:
        for field, wrong in spoilt(document):
            named = fields_named(await desk.ask(method_of(path), address_of(desk, path), wrong))
            # What is wrong inside a value is told at its place, and a value of a wrong kind at its own.
            inside = (f"{field}.", f"{field}[")
            assert any(each == field or each.startswith(inside) for each in named), (field, named)
    assert desk.done() == before


_OF_TARGET = {f"target.{kind}": "target" for kind in ("user", "phone", "application_instance", "voicemail")}
_OF_MEETING = {
    **{f"meeting.{kind}": "meeting" for kind in ("join_url", "join_id", "token", "create")},
    "meeting.create.subject": "meeting.create.subject",
    "meeting.create.as_user": "meeting.create.as_user",
}
_OF_CALLING = {
    "from": "from",  # of telephones
    "from.application_instance": "from.application_instance",
    "tries": "retry_within_s",  # which makes no sense without
}
#: What the examples cannot do without, at any depth, and the field that is named when it is left out.
REQUIRED: dict[str, dict[str, str]] = {
    "/calls": {
        "to": "",
        "meeting": "",
        "flow": "flow",
        "to[].user": "to[]",
        "to[].phone": "to[]",
        **_OF_MEETING,
        **_OF_CALLING,
    },
    "/gatherings": {
        "people": "people",
        "people[].user": "people[]",
        "people[].phone": "people[]",
        "meeting": "meeting",
        **_OF_MEETING,
        **_OF_CALLING,
    },
    "/erasures": {"caller.phone": "caller", "caller.user": "caller"},
    "/calls/{id}/legal-hold": {},
    "/calls/{id}/transfer": {"target": "target", **_OF_TARGET},
    "/calls/{id}/mute": {},
    "/calls/{id}/unmute": {},
    "/calls/{id}/play": {"prompt": "prompt"},
    "/calls/{id}/invite": {
        "participants": "participants",
        "participants[].user": "participants[]",
        "participants[].phone": "participants[]",
    },
    **{
        f"/calls/{{id}}/{action}": {"participant": "participant"}
        for action in ("remove-participant", "mute-participant", "hold", "resume")
    },
    "/calls/{id}/send-tones": {"tones": "tones"},
    "/calls/{id}/screen-sharing": {"role": "role"},
    "/calls/{id}/recording-status": {"status": "status"},
    "/calls/{id}/large-gallery": {},
}


@pytest.mark.parametrize("path", REQUESTS)
async def test_each_field_that_is_required_is_named_when_it_is_missing(desk: Desk, path: str) -> None:
    shape, documents = REQUESTS[path]
    before, met = desk.done(), set[str]()
    for document in documents:
        for place, lacking in shortened(document):
            form = re.sub(r"\[\d+\]", "[]", place)
            if form not in REQUIRED[path]:
                # What says whose calls are erased is needed where it stands alone.
                assert read(shape, lacking)[1] == [] or (path, len(document)) == ("/erasures", 1), place
                continue
            named = fields_named(await desk.ask(method_of(path), address_of(desk, path), lacking))
            assert [re.sub(r"\[\d+\]", "[]", each) for each in named] == [REQUIRED[path][form]], place
            met.add(form)
    assert met == REQUIRED[path].keys()
    assert desk.done() == before


async def test_an_erasure_of_nothing_in_particular_is_refused(desk: Desk) -> None:
    before = desk.done()
    assert fields_named(await desk.ask("POST", "/erasures", {})) == [""]
    assert desk.done() == before


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/calls", {"to": [{"user": USER}], "flow": "no-such-flow"}, "flow"),
        ("/calls", {"to": [{"user": USER}], "flow": "routes"}, "flow"),
        ("/calls", {"to": [{"user": USER}], "flow": "small-business", "locale": "fr-FR"}, "locale"),
        ("/calls/{id}/play", {"prompt": "no-such-prompt"}, "prompt"),
        ("/calls/{id}/hold", {"participant": "p1", "prompt": "no-such-prompt"}, "prompt"),
    ],
)
async def test_a_name_of_nothing_is_named(desk: Desk, path: str, body: dict[str, Any], field: str) -> None:
    before = desk.done()
    assert fields_named(await desk.ask("POST", address_of(desk, path), body)) == [field]
    assert desk.done() == before


async def test_a_flow_with_mistakes_is_refused_before_anybody_is_called(tmp_path: Path) -> None:
    flows = {"routes": ROUTES_FILE, "test": "schema: 1\nid: test\nlocale: en-US\nstart: nowhere\nnodes: {}\n"}
    for name, text in flows.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    options = BotOptions(settings={"FLOWS": str(tmp_path)})
    async with open_laptop(VirtualClock(), options=options) as laptop, open_desk(laptop) as desk:
        before = desk.done()
        answer = await desk.ask("POST", "/calls", {"to": [{"user": USER}], "flow": "test"})
        assert fields_named(answer) == ["flow"]
        assert desk.done() == before


BODIES = [b"", b"{", b"null", b"[]", b'"x"', b"\xff{}", b'{"a": NaN}', b'{"flow": "a", "flow": "b"}', b"[" * 60_000]
BODIES += [b'{"flow": "\\ud800"}', b"\xef\xbb\xbf{}", b'{"a": Infinity}']


@pytest.mark.parametrize("path", [path for path, (shape, _) in REQUESTS.items() if read(shape, {})[1]])
async def test_a_body_that_is_no_json_object_is_a_400(desk: Desk, path: str) -> None:
    before = desk.done()
    for body in BODIES:
        headers = {**KEY, "Content-Type": "application/json"}
        answer = await desk.http.post(f"/api{address_of(desk, path)}", content=body, headers=headers)
        assert fields_named(answer)
    assert desk.done() == before


@pytest.mark.parametrize("path", REQUESTS)
async def test_a_body_that_is_too_large_is_a_413(desk: Desk, path: str) -> None:
    before = desk.done()
    body = json.dumps({"flow": "x" * LARGEST_BODY}).encode()
    headers = {**KEY, "Content-Type": "application/json"}
    answer = await desk.http.request(method_of(path), f"/api{address_of(desk, path)}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (413, 413)
    assert desk.done() == before


TYPES = [
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json; charset=latin-1",
    "application/jsonx",
]


@pytest.mark.parametrize("path", REQUESTS)
async def test_a_body_of_another_type_is_a_415(desk: Desk, path: str) -> None:
    before = desk.done()
    for type_ in TYPES:
        headers = {**KEY, **({"Content-Type": type_} if type_ else {})}
        answer = await desk.http.request(
            method_of(path), f"/api{address_of(desk, path)}", content=b"{}", headers=headers
        )
        assert (answer.status_code, answer.json()["status"]) == (415, 415), type_
    assert desk.done() == before


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é".encode()])
async def test_a_key_that_cannot_be_one_is_named(desk: Desk, key: str | bytes) -> None:
    before = desk.done()
    for method, path in (("POST", f"/calls/{desk.instance_id}/mute"), ("DELETE", f"/calls/{desk.instance_id}")):
        headers: Any = {**KEY, "Idempotency-Key": key}
        answer = await desk.http.request(method, f"/api{path}", headers=headers)
        assert fields_named(answer) == ["Idempotency-Key"]
    assert desk.done() == before


#: Values that a query cannot have: of every parameter but `customer`, which may be any text.
QUERIES = {
    "limit": ["0", "201", "-1", "x", "1e3", "1.0", "", " 5", "٣", "9" * 40],
    "after": ["x", "a/b", "\x00", "é", "x" * 2000],
    "state": ["x", "", "Live", "live,ended"],
    "since": ["x", "", "2026-13-01", "2026-01", "-1", "٣"],
    "until": ["x", "", "2026-02-30", "yesterday"],
    "from": ["x", "", "2026-13", "2026-01-01", "٣"],
    "to": ["x", "", "2026-00", "now"],
}
ASKED_OF = {"since": "kpis", "until": "kpis", "from": "usage", "to": "usage"}


def test_every_parameter_of_a_query_has_values_that_it_cannot_have() -> None:
    named = {each["name"] for route in ROUTES for each in route.parameters if each["in"] == "query"}
    assert named == {*QUERIES, "customer", "count"}  # `count`: tests/operators/test_console.py, where a recording is


@pytest.mark.parametrize("name", QUERIES)
async def test_a_value_of_a_query_that_cannot_be_one_is_named(desk: Desk, name: str) -> None:
    before = desk.done()
    for value in QUERIES[name]:
        answer = await desk.http.get(f"/api/{ASKED_OF.get(name, 'calls')}", params={name: value}, headers=KEY)
        assert fields_named(answer) == [name], value
    assert desk.done() == before


async def test_what_is_wrong_is_told_without_the_value(desk: Desk) -> None:
    body = {"to": [{"phone": "+44 20 7946 0123"}], "flow": "+44 20 7946 0123", "customer": "+44 20 7946 0123"}
    answer = await desk.ask("POST", "/calls", body)
    assert len(fields_named(answer)) == 3
    assert "7946" not in answer.text


def test_every_action_has_examples() -> None:
    assert {f"/calls/{{id}}/{each.in_path}" for each in ACTIONS} <= set(REQUESTS)
