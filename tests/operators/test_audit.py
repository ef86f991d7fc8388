"""Whatever an operator does to a call is on record with who did it, before it is done; and not otherwise."""

from __future__ import annotations

import uuid

import httpx
from desk import READER, USER, Desk


async def test_what_operators_do_is_noted_with_who_did_it(desk: Desk) -> None:
    operator = desk.token("Operate.customer.northwind", "Erase")
    await desk.ask("POST", f"/calls/{desk.instance_id}/mute", {}, **operator)
    await desk.ask("POST", f"/calls/{desk.instance_id}/play", {"prompt": "greeting"})
    await desk.ask("POST", "/erasures", {"caller": {"user": USER}}, **operator)
    await desk.ask("POST", f"/calls/{desk.instance_id}/play", {"prompt": "no-such-prompt"}, **operator)
    await desk.ask("DELETE", f"/calls/{desk.instance_id}", **desk.token("Read"))
    noted = (await desk.ask("GET", "/audit")).json()["actions"]
    assert sorted((each["action"], each["call"]) for each in noted) == [
        ("erase_caller", None),
        ("mute", desk.instance_id),
        ("play", desk.instance_id),
    ]
    who = {each["action"]: each["who"] for each in noted}
    assert who["play"] == "development key" and who["mute"] == who["erase_caller"] != "development key"
    assert who["mute"] == READER or len(who["mute"]) == len(READER)
    theirs = (await desk.ask("GET", "/audit", **desk.token("Read.customer.harbour"))).json()["actions"]
    assert theirs == []


async def test_lists_hold_calls_of_one_state(desk: Desk) -> None:
    await desk.laptop.connections.records.close("call-" + "1" * 32, {"customer": "northwind"})
    for state, instance_id in (("live", desk.instance_id), ("ended", "call-" + "1" * 32)):
        answer = await desk.ask("GET", f"/calls?state={state}")
        assert [each["id"] for each in answer.json()["calls"]] == [instance_id]
    assert (await desk.ask("GET", "/calls?state=gone")).status_code == 400


async def test_a_principal_that_the_platform_would_name_opens_nothing(desk: Desk) -> None:
    forged = {"X-MS-CLIENT-PRINCIPAL": "eyJhdXRoX3R5cCI6ImFhZCJ9", "X-MS-CLIENT-PRINCIPAL-ID": USER}
    for path in ("/usage", "/usage/export", "/kpis", "/flows", "/flows/small-business/walks", "/audit", "/calls"):
        assert (await desk.ask("GET", path, **forged)).status_code == 401, path


async def test_requests_to_graph_carry_the_scenario_id_that_the_console_shows(desk: Desk) -> None:
    seen: set[str] = set()

    async def see(request: httpx.Request) -> None:
        seen.add(request.headers.get("scenario-id", ""))

    desk.laptop.connections.http.event_hooks["request"].append(see)
    await desk.ask("POST", f"/calls/{desk.instance_id}/mute", {})
    await desk.hang_up()
    assert seen - {""} == {str(uuid.UUID(desk.instance_id.removeprefix("call-")))}
