"""Bodies that make no sense, under a valid token: a 4xx or something unknown, never a 5xx, and the call goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
from callers import clock_of
from doors import ENVELOPE, STRANGE_CALL, Door, incoming, notifications, tone
from hypothesis import HealthCheck, given, settings

JSON = dict[str, Any]

GOOD = json.dumps(notifications(incoming())).encode()
NOT_JSON: dict[str, bytes] = {
    "empty": b"",
    "a brace": b"{",
    "half of a good one": GOOD[: len(GOOD) // 2],
    "a good one and more": GOOD + b"}",
    "two good ones": GOOD + GOOD,
    "NaN": b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": NaN}',
    "Infinity": b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": [Infinity]}',
    "a huge number": b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": [1e999]}',
    "5,000 digits": b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": [' + b"9" * 5000 + b"]}",
    "no UTF-8": GOOD.replace(b"Bob", b"\xff\xfe"),
    "UTF-16": GOOD.decode().encode("utf-16"),
    "zero bytes": b"\x00" * 100,
    "gzip": b"\x1f\x8b\x08\x00" + b"x" * 50,
    "a form": b"a=1&b=2",
    "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "5,000 deep": b"[" * 5000 + b"]" * 5000,
    "5,000 deep in a value": b'{"@odata.type": "#microsoft.graph.commsNotifications", "value": '
    + b"[" * 5000
    + b"]" * 5000
    + b"}",
    "5,000 deep objects": b'{"value":' * 5000 + b"1" + b"}" * 5000,
    "33 deep": json.dumps(notifications({"resourceData": json.loads("[" * 40 + "]" * 40)})).encode(),
    "a list": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "a number": b"7",
}
WRONG_SHAPES: dict[str, Any] = {
    "no value": {"@odata.type": ENVELOPE},
    "value null": {"@odata.type": ENVELOPE, "value": None},
    "value an object": {"@odata.type": ENVELOPE, "value": {}},
    "value a text": {"@odata.type": ENVELOPE, "value": "x"},
    "101 items": notifications(*[tone(STRANGE_CALL)] * 101),
    "another type of Graph's": {"@odata.type": "#microsoft.graph.changeNotificationCollection", "value": []},
}
ODD: dict[str, Any] = {
    "no items": [],
    "items that are none": [None, 1, "x", [], True],
    "an empty item": [{}],
    "no resourceData": [{"changeType": "updated", "resourceUrl": f"/communications/calls/{STRANGE_CALL}"}],
    "resourceData a text": [{**incoming(), "resourceData": "x"}],
    "resourceData empty": [{**incoming(), "resourceData": {}}],
    "resourceData a list of lists": [{**incoming(), "resourceData": [[[]]]}],
    "resourceUrl an object": [{**incoming(), "resourceUrl": {}}],
    "resourceUrl elsewhere": [{**incoming(), "resourceUrl": "https://attacker.example/x"}],
    "resourceUrl a path up": [{**incoming(), "resourceUrl": "/communications/calls/../../x"}],
    "resourceUrl of a megabyte": [{**incoming(), "resourceUrl": "/communications/calls/" + "a" * 900_000}],
    "changeType unheard of": [{**incoming(), "changeType": "exploded"}],
    "changeType a list": [{**incoming(), "changeType": []}],
    "a type unheard of": [{**tone("CALL"), "resourceData": {"@odata.type": "#microsoft.graph.novelty", "x": 1}}],
    "a very long type": [{**tone("CALL"), "resourceData": {"@odata.type": "#microsoft.graph." + "x" * 100_000}}],
    "a tone unheard of": [tone("CALL", "tone99")],
    "a tone with a huge number": [tone("CALL", sequence=10**30)],
    "a state unheard of": [{**tone("CALL"), "resourceData": {"state": "dancing", "id": "CALL"}}],
    "an operation of nobody": [
        {
            "changeType": "deleted",
            "resourceUrl": "/communications/calls/CALL/operations/x",
            "resourceData": {"@odata.type": "#microsoft.graph.playPromptOperation", "status": "completed", "id": "x"},
        }
    ],
    "an operation with our context": [
        {
            "changeType": "deleted",
            "resourceUrl": "/communications/calls/CALL/operations/x",
            "resourceData": {
                "@odata.type": "#microsoft.graph.recordOperation",
                "status": "completed",
                "id": "x",
                "clientContext": "call-0:999",
                "recordingLocation": "http://169.254.169.254/latest",
                "recordingAccessToken": "x",
            },
        }
    ],
    "a roster of junk": [
        {
            "changeType": "updated",
            "resourceUrl": "/communications/calls/CALL/participants",
            "resourceData": [1, None, {}],
        }
    ],
    "an unknown path": [
        {"changeType": "updated", "resourceUrl": "/communications/calls/CALL/x/y/z", "resourceData": {}}
    ],
    "a wide item": [{**tone("CALL"), "resourceData": {"id": "CALL", **{f"field-{n}": n for n in range(20_000)}}}],
}


def about(call_id: str, items: Any) -> JSON:
    """A body with these items; CALL in them stands for the live call."""
    return json.loads(json.dumps({"@odata.type": ENVELOPE, "value": items}).replace("CALL", call_id))


def addresses(door: Door) -> Iterator[str]:
    yield door.public
    yield door.callback


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
async def test_what_is_no_list_of_notifications_is_a_4xx_or_the_legacy_form(door: Door, body: bytes) -> None:
    before = door.done()
    for address in addresses(door):
        answer = await door.post(address, body)
        assert answer.status_code in (400, 204), answer.text
        assert len(answer.text) < 200
    assert door.done() == before


async def test_2_mb_are_too_many(door: Door) -> None:
    before = door.done()
    body = notifications({**tone(door.call_id), "padding": "x" * 2_000_000})
    for address in addresses(door):
        assert (await door.post(address, body)).status_code == 413
    assert door.done() == before


@pytest.mark.parametrize("body", WRONG_SHAPES.values(), ids=WRONG_SHAPES)
async def test_an_envelope_of_the_wrong_shape_is_a_400(door: Door, body: Any) -> None:
    before = door.done()
    for address in addresses(door):
        assert (await door.post(address, body)).status_code == 400
    assert door.done() == before


@pytest.mark.parametrize(
    "body", [{"x": 1}, {"@odata.type": "x"}, {"@odata.type": 7}, {"callState": "incoming"}], ids=str
)
async def test_what_is_not_graphs_at_all_may_be_the_legacy_form(door: Door, body: Any) -> None:
    before = door.done()
    for address in addresses(door):
        answer = await door.post(address, body)
        assert (answer.status_code, answer.content) == (204, b"")
    assert door.done() == before


async def test_odd_items_are_taken_and_harm_nothing(door: Door) -> None:
    for name, items in ODD.items():
        for address in addresses(door):
            answer = await door.post(address, about(door.call_id, items))
            assert answer.status_code == 202, name
    await clock_of(door.laptop).advance(0.5)
    await door.goes_on()


async def test_a_name_that_is_no_text_is_no_reason_to_leave_the_caller_unanswered(door: Door) -> None:
    """Half a surrogate pair is JSON, and no text that could be written anywhere."""
    assert (await door.post(door.public, GOOD.replace(b"Bob", b"\\ud800"))).status_code == 202
    await door.laptop.run_until_over(STRANGE_CALL)
    assert f"POST /v1.0/communications/calls/{STRANGE_CALL}/answer" in door.requests


async def test_one_odd_item_does_not_take_the_good_ones_with_it(door: Door) -> None:
    rows = len(door.stored(door.call_id))
    odd = about(door.call_id, [None, {}, tone("CALL", "tone9", 50), 7, *ODD["a state unheard of"]])
    assert (await door.post(door.callback, odd)).status_code == 202
    assert len(door.stored(door.call_id)) >= rows + 2


async def test_a_legacy_notification_first_and_graphs_own_later_begin_the_call_once(door: Door) -> None:
    assert (await door.post(door.public, {"id": STRANGE_CALL, "callState": "incoming"})).status_code == 204
    for _ in range(3):
        assert (await door.post(door.public, notifications(incoming()))).status_code == 202
    await door.laptop.run_until_over(STRANGE_CALL)
    assert door.requests.count(f"POST /v1.0/communications/calls/{STRANGE_CALL}/answer") == 1
    names = [instance.id for instance in door.laptop.host.engine.instances()]
    assert names.count(door.laptop.instance_of(STRANGE_CALL)) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/metadata/identity/oauth2/token",
        "https://attacker.example/recording",
        "https://graph.microsoft.com@attacker.example/x",
        "https://graph.microsoft.com.attacker.example/x",
        "https://10.0.0.1/x",
        "https://[::ffff:a9fe:a9fe]/x",
        "https://2852039166/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/x",
        "//attacker.example/x",
        "\\\\attacker.example\\x",
    ],
)
async def test_no_recording_is_fetched_from_where_graph_keeps_none(door: Door, location: str) -> None:
    recorded = {
        "@odata.type": "#microsoft.graph.recordOperation",
        "id": "0c1f5b00-2222-4a2b-9c3d-00000000beef",
        "status": "completed",
        "recordingLocation": location,
        "recordingAccessToken": "secret",
    }
    path = f"/communications/calls/{door.call_id}/operations/{recorded['id']}"
    item = {"changeType": "deleted", "resourceUrl": path, "resourceData": recorded}
    assert (await door.post(door.callback, notifications(item))).status_code == 202
    await clock_of(door.laptop).advance(0.5)
    status = door.laptop.host.engine.status(f"recording-{recorded['id'].replace('-', '')}")
    assert status is not None
    assert (status["output"]["status"], status["output"]["reason"]) == ("lost", "refused")
    assert door.hosts == {"127.0.0.1"}
    await door.goes_on()


KEYS = st.sampled_from(
    [
        *("@odata.type", "value", "changeType", "resource", "resourceUrl", "resourceData", "id", "state", "toneInfo"),
        *(
            "sequenceId",
            "tone",
            "mediaState",
            "audio",
            "resultInfo",
            "code",
            "subcode",
            "source",
            "targets",
            "identity",
        ),
        *("user", "clientContext", "status", "recordingLocation", "recordingAccessToken", "participants", "metadata"),
    ]
)
WORDS = st.sampled_from(
    [
        *("created", "updated", "deleted", "incoming", "established", "terminated", "completed", "failed", "active"),
        *("tone1", "CALL", "/communications/calls/CALL", "/communications/calls/CALL/operations/x", ENVELOPE),
        *("/communications/calls/CALL/participants", "#microsoft.graph.call", "#microsoft.graph.recordOperation"),
        *("#microsoft.graph.toneInfo", "#microsoft.graph.participant", "http://127.0.0.1:1/x", "\x00", "é", ""),
    ]
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS | st.text()
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6))
ITEMS = st.fixed_dictionaries(
    {"changeType": WORDS, "resourceUrl": WORDS, "resourceData": st.dictionaries(KEYS, VALUES, max_size=6)}
)


async def test_nothing_that_a_valid_token_brings_is_a_5xx(door: Door) -> None:
    """Bodies made of Graph's own words in any order; each at both addresses of a call that lives."""
    bodies: list[Any] = []

    @settings(max_examples=150, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(ITEMS | VALUES, max_size=4), VALUES)
    def make(items: list[Any], anything: Any) -> None:
        bodies.extend([{"@odata.type": ENVELOPE, "value": items}, anything])

    make()
    for body in bodies:
        whole = json.loads(json.dumps(body).replace("CALL", door.call_id))
        for address in addresses(door):
            answer = await door.post(address, whole)
            assert answer.status_code in (200, 202, 204, 400), (answer.status_code, body)
    await clock_of(door.laptop).advance(1)
    failed = door.laptop.host.engine.instances()
    assert [each.id for each in failed if each.status == "Failed"] == []
