"""The token service that the bot and its users ask, and the keys that the bot checks webhook tokens with.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.disruption import Disrupted
from simulator.errors import GraphError, new_request_id
from simulator.settings import SimulatorSettings
from simulator.tokens import GRAPH_AUDIENCE

if TYPE_CHECKING:
    from simulator.disruption import Act
    from simulator.simulator import Simulator

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class _Refused(Exception):
    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.body = {
            "error": error,
            "error_description": f"AADSTS{number}: {text}",
            "error_codes": [number],
            "trace_id": new_request_id(),
            "correlation_id": new_request_id(),
        }


def token_routes(simulator: Simulator) -> list[Route]:
    """Calling keys under `/.well-known`, tokens and their keys under each tenant."""
    base = "/{tenant}"
    return [
        Route("/.well-known/openid-configuration", _at_work(simulator, "openidMetadata", _calling_metadata)),
        Route("/.well-known/keys", _at_work(simulator, "keys", _calling_keys)),
        Route(f"{base}/v2.0/.well-known/openid-configuration", _at_work(simulator, "tokenMetadata", _metadata)),
        Route(f"{base}/discovery/v2.0/keys", _at_work(simulator, "tokenKeys", _keys)),
        Route(f"{base}/oauth2/v2.0/token", _at_work(simulator, "token", _token), methods=["POST"]),
    ]


def _at_work(simulator: Simulator, action: str, handler: Any) -> Disrupted:
    async def act(request: Request) -> Response:
        return await handler(simulator, request)

    return _disrupted(simulator, action, act)


def _disrupted(simulator: Simulator, action: str, act: Act) -> Disrupted:
    def refuse(request: Request, error: GraphError) -> Response:
        del request
        body = {"error": "temporarily_unavailable", "error_description": f"{error.code}: {error.message}"}
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return JSONResponse(body, error.status, headers)

    return Disrupted(simulator, action, act, refuse)


async def _calling_metadata(simulator: Simulator, request: Request) -> Response:
    return JSONResponse(
        {
            "issuer": simulator.settings.webhook_issuer,
            "authorization_endpoint": "https://invalid.botframework.com/",
            "jwks_uri": f"{_base(request)}/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }
    )


async def _calling_keys(simulator: Simulator, request: Request) -> Response:
    del request
    return JSONResponse(simulator.tokens.webhook_keys.jwks())


async def _metadata(simulator: Simulator, request: Request) -> Response:
    try:
        tenant = _tenant(request, simulator.settings)
    except _Refused as refusal:
        return JSONResponse(refusal.body, refusal.status)
    root = f"{_base(request)}/{tenant}"
    return JSONResponse(
        {
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "jwks_uri": f"{root}/discovery/v2.0/keys",
            "issuer": f"{root}/v2.0",
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        }
    )


async def _keys(simulator: Simulator, request: Request) -> Response:
    del request
    return JSONResponse(simulator.tokens.entra_keys.jwks())


async def _token(simulator: Simulator, request: Request) -> Response:
    settings = simulator.settings
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
    try:
        tenant = _tenant(request, settings)
        roles, audience = _granted(form, settings)
        token = simulator.tokens.access_token(
            tenant_id=tenant,
            client_id=form["client_id"],
            audience=audience,
            roles=roles,
            issuer=f"{_base(request)}/{tenant}/v2.0",
        )
    except _Refused as refusal:
        return JSONResponse(refusal.body, refusal.status)
    life = int(settings.access_token_life_s)
    body = {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token}
    return Response(json.dumps(body), media_type="application/json", headers={"Cache-Control": "no-store"})


def _tenant(request: Request, settings: SimulatorSettings) -> str:
    tenant = request.path_params["tenant"]
    if tenant not in (settings.tenant_id, *settings.other_tenants):
        raise _Refused(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
    return tenant


def _granted(form: dict[str, str], settings: SimulatorSettings) -> tuple[tuple[str, ...], str]:
    """Roles and audience of the token that this form asks for. Raises `_Refused`."""
    if form.get("grant_type") != "client_credentials":
        raise _Refused(400, "unsupported_grant_type", 70003, "Only client_credentials is played.")
    client_id, scope = form.get("client_id", ""), form.get("scope", "")
    client = settings.clients.get(client_id)
    is_bot = client_id == settings.bot_app_id
    if not is_bot and client is None:
        raise _Refused(400, "unauthorized_client", 700016, f"Application '{client_id}' was not found.")
    secret = settings.bot_client_secret if client is None else client.secret
    if not _proved(form, secret, settings.accept_client_assertions and is_bot):
        raise _Refused(401, "invalid_client", 7000215, "Invalid client secret provided.")
    scopes = [name for name in scope.split() if name.endswith("/.default")]
    resource = scopes[0].removesuffix("/.default") if len(scopes) == 1 else ""
    if resource == GRAPH_AUDIENCE:
        return (settings.permissions if client is None else client.permissions), GRAPH_AUDIENCE
    if resource.removeprefix("api://") == settings.bot_app_id:
        return (client.roles if client else ()), settings.bot_app_id
    raise _Refused(400, "invalid_scope", 70011, f"The scope '{scope}' is not valid.")


def _proved(form: dict[str, str], secret: str, assertion_accepted: bool) -> bool:
    if form.get("client_assertion_type") == _ASSERTION:
        return assertion_accepted and bool(form.get("client_assertion"))
    return hmac.compare_digest(form.get("client_secret", "").encode(), secret.encode())


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
