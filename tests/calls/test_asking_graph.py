"""Every request of Graph's that no call makes by itself, asked by its activity, once, of the simulator."""

from __future__ import annotations

import ast
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from callers import clock_of, laptop_with_flows
from placed import BOB, CAROL, graph_calls, place

import graph.requests
from activities import inspection, online_meetings, participants, quality, routing, sharing
from cli.laptop import Laptop
from graph.permissions import PERMISSIONS
from simulator.online_meetings import OnlineMeeting

JSON = dict[str, Any]

ROOT = Path(__file__).parents[2]
MODULES = (inspection, online_meetings, participants, quality, routing, sharing)
#: The instance whose inbox and record the activities use here; there is no orchestration of this name.
ASKING = "call-0c1f5b0011114a2b9c3d00000000a5c1"
STAYS = """
schema: 1
id: test
locale: en-US
start: join
nodes:
  join: {kind: answer, next: hello}
  hello: {kind: play, prompts: greeting, next: meet}
  meet: {kind: stay, next: bye, on: {timeout: bye}, atMost: 4h}
  bye: {kind: hangup, prompts: goodbye}
"""
ACTIVITIES = {
    builder._function.get_user_function().__name__: builder._function.get_user_function()
    for module in MODULES
    for builder in module.bp._function_builders
}


class Meeting:
    """A meeting of Bob and Carol in which the bot is, and its activities."""

    def __init__(self, laptop: Laptop, of: OnlineMeeting) -> None:
        self.laptop = laptop
        self.of = of
        self.call = graph_calls(laptop)[-1]

    async def ask(self, activity: str, **given: Any) -> JSON:
        """Run an activity about the bot's call."""
        common = {
            "instance_id": ASKING,
            "call_id": self.call.id,
            "tenant_id": self.laptop.simulator.settings.tenant_id,
            "step": uuid.uuid4().hex,
            "events": [],
        }
        with clock_of(self.laptop):
            result = await ACTIVITIES[activity]({**common, **given})
        assert json.loads(json.dumps(result)) == result, "only JSON crosses a durable boundary"
        return result

    async def ask_for(self, activity: str, **arguments: Any) -> JSON:
        """The same, with arguments that lie sealed in an inbox."""
        item = {"kind": "control", "action": activity, "request": "r"}
        inbox = self.laptop.connections.inbox
        stored = await inbox.append(ASKING, item, {"arguments": arguments}, uuid.uuid4().hex)
        return await self.ask(activity, request_n=stored.number)

    def who(self, user_id: str) -> str:
        """Graph's id of a participant."""
        assert self.call.conversation is not None
        found = self.call.conversation.find(user_id)
        assert found is not None
        return found.id


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with laptop_with_flows(tmp_path, test=STAYS) as laptop:
        of = laptop.simulator.people.create_meeting({"user": BOB}, [{"user": BOB}, {"user": CAROL}])
        await place(laptop, meeting={"join_url": of.join_url})
        await clock_of(laptop).advance(10)
        await laptop.connections.records.open(ASKING, {})
        yield Meeting(laptop, of)


async def noted(meeting: Meeting) -> JSON:
    return (await meeting.laptop.connections.records.get(ASKING) or {})["meeting"]


async def test_who_hears_whom(meeting: Meeting) -> None:
    bob, carol = meeting.who(BOB), meeting.who(CAROL)
    group = {"group_id": "oneToOne", "mode": "oneToOne", "sources": [bob], "receivers": [carol]}
    made = (await meeting.ask("create_audio_routing_group", **group))["ok"]
    assert (made["mode"], made["sources"]) == ("oneToOne", [bob.replace("-", "")])
    about = {"group_id": made["group_id"]}
    assert (await meeting.ask("list_audio_routing_groups"))["ok"]["groups"] == [made]
    turned = {**group, **about, "sources": [carol], "receivers": [bob]}
    assert (await meeting.ask("update_audio_routing_group", **turned))["ok"]["sources"] == [carol.replace("-", "")]
    assert (await meeting.ask("get_audio_routing_group", **about))["ok"]["receivers"] == [bob.replace("-", "")]
    assert "ok" in await meeting.ask("delete_audio_routing_group", **about)
    assert (await meeting.ask("list_audio_routing_groups"))["ok"] == {"groups": []}


async def test_what_is_shared(meeting: Meeting) -> None:
    assert (await meeting.ask("list_content_sharing_sessions"))["ok"] == {"sessions": []}
    meeting.laptop.simulator.people.share(meeting.of.id, BOB)
    (session,) = (await meeting.ask("list_content_sharing_sessions"))["ok"]["sessions"]
    assert (await meeting.ask("get_content_sharing_session", session_id=session))["ok"] == {"session": session}


