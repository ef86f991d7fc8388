"""Calls to people: answered, or not, for every reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import pytest
from callers import clock_of, finish, laptop_with_flows
from placed import BOB, CAROL, LINE, TO_BOB, ask, control, graph_calls, over, place, see

from cli.laptop import Laptop

DAVE = "0c1f5b00-5555-4a2b-9c3d-000000000da7"
ASKING = """
schema: 1
id: test
locale: en-US
start: call
defaults: {onError: {next: bye}}
nodes:
  call: {kind: answer, next: ask}
  ask: {kind: menu, prompts: main-menu, options: {1: {next: bye, label: "yes"}}, on: {tooMany: bye}}
  bye: {kind: hangup, prompts: goodbye}
"""
STAYING = """
schema: 1
id: staying
locale: en-US
start: call
nodes:
  call: {kind: answer, next: wait}
  wait: {kind: stay, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Laptop]:
    async with laptop_with_flows(tmp_path, test=ASKING, staying=STAYING) as running:
        yield running


async def test_somebody_is_called_and_chooses(laptop: Laptop) -> None:
    script = [{"when": "prompt_started", "after_s": 0.5, "press": "1"}]
    laptop.simulator.change_settings(targets={BOB: {"outcome": "answers", "after_s": 4, "script": script}})
    call = await over(laptop, await place(laptop, **TO_BOB))
    assert call.heard == ["main-menu", "goodbye"]
    assert ("ask", "yes") in call.outcomes
    record = call.record
    assert (record["outcome"], record["direction"], record["party"]) == ("completed", "outgoing", "peer")
    assert (record["caller"], record["called"]) == ("application", "user")
    assert record["answered"] - record["started"] > 4


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        ("busy", "busy"),
        ("declines", "declined"),
        ("declined_everywhere", "declined"),
        ("no_answer", "no_answer"),
        ("unreachable", "unreachable"),
        ("no_endpoint", "unreachable"),
        ("offline", "unreachable"),
        ("no_signalling", "unreachable"),
        ("private_calling_disabled", "refused"),
        ("spam", "refused"),
        ("timed_out", "no_answer"),
        ("phone_server_error", "failed"),
        ("media_setup_failed", "media_lost"),
        ("permission_missing", "permission_missing"),
    ],
)
async def test_a_call_that_is_not_answered_says_why(laptop: Laptop, ending: str, outcome: str) -> None:
    laptop.simulator.change_settings(targets={BOB: {"outcome": ending, "after_s": 3}})
    call = await over(laptop, await place(laptop, **TO_BOB))
    assert call.record["outcome"] == outcome
    assert call.outcomes == [("call", "hangup")]
    assert call.record["answered"] is None


async def test_a_call_that_rings_too_long_is_hung_up(laptop: Laptop) -> None:
    laptop.simulator.change_settings(targets={BOB: {"outcome": "waits"}})
    call = await over(laptop, await place(laptop, **TO_BOB, ring_for_s=20))
    assert call.record["outcome"] == "no_answer"
    assert call.record["ended"] - call.record["started"] == pytest.approx(20, abs=1)


async def test_a_call_refused_for_want_of_a_permission_names_it(laptop: Laptop) -> None:
    laptop.simulator.change_settings(permissions=["Calls.JoinGroupCall.All"])
    instance_id = await place(laptop, **TO_BOB)
    await clock_of(laptop).run_until(lambda: laptop.host.engine.has_ended(instance_id))
    records = laptop.connections.records
    record, events = await records.get(instance_id), await records.events(instance_id)
    assert record is not None
    assert (record["outcome"], record["reason"]) == ("permission_missing", "place_call")
    (error,) = [each for each in events if each["what"] == "error"]
    assert "Calls.Initiate.All" in error["message"]


async def test_a_user_of_another_tenant_is_refused(laptop: Laptop) -> None:
    laptop.simulator.change_settings(foreign_users={BOB: "0c1f5b00-4444-4a2b-9c3d-0000000000dd"})
    instance_id = await place(laptop, **TO_BOB)
    await clock_of(laptop).run_until(lambda: laptop.host.engine.has_ended(instance_id))
    record = await laptop.connections.records.get(instance_id)
    assert record is not None
    assert (record["outcome"], record["reason"]) == ("refused", "7505")


