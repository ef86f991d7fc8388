"""No telephone is called that DIAL_ALLOW does not list, nor more often than the caps allow, whoever wants it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import placing
import pytest
from callers import MOBILE, ROUTES, Played, clock_of, laptop_with_flows, play, ring
from placed import BOB, over

from activities.dial_allow import count_dialled
from graph.requests import Target
from storage import StorageUnavailable

LINE = "+442079460000"
HEAD = "schema: 1\nid: test\nlocale: en-US\n"
ANSWER = "start: pick-up\nnodes:\n  pick-up: {kind: answer, next: on}\n"
BYE = "  bye: {kind: hangup, prompts: goodbye}\n"
SEND = "{kind: transfer, target: {phone: '" + LINE + "'}, on: {failed: bye}"
DIAL = "{kind: dial, number: \"'" + LINE + "'\", allow: ['+44'], on: {failed: bye, notAllowed: bye}"
FLOWS = {
    "transfer": f"{HEAD}{ANSWER}  on: {SEND}}}\n{BYE}",
    "consult": f"{HEAD}{ANSWER}  on: {SEND}, consult: true, hold: greeting}}\n{BYE}",
    "dial": f"{HEAD}{ANSWER}  on: {DIAL}}}\n{BYE}",
    "redirect": f"{HEAD}start: on\nnodes:\n  on: {{kind: redirect, to: [{{phone: '{LINE}'}}]}}\n",
}
ACTS = {"transfer": "transfer", "consult": "createCall", "dial": "transfer", "redirect": "redirect"}


FROM = {"application_instance": "0c1f5b00-7777-4a2b-9c3d-0000000015f0"}


async def played(folder: Path, kind: str, allow: str, **caps: str) -> tuple[Played, list[str]]:
    """The call, and whom the bot called besides."""
    settings = {"DIAL_ALLOW": allow, **caps} if allow else caps
    async with laptop_with_flows(folder, settings=settings, test=FLOWS[kind]) as laptop:
        call = await play(laptop, caller=MOBILE)
        called = [
            each.birth.called.id for each in laptop.simulator.calls.values() if each.birth.direction == "outgoing"
        ]
    return call, called


def refusals(call: Played) -> list[Any]:
    return [each["reason"] for each in call.events if each["what"] == "error"]


@pytest.mark.parametrize("allow", ["", "+1,+4430"])
@pytest.mark.parametrize("kind", sorted(FLOWS))
async def test_a_number_that_is_not_listed_is_not_dialled_and_the_record_names_the_setting(
    tmp_path: Path, kind: str, allow: str
) -> None:
    call, called = await played(tmp_path, kind, allow)
    assert ACTS[kind] not in call.requests
    assert called == []
    assert refusals(call) == ["DIAL_ALLOW"]
    assert LINE not in str(call.events)
    if kind != "redirect":
        assert call.heard[-1] == "goodbye"


@pytest.mark.parametrize("kind", sorted(FLOWS))
async def test_a_number_that_is_listed_is_dialled(tmp_path: Path, kind: str) -> None:
    call, called = await played(tmp_path, kind, "+1,+4420")
    assert refusals(call) == []
    assert called == [LINE] if kind == "consult" else ACTS[kind] in call.requests


@pytest.mark.parametrize("setting", ["DIAL_CAP_PER_HOUR", "DIAL_CAP_PER_CUSTOMER_PER_HOUR"])
@pytest.mark.parametrize("kind", sorted(FLOWS))
async def test_what_flows_dial_counts_and_one_too_many_is_not_dialled(tmp_path: Path, kind: str, setting: str) -> None:
    call, called = await played(tmp_path, kind, "+44", **{setting: "0"})
    assert ACTS[kind] not in call.requests
    assert called == []
    assert refusals(call) == [setting]


@pytest.mark.parametrize("kind", sorted(FLOWS))
async def test_a_cap_lets_as_many_calls_through_as_it_says(tmp_path: Path, kind: str) -> None:
    settings = {"DIAL_ALLOW": "+44", "DIAL_CAP_PER_CUSTOMER_PER_HOUR": "1"}
    async with laptop_with_flows(tmp_path, settings=settings, test=FLOWS[kind]) as laptop:
        calls = [await play(laptop, caller=MOBILE) for _ in range(2)]
    assert list(map(refusals, calls)) == [[], ["DIAL_CAP_PER_CUSTOMER_PER_HOUR"]]


async def test_a_step_that_runs_again_is_counted_once(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=FLOWS["transfer"]) as laptop:
        for step in (7, 7, 8, 7):
            await count_dialled({"instance_id": "call-1", "step": step}, Target(kind="phone", id=LINE))
        row = await laptop.connections.storage.table("Records").get("admissions", "dialled:all")
    assert row is not None
    assert sum(json.loads(str(row.values["counts"])).values()) == 2


async def test_a_transfer_waits_a_moment_for_storage_to_count_it(tmp_path: Path) -> None:
    left = iter(range(3))

    def refuse(asked: str, partition: str, key: str) -> None:
        if asked == "transact" and partition == "admissions" and next(left, None) is not None:
            raise StorageUnavailable("away")

    async with laptop_with_flows(tmp_path, settings={"DIAL_ALLOW": "+44"}, test=FLOWS["transfer"]) as laptop:
        assert laptop.memory is not None
        laptop.memory.tables["Records"].before = refuse
        call = await play(laptop)
    assert next(left, None) is None
    assert "transfer" in call.requests


async def test_an_operators_call_to_a_number_that_is_not_listed_any_more_is_not_placed(tmp_path: Path) -> None:
    """It was listed when they asked."""
    async with laptop_with_flows(tmp_path, test=FLOWS["transfer"]) as laptop:
        asked = {"to": [{"phone": LINE}], "from": FROM, "flow": "test"}
        placed = await placing.finish_placed(laptop, await placing.place(laptop, **asked))
    assert placed.calls == []
    assert (placed.record["outcome"], placed.record["reason"]) == ("refused", "DIAL_ALLOW")


async def test_a_telephone_is_not_invited_by_a_number_that_is_not_listed(tmp_path: Path) -> None:
    meeting = "  on: {kind: stay, atMost: 60s, next: bye, on: {timeout: bye}}\n"
    async with laptop_with_flows(tmp_path, test=f"{HEAD}{ANSWER}{meeting}{BYE}") as laptop:
        online = laptop.simulator.people.create_meeting({"user": BOB}, [{"user": BOB}])
        instance_id = await placing.place(laptop, meeting={"join_url": online.join_url}, flow="test")
        await clock_of(laptop).advance(20)
        await placing.control(laptop, instance_id, "invite", participants=[{"phone": LINE}])
        call = await over(laptop, instance_id)
    assert [(each["result"], each["reason"]) for each in call.events if each["what"] == "control"] == [
        ("refused", "DIAL_ALLOW")
    ]
    assert "invite" not in call.requests


@pytest.mark.parametrize(("allow", "sent"), [("+1", []), ("+44", ["redirect"])])
async def test_a_call_that_cannot_be_stored_is_sent_to_a_telephone_only_if_it_is_listed(
    tmp_path: Path, allow: str, sent: list[str]
) -> None:
    routes = ROUTES.replace("recording: kept", f"recording: kept, fallback: {{phone: '{LINE}'}}")
    async with laptop_with_flows(
        tmp_path, routes=routes, settings={"DIAL_ALLOW": allow}, test=FLOWS["transfer"]
    ) as laptop:
        assert laptop.memory is not None

        def refuse(asked: str, partition: str, key: str) -> None:
            if asked == "transact":
                raise StorageUnavailable("away")

        laptop.memory.tables["Inbox"].before = refuse
        call_id = ring(laptop)
        await clock_of(laptop).run_until(lambda: laptop.simulator.call(call_id).over)
        requests = laptop.simulator.call(call_id).transcript.of("request")
    acted = [
        each["action"] for each in requests if each["action"] != "getCall"
    ]  # whether it still rings is looked at first
    assert acted == sent
