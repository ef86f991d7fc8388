"""The HTTP face of the calling API: authenticates, finds the call, lets faults happen, writes everything down."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from simulator import errors
from simulator.actions.asked import Answer, Asked, AskedOfTenant, Body
from simulator.call import Call, NotInThisState
from simulator.disruption import Act, Disrupted
from simulator.errors import GraphError
from simulator.ids import same_id
from simulator.permissions import IN_CHAT
from simulator.rows import CALLS, CallRow, Row, TenantRow
from simulator.settings import SimulatorSettings
from simulator.urls import ROWS

if TYPE_CHECKING:
    from simulator.simulator import Simulator

_RECORDING_CHUNK = 16_384


def graph_routes(simulator: Simulator) -> list[Route]:
    """Everything under `/v1.0`, and the recordings."""
    unknown = _unknown(simulator)
    return [
        # Graph's metadata has counts of some collections, and no page; `$count` is no id of anything.
        Route("/v1.0/{rest:path}/$count", unknown, methods=["GET"]),
        *(
            Route(f"/v1.0{path}", _endpoint(simulator, row), methods=[row.method])
            for row in sorted(ROWS, key=lambda row: row.path.count("{"))  # a name before an id in the same place
            for path in _spellings(row)
        ),
        Route("/v1.0/{rest:path}", unknown, methods=["GET", "POST", "PATCH", "PUT", "DELETE"]),
        Route("/recordings/{recording_id}", _recording(simulator), methods=["GET"]),
    ]


def _spellings(row: Row) -> list[str]:
    """The row's path, under the old prefix too, and with the long name of the action that some samples use."""
    paths = [row.path]
    if row.is_action:
        head, _, name = row.path.rpartition("/")
        paths.append(f"{head}/microsoft.graph.{name}")
    old = [path.replace("/communications/", "/app/", 1) for path in paths if path.startswith("/communications/")]
    return [*paths, *old]


def _endpoint(simulator: Simulator, row: Row) -> Disrupted:
    async def act(request: Request) -> Response:
        call = simulator.calls.get(same_id(request.path_params.get("call_id", "")))
        text = await request.body()
        try:
            answer, problem = _answer(simulator, row, call, request, text), None
        except GraphError as error:
            answer, problem = None, error
        response = _response(simulator, request, answer, problem)
        about = answer.call if answer is not None and answer.call is not None else call
        if about is not None:
            about.transcript.add(
                "request",
                action=row.action,
                method=row.method,
                path=request.url.path,
                body=_loaded(text),
                status=response.status_code,
                code=problem.code if problem else None,
            )
        return response

    return _disrupted(simulator, row.action, act)


def _disrupted(simulator: Simulator, action: str, act: Act) -> Disrupted:
    return Disrupted(simulator, action, act, lambda request, error: _response(simulator, request, None, error))


def _answer(simulator: Simulator, row: Row, call: Call | None, request: Request, text: bytes) -> Answer:
    """Check who asks and for what, then do it. Raises `GraphError`."""
    settings = simulator.settings
    claims = simulator.tokens.graph_claims(request.headers.get("authorization"))
    if row.global_only and settings.cloud != "global":
        raise errors.no_such_segment(request.url.path.rpartition("/")[2])
    is_bot, of_calls = claims.get("appid") == settings.bot_app_id, row.path.startswith(CALLS)
    roles = frozenset(claims.get("roles", ())) | _granted_by_chat(settings, call, text)
    if _checked(row, settings) and not roles & set(row.permissions):
        raise errors.no_permission() if of_calls else errors.no_meeting_permission(row.permissions, roles)
    if isinstance(row, CallRow):
        if call is None or call.over or not is_bot:
            raise errors.not_found()
        if claims["tid"] != call.birth.tenant_id:
            raise errors.tenant_mismatch()
    elif of_calls and not is_bot:
        raise errors.no_permission()  # this simulator knows one calling bot
    fields = _loaded(text) if text else {}
    if not isinstance(fields, dict):
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.")
    what = {
        "body": Body(fields),
        "path": request.path_params,
        "query": request.query_params,
        "headers": request.headers,
        "roles": roles,
    }
    try:
        if isinstance(row, CallRow):
            assert call is not None
            return row.handler(Asked(call=call, **what))
        assert isinstance(row, TenantRow)
        return row.handler(AskedOfTenant(simulator=simulator, tenant_id=claims["tid"], **what))
    except NotInThisState as problem:
        raise errors.wrong_state(f"{problem}.") from None


def _granted_by_chat(settings: SimulatorSettings, call: Call | None, text: bytes) -> frozenset[str]:
    """What the chat or meeting of a call, or the meeting that one is to join, has granted for itself."""
    if not settings.chat_permissions:
        return frozenset()
    fields = _loaded(text)
    joining = isinstance(fields, dict) and "meetingInfo" in fields
    if not joining and (call is None or call.conversation is None):
        return frozenset()
    return frozenset(IN_CHAT[name] for name in settings.chat_permissions if name in IN_CHAT)


def _checked(row: Row, settings: SimulatorSettings) -> bool:
    """Whether this request's permissions are looked at."""
    return bool(row.permissions) and not (row.at_creation and settings.permissions_checked_at_creation)


def _response(simulator: Simulator, request: Request, answer: Answer | None, problem: GraphError | None) -> Response:
    request_id = errors.new_request_id()
    client_request_id = request.headers.get("client-request-id", request_id)
    headers = {"request-id": request_id, "client-request-id": client_request_id}
    if answer is None:
        assert problem is not None
        if problem.retry_after is not None:
            headers["Retry-After"] = str(problem.retry_after)
        return _json(problem.status, problem.body(simulator.clock.now(), request_id, client_request_id), headers)
    if answer.location is not None:
        headers["Location"] = answer.location
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return _json(answer.status, answer.body, headers)


def _json(status: int, body: Mapping[str, Any], headers: dict[str, str]) -> Response:
    media_type = "application/json;odata.metadata=minimal;charset=utf-8"
    return Response(json.dumps(body), status_code=status, headers=headers, media_type=media_type)


def _unknown(simulator: Simulator) -> Disrupted:
    async def act(request: Request) -> Response:
        what = f"{request.method} {request.url.path.removeprefix('/v1.0')}"
        return _response(simulator, request, None, errors.not_simulated(what))

    return _disrupted(simulator, "unknown", act)


def _recording(simulator: Simulator) -> Disrupted:
    """A recording, to whoever has its token; chunked and without a telling content type, as Graph serves it."""

    async def act(request: Request) -> Response:
        recording = simulator.recordings.get(request.path_params["recording_id"])
        if recording is None:
            return _response(simulator, request, None, GraphError(404, "NotFound", "The recording is not here."))
        if request.headers.get("authorization") != f"Bearer {recording.access_token}":
            return _response(simulator, request, None, errors.unauthenticated("The recording's token is needed."))
        wav = recording.wav
        chunks = (wav[at : at + _RECORDING_CHUNK] for at in range(0, len(wav), _RECORDING_CHUNK))

        async def stream() -> AsyncIterator[bytes]:
            for chunk in chunks:
                yield chunk

        return StreamingResponse(stream(), media_type="application/octet-stream")

    return _disrupted(simulator, "recording", act)


def _loaded(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode(errors="replace")