async def test_a_placing_whose_answer_is_lost_is_known_by_its_first_notification(laptop: Laptop) -> None:
    """Graph has placed the call, and asking again would ring twice."""
    laptop.simulator.fault({"operation": "createCall"}, "reset_after_acting")
    script = [{"when": "prompt_started", "after_s": 0.5, "press": "1"}]
    laptop.simulator.change_settings(targets={BOB: {"script": script}})
    call = await over(laptop, await place(laptop, **TO_BOB))
    assert call.record["outcome"] == "completed"
    assert len(graph_calls(laptop)) == 1


async def test_a_placing_that_nothing_is_heard_of_is_given_up(laptop: Laptop) -> None:
    laptop.simulator.fault({"operation": "createCall"}, "reset")
    instance_id = await place(laptop, **TO_BOB)
    await clock_of(laptop).run_until(lambda: laptop.host.engine.has_ended(instance_id))
    record = await laptop.connections.records.get(instance_id)
    assert record is not None
    assert (record["outcome"], record["reason"]) == ("failed", "notConfirmed")
    assert graph_calls(laptop) == []


async def test_a_flow_that_is_gone_meanwhile_has_nobody_called(laptop: Laptop) -> None:
    """It was there when the call was asked for, and nobody is rung to hear an apology."""
    laptop.simulator.change_settings(targets={BOB: {"outcome": "answers"}})
    asked = {"flow": "gone", **TO_BOB}
    client = df.DurableOrchestrationClient(laptop.host.links.client_json())
    instance_id = await laptop.connections.outgoing(client).place(asked, None)
    await clock_of(laptop).run_until(lambda: laptop.host.engine.has_ended(instance_id))
    record = await laptop.connections.records.get(instance_id)
    assert record is not None
    assert (record["outcome"], record["flow"]) == ("failed", "nobody")
    assert graph_calls(laptop) == []


async def test_a_group_call_is_answered_by_the_first(laptop: Laptop) -> None:
    instance_id = await place(laptop, "staying", to=[{"user": BOB}, {"user": CAROL}])
    await clock_of(laptop).advance(10)
    await control(laptop, instance_id, "mute")
    await control(laptop, instance_id, "unmute")
    people = laptop.simulator.people
    name = graph_calls(laptop)[-1].id
    people.leave(name, CAROL)
    people.leave(name, BOB)
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], call.record["party"]) == ("alone", "group")
    assert [each["result"] for each in call.events if each["what"] == "control"] == ["done", "done"]


async def test_what_operators_ask_of_a_call_is_done_and_told(laptop: Laptop) -> None:
    instance_id = await place(laptop, "staying", to=[{"user": BOB}])
    await clock_of(laptop).advance(5)
    await control(laptop, instance_id, "play", prompt="greeting")
    await control(laptop, instance_id, "send-tones", tones="12#")
    await control(laptop, instance_id, "screen-sharing", role="sharer")
    await control(laptop, instance_id, "invite", participants=[{"user": CAROL}])
    await clock_of(laptop).advance(10)
    assert (await ask(laptop, "DELETE", f"/calls/{instance_id}")).status_code == 202
    call = await over(laptop, instance_id)
    told = [(each["action"], each["result"], each["reason"]) for each in call.events if each["what"] == "control"]
    assert told[0] == ("play", "started", None)
    assert ("play", "done", None) in told
    assert ("send_tones", "done", None) in told
    assert ("invite", "refused", "peerToPeer") in told
    assert ("screen_sharing", "refused") in [each[:2] for each in told]
    assert told[-1] == ("hang_up", "done", None)
    assert call.record["outcome"] == "ended_by_operator"
    assert call.heard == ["greeting"]


async def test_an_operator_transfers_a_call_and_gets_it_back_when_nobody_answers(laptop: Laptop) -> None:
    laptop.simulator.change_settings(targets={CAROL: {"outcome": "declines"}})
    instance_id = await place(laptop, "staying", to=[{"user": BOB}])
    await clock_of(laptop).advance(5)
    await control(laptop, instance_id, "transfer", target={"user": CAROL})
    await clock_of(laptop).advance(30)
    assert (await see(laptop, instance_id)).record["state"] == "live"
    laptop.simulator.change_settings(targets={CAROL: {"outcome": "answers"}})
    await control(laptop, instance_id, "transfer", target={"user": CAROL})
    call = await over(laptop, instance_id)
    assert call.record["outcome"] == "transferred"
    assert call.record["transfer"] == {"target": "user", "state": "completed"}


