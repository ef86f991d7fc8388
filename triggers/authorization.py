"""Who may use the operators' API: Entra tokens with app roles, or on loopback a development key.

Platform headers such as `X-MS-CLIENT-PRINCIPAL` are ignored: anybody can send them where the platform does not.
"""

from __future__ import annotations

import hmac
import json
import logging

import azure.functions as func

import connections
from graph.webhook_tokens import TokenRefused

log = logging.getLogger("callwright.authorization")

DEVELOPMENT_KEY_HEADER = "x-development-key"


class NotAllowed(Exception):
    """The request may not do what it asks; `response` says so."""

    def __init__(self, response: func.HttpResponse) -> None:
        super().__init__(response.status_code)
        self.response = response


async def require_role(req: func.HttpRequest, role: str) -> None:
    """Return when the caller holds `role` (`Read`, `Listen`, `Operate`); raises `NotAllowed` with 401 or 403."""
    here = connections.current()
    key = here.settings.development_key
    given = req.headers.get(DEVELOPMENT_KEY_HEADER)
    if key and given and here.settings.on_loopback and hmac.compare_digest(key.encode(), given.encode()):
        return
    try:
        claims = await here.api_tokens.validate(req.headers.get("Authorization"))
    except TokenRefused as refusal:
        log.warning("a token was refused: %s", refusal.cause)
        raise NotAllowed(
            problem(401, "Not signed in", "Send an Entra access token for this application as a bearer token.")
        ) from None
    if role not in claims.roles:
        raise NotAllowed(problem(403, "Role missing", f"This needs the app role {role}; the token does not hold it."))


def problem(status: int, title: str, detail: str, **extensions: object) -> func.HttpResponse:
    """An RFC 9457 problem document."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extensions}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return func.HttpResponse(json.dumps(body), status_code=status, headers=headers, mimetype="application/problem+json")
