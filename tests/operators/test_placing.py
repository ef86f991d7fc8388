"""What operators have the bot place: once per request, for one customer, to telephones where a setting allows it."""

from __future__ import annotations

from typing import Any

import httpx
from callers import clock_of, hears
from desk import RESOURCE, Desk, open_desk
from placing import BOB, CAROL, behaves

from cli.laptop import open_laptop
from clock import VirtualClock
from simulator import SimulatorSettings

JSON = dict[str, Any]

KEY = {"x-development-key": "development"}
TO_BOB: JSON = {"to": [{"user": BOB}], "flow": "small-business"}
TO_A_TELEPHONE: JSON = {
    "to": [{"phone": "+442071234567"}],
    "from": {"application_instance": RESOURCE},
    "flow": "small-business",
}
ALICE = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"


def placed(desk: Desk) -> list[str]:
    """The calls that Graph was asked to place."""
    return [each for each in desk.requests if each.startswith("POST ") and each.endswith("/communications/calls")]


async def ended(desk: Desk, answer: httpx.Response) -> JSON:
    """What became of what was asked for: its record, once it is over."""
    assert answer.status_code == 202, answer.text
    instance_id = answer.json()["id"]
    engine = desk.laptop.host.engine
    await clock_of(desk.laptop).run_until(lambda: engine.has_ended(instance_id), limit_s=7200)
    return (await desk.http.get(answer.headers["location"], headers=KEY)).json()


async def test_a_call_is_placed_and_can_be_read_of_at_once(desk: Desk) -> None:
    behaves(desk.laptop, BOB, "answers", hears("main-menu", hang_up=True))
    answer = await desk.ask("POST", "/calls", {**TO_BOB, "customer": "northwind"})
    begun = (await desk.http.get(answer.headers["location"], headers=KEY)).json()
    assert (begun["id"], begun["state"], begun["customer"]) == (answer.json()["id"], "live", "northwind")
    record = await ended(desk, answer)
    assert (record["outcome"], record["direction"], record["customer"]) == ("hung_up", "outgoing", "northwind")
    assert len(placed(desk)) == 1


async def test_a_request_under_the_same_key_rings_once(desk: Desk) -> None:
    behaves(desk.laptop, BOB, "answers", hears("main-menu", hang_up=True))
    headers = {**KEY, "Idempotency-Key": "reminder-2417"}
    answers = [await desk.ask("POST", "/calls", TO_BOB, **headers) for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await desk.ask("POST", "/calls", {**TO_BOB, "to": [{"user": CAROL}]}, **headers)
    assert other.status_code == 422
    await ended(desk, answers[0])
    again = await desk.ask("POST", "/calls", TO_BOB, **headers)  # long after, too
    assert again.json() == answers[0].json()
    assert len(placed(desk)) == 1


async def test_a_key_of_one_customer_is_not_that_of_another(desk: Desk) -> None:
    ids = set[str]()
    for customer in ("northwind", "harbour"):
        headers = {**desk.token(f"Operate.customer.{customer}"), "Idempotency-Key": "1"}
        answer = await desk.ask("POST", "/calls", TO_BOB, **headers)
        ids.add(answer.json()["id"])
        assert (await ended(desk, answer))["customer"] == customer
    assert len(ids) == 2


async def test_an_operator_of_one_customer_places_no_call_for_another(desk: Desk) -> None:
    before = desk.done()
    headers = desk.token("Operate.customer.northwind")
    answer = await desk.ask("POST", "/calls", {**TO_BOB, "customer": "harbour"}, **headers)
    assert answer.status_code == 403
    both = desk.token("Operate.customer.northwind", "Operate.customer.harbour")
    answer = await desk.ask("POST", "/calls", TO_BOB, **both)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "customer")
    assert [row for row in desk.done()["rows"] if row not in before["rows"]] == []
    assert placed(desk) == []


async def test_a_call_is_tried_again_within_its_time(desk: Desk) -> None:
    behaves(desk.laptop, BOB, "busy")
    record = await ended(desk, await desk.ask("POST", "/calls", {**TO_BOB, "tries": 3, "retry_within_s": 900}))
    assert (record["state"], record["outcome"]) == ("ended", "busy")
    assert len(placed(desk)) == 3


