"""What a call tells the orchestration whose leg it is.

`pinned["leg"]` is `{"parent": instance id, "leg": int}`, or null for a call of its own.
"""

from __future__ import annotations

from typing import Any

from calls import commands
from calls.call import Call
from flows import acts


def report(call: Call, status: str, request: str | None = None) -> None:
    """Tell how far the call is, if it is anybody's leg."""
    leg: dict[str, Any] | None = call.pinned.get("leg")
    if leg is not None:
        call.issue(commands.ReportLeg, parent=leg["parent"], leg=leg["leg"], status=status, request=request)


def not_invited(call: Call, request: str) -> None:
    """Somebody was not let into the call: whoever asked for it waits for them."""
    if not call.memory.over:
        report(call, "not_invited", request)


def report_act(call: Call, act: acts.Report) -> acts.Result:
    """The flow's word on what came of the call."""
    call.note("reported", status=act.status)
    report(call, act.status)
    return acts.Reported()
