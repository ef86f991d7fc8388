"""The page `docs/reference/graph.md`: what of Graph's calling API there is, what it needs, and how to get at it.

Every column follows from data: the permissions from `graph.permissions`, what is simulated from the simulator's table
of requests, flow nodes from the acts that their code asks for, routes from `api.routes`.
"""

from __future__ import annotations

import inspect
import re

from api.routes import ROUTES
from cli.markdown import table
from flows.kinds import KINDS
from graph.permissions import PERMISSIONS, ActionPermission
from simulator.rows import Row, refuse_undocumented
from simulator.urls import ROWS

#: The actions of Graph that a call takes to carry out an act of a flow.
ACTS: dict[str, tuple[str, ...]] = {
    "Answer": ("answer", "subscribeToTone"),
    "Reject": ("reject",),
    "Redirect": ("redirect",),
    "Play": ("playPrompt", "cancelMediaProcessing"),
    "Listen": ("playPrompt", "cancelMediaProcessing"),
    "Record": ("recordResponse", "cancelMediaProcessing"),
    "Transfer": ("transfer",),
    "HangUp": ("hangUp",),
    "Stay": ("playPrompt",),
    "Report": (),
    "Fetch": ("playPrompt",),
    "Run": ("playPrompt",),
    "Queue": (),
    "Gather": ("createCall", "inviteParticipants"),
    "Invite": ("inviteParticipants",),
    "Count": ("listParticipants",),
}
#: Where the simulator's name of an action is another.
SIMULATED_AS = {
    "muteSelf": "mute",
    "unmuteSelf": "unmute",
    "inviteParticipants": "invite",
    "logDeviceQuality": "logTeleconferenceDeviceQuality",
}
_CLOUDS = {"global": "global", "gcc_high": "GCC High", "dod": "DoD"}

_HEAD = """\
# Graph

<!-- Written by `python -m cli reference`; changes belong into `graph/`, `simulator/`, `flows/` and `api/`. -->

What Microsoft Graph's calling API has, and what there is of it here. Permissions are application permissions and need
the consent of an administrator; the first is the least that does. When Graph refuses for want of one, the record of the
call names it. *RSC* is resource-specific consent, given in one chat or meeting by installing the app there.
*Unconfirmed*: Graph's list of permissions does not name it for this action. Numbers in the column *besides* are
explained [below](#besides-the-permission).

An action without a flow node and without a route is used by the bot itself, or only by orchestrations of your own:
`graph/requests.py` has a request for each, and `activities/` what sends it."""

_BESIDES = """\
## Besides the permission

What some actions need more:"""

_UNDOCUMENTED = """\
## Without a page

Graph's metadata declares these too, and no page says what they do or what they need. The simulator answers 501, in
Graph's form; the bot does not ask for them."""


def page() -> str:
    """The page, in Markdown."""
    rows = [_row(each) for each in PERMISSIONS]
    head = ("action", "calls", "permission", "besides", "clouds", "simulated", "flow node", "route")
    silent = [(f"`{row.method} {row.path}`",) for row in ROWS if _undocumented(row)]
    notes = "\n".join(f"{number}. {note[0].upper()}{note[1:]}." for number, note in enumerate(besides(), start=1))
    parts = (_HEAD, table(head, rows), _BESIDES, notes, _UNDOCUMENTED, table(("request",), silent))
    return "\n\n".join(parts) + "\n"


def besides() -> list[str]:
    """What some actions need besides a permission, in the order of the rows."""
    return list(dict.fromkeys(each.besides for each in PERMISSIONS if each.besides))


def nodes_of(action: str) -> list[str]:
    """The kinds of flow nodes whose code asks for an act that comes to this action."""
    return [name for name, kind in KINDS.items() if any(action in ACTS[act] for act in _acts_of(kind))]


def routes_of(action: str) -> list[str]:
    """The routes that come to this action."""
    return [f"{route.method} /api{route.path}" for route in ROUTES if action in route.graph]


def simulated(action: str) -> Row | None:
    """The simulator's row of an action."""
    name = SIMULATED_AS.get(action, action)
    return next((row for row in ROWS if row.action == name and not _undocumented(row)), None)


def acts_asked_for() -> set[str]:
    """Every act that the code of any kind of node asks for."""
    return {act for kind in KINDS.values() for act in _acts_of(kind)}


def _acts_of(kind: type[object]) -> set[str]:
    sources = (inspect.getsource(each) for each in kind.__mro__ if each.__module__.startswith("flows.kinds"))
    return {act for source in sources for act in re.findall(r"\bacts\.(\w+)\(", source)} & ACTS.keys()


def _undocumented(row: Row) -> bool:
    return getattr(row, "handler", None) is refuse_undocumented


def _row(each: ActionPermission) -> tuple[str, ...]:
    rsc = "RSC" if each.rsc_confirmed else "RSC, unconfirmed"
    others = [*(f"`{name}`" for name in each.also), *([f"`{each.rsc}` ({rsc})"] if each.rsc else [])]
    permission = "none" if each.least is None else ", or ".join([f"`{each.least}`", *others])
    if not each.confirmed:
        permission += " (unconfirmed)"
    return (
        f"[`{each.action}`]({each.source})",
        each.scope,
        permission,
        str(besides().index(each.besides) + 1) if each.besides else "",
        ", ".join(_CLOUDS[cloud] for cloud in each.clouds),
        "yes" if simulated(each.action) else "no",
        ", ".join(f"[{name}](flows.md#{name})" for name in nodes_of(each.action)),
        ", ".join(f"`{route}`" for route in routes_of(each.action)),
    )
