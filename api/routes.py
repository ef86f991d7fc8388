"""Every route of the operators' API: who may use it, what it takes, what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from api import answers
from api.requests import ACTIONS, ERASURE, GATHERING, HANG_UP, HOLD, NOTHING, PLACEMENT, Action
from api.shapes import Shape

JSON = dict[str, Any]
Role = Literal["Read", "Listen", "Operate", "Erase"]
ROLES: tuple[Role, ...] = ("Read", "Listen", "Operate", "Erase")

LARGEST_BODY = 64 * 1024
LARGEST_PAGE = 200
USUAL_PAGE = 50
MOST_PEAKS = 2000
USUAL_PEAKS = 600
USUAL_DAYS = 30

#: What any route may answer: no valid token; the role missing, or not held for that customer; storage away.
_ALWAYS = (401, 403, 503)
_BODY = (400, 413, 415)

#: Instance ids, as the patterns of paths and answers write them.
INSTANCE_ID = answers.INSTANCE_ID

_ID: JSON = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The instance id of the call, or of what places calls: a gathering, a consultation.",
    "schema": {"type": "string", "pattern": INSTANCE_ID},
}
_GATHERING_ID: JSON = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The instance id of the gathering.",
    "schema": {"type": "string", "pattern": "^gathering-[0-9a-f]{32}$"},
}
_RECORDING_NUMBER: JSON = {
    "name": "n",
    "in": "path",
    "required": True,
    "description": "The number of the recording in the call's record, from 1.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 9999},
}
_PARTS: JSON = {
    "name": "count",
    "in": "query",
    "required": False,
    "description": "In how many equal parts.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST_PEAKS, "default": USUAL_PEAKS},
}
_KEY: JSON = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request is the same request, however often it is sent.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_CUSTOMER: JSON = {
    "name": "customer",
    "in": "query",
    "required": False,
    "description": "Only this customer's; a token for several customers has to say which.",
    "schema": {"type": "string"},
}
_STATE: JSON = {
    "name": "state",
    "in": "query",
    "required": False,
    "description": "Only calls that live, or only those that have ended.",
    "schema": {"type": "string", "enum": ["live", "ended"]},
}
_LIMIT: JSON = {
    "name": "limit",
    "in": "query",
    "required": False,
    "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE},
}
_AFTER: JSON = {
    "name": "after",
    "in": "query",
    "required": False,
    "description": "`next` of the page before.",
    "schema": {"type": "string"},
}


def _of_time(name: str, pattern: str, about: str) -> JSON:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": about,
        "schema": {"type": "string", "pattern": pattern},
    }


_DAY, _MONTH = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "^[0-9]{4}-[0-9]{2}$"
_DAYS = (
    _of_time("since", _DAY, f"The first UTC day; {USUAL_DAYS} days ago when left out. At most 93 days are asked for."),
    _of_time("until", _DAY, "The last UTC day; today when left out."),
)
_MONTHS = (
    _of_time("from", _MONTH, "The first month; this one when left out. At most 13 are asked for."),
    _of_time("to", _MONTH, "The last month; this one when left out."),
)
_FLOW: JSON = {"name": "flow", "in": "path", "required": True, "description": "Its id.", "schema": {"type": "string"}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One operation of the API."""

    method: str
    #: Below `/api`.
    path: str
    role: Role
    #: OpenAPI's `operationId`.
    name: str
    summary: str
    status: int
    #: JSON Schema of the answer; None for what is no JSON.
    answer: JSON | None
    #: Of an answer that is no JSON.
    media: str = "audio/wav"
    parameters: tuple[JSON, ...] = ()
    body: Shape | None = None
    #: Whether a request without a body stands for `{}`.
    body_optional: bool = False
    problems: tuple[int, ...] = ()
    #: What a status means here, where it is not what it means of other routes.
    meanings: Mapping[int, str] = field(default_factory=dict[int, str])
    #: The actions of Microsoft Graph that it comes to.
    graph: tuple[str, ...] = ()

    @property
    def every_problem(self) -> tuple[int, ...]:
        """All statuses of problem documents, sorted."""
        of_body = _BODY if self.body is not None else ()
        return tuple(sorted({*_ALWAYS, *of_body, *self.problems, *self.meanings}))


def _acting(action: Action) -> Route:
    return Route(
        method="POST",
        path=f"/calls/{{id}}/{action.in_path}",
        role="Operate",
        name=action.name,
        summary=action.summary,
        parameters=(_ID, _KEY),
        body=action.arguments,
        body_optional=action.arguments == NOTHING,
        status=202,
        answer=answers.ACCEPTED,
        problems=(404, 409, 422),
        graph=action.graph,
    )


