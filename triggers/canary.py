"""Test calls: whether somebody can be called shows before a customer finds out. None unless `CANARY_TO` is set."""

from __future__ import annotations

import logging
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import connections
from api.dialling import SETTING, forbidden
from connections.telemetry import measure
from inbox.outgoing import call_of

bp = df.Blueprint()
log = logging.getLogger("callwright.canary")

JSON = dict[str, Any]

EVERY_S = 900
RINGS_FOR_S = 30
#: It was answered, whoever hung up first.
REACHED = frozenset({"completed", "hung_up"})


@bp.timer_trigger(schedule="0 */15 * * * *", arg_name="timer", run_on_startup=False)
@bp.durable_client_input(client_name="client")
async def place_test_call(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Every quarter of an hour: look what came of the last test call, and place the next."""
    here = connections.current()
    canary = here.settings.canary
    if canary is None:
        return
    turn = int(here.now() // EVERY_S)
    await _tell(here, _name(turn - 1))
    request = _request(canary.to, canary.application_instance)
    if forbidden(request, here.settings.dial_allow):
        log.error("the canary call is not placed: %s does not list how the number of CANARY_TO begins", SETTING)
        return
    await here.outgoing(client).place(request, _name(turn))  # twice in one turn: still one call


async def _tell(here: connections.Connections, name: str) -> None:
    record = await here.records.get(call_of(name))
    if record is None:
        return  # the settings are new, or the app was away
    outcome = record.get("outcome", "not over yet")
    measure("canary.reached", float(outcome in REACHED), instance=record["id"], outcome=outcome)
    if outcome not in REACHED:
        log.error("the canary call %s came to nothing: %s", record["id"], outcome)


def _request(to: str, dialled_by: str | None) -> JSON:
    request: JSON = {"flow": "canary", "ring_for_s": RINGS_FOR_S, "to": [{"user": to}]}
    if dialled_by is not None:
        request |= {"to": [{"phone": to}], "from": {"application_instance": dialled_by}}
    return request


def _name(turn: int) -> str:
    return f"canary\n{turn}"
