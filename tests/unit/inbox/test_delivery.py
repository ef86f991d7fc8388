"""Who may speak for a call, what operators ask of it, and how seldom it hears of its roster."""

from __future__ import annotations

from typing import Any

import pytest
from bots import TENANT, Bot, notification, roster

from inbox import InboxClosed, NoSuchCall

GRAPH, OTHER_GRAPH = "1" * 32, "2" * 32
REQUEST: dict[str, Any] = {"to": [{"user": "0c1f5b00-5555-4a2b-9c3d-00000000a11c"}], "flow": "reminder"}
MEETING: dict[str, Any] = {"meeting": {"token": "t"}, "flow": "bridge"}


async def take(bot: Bot, one: Any, instance_id: str | None, *, tenant: str = TENANT, message: str = "m") -> None:
    await bot.delivery.take(one, tenant, instance_id, message)


async def test_the_first_signed_notification_binds_a_call_that_we_place(bot: Bot) -> None:
    call = await bot.outgoing.place(REQUEST, None)
    await take(bot, notification("07_call_establishing", GRAPH), call)
    assert await bot.births.instance_of(GRAPH, TENANT) == call
    heard = (await bot.digests(call))[-1]
    assert (heard["kind"], heard["state"], heard["call_id"]) == ("call", "establishing", GRAPH)
    await bot.births.bind(call, GRAPH, TENANT)  # and the 201 agrees


async def test_a_notification_that_disagrees_with_the_201_is_dropped(bot: Bot) -> None:
    call = await bot.outgoing.place(REQUEST, None)
    await bot.births.bind(call, GRAPH, TENANT)
    await take(bot, notification("07_call_establishing", OTHER_GRAPH), call)
    assert len(await bot.digests(call)) == 1
    assert await bot.births.instance_of(OTHER_GRAPH, TENANT) is None


@pytest.mark.parametrize(("instance", "tenant"), [(None, TENANT), ("call-of-nobody", TENANT), ("own", "tenant-2")])
async def test_nobody_else_binds_it(bot: Bot, instance: str | None, tenant: str) -> None:
    call = await bot.outgoing.place(REQUEST, None)
    await take(bot, notification("07_call_establishing", GRAPH), call if instance == "own" else instance, tenant=tenant)
    assert await bot.births.instance_of(GRAPH, TENANT) is None
    assert len(await bot.digests(call)) == 1


async def test_a_call_that_was_given_up_before_graph_placed_it_is_hung_up(bot: Bot) -> None:
    call = await bot.outgoing.place(REQUEST, None)
    await bot.births.ended(call)
    await bot.inbox.forget_payloads(call)
    await take(bot, notification("07_call_establishing", GRAPH), call)
    name, given = bot.instances.started[f"closing-{call}"]
    assert name == "closing_orchestrator"
    assert given["call"] == {"instance_id": call, "call_id": GRAPH, "tenant_id": TENANT}


async def test_what_an_operator_asks_is_sealed_and_told_once(bot: Bot) -> None:
    call = await bot.outgoing.place(REQUEST, None)
    arguments = {"target": {"phone": "+442079460123"}, "consult": True}
    first = await bot.delivery.control(call, "transfer", arguments, "request-1")
    again = await bot.delivery.control(call, "mute", {}, "request-1")
    assert (first.new, again.new, again.digest["action"]) == (True, False, "transfer")
    item = {"kind": "control", "action": "transfer", "request": "request-1", "consult": True, "n": 2}
    assert (await bot.digests(call))[1:] == [item]
    assert await bot.inbox.raw(call, 2) == {"action": "transfer", "arguments": arguments}
    assert [name for _, name, _ in bot.instances.raised] == ["notification.2", "notification.2"]


async def test_nothing_is_asked_of_a_call_that_is_not_there(bot: Bot) -> None:
    with pytest.raises(NoSuchCall):
        await bot.delivery.control("call-of-nobody", "mute", {}, "request-1")
    assert await bot.table.get("call-of-nobody", "head") is None
    call = await bot.outgoing.place(REQUEST, None)
    await bot.inbox.forget_payloads(call)
    with pytest.raises(InboxClosed):
        await bot.delivery.control(call, "mute", {}, "request-1")


