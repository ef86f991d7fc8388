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
    str(Path(__file__).resolve().parents[levels] / place)
    for levels, place in ((2, ""), (1, "calls"), (1, "delivery"), (0, ""))
]

from callers import clock_of, finish, has_heard, hears, is_recorded, laptop_with_flows, ring, speech, waits
from golden import write
from golden_calls import SCENARIOS as GOLDEN_CALLS
from golden_calls import Playing, documents
from placing import BOB, CAROL, DAVE, behaves, control, finish_placed, gather, place
from test_consultation import FLOW
from test_failures import break_requests

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


async def recording_saved(laptop: Laptop) -> str:
    return await _recorded(laptop)


async def recording_saved_when_graph_was_back(laptop: Laptop) -> str:
    laptop.simulator.fault({"operation": "recording"}, {"status": 503}, times=3)
    return await _recorded(laptop)


async def recording_lost(laptop: Laptop) -> str:
    laptop.simulator.fault({"operation": "recording"}, {"status": 404}, times=99)
    return await _recorded(laptop)


async def _recorded(laptop: Laptop) -> str:
    said = is_recorded(say=speech(3.0))
    await finish(laptop, ring(laptop, hears("main-menu", press="3"), said, waits(1.5, press="#")))
    (instance,) = laptop.host.engine.instances(prefix="recording-")
    return instance.id


async def call_that_graph_does_not_let_us_answer(laptop: Laptop) -> str:
    laptop.simulator.fault({"operation": "answer"}, {"status": 403}, times=9)
    return await _finished(laptop, ring(laptop))


async def call_whose_prompts_are_refused(laptop: Laptop) -> str:
    laptop.simulator.fault({"operation": "playPrompt"}, {"status": 400}, times=99)
    return await _finished(laptop, ring(laptop))


async def call_whose_answer_is_lost(laptop: Laptop) -> str:
    laptop.simulator.fault({"operation": "answer"}, "reset_after_acting")
    laptop.simulator.fault({"operation": "playPrompt"}, "reset_after_acting")
    script = [hears("main-menu", press="1"), has_heard("opening-hours", hang_up=True)]
    return await _finished(laptop, ring(laptop, *script))


async def call_of_last_resort(laptop: Laptop) -> str:
    call_id = ring(laptop)
    await clock_of(laptop).advance(2)
    break_requests(laptop, "/playPrompt")
    return await _finished(laptop, call_id)


async def _finished(laptop: Laptop, call_id: str) -> str:
    await finish(laptop, call_id)
    return laptop.instance_of(call_id)


def _golden(name: str) -> Scenario:
    async def play(laptop: Laptop) -> str:
        playing = Playing(laptop)
        await playing.begin(name)
        await clock_of(laptop).run_until(playing.is_over, limit_s=3600.0)
        return playing.first

    return play


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
ON_SHIPPED_FLOWS: dict[str, Scenario] = {
    each.__name__: each
    for each in (
        recording_saved,
        recording_saved_when_graph_was_back,
        recording_lost,
        call_that_graph_does_not_let_us_answer,
        call_whose_prompts_are_refused,
        call_whose_answer_is_lost,
        call_of_last_resort,
    )
} | {f"golden_{name.replace('-', '_')}": _golden(name) for name in GOLDEN_CALLS}


async def record(name: str) -> None:
    """Run one scenario and keep the history of the instance that it names."""
    seen: dict[tuple[str, str], EpisodeRan] = {}  # the last episode of each generation, in their order

    def see(what: object) -> None:
        if isinstance(what, EpisodeRan):
            started = next(event for event in json.loads(what.context)["history"] if event["EventType"] == 0)
            seen[what.instance, started["OrchestrationInstance"]["ExecutionId"]] = what

    with tempfile.TemporaryDirectory() as folder:
        flows = {"test": FLOW} if name in SCENARIOS else documents()
        async with laptop_with_flows(Path(folder), **flows) as laptop:
            laptop.host.engine.listeners.append(see)
            instance_id = await {**SCENARIOS, **ON_SHIPPED_FLOWS}[name](laptop)
    generations = [episode for (instance, _), episode in seen.items() if instance == instance_id]
    write(name, generations[-1].name, [each.context for each in generations])
    print(f"{name}: {len(generations)} generations, {generations[-1].history} events in the last")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or (*SCENARIOS, *ON_SHIPPED_FLOWS):
        asyncio.run(record(chosen))
