"""The table of what exists: every Graph request that the simulator plays.

To add an action: a handler in `simulator.actions`, and a row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.actions import incoming, lifetime, media, transfer
from simulator.actions.asked import Answer, Asked
from simulator.permissions import ACCESS_MEDIA, INITIATE

_CALL = "/communications/calls/{call_id}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request of the calling API."""

    #: Graph's name of the action; faults and transcripts use it.
    action: str
    method: str
    path: str
    handler: Callable[[Asked], Answer]
    #: Any of these in the token's roles allows it; none are needed where Graph checks when the call is made.
    permissions: tuple[str, ...] = ()
    #: Name of the page under https://learn.microsoft.com/graph/api/; none is published for operations.
    page: str | None


def _on_call(action: str, handler: Callable[[Asked], Answer], page: str, *permissions: str) -> Row:
    path = f"{_CALL}/{action}"
    return Row(action=action, method="POST", path=path, handler=handler, permissions=permissions, page=page)


ROWS: tuple[Row, ...] = (
    _on_call("answer", incoming.answer, "call-answer"),
    _on_call("reject", incoming.reject, "call-reject"),
    _on_call("redirect", incoming.redirect, "call-redirect", INITIATE),
    _on_call("transfer", transfer.transfer, "call-transfer", INITIATE),
    _on_call("playPrompt", media.play_prompt, "call-playprompt"),
    _on_call("recordResponse", media.record_response, "call-recordresponse", ACCESS_MEDIA),
    _on_call("subscribeToTone", media.subscribe_to_tone, "call-subscribetotone", ACCESS_MEDIA),
    _on_call("cancelMediaProcessing", media.cancel_media_processing, "call-cancelmediaprocessing"),
    _on_call("keepAlive", lifetime.keep_alive, "call-keepalive"),
    Row(action="getCall", method="GET", path=_CALL, handler=lifetime.get_call, page="call-get"),
    Row(action="hangUp", method="DELETE", path=_CALL, handler=lifetime.hang_up, page="call-delete"),
    Row(
        action="listOperations",
        method="GET",
        path=f"{_CALL}/operations",
        handler=lifetime.list_operations,
        page=None,
    ),
    Row(
        action="getOperation",
        method="GET",
        path=f"{_CALL}/operations/{{operation_id}}",
        handler=lifetime.get_operation,
        page=None,
    ),
)