async def test_nobody_is_dialled_whom_a_setting_does_not_allow(desk: Desk) -> None:
    before = desk.done()
    answer = await desk.ask("POST", "/calls", {**TO_A_TELEPHONE, "to": [{"phone": "+12025550123"}]})
    assert (answer.status_code, answer.json()["setting"]) == (403, "DIAL_ALLOW")
    assert answer.json()["errors"][0]["field"] == "to[0].phone"
    people = {"people": [{"user": BOB}, {"phone": "+12025550123"}], "from": {"application_instance": RESOURCE}}
    answer = await desk.ask("POST", "/gatherings", {**people, "meeting": {"join_id": "123456789"}})
    assert (answer.status_code, answer.json()["setting"]) == (403, "DIAL_ALLOW")
    assert desk.done() == before


async def test_telephones_are_counted_as_often_as_they_may_be_tried(desk: Desk) -> None:
    northwind = {**TO_A_TELEPHONE, "customer": "northwind", "tries": 3, "retry_within_s": 600}
    assert (await desk.ask("POST", "/calls", northwind)).status_code == 202
    await clock_of(desk.laptop).advance(1)
    asked = len(placed(desk))
    answer = await desk.ask("POST", "/calls", {**TO_A_TELEPHONE, "customer": "northwind"})
    assert (answer.status_code, answer.json()["setting"]) == (403, "DIAL_CAP_PER_CUSTOMER_PER_HOUR")
    answer = await desk.ask("POST", "/calls", {**TO_A_TELEPHONE, "customer": "harbour", "tries": 2})
    assert (answer.status_code, answer.json()["setting"]) == (403, "DIAL_CAP_PER_HOUR")
    assert len(placed(desk)) == asked
    assert (await desk.ask("POST", "/calls", {**TO_A_TELEPHONE, "customer": "harbour"})).status_code == 202


async def test_people_are_gathered(desk: Desk) -> None:
    people = desk.laptop.simulator.people
    meeting = people.create_meeting(organizer={"user": ALICE}, participants=[{"user": ALICE}])
    behaves(desk.laptop, BOB, "answers", hears("gathering-leg", press="1"))
    behaves(desk.laptop, CAROL, "busy")
    join = {"join_id": meeting.join_id, "passcode": meeting.passcode}
    body = {"people": [{"user": BOB}, {"user": CAROL}], "meeting": join, "at_once": 2, "customer": "northwind"}
    answer = await desk.ask("POST", "/gatherings", body)
    assert answer.headers["location"] == f"/api/gatherings/{answer.json()['id']}"
    assert (await desk.http.get(answer.headers["location"], headers=KEY)).json()["state"] == "live"
    gathering = await ended(desk, answer)
    assert (gathering["outcome"], gathering["customer"]) == ("completed", "northwind")
    assert [each["outcome"] for each in gathering["people"]] == ["joined", "busy"]
    call = gathering["people"][0]["id"]
    assert (await desk.ask("GET", f"/calls/{call}")).json()["parent"] == answer.json()["id"]
    assert (await desk.ask("GET", f"/gatherings/{call}")).status_code == 404


async def test_a_gathering_is_ended_and_nothing_else_is_done_to_it(desk: Desk) -> None:
    meeting = desk.laptop.simulator.people.create_meeting(organizer={"user": ALICE}, participants=[{"user": ALICE}])
    behaves(desk.laptop, BOB, "waits")
    body = {"people": [{"user": BOB}], "meeting": {"join_id": meeting.join_id, "passcode": meeting.passcode}}
    answer = await desk.ask("POST", "/gatherings", body)
    id = answer.json()["id"]
    await clock_of(desk.laptop).advance(5)
    assert (await desk.ask("POST", f"/calls/{id}/mute")).status_code == 404
    assert (await desk.ask("DELETE", f"/calls/{id}")).status_code == 202
    assert (await ended(desk, answer))["outcome"] == "ended_by_operator"


async def test_a_permission_that_is_missing_is_named_in_the_record() -> None:
    granted = SimulatorSettings(permissions=("Calls.AccessMedia.All",))
    async with open_laptop(VirtualClock(), simulator_settings=granted) as laptop, open_desk(laptop) as desk:
        target = {"target": {"user": BOB}}
        answer = await desk.ask("POST", f"/calls/{desk.instance_id}/transfer", target)
        await clock_of(laptop).advance(2)
        await desk.hang_up()
        events = (await desk.ask("GET", f"/calls/{desk.instance_id}/events")).json()["events"]
    (came_of_it,) = [each for each in events if each["what"] == "control"]
    assert (came_of_it["request"], came_of_it["result"]) == (answer.json()["id"], "refused")
    (error,) = [each for each in events if each["what"] == "error"]
    assert "transfer needs the permission Calls.Initiate.All" in error["message"]