async def test_how_a_device_did(meeting: Meeting) -> None:
    ids = {name: str(uuid.uuid4()) for name in ("call_chain_id", "participant_id", "media_leg_id")}
    names = {"device_name": "Bob's room", "device_description": "third floor"}
    heard = {"kind": "audio", "channel": 1, "duration": 61.5, "inbound_packets": 3000, "round_trip": 0.04}
    assert await meeting.ask_for("log_device_quality", **ids, **names, media=[heard]) == {"ok": {}}
    wrong = await meeting.ask_for("log_device_quality", **ids, **names, media=[{**heard, "channel": -1}])
    assert wrong["error"]["kind"] == "refused"
    assert "media.channel" in wrong["error"]["message"]


async def test_one_participant_without_a_name(meeting: Meeting) -> None:
    bob = meeting.who(BOB)
    seen = (await meeting.ask("get_participant", participant=bob))["ok"]
    assert (seen["id"], seen["kind"], seen["lobby"]) == (bob.replace("-", ""), "user", False)
    assert BOB not in json.dumps(seen)


async def test_calls_and_operations(meeting: Meeting) -> None:
    seen = (await meeting.ask("list_graph_calls"))["ok"]["calls"]
    assert seen == [{"call_id": meeting.call.id.replace("-", ""), "state": "established"}]
    assert (await meeting.ask("get_graph_call"))["ok"] == {"state": "established", "audio": "active"}
    operations = (await meeting.ask("list_operations"))["ok"]["operations"]
    assert operations, "the bot has greeted"
    one = operations[0]
    assert (await meeting.ask("get_operation", operation_id=one["operation_id"]))["ok"] == one


async def test_a_meeting_is_made_found_changed_and_deleted(meeting: Meeting) -> None:
    times = {"start": "2026-05-01T09:00:00+00:00", "end": "2026-05-01T10:00:00+00:00"}
    made = await meeting.ask_for("create_online_meeting", as_user=BOB, subject="Review of Bob", **times)
    assert made["ok"]["found"] and made["ok"]["start"].startswith("2026-05-01T09:00")
    assert "Bob" not in json.dumps(made)
    where = await noted(meeting)
    assert (where["subject"], where["organizer_id"]) == ("Review of Bob", BOB)
    assert "?" not in where["join_url"]
    (*_, found) = meeting.laptop.simulator.online_meetings
    by = {"as_user": BOB, "meeting_id": found.id}
    assert (await meeting.ask_for("get_online_meeting", **by))["ok"]["found"]
    assert await meeting.ask_for("list_online_meetings", as_user=BOB, join_url=found.join_url) == {"ok": {"found": 1}}
    assert "ok" in await meeting.ask_for("update_online_meeting", **by, subject="Review")
    assert (await noted(meeting))["subject"] == "Review"
    assert await meeting.ask_for("delete_online_meeting", **by) == {"ok": {}}
    assert (await meeting.ask_for("get_online_meeting", **by))["error"]["status"] == 404


async def test_a_meeting_with_an_external_id_is_made_once(meeting: Meeting) -> None:
    before = len(list(meeting.laptop.simulator.online_meetings))
    for _ in range(2):
        assert (await meeting.ask_for("create_or_get_online_meeting", as_user=BOB, external_id="i-7"))["ok"]["found"]
    assert len(list(meeting.laptop.simulator.online_meetings)) == before + 1


async def test_what_makes_no_sense_is_refused_and_not_sent(meeting: Meeting) -> None:
    asked = len(meeting.call.transcript.of("request"))
    for activity, given in (
        ("get_audio_routing_group", {"group_id": "../.."}),
        ("create_audio_routing_group", {"group_id": "a", "mode": "loud", "sources": [], "receivers": []}),
        ("get_content_sharing_session", {}),
        ("get_operation", {"operation_id": "?"}),
        ("get_participant", {"participant": "/"}),
    ):
        result = await meeting.ask(activity, **given)
        assert (result["error"]["kind"], result["error"]["code"]) == ("refused", "badRequest"), activity
    assert (await meeting.ask_for("create_online_meeting", as_user=BOB, start="soon"))["error"]["kind"] == "refused"
    assert len(meeting.call.transcript.of("request")) == asked


async def test_what_graph_refuses_says_which_permission_is_missing(meeting: Meeting) -> None:
    meeting.laptop.simulator.change_settings(meetings_of=[])
    result = await meeting.ask_for("create_online_meeting", as_user=BOB)
    assert (result["error"]["kind"], result["error"]["status"]) == ("refused", 403)
    assert "New-CsApplicationAccessPolicy" in result["error"]["message"]


@pytest.mark.parametrize("action", sorted({row.action for row in PERMISSIONS}))
def test_every_action_of_graph_is_asked_for_somewhere(action: str) -> None:
    request = action[0].upper() + action[1:]
    assert issubclass(getattr(graph.requests, request), graph.requests.Request)
    assert request in _requests_made()


def _requests_made() -> set[str]:
    """The names of what is called in the rooms that ask Graph for something."""
    files = [path for room in ("activities", "connections") for path in (ROOT / room).glob("*.py")]
    calls = (node for path in files for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {node.func.id for node in calls if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
