"""The operators' page. Whoever may fetch it learns nothing: its data come from the operators' API, with a token."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import connections
from api.routes import MOST_PEAKS, USUAL_PEAKS
from api.shapes import Wrong
from console import NotSound, content_security_policy, file, peaks
from triggers.authorization import require_role
from triggers.calls import recording_of
from triggers.problems import Refused, answer, answered, problem, wrong_fields

bp = df.Blueprint()

JSON = dict[str, Any]

_SIGN_IN = "sign-in.json"


@bp.route(route="console", methods=["GET"])
async def get_console(req: func.HttpRequest) -> func.HttpResponse:
    """The page."""
    del req
    return await _sent("console.html")


@bp.route(route="console/{name}", methods=["GET"])
async def get_console_file(req: func.HttpRequest) -> func.HttpResponse:
    """What the page is made of, and `sign-in.json`: where its users get tokens, and for what."""
    name = req.route_params["name"]
    return _sign_in() if name == _SIGN_IN else await _sent(name)


@bp.route(route="calls/{id}/recordings/{n}/peaks", methods=["GET"])
async def get_peaks(req: func.HttpRequest) -> func.HttpResponse:
    """How a recording looks, see `console.peaks`; query: `count`."""
    return await answered(_peaks(req))


async def _peaks(req: func.HttpRequest) -> func.HttpResponse:
    audio = await recording_of(await require_role(req, "Listen"), req.route_params["id"], req.route_params["n"])
    count = req.params.get("count", str(USUAL_PEAKS))
    if not (count.isascii() and count.isdigit() and len(count) < 9 and 1 <= int(count) <= MOST_PEAKS):
        raise wrong_fields([Wrong(field="count", detail=f"must be a whole number from 1 to {MOST_PEAKS}")])
    try:
        return answer(await asyncio.to_thread(peaks, audio, int(count)))
    except NotSound as wrong:
        raise Refused(problem(422, "Not drawable", f"The recording is {wrong}.")) from None


async def _sent(name: str) -> func.HttpResponse:
    found = await asyncio.to_thread(file, name)
    if found is None:
        return func.HttpResponse(status_code=404)
    return func.HttpResponse(found.content, headers={**_headers(), "Content-Type": found.content_type})


def _sign_in() -> func.HttpResponse:
    settings = connections.current().settings
    told: JSON = {
        "authority": f"{settings.login_authority}/{settings.bot_tenant_id}/oauth2/v2.0",
        "client_id": settings.bot_app_id,
        "scope": f"api://{settings.bot_app_id}/.default",
        "development_key": bool(settings.development_key and settings.on_loopback),
    }
    return func.HttpResponse(json.dumps(told), headers=_headers(), mimetype="application/json")


def _headers() -> dict[str, str]:
    return {
        "Content-Security-Policy": content_security_policy(connections.current().settings.login_authority),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
