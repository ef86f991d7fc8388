"""What a group call has besides its people: shared content, routes of audio, the large gallery."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graph_stage import Stage, staged

from simulator import sharing


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


def below(stage: Stage, rest: str) -> str:
    return f"/communications/calls/{stage.place['call-id']}/{rest}"


def told(stage: Stage, kind: str) -> list[dict[str, Any]]:
    """Notifications whose resource URL has this word."""
    return [item for item in stage.items() if kind in item["resourceUrl"]]


async def test_sharing_is_told_from_its_start_to_its_end(stage: Stage):
    await stage.play("sharing")
    session_id = stage.place["contentSharingSession-id"]
    sharing.change(stage.conversation, session_id)
    await stage.wait(1)
    sharing.stop(stage.conversation, session_id)
    await stage.wait(1)
    items = told(stage, "contentsharingsessions")
    assert [item["changeType"] for item in items] == ["created", "updated", "deleted"]
    resource = {"@odata.type": "#microsoft.graph.contentSharingSession", "id": session_id}
    assert all(item["resourceData"] == [resource] for item in items)
    assert (await stage.ask("GET", below(stage, "contentSharingSessions")))[1]["value"] == []


async def test_sharing_can_be_told_at_the_session_itself(stage: Stage):
    stage.simulator.change_settings(sharing_notification="item")
    await stage.play("sharing")
    await stage.wait(1)
    (item,) = told(stage, "contentsharingsessions")
    assert item["resourceUrl"].endswith(f"/contentsharingsessions/{stage.place['contentSharingSession-id']}")
    assert "resourceData" not in item


async def test_who_did_not_ask_is_not_told(stage: Stage):
    await stage.play("meeting")
    stage.call.options = {}
    sharing.start(stage.conversation, stage.conversation.participants[stage.place["participant-id"]])
    await stage.wait(1)
    assert told(stage, "contentsharingsessions") == []


async def test_people_share_by_the_control_plane(stage: Stage):
    await stage.play("meeting")
    path, who = f"/simulator/meetings/{stage.place['call-id']}", {"who": stage.place["participant-id"]}
    assert await stage.control("POST", f"{path}/share", who) == 202
    (session,) = (await stage.ask("GET", below(stage, "contentSharingSessions")))[1]["value"]
    assert (await stage.ask("GET", below(stage, f"contentSharingSessions/{session['id']}")))[1]["id"] == session["id"]
    assert await stage.control("POST", f"{path}/unshare", who) == 202
    assert await stage.control("POST", f"{path}/unshare", who) == 409
    await stage.wait(1)
    assert [item["changeType"] for item in told(stage, "contentsharingsessions")] == ["created", "deleted"]


async def test_one_person_shares_at_a_time(stage: Stage):
    await stage.play("app_hosted")
    carol = stage.conversation.participants[stage.place["participant-id"]]
    sharing.start(stage.conversation, carol)
    for role, sharers in (("sharer", 1), ("sharer", 1), ("viewer", 0), ("viewer", 0)):
        assert (await stage.ask("POST", below(stage, "changeScreenSharingRole"), {"role": role}))[0] == 202
        assert len(stage.conversation.sharing) == sharers
        assert carol not in stage.conversation.sharing.values()


async def test_a_bot_whose_media_graph_hosts_has_no_screen(stage: Stage):
    await stage.play("meeting")
    status, body, _ = await stage.ask("POST", below(stage, "changeScreenSharingRole"), {"role": "sharer"})
    assert (status, body["error"]["code"]) == (400, "8500")


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("GET", "contentSharingSessions", None),
        ("POST", "changeScreenSharingRole", {"role": "viewer"}),
        ("POST", "addLargeGalleryView", {}),
        ("GET", "audioRoutingGroups", None),
        ("POST", "audioRoutingGroups", {"routingMode": "oneToOne", "sources": ["a"], "receivers": ["b"]}),
    ],
)
async def test_a_call_between_two_has_none_of_it(stage: Stage, method: str, rest: str, body: Any):
    await stage.play("up")
    status, problem, _ = await stage.ask(method, below(stage, rest), body)
    assert (status, problem["error"]["code"]) == (400, "8548")


async def test_the_large_gallery_is_told_when_it_is_there(stage: Stage):
    await stage.play("meeting")
    status, operation, headers = await stage.ask("POST", below(stage, "addLargeGalleryView"), {"clientContext": "x"})
    assert (status, operation["status"]) == (202, "running")
    assert headers["Location"].endswith(f"/operations/{operation['id']}")
    await stage.wait(1)
    (item,) = told(stage, "/operations/")
    assert item["changeType"] == "deleted"
    assert (item["resourceData"]["status"], item["resourceData"]["clientContext"]) == ("completed", "x")


@pytest.mark.parametrize(
    ("group", "named"),
    [
        ({"routingMode": "loud", "sources": ["a"], "receivers": ["b"]}, "routingMode"),
        ({"routingMode": "oneToOne", "sources": ["a"], "receivers": ["b", "c"]}, "receivers"),
        ({"routingMode": "multicast", "sources": ["a", "b"], "receivers": ["c"]}, "sources"),
        ({"routingMode": "multicast", "sources": ["a"], "receivers": []}, "receivers"),
    ],
)
async def test_a_route_that_makes_no_sense_is_refused(stage: Stage, group: dict[str, Any], named: str):
    await stage.play("meeting")
    status, problem, _ = await stage.ask("POST", below(stage, "audioRoutingGroups"), group)
    assert status == 400
    assert named in problem["error"]["message"]


async def test_a_route_is_kept_changed_and_dropped(stage: Stage):
    await stage.play("meeting")
    group = {"id": "one", "routingMode": "oneToOne", "sources": ["a"], "receivers": ["b"]}
    assert (await stage.ask("POST", below(stage, "audioRoutingGroups"), group))[0] == 201
    status, problem, _ = await stage.ask("POST", below(stage, "audioRoutingGroups"), group)
    assert (status, problem["error"]["code"]) == (409, "8519")
    change = {"routingMode": "multicast", "receivers": ["b", "c"]}
    assert (await stage.ask("PATCH", below(stage, "audioRoutingGroups/one"), change))[0] == 200
    (kept,) = (await stage.ask("GET", below(stage, "audioRoutingGroups")))[1]["value"]
    assert (kept["id"], kept["routingMode"], kept["sources"], kept["receivers"]) == (
        "one",
        "multicast",
        ["a"],
        ["b", "c"],
    )
    assert (await stage.ask("DELETE", below(stage, "audioRoutingGroups/one")))[0] == 204
    assert (await stage.ask("GET", below(stage, "audioRoutingGroups/one")))[0] == 404
