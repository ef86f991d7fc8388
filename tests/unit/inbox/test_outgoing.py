"""Calls that we place are begun once, whoever asks how often, and history learns of nobody."""

from __future__ import annotations

from typing import Any

import pytest
from bots import Bot

from inbox import InboxClosed, PlacedOtherwise
from inbox.outgoing import digest_of, leg_id

NUMBER, USER = "+442079460123", "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
REQUEST: dict[str, Any] = {"to": [{"phone": NUMBER}], "flow": "reminder", "from": {"application_instance": USER}}


async def test_a_request_begins_a_call(bot: Bot) -> None:
    instance_id = await bot.outgoing.place(REQUEST, "key-1")
    name, given = bot.instances.started[instance_id]
    assert name == "call_orchestrator"
    assert given["call"] == {"instance_id": instance_id, "call_id": "", "tenant_id": "tenant-1"}
    assert given["digest"]["n"] == 1
    assert await bot.inbox.raw(instance_id, 1) == REQUEST
    assert [birth.instance_id async for birth in bot.births.live()] == [instance_id]


async def test_history_learns_kinds_and_numbers_only(bot: Bot) -> None:
    instance_id = await bot.outgoing.place({**REQUEST, "customer": "Jane Doe", "as_guest": "Jane"}, None)
    _, given = bot.instances.started[instance_id]
    assert not any(secret in str(given) for secret in (NUMBER, USER, "Jane"))
    assert (given["digest"]["kind"], given["digest"]["to"]) == ("place", ["phone"])


@pytest.mark.parametrize(
    ("meeting", "kind"),
    [
        ({"join_url": "https://teams.example/x"}, "organizer"),
        ({"join_id": "1", "passcode": "2"}, "join_id"),
        ({"token": "t"}, "token"),
        ({"create": {"subject": "s", "as_user": USER}}, "created"),
    ],
)
def test_a_meeting_is_told_by_how_it_is_joined(meeting: dict[str, Any], kind: str) -> None:
    digest = digest_of({"meeting": meeting, "flow": "bridge"})
    assert (digest["meeting"], digest["to"], digest["rejoin"]) == (kind, [], True)
    assert not digest_of({"meeting": meeting, "rejoin": False})["rejoin"]


async def test_the_same_request_is_the_same_call(bot: Bot) -> None:
    first = await bot.outgoing.place(REQUEST, "key-1")
    assert await bot.outgoing.place(dict(REQUEST), "key-1") == first
    assert await bot.outgoing.place(REQUEST, "key-2") != first
    assert await bot.outgoing.place(REQUEST, None) != await bot.outgoing.place(REQUEST, None)
    assert len(await bot.digests(first)) == 1


async def test_a_key_that_asked_for_another_call_is_refused(bot: Bot) -> None:
    await bot.outgoing.place(REQUEST, "key-1")
    with pytest.raises(PlacedOtherwise):
        await bot.outgoing.place({**REQUEST, "flow": "other"}, "key-1")


async def test_a_call_that_is_over_is_not_placed_again(bot: Bot) -> None:
    instance_id = await bot.outgoing.place(REQUEST, "key-1")
    await bot.births.ended(instance_id)
    await bot.inbox.forget_payloads(instance_id)
    bot.instances.started.clear()
    assert await bot.outgoing.place(REQUEST, "key-1") == instance_id
    assert not bot.instances.started


async def test_what_could_not_be_started_is_started_by_the_next_try(bot: Bot) -> None:
    bot.instances.away = 1
    with pytest.raises(ConnectionError):
        await bot.outgoing.place(REQUEST, "key-1")
    assert not bot.instances.started
    instance_id = await bot.outgoing.place(REQUEST, "key-1")  # after the claim of the first has lapsed
    assert instance_id in bot.instances.started
    assert [each["n"] for each in await bot.digests(instance_id)] == [1]


async def test_several_tries_are_an_orchestration_of_their_own(bot: Bot) -> None:
    instance_id = await bot.outgoing.place({**REQUEST, "tries": 3, "retry_within_s": 900}, None)
    name, given = bot.instances.started[instance_id]
    assert name == "outbound_orchestrator"
    assert (given["digest"]["tries"], given["digest"]["retry_within_s"]) == (3, 900)


async def test_a_leg_is_begun_once_and_its_parent_is_told_of_its_end(bot: Bot) -> None:
    parent = await bot.outgoing.gather({"people": [{"user": USER}], "meeting": {"token": "t"}, "flow": "ask"}, "key")
    leg = await bot.outgoing.place_leg(parent, 1, {"to": [{"user": USER}], "flow": "ask"})
    assert leg == leg_id(parent, 1) == await bot.outgoing.place_leg(parent, 1, {"to": [{"user": USER}], "flow": "ask"})
    assert bot.instances.started[parent][0] == "gathering_orchestrator"
    assert (await bot.inbox.raw(leg, 1))["parent"] == parent
    for _ in range(2):
        await bot.delivery.tell_watchers(leg, await bot.births.ended(leg), "busy")
    told = [each for each in await bot.digests(parent) if each["kind"] == "leg"]
    assert told == [{"kind": "leg", "leg": 1, "status": "ended", "outcome": "busy", "call_id": None, "n": 2}]


async def test_a_parent_that_is_over_need_not_be_told(bot: Bot) -> None:
    parent = await bot.outgoing.gather({"people": [], "meeting": {"token": "t"}, "flow": "ask"}, "key")
    leg = await bot.outgoing.place_leg(parent, 1, {"to": [{"user": USER}], "flow": "ask"})
    await bot.inbox.forget_payloads(parent)
    await bot.delivery.tell_watchers(leg, await bot.births.ended(leg), "busy")
    with pytest.raises(InboxClosed):
        await bot.inbox.append(parent, {"kind": "leg"}, {}, "leg")


async def test_a_consultation_is_told_when_the_caller_has_left(bot: Bot) -> None:
    caller = await bot.outgoing.place(REQUEST, "caller")
    consultation = await bot.outgoing.consult(caller, 7, {"to": [{"user": USER}], "flow": "ask", "ring_for_s": 30})
    assert consultation == await bot.outgoing.consult(
        caller, 7, {"to": [{"user": USER}], "flow": "ask", "ring_for_s": 30}
    )
    assert bot.instances.started[consultation][1]["digest"]["for"] == caller
    await bot.delivery.tell_watchers(caller, await bot.births.ended(caller), "hung_up")
    assert (await bot.digests(consultation))[-1]["leg"] == 0


async def test_a_consultation_for_a_caller_who_has_left_already_is_told_at_once(bot: Bot) -> None:
    caller = await bot.outgoing.place(REQUEST, "caller")
    await bot.births.ended(caller)
    consultation = await bot.outgoing.consult(caller, 7, {"to": [{"user": USER}], "flow": "ask", "ring_for_s": 30})
    assert (await bot.digests(consultation))[-1]["status"] == "ended"
