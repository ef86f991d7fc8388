"""What operators ask of a live call reaches it once; what cannot be is refused in words."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from callers import MOBILE, clock_of, hears, is_recorded, play, settle, speech
from desk import USER, Desk

from storage import StorageUnavailable


async def asked_of(desk: Desk) -> list[tuple[str, str]]:
    """The control items in the inbox of the live call: action, request."""
    items = await desk.laptop.connections.inbox.read(desk.instance_id, 1)
    return [(each["action"], each["request"]) for each in items if each["kind"] == "control"]


async def test_an_action_is_put_into_the_inbox_of_its_call(desk: Desk) -> None:
    answer = await desk.ask("POST", f"/calls/{desk.instance_id}/transfer", {"target": {"user": USER.upper()}})
    assert answer.status_code == 202
    assert await asked_of(desk) == [("transfer", answer.json()["id"])]
    items = await desk.laptop.connections.inbox.read(desk.instance_id, 1)
    raw = await desk.laptop.connections.inbox.raw(desk.instance_id, items[-1]["n"])
    assert raw == {"action": "transfer", "arguments": {"target": {"user": USER}}}
    assert USER not in str(items)


async def test_what_has_no_arguments_needs_no_body(desk: Desk) -> None:
    for typed, content in (({}, b""), ({"Content-Type": "application/json"}, b"{}")):
        headers = {"x-development-key": "development", **typed}
        address = f"/api/calls/{desk.instance_id}/mute"
        assert (await desk.http.post(address, content=content, headers=headers)).status_code == 202
    assert len(await asked_of(desk)) == 2


async def test_a_request_under_the_same_key_is_the_same_request(desk: Desk) -> None:
    headers = {"x-development-key": "development", "Idempotency-Key": "one"}
    address = f"/calls/{desk.instance_id}/play"
    answers = [await desk.ask("POST", address, {"prompt": "greeting"}, **headers) for _ in range(3)]
    answers += await asyncio.gather(*(desk.ask("POST", address, {"prompt": "greeting"}, **headers) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await asked_of(desk)) == 1
    other = await desk.ask("POST", address, {"prompt": "apology"}, **headers)
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    assert len(await asked_of(desk)) == 1
    # The key of one action is not that of another.
    assert (await desk.ask("POST", f"/calls/{desk.instance_id}/mute", **headers)).status_code == 202


async def test_an_operator_hangs_up(desk: Desk) -> None:
    assert (await desk.ask("DELETE", f"/calls/{desk.instance_id}")).status_code == 202
    assert [action for action, _ in await asked_of(desk)] == ["hang_up"]


async def test_nothing_can_be_done_to_a_call_that_is_over(desk: Desk) -> None:
    await desk.hang_up()
    before = desk.done()
    for method, path in (("POST", "/mute"), ("DELETE", ""), ("GET", "/participants")):
        answer = await desk.ask(method, f"/calls/{desk.instance_id}{path}")
        assert (answer.status_code, answer.json()["title"]) == (409, "The call is over")
    assert desk.done() == before


@pytest.mark.parametrize("path", ["/calls/call-0/mute", f"/calls/call-{'0' * 32}/mute", "/calls/x/no-such-action"])
async def test_what_is_not_there_is_a_404(desk: Desk, path: str) -> None:
    assert (await desk.ask("POST", path)).status_code == 404


async def test_an_action_is_spelt_as_the_documents_spell_it(desk: Desk) -> None:
    answer = await desk.ask("POST", f"/calls/{desk.instance_id}/send_tones", {"tones": "1"})
    assert answer.status_code == 404
    assert "send-tones" in answer.json()["detail"]


async def test_storage_that_is_away_is_a_503_that_may_be_tried_again(desk: Desk) -> None:
    assert desk.laptop.memory is not None

    def refuse(asked: str, partition: str, key: str) -> None:
        raise StorageUnavailable("away")

    headers = {"x-development-key": "development", "Idempotency-Key": "one"}
    address, body = f"/calls/{desk.instance_id}/play", {"prompt": "greeting"}
    for table in ("Records", "Inbox"):
        desk.laptop.memory.tables[table].before = refuse
        answer = await desk.ask("POST", address, body, **headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        desk.laptop.memory.tables[table].before = None
    assert (await desk.ask("POST", address, body, **headers)).status_code == 202
    assert len(await asked_of(desk)) == 1


async def test_the_roster_is_shown_masked(desk: Desk) -> None:
    roster = {
        "resourceData": [
            _participant("p1", {"user": {"id": USER, "displayName": "Alice Example"}}, muted=True),
            _participant("p2", {"phone": {"id": "+442079460123"}}, muted=False),
        ]
    }
    await desk.laptop.connections.inbox.put_roster(desk.instance_id, roster, 1, 2)
    answer = await desk.ask("GET", f"/calls/{desk.instance_id}/participants")
    assert answer.json()["participants"] == [
        {"id": "p1", "kind": "user", "name": "A.E.", "muted": True, "in_lobby": False},
        {"id": "p2", "kind": "phone", "name": "***123", "muted": False, "in_lobby": False},
    ]


async def test_a_call_without_a_roster_has_an_empty_list(desk: Desk) -> None:
    answer = await desk.ask("GET", f"/calls/{desk.instance_id}/participants")
    assert (answer.status_code, answer.json()) == (200, {"participants": []})


async def test_a_recording_is_heard_as_it_was_saved(desk: Desk) -> None:
    voicemail = [hears("main-menu", press="3"), is_recorded(say=speech(2.0)), is_recorded(after=3.0, hang_up=True)]
    call = await play(desk.laptop, *voicemail, caller=MOBILE)
    assert call.recording["status"] == "saved"
    answer = await desk.ask("GET", f"/calls/{call.instance_id}/recordings/1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert "no-store" in answer.headers["cache-control"]
    assert answer.content == await desk.laptop.connections.recordings.read(call.recording["blob"])
    for number in ("0", "2", "01", "x", "-1", "%D9%A1"):
        assert (await desk.ask("GET", f"/calls/{call.instance_id}/recordings/{number}")).status_code == 404
    await desk.laptop.connections.recordings.delete(call.recording["blob"])
    assert (await desk.ask("GET", f"/calls/{call.instance_id}/recordings/1")).status_code == 404


async def test_a_telephone_is_dialled_only_where_a_setting_allows_it(desk: Desk) -> None:
    before = desk.done()
    answers: list[httpx.Response] = []
    for phone in ("+12025550123", "+4912345678"):
        answers.append(await desk.ask("POST", f"/calls/{desk.instance_id}/transfer", {"target": {"phone": phone}}))
        people = {"participants": [{"user": USER}, {"phone": phone}]}
        answers.append(await desk.ask("POST", f"/calls/{desk.instance_id}/invite", people))
    assert {(answer.status_code, answer.json()["setting"]) for answer in answers} == {(403, "DIAL_ALLOW")}
    assert {answer.json()["errors"][0]["field"] for answer in answers} == {"target.phone", "participants[1].phone"}
    assert desk.done() == before


async def test_telephones_are_dialled_so_often_in_an_hour(desk: Desk) -> None:
    address, body = f"/calls/{desk.instance_id}/invite", {"participants": [{"phone": "+442071234567"}]}
    answers = [await desk.ask("POST", address, body) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 403]
    assert answers[-1].json()["setting"] == "DIAL_CAP_PER_CUSTOMER_PER_HOUR"
    assert (await desk.ask("POST", address, {"participants": [{"user": USER}]})).status_code == 202
    await settle(desk.laptop)
    await clock_of(desk.laptop).advance(3660)
    assert desk.laptop.simulator.call(desk.call_id).over  # nobody pressed anything


def _participant(id: str, identity: dict[str, object], *, muted: bool) -> dict[str, object]:
    return {"id": id, "info": {"identity": identity}, "isMuted": muted, "isInLobby": False}
