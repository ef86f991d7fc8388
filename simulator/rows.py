"""What one line of the table of requests says (`simulator.urls` is the table)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.actions.asked import Answer, Asked, AskedOfTenant
from simulator.errors import not_simulated
from simulator.permissions import CALLING

CALLS = "/communications/calls"
CALL = f"{CALLS}/{{call_id}}"
OnCall = Callable[[Asked], Answer]
OfTenant = Callable[[AskedOfTenant], Answer]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request of the calling API."""

    #: Name of the action; faults and transcripts use it.
    action: str
    method: str
    path: str
    #: Any of these in the token's roles allows it; none: it needs none, or the handler decides.
    permissions: tuple[str, ...] = ()
    #: Its page says that permissions are checked when the call is created, and not again.
    at_creation: bool = False
    #: Name of the page under https://learn.microsoft.com/graph/api/; None where none is published.
    page: str | None
    #: The path ends with the name of an action, which may also be spelled `microsoft.graph.{name}`.
    is_action: bool = False
    #: National clouds do not have it.
    global_only: bool = False


@dataclass(frozen=True, kw_only=True)
class CallRow(Row):
    """A request about one call."""

    handler: OnCall


@dataclass(frozen=True, kw_only=True)
class TenantRow(Row):
    """A request about no call: to make one, or about a meeting."""

    handler: OfTenant


def on_call(
    action: str,
    handler: OnCall,
    *permissions: str,
    at_creation: bool = False,
    global_only: bool = False,
    page: str | None = None,
) -> CallRow:
    """An action of a call: POST, its name last in the path, its page named after it unless said otherwise."""
    return CallRow(
        action=action,
        method="POST",
        path=f"{CALL}/{action}",
        handler=handler,
        permissions=permissions,
        at_creation=at_creation,
        page=page or f"call-{action.lower()}",
        is_action=True,
        global_only=global_only,
    )


def undocumented(action: str, method: str, path: str) -> CallRow:
    """What the metadata declares and no page describes: nobody outside knows what it does or what it needs."""
    return CallRow(
        action=action,
        method=method,
        path=path,
        handler=refuse_undocumented,
        permissions=CALLING,
        at_creation=True,
        page=None,
    )


def refuse_undocumented(asked: Asked) -> Answer:
    """501, in Graph's shape."""
    del asked
    raise not_simulated("what Graph's metadata declares and no page documents")