async def rosters_told(bot: Bot, call: str) -> list[int]:
    return [each["count"] for each in await bot.digests(call) if each["kind"] == "roster"]


async def in_meeting(bot: Bot, request: dict[str, Any] = MEETING) -> str:
    call = await bot.outgoing.place(request, None)
    await bot.births.bind(call, GRAPH, TENANT)
    return call


def planned(bot: Bot) -> list[dict[str, Any]]:
    return [given for name, given in bot.instances.started.values() if name == "roster_orchestrator"]


async def test_a_meeting_is_told_of_the_first_roster_at_once_and_of_those_that_follow_together(bot: Bot) -> None:
    call = await in_meeting(bot)
    for count in (1, 2, 3, 4):
        await take(bot, roster(GRAPH, count), call)
        bot.now += 0.3
    assert await rosters_told(bot, call) == [1]
    (plan,) = planned(bot)
    assert plan["wait_s"] == pytest.approx(1.7)
    bot.now += 2
    assert await bot.delivery.tell_roster(call) is None
    assert await rosters_told(bot, call) == [1, 4]
    assert await bot.delivery.tell_roster(call) is None
    bot.now += 5
    await take(bot, roster(GRAPH, 5), call)
    assert await rosters_told(bot, call) == [1, 4, 5]
    assert len(planned(bot)) == 1


async def test_a_plan_that_came_to_nothing_is_made_again(bot: Bot) -> None:
    call = await in_meeting(bot)
    await take(bot, roster(GRAPH, 1, 1), call)
    bot.instances.away = 1
    with pytest.raises(ConnectionError):
        await take(bot, roster(GRAPH, 2, 2), call)
    await take(bot, roster(GRAPH, 2, 2), call)  # Graph sends it again
    assert len(planned(bot)) == 1
    bot.now += 60  # whoever was to tell has died
    await take(bot, roster(GRAPH, 3, 3), call)
    assert await rosters_told(bot, call) == [1, 3]


async def test_a_roster_that_comes_while_the_one_before_is_told_is_told_next(bot: Bot) -> None:
    call = await in_meeting(bot)
    await bot.inbox.put_roster(call, {"who": 1}, None, 1)
    untold = await bot.inbox.rosters.untold(call)
    assert untold is not None
    await bot.inbox.put_roster(call, {"who": 2}, None, 2)
    nudge = await bot.inbox.rosters.told(call, untold.version)
    assert nudge is not None
    assert nudge.wait_s == 2
    assert await bot.delivery.tell_roster(call) is None
    assert await rosters_told(bot, call) == [2]


async def test_a_call_of_two_is_told_of_no_roster(bot: Bot) -> None:
    call = await in_meeting(bot, REQUEST)
    await take(bot, roster(GRAPH, 2), call)
    assert await rosters_told(bot, call) == []
    assert await bot.inbox.roster(call) is not None


async def test_who_was_removed_is_not_counted_among_those_in_the_call(bot: Bot) -> None:
    call = await in_meeting(bot, REQUEST)
    await take(bot, roster(GRAPH, 2, removed=1), call)
    await take(bot, roster(GRAPH, 1, removed=1), call)
    assert await rosters_told(bot, call) == [1]


async def test_a_call_of_two_that_others_are_brought_into_is_told_until_it_is_one_of_two_again(bot: Bot) -> None:
    call = await in_meeting(bot, REQUEST)
    for count in (3, 2, 1):
        await take(bot, roster(GRAPH, count), call)
        bot.now += 15
    assert await rosters_told(bot, call) == [3, 1]


async def test_a_group_call_that_comes_in_is_told_of_its_roster(bot: Bot) -> None:
    await take(bot, notification("03_incoming_group_meeting", GRAPH), None)
    await take(bot, roster(GRAPH, 3), f"call-{GRAPH}")
    assert await rosters_told(bot, f"call-{GRAPH}") == [3]
