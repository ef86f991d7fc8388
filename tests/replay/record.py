"""Writes `histories` anew: `python tests/replay/record.py [NAME...]`.

Only where an orchestration was changed on purpose: calls that are in progress when that is deployed will fail, which
CHANGELOG.md must say.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path += [
    str(Path(__file__).resolve().parents[levels] / place) for levels, place in ((2, ""), (1, "calls"), (0, ""))
]

from callers import clock_of, finish, has_heard, hears, laptop_with_flows, ring, waits
from golden import write
from placing import BOB, CAROL, DAVE, behaves, control, finish_placed, gather, place
from test_consultation import FLOW

from cli.laptop import Laptop
from localhost.observed import EpisodeRan

Scenario = Callable[[Laptop], Awaitable[str]]
ACCEPTS = hears("gathering-leg", press="1")


async def outbound_answered_the_second_time(laptop: Laptop) -> str:
    behaves(laptop, BOB, "busy")
    instance_id = await place(laptop, to=[{"user": BOB}], tries=3, retry_within_s=900)
    await clock_of(laptop).advance(60)
    behaves(laptop, BOB, "answers", has_heard("greeting", hang_up=True))
    await finish_placed(laptop, instance_id)
    return instance_id


async def outbound_ended_by_an_operator(laptop: Laptop) -> str:
    behaves(laptop, BOB, "answers", hears("main-menu", after=3600, press="1"))
    instance_id = await place(laptop, to=[{"user": BOB}], tries=2, retry_within_s=900)
    await clock_of(laptop).advance(8)
    await control(laptop, instance_id, "play", prompt="goodbye")
    await clock_of(laptop).advance(1)
    await control(laptop, instance_id, "hang_up")
    await finish_placed(laptop, instance_id)
    return instance_id


async def consultation_accepted(laptop: Laptop) -> str:
    behaves(laptop, BOB, "answers", hears("consultation-leg", press="1"))
    return await _consulted(laptop, ring(laptop))


async def consultation_without_an_answer(laptop: Laptop) -> str:
    behaves(laptop, BOB, "no_answer")
    return await _consulted(laptop, ring(laptop))


async def consultation_abandoned(laptop: Laptop) -> str:
    behaves(laptop, BOB, "answers", after_s=4)
    return await _consulted(laptop, ring(laptop, waits(4, hang_up=True)))


async def _consulted(laptop: Laptop, call_id: str) -> str:
    await finish(laptop, call_id)
    (instance,) = laptop.host.engine.instances(prefix="consultation-")
    await finish_placed(laptop, instance.id)
    return instance.id


async def gathering_of_five_at_once(laptop: Laptop) -> str:
    """Long enough for a second generation, with somebody who declines and somebody who is called twice."""
    erin, frank = BOB[:-1] + "e", BOB[:-1] + "f"
    for who in (BOB, CAROL, erin):
        behaves(laptop, who, "answers", ACCEPTS)
    behaves(laptop, DAVE, "answers", hears("gathering-leg", press="2"))
    behaves(laptop, frank, "busy")
    meeting = laptop.simulator.people.create_meeting(participants=2)
    instance_id = await gather(
        laptop,
        people=[{"user": who} for who in (BOB, CAROL, DAVE, erin, frank)],
        meeting={"join_id": meeting.join_id, "passcode": meeting.passcode},
        at_once=2,
        tries=2,
        retry_within_s=600,
    )
    await finish_placed(laptop, instance_id)
    return instance_id


async def closing_of_a_terminated_outbound(laptop: Laptop) -> str:
    behaves(laptop, BOB, "busy")
    instance_id = await place(laptop, to=[{"user": BOB}], tries=3, retry_within_s=900)
    await clock_of(laptop).advance(60)
    laptop.host.engine.terminate(instance_id, "by hand")
    await clock_of(laptop).advance(1)
    await laptop.host.fire_timer("sweep_calls")
    await clock_of(laptop).advance(5)
    return f"closing-{instance_id}"


async def roster_of_a_busy_meeting(laptop: Laptop) -> str:
    meeting = laptop.simulator.people.create_meeting(participants=2)
    how = {"join_id": meeting.join_id, "passcode": meeting.passcode}
    call = await place(laptop, meeting=how, flow="meeting")
    await clock_of(laptop).advance(5)
    for _ in range(4):
        laptop.simulator.people.join(meeting.id, 1)
        await clock_of(laptop).advance(0.7)
    await clock_of(laptop).advance(5)
    instance_id = laptop.host.engine.instances(prefix=f"roster-{call}")[-1].id
    await control(laptop, call, "hang_up")
    await finish_placed(laptop, call)
    return instance_id


SCENARIOS: dict[str, Scenario] = {
    each.__name__: each
    for each in (
        outbound_answered_the_second_time,
        outbound_ended_by_an_operator,
        consultation_accepted,
        consultation_without_an_answer,
        consultation_abandoned,
        gathering_of_five_at_once,
        closing_of_a_terminated_outbound,
        roster_of_a_busy_meeting,
    )
}


async def record(name: str) -> None:
    """Run one scenario and keep the history of the instance that it names."""
    seen: dict[tuple[str, str], EpisodeRan] = {}  # the last episode of each generation, in their order

    def see(what: object) -> None:
        if isinstance(what, EpisodeRan):
            started = next(event for event in json.loads(what.context)["history"] if event["EventType"] == 0)
            seen[what.instance, started["OrchestrationInstance"]["ExecutionId"]] = what

    with tempfile.TemporaryDirectory() as folder:
        async with laptop_with_flows(Path(folder), test=FLOW) as laptop:
            laptop.host.engine.listeners.append(see)
            instance_id = await SCENARIOS[name](laptop)
    generations = [episode for (instance, _), episode in seen.items() if instance == instance_id]
    write(name, generations[-1].name, [each.context for each in generations])
    print(f"{name}: {len(generations)} generations, {generations[-1].history} events in the last")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or SCENARIOS:
        asyncio.run(record(chosen))