async def test_others_are_called_straight_into_a_call_of_two_where_that_is_set(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, settings={"DIRECT_INVITE": "1"}, staying=STAYING) as laptop:
        laptop.simulator.change_settings(invite_into_peer_to_peer="escalate")
        instance_id = await place(laptop, "staying", to=[{"user": BOB}])
        await clock_of(laptop).advance(5)
        await control(laptop, instance_id, "invite", participants=[{"user": CAROL}])
        await clock_of(laptop).advance(10)
        await control(laptop, instance_id, "mute")
        laptop.simulator.drop(graph_calls(laptop)[-1].id, "removed")
        call = await over(laptop, instance_id)
    told = [(each["action"], each["result"]) for each in call.events if each["what"] == "control"]
    assert told == [("invite", "started"), ("invite", "done"), ("mute", "done")]
    assert (call.record["outcome"], call.record["party"]) == ("removed", "group")


async def test_a_call_that_others_are_brought_into_goes_on_as_a_group_call(laptop: Laptop) -> None:
    instance_id = await place(laptop, "staying", to=[{"user": BOB}])
    await clock_of(laptop).advance(5)
    laptop.simulator.people.escalate(graph_calls(laptop)[-1].id, [{"user": CAROL}])
    await clock_of(laptop).advance(5)
    here = graph_calls(laptop)[-1].conversation
    assert here is not None
    carol = here.find(CAROL)
    assert carol is not None
    await control(laptop, instance_id, "mute")
    await control(laptop, instance_id, "invite", participants=[{"user": DAVE}])
    await clock_of(laptop).advance(10)
    await control(laptop, instance_id, "hold", participant=carol.id)
    await clock_of(laptop).advance(2)
    await control(laptop, instance_id, "remove-participant", participant=carol.id)
    laptop.simulator.people.remove(graph_calls(laptop)[-1].id, graph_calls(laptop)[-1].my_participant_id)
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], call.record["party"]) == ("removed", "group")
    told = [(each["action"], each["result"]) for each in call.events if each["what"] == "control"]
    assert told == [
        ("mute", "done"),
        ("invite", "started"),
        ("invite", "done"),
        ("hold", "started"),
        ("hold", "done"),
        ("remove_participant", "done"),
    ]


async def test_a_call_that_came_in_goes_on_as_a_group_call_and_ends_when_the_others_have_left(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=STAYING) as laptop:
        call_id = laptop.simulator.ring({"user": {"id": BOB}})
        await clock_of(laptop).advance(5)
        laptop.simulator.change_settings(alone_in_group_s=None, group_call_ends_with_initiator=False)
        of = laptop.simulator.people.escalate(call_id, [{"user": CAROL}])
        assert of is not None
        await clock_of(laptop).advance(5)
        for who in (BOB, CAROL):
            laptop.simulator.people.leave(of.id, who)
            await clock_of(laptop).advance(5)
        (call,) = await finish(laptop, call_id)
    assert (call.record["outcome"], call.record["party"]) == ("alone", "group")


async def test_a_bot_that_may_not_be_in_a_group_call_is_dropped_from_it(laptop: Laptop) -> None:
    laptop.simulator.change_settings(permissions=["Calls.Initiate.All", "Calls.AccessMedia.All"])
    instance_id = await place(laptop, "staying", to=[{"user": BOB}])
    await clock_of(laptop).advance(5)
    laptop.simulator.people.escalate(graph_calls(laptop)[-1].id, [{"user": CAROL}])
    call = await over(laptop, instance_id)
    assert (call.record["outcome"], call.record["subcode"]) == ("permission_missing", 7504)


async def test_a_caller_is_sent_to_somebodys_voicemail(tmp_path: Path) -> None:
    flow = ASKING.replace("next: ask}", "next: send}") + (
        f"  send: {{kind: transfer, target: {{voicemail: {CAROL}}}, on: {{failed: bye}}}}\n"
    )
    async with laptop_with_flows(tmp_path, test=flow) as laptop:
        call = await over(laptop, await place(laptop, **TO_BOB))
    assert call.record["outcome"] == "transferred"
    assert call.record["transfer"] == {"target": "voicemail", "state": "completed"}


async def test_a_call_to_a_telephone_goes_out_by_a_resource_account(tmp_path: Path) -> None:
    phone = "+442079460123"
    asked: dict[str, Any] = {"to": [{"phone": phone}], "from": {"application_instance": LINE}}
    async with laptop_with_flows(tmp_path, settings={"DIAL_ALLOW": "+44"}, test=ASKING) as laptop:
        laptop.simulator.change_settings(targets={phone: {"outcome": "busy"}})
        call = await over(laptop, await place(laptop, **asked))
    assert (call.record["outcome"], call.record["called"]) == ("busy", "phone")
    assert phone not in str(call.events) + str(call.record)
