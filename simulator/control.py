"""The control plane: what people and machines around the call do, apart from Graph's own API.

Errors are `{"error": "what was wrong"}` with 400 (what was asked makes no sense), 404 (no such call) or 409 (not now).
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clock import VirtualClock
from simulator import control_people
from simulator.audio import WrongFormat
from simulator.call import Call
from simulator.control_bodies import Refused, are, read_object, read_texts
from simulator.far_end import ScriptRefused
from simulator.faults import FaultRefused
from simulator.identities import NobodySuch
from simulator.keys import NoSuchKey
from simulator.people import NoSuchConversation, NotThere
from simulator.results import NoSuchEnding, Result
from simulator.settings import SettingsRefused
from simulator.switchboard import NoSuchCall, NothingToActOn

if TYPE_CHECKING:
    from simulator.simulator import Simulator

_RINGING = ("caller", "to", "modalities", "tenant_id", "policy", "script", "meeting", "group")
_Handler = Callable[["Simulator", Request], Awaitable[Response]]


_MISTAKES = (Refused, NobodySuch, NoSuchKey, WrongFormat, SettingsRefused, FaultRefused, ScriptRefused, NoSuchEnding)


def control_routes(simulator: Simulator) -> list[Route]:
    """Everything under `/simulator`."""
    rows: list[tuple[str, str, _Handler]] = [
        ("POST", "/calls", _ring),
        ("GET", "/calls", _list),
        ("GET", "/calls/{call_id}", _show),
        ("POST", "/calls/{call_id}/tones", _press),
        ("POST", "/calls/{call_id}/speech", _say),
        ("POST", "/calls/{call_id}/answer", _answer),
        ("POST", "/calls/{call_id}/decline", _decline),
        ("POST", "/calls/{call_id}/hangup", _hang_up),
        ("POST", "/calls/{call_id}/drop", _drop),
        ("POST", "/calls/{call_id}/escalate", control_people.escalate),
        ("POST", "/calls/{call_id}/policy-join", control_people.join_policy),
        ("POST", "/calls/{call_id}/policy-leave", control_people.leave_policy),
        ("POST", "/meetings", control_people.create_meeting),
        ("GET", "/meetings", control_people.list_meetings),
        ("GET", "/meetings/{name}", control_people.show),
        ("POST", "/meetings/{name}/join", control_people.join),
        ("POST", "/meetings/{name}/end", control_people.end),
        ("POST", "/meetings/{name}/{act}", control_people.act),
        ("POST", "/faults", _add_fault),
        ("GET", "/faults", _list_faults),
        ("DELETE", "/faults", _clear_faults),
        ("GET", "/clock", _show_clock),
        ("POST", "/clock", _advance_clock),
        ("GET", "/settings", _show_settings),
        ("POST", "/settings", _change_settings),
        ("POST", "/keys", _rotate_keys),
        ("POST", "/reset", _reset),
    ]
    return [
        Route(f"/simulator{path}", _endpoint(simulator, handler), methods=[method]) for method, path, handler in rows
    ]


def _endpoint(simulator: Simulator, handler: _Handler) -> Callable[[Request], Awaitable[Response]]:
    @functools.wraps(handler)
    async def endpoint(request: Request) -> Response:
        try:
            return await handler(simulator, request)
        except _MISTAKES as problem:
            return _error(400, problem)
        except (NoSuchCall, NoSuchConversation) as problem:
            return _error(404, problem)
        except (NothingToActOn, NotThere) as problem:
            return _error(409, problem)

    return endpoint


async def _ring(simulator: Simulator, request: Request) -> Response:
    asked = await read_object(request)
    unknown = sorted(set(asked) - set(_RINGING))
    if unknown:
        raise Refused(f"a call has no {', '.join(unknown)}")
    if not are(asked.get("modalities", []), str):
        raise Refused("modalities must be a list of texts")
    if not are(asked.get("script", []), dict) or not are(asked.get("group", []), dict):
        raise Refused("script and group must be lists of objects")
    if not isinstance(asked.get("meeting", ""), str):
        raise Refused("meeting must be the id of a meeting, or of a group call")
    call_id = simulator.ring(**asked)
    return JSONResponse({"id": call_id}, 201, {"Location": f"/simulator/calls/{call_id}"})


async def _list(simulator: Simulator, request: Request) -> Response:
    del request
    return JSONResponse({"calls": [summary(call) for call in simulator.calls.values()]})


async def _show(simulator: Simulator, request: Request) -> Response:
    call = simulator.call(request.path_params["call_id"])
    return JSONResponse({**summary(call), "transcript": call.transcript.entries})


async def _press(simulator: Simulator, request: Request) -> Response:
    asked = await read_object(request)
    tones, interval_ms = asked.get("tones"), asked.get("interval_ms", 150)
    if not isinstance(tones, str) or not isinstance(interval_ms, int | float):
        raise Refused('wanted {"tones": "12#", "interval_ms": 150}')
    simulator.press(request.path_params["call_id"], tones, interval_ms)
    return Response(status_code=202)


async def _say(simulator: Simulator, request: Request) -> Response:
    continued = request.query_params.get("continued") == "true"
    simulator.say(request.path_params["call_id"], await request.body(), continued=continued)
    return Response(status_code=202)


async def _answer(simulator: Simulator, request: Request) -> Response:
    asked = await read_texts(request, "who")
    simulator.answer(request.path_params["call_id"], asked.get("who"))
    return Response(status_code=202)


async def _decline(simulator: Simulator, request: Request) -> Response:
    asked = await read_texts(request, "who", "outcome")
    simulator.decline(request.path_params["call_id"], asked.get("who"), asked.get("outcome", "declines"))
    return Response(status_code=202)


async def _drop(simulator: Simulator, request: Request) -> Response:
    asked = await read_object(request)
    reason, code, subcode = asked.get("reason"), asked.get("code"), asked.get("subcode")
    if isinstance(reason, str):
        simulator.drop(request.path_params["call_id"], reason)
    elif isinstance(code, int) and isinstance(subcode, int):
        simulator.drop(request.path_params["call_id"], Result(code, subcode))
    else:
        raise Refused('wanted {"reason": name of an ending} or {"code": 200, "subcode": 5300}')
    return Response(status_code=202)


async def _hang_up(simulator: Simulator, request: Request) -> Response:
    simulator.hang_up(request.path_params["call_id"])
    return Response(status_code=202)


async def _add_fault(simulator: Simulator, request: Request) -> Response:
    simulator.faults.add(await read_object(request))
    return JSONResponse({"faults": simulator.faults.pending()}, 201)


async def _list_faults(simulator: Simulator, request: Request) -> Response:
    del request
    return JSONResponse({"faults": simulator.faults.pending()})


async def _clear_faults(simulator: Simulator, request: Request) -> Response:
    del request
    simulator.faults.clear()
    return Response(status_code=204)


async def _show_clock(simulator: Simulator, request: Request) -> Response:
    del request
    now = simulator.clock.now()
    kind = "virtual" if isinstance(simulator.clock, VirtualClock) else "real"
    return JSONResponse({"kind": kind, "now": now, "utc": datetime.fromtimestamp(now, UTC).isoformat()})


async def _advance_clock(simulator: Simulator, request: Request) -> Response:
    seconds = (await read_object(request)).get("advance")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= 1e9:
        raise Refused('wanted {"advance": seconds}, at most 1e9')
    if not isinstance(simulator.clock, VirtualClock):
        return _error(409, "the clock is real: time passes by itself")
    await simulator.clock.advance(seconds)
    return await _show_clock(simulator, request)


async def _show_settings(simulator: Simulator, request: Request) -> Response:
    del request
    return JSONResponse(simulator.settings.to_json())


async def _change_settings(simulator: Simulator, request: Request) -> Response:
    simulator.change_settings(**await read_object(request))
    return JSONResponse(simulator.settings.to_json())


async def _rotate_keys(simulator: Simulator, request: Request) -> Response:
    """Webhook tokens are signed with a new key from now on; `{"keep_old": false}` withdraws the earlier ones."""
    keep_old = (await read_object(request)).get("keep_old", True)
    return JSONResponse({"kid": simulator.tokens.webhook_keys.rotate(keep_old=bool(keep_old))})


async def _reset(simulator: Simulator, request: Request) -> Response:
    del request
    simulator.reset()
    return Response(status_code=204)


def summary(call: Call) -> dict[str, Any]:
    """A call as the control plane lists it."""
    caller, called = call.birth.caller, call.birth.called
    return {
        "id": call.id,
        "state": call.state,
        "audio": call.audio,
        "caller": {caller.kind: caller.id},
        "to": {called.kind: called.id},
        "direction": call.birth.direction,
        "rings": [ringing.who.id for ringing in call.ringing],
        "conversation": None if call.conversation is None else call.conversation.id,
        "result": call.result,
    }


def _error(status: int, problem: object) -> Response:
    return JSONResponse({"error": str(problem)}, status)