_READING = (
    Route(
        method="GET",
        path="/calls",
        role="Read",
        name="list_calls",
        summary="The calls of late, newest first",
        parameters=(_CUSTOMER, _STATE, _LIMIT, _AFTER),
        status=200,
        answer=answers.CALLS,
        problems=(400,),
    ),
    Route(
        method="GET",
        path="/calls/{id}",
        role="Read",
        name="get_call",
        summary="The record of one call",
        parameters=(_ID,),
        status=200,
        answer=answers.CALL,
        problems=(404,),
    ),
    Route(
        method="GET",
        path="/calls/{id}/events",
        role="Read",
        name="get_call_events",
        summary="What happened in a call, in order",
        parameters=(_ID,),
        status=200,
        answer=answers.EVENTS,
        problems=(404,),
    ),
    Route(
        method="GET",
        path="/calls/{id}/participants",
        role="Read",
        name="get_participants",
        summary="Who is in a live call, as far as Graph tells",
        parameters=(_ID,),
        status=200,
        answer=answers.PARTICIPANTS,
        problems=(404, 409),
    ),
    Route(
        method="GET",
        path="/calls/{id}/recordings/{n}",
        role="Listen",
        name="get_recording",
        summary="The audio of a recording",
        parameters=(_ID, _RECORDING_NUMBER),
        status=200,
        answer=None,
        problems=(404,),
    ),
    Route(
        method="GET",
        path="/calls/{id}/recordings/{n}/peaks",
        role="Listen",
        name="get_peaks",
        summary="How loud a recording is, part by part: a picture of it",
        parameters=(_ID, _RECORDING_NUMBER, _PARTS),
        status=200,
        answer=answers.PEAKS,
        problems=(400, 404),
        meanings={422: "The recording is no sound that can be drawn"},
    ),
)
_COUNTING = (
    Route(
        method="GET",
        path="/usage",
        role="Read",
        name="get_usage",
        summary="What ended calls have used, by month, customer and route",
        parameters=(*_MONTHS, _CUSTOMER),
        status=200,
        answer=answers.USAGE,
        problems=(400,),
    ),
    Route(
        method="GET",
        path="/usage/export",
        role="Read",
        name="export_usage",
        summary="The same for a spreadsheet",
        parameters=(*_MONTHS, _CUSTOMER),
        status=200,
        answer=None,
        media="text/csv",
        problems=(400,),
    ),
    Route(
        method="GET",
        path="/kpis",
        role="Read",
        name="get_kpis",
        summary="How well ended calls went",
        parameters=(*_DAYS, _CUSTOMER),
        status=200,
        answer=answers.KPIS,
        problems=(400,),
    ),
    Route(
        method="GET",
        path="/flows",
        role="Read",
        name="list_flows",
        summary="The flows that routes lead to",
        parameters=(_CUSTOMER,),
        status=200,
        answer=answers.FLOWS,
        problems=(400,),
    ),
    Route(
        method="GET",
        path="/flows/{flow}/walks",
        role="Read",
        name="get_walks",
        summary="A flow as it is drawn, and how ended calls went through it",
        parameters=(_FLOW, *_DAYS, _CUSTOMER),
        status=200,
        answer=answers.WALKS,
        problems=(400, 404),
    ),
)
_AUDIT = Route(
    method="GET",
    path="/audit",
    role="Read",
    name="get_audit",
    summary="What operators have done of late, newest first",
    parameters=(_CUSTOMER,),
    status=200,
    answer=answers.AUDIT,
    problems=(400,),
)
_STARTING = (
    Route(
        method="POST",
        path="/calls",
        role="Operate",
        name="place_call",
        summary="Place a call, or join a meeting",
        parameters=(_KEY,),
        body=PLACEMENT,
        status=202,
        answer=answers.STARTED,
        problems=(422,),
        graph=("createCall", "createOrGetOnlineMeeting"),
    ),
    Route(
        method="POST",
        path="/gatherings",
        role="Operate",
        name="gather",
        summary="Call people and bring those who accept into a meeting",
        parameters=(_KEY,),
        body=GATHERING,
        status=202,
        answer=answers.STARTED,
        problems=(422,),
        graph=("createCall", "createOrGetOnlineMeeting", "inviteParticipants"),
    ),
    Route(
        method="GET",
        path="/gatherings/{id}",
        role="Read",
        name="get_gathering",
        summary="How a gathering goes, or went",
        parameters=(_GATHERING_ID,),
        status=200,
        answer=answers.GATHERING,
        problems=(404,),
    ),
)
_ERASING = (
    Route(
        method="POST",
        path="/erasures",
        role="Erase",
        name="erase",
        summary="Erase what is kept of one caller, or of one customer",
        body=ERASURE,
        status=200,
        answer=answers.ERASED,
    ),
    Route(
        method="PUT",
        path="/calls/{id}/legal-hold",
        role="Erase",
        name="hold_call",
        summary="Put a call under a legal hold: nothing of it is erased or expires",
        parameters=(_ID,),
        body=HOLD,
        body_optional=True,
        status=200,
        answer=answers.HELD,
        problems=(404,),
    ),
    Route(
        method="DELETE",
        path="/calls/{id}/legal-hold",
        role="Erase",
        name="release_call",
        summary="End a legal hold",
        parameters=(_ID,),
        status=200,
        answer=answers.HELD,
        problems=(404,),
    ),
)
_ENDING = Route(
    method="DELETE",
    path="/calls/{id}",
    role="Operate",
    name="hang_up",
    summary=HANG_UP.summary,
    parameters=(_ID, _KEY),
    status=202,
    answer=answers.ACCEPTED,
    problems=(400, 404, 409, 422),
    graph=HANG_UP.graph,
)

ROUTES: tuple[Route, ...] = (*_READING, *_COUNTING, _AUDIT, *_STARTING, *map(_acting, ACTIONS), _ENDING, *_ERASING)
