"""The call itself: look at it, keep it, end it; and its operations.

Sources: https://learn.microsoft.com/graph/api/call-get, call-delete, call-keepalive
"""

from __future__ import annotations

from simulator.actions.asked import Answer, Asked
from simulator.call import Call
from simulator.connecting import start_keep_alive
from simulator.errors import not_found, operation_not_found, wrong_state
from simulator.operations import Operation


def get_call(asked: Asked) -> Answer:
    """`GET /communications/calls/{id}`."""
    return Answer(status=200, body=asked.call.resource())


def hang_up(asked: Asked) -> Answer:
    """`DELETE /communications/calls/{id}`. Ends the bot's leg; the notification of the end follows."""
    call = asked.call
    if call.state == "terminating":
        raise not_found()
    call.media.clear("call_ended")
    call.move("bot_hung_up")
    call.notify_state()
    call.cancel("establishing")
    call.cancel("media")
    call.cancel("transfer")
    for ringing in tuple(call.ringing):
        ringing.stop()
    call.later("terminating", call.settings.terminating_delay_s, lambda: call.end(call.settings.result("bot_hung_up")))
    return Answer(status=204)


def keep_alive(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/keepAlive`."""
    call = asked.call
    if call.state in ("incoming", "redirecting"):
        raise wrong_state("The call has not been answered.")
    start_keep_alive(call)
    return Answer(status=200)


def list_operations(asked: Asked) -> Answer:
    """`GET /communications/calls/{id}/operations`."""
    context = f"{asked.call.exchange.base_url}/v1.0/$metadata#communications/calls/operations"
    value = [operation.resource() for operation in asked.call.operations.all()]
    return Answer(status=200, body={"@odata.context": context, "value": value})


def get_operation(asked: Asked) -> Answer:
    """`GET /communications/calls/{id}/operations/{id}`."""
    return Answer(status=200, body=_operation(asked.call, asked.path["operation_id"]).resource())


def _operation(call: Call, operation_id: str) -> Operation:
    operation = call.operations.get(operation_id)
    if operation is None:
        raise operation_not_found()
    return operation
