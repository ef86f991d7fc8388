"""Telephones that a call may be placed or sent on to: as DIAL_ALLOW and the caps (DIAL_CAP_...) say, whoever wants it.

Operators are told when they ask, and what they ask for is counted then. A flow is told by `callwright check`; here it
is held to it and counted, and a request that was sound when it was made is held to DIAL_ALLOW once more.
"""

from __future__ import annotations

from typing import Any

import connections
from activities.acting import STEP_BUDGET_S
from activities.patience import patiently
from graph.requests import CreateCall, InviteParticipants, Redirect, Request, Target, Transfer
from records import CapReached

JSON = dict[str, Any]

SETTING = "DIAL_ALLOW"


class NotToBeDialled(ValueError):
    """A telephone that the deployment does not let be dialled. The message has no number in it."""

    def __init__(self, setting: str, why: str) -> None:
        super().__init__(f"{setting} of this deployment {why}")
        #: What forbids it.
        self.setting = setting


def called_by(request: Request) -> tuple[Target, ...]:
    """Whom a request calls, or sends a call on to."""
    match request:
        case Transfer():
            return (request.target,)
        case Redirect() | CreateCall():
            return request.targets
        case InviteParticipants():
            return request.participants
        case _:
            return ()


def check_dialled(*targets: Target) -> None:
    """Raise `NotToBeDialled` unless every telephone among them may be dialled."""
    if not all(map(connections.current().may_dial, targets)):
        raise NotToBeDialled(SETTING, "does not list how the number begins")


async def count_dialled(given: JSON, *targets: Target) -> None:
    """Count the telephones that a step of a flow calls, once however often the step runs.

    Raises `NotToBeDialled` for one too many within the hour; `StorageUnavailable` when it stays away for a step's time.
    """
    dials = sum(target.kind == "phone" for target in targets)
    if not dials:
        return
    here = connections.current()
    step = f"{given['instance_id']}:{given['step']}"

    async def count() -> None:
        record = await here.records.get(given["instance_id"]) or {}
        await here.admissions.admit(
            customer=record.get("customer") or "", dials=dials, key=f"flow\n{step}", request=step
        )

    try:
        await patiently(here.now() + STEP_BUDGET_S, count)
    except CapReached as reached:
        raise NotToBeDialled(reached.setting, "allows no more telephone calls within this hour") from None
