"""Calls that the bot places, in a few words, and what there is to see of them.

instance_id = await place(laptop, to=[{"user": BOB}], flow="small-business")
placed = await finish_placed(laptop, instance_id)
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callers import LOCALE, clock_of

from cli.laptop import Laptop
from inbox.delivery import Delivery
from inbox.outgoing import Outgoing
from localhost.engine import InstanceExists, InstanceGone, NoSuchInstance
from simulator.call import Call

JSON = dict[str, Any]

BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0b0"
CAROL = "0c1f5b00-5555-4a2b-9c3d-0000000ca401"
DAVE = "0c1f5b00-5555-4a2b-9c3d-000000000da7"


class EngineOrchestrations:
    """`inbox.delivery.Orchestrations` on the laptop's engine, as a trigger has it through its client binding."""

    def __init__(self, laptop: Laptop) -> None:
        self._engine = laptop.host.engine

    async def start(self, name: str, instance_id: str, given: JSON) -> None:
        if self._engine.status(instance_id) is None:
            try:
                self._engine.start_new(name, instance_id, given)
            except InstanceExists:
                return

    async def raise_event(self, instance_id: str, name: str, payload: JSON) -> bool:
        try:
            self._engine.raise_event(instance_id, name, payload)
        except (NoSuchInstance, InstanceGone):
            return False
        return True


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An orchestration that is over: its output, its record, and the calls that Graph saw of it, in order."""

    output: JSON
    record: JSON
    calls: list[Call]


def outgoing_of(laptop: Laptop) -> Outgoing:
    """What starts calls."""
    here = laptop.connections
    delivery = delivery_of(laptop)
    return Outgoing(delivery, here.inbox, here.births, tenant_id=here.settings.bot_tenant_id)


def delivery_of(laptop: Laptop) -> Delivery:
    """What takes requests of operators to calls."""
    here = laptop.connections
    return Delivery(here.inbox, here.births, EngineOrchestrations(laptop), sleep=here.sleep)


async def place(laptop: Laptop, **request: Any) -> str:
    """Have a call placed; returns its instance id."""
    with clock_of(laptop):
        return await outgoing_of(laptop).place({"flow": "small-business", **request}, uuid.uuid4().hex)


async def gather(laptop: Laptop, **request: Any) -> str:
    """Have people gathered; returns the instance id of the gathering."""
    with clock_of(laptop):
        return await outgoing_of(laptop).gather({"flow": "gathering-leg", **request}, uuid.uuid4().hex)


async def control(laptop: Laptop, instance_id: str, action: str, **arguments: Any) -> None:
    """Ask something of a live call."""
    with clock_of(laptop):
        await delivery_of(laptop).control(instance_id, action, arguments, uuid.uuid4().hex)


async def finish_placed(laptop: Laptop, instance_id: str, *, limit_s: float = 7200.0) -> Placed:
    """Let an orchestration that places calls go on to its end, and all its calls to theirs."""
    engine = laptop.host.engine
    await clock_of(laptop).run_until(lambda: engine.has_ended(instance_id), limit_s=limit_s)
    await clock_of(laptop).advance(150)  # a leg that is released, or waits to be taken over, is over by then
    status = engine.status(instance_id)
    assert status is not None and status["runtimeStatus"] == "Completed", status
    living = [call.id for call in laptop.simulator.calls.values() if not call.over]
    assert not living, "somebody was left on the line"
    open_births = [birth.instance_id async for birth in laptop.connections.births.live()]
    assert not open_births, "calls that nobody will close"
    return Placed(
        output=status["output"],
        record=await laptop.connections.records.get(instance_id) or {},
        calls=list(laptop.simulator.calls.values()),
    )


def behaves(
    laptop: Laptop, who: str, outcome: str = "answers", *script: Mapping[str, Any], after_s: float = 2.0
) -> None:
    """Somebody who is called will answer, or not, and then do what the script says."""
    targets = {**laptop.simulator.settings.targets}
    steps = [{**step, "prompt": _sha256(laptop, step["prompt"])} if "prompt" in step else dict(step) for step in script]
    known = {
        id: {"outcome": each.outcome, "after_s": each.after_s, "script": list(each.script)}
        for id, each in targets.items()
    }
    laptop.simulator.change_settings(targets={**known, who: {"outcome": outcome, "after_s": after_s, "script": steps}})


def _sha256(laptop: Laptop, prompt: str) -> str:
    return laptop.connections.catalogue.prompt(prompt, LOCALE).sha256
