"""Real MSAL against the simulator's token service over https, and a managed identity's endpoint on loopback."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from aiohttp import web

from clock import VirtualClock
from graph.client import GraphClient
from graph.credentials import GraphCredentials
from graph.errors import TokenUnavailable
from graph.requests import GetCall
from simulator import Addresses, Simulator, SimulatorSettings, serve

TENANT = SimulatorSettings().tenant_id
OTHER = "0c1f5b00-4444-4a2b-9c3d-0000000000dd"
SECRET = SimulatorSettings().bot_client_secret
IDENTITY = "0c1f5b00-eeee-4a2b-9c3d-0000000000ee"


class TokenService:
    """The simulator's token service, and every form that was posted to it."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.simulator = Simulator(
            self.clock, SimulatorSettings(unacknowledged_call_ends=False, other_tenants=(OTHER,))
        )
        self.simulator.app.add_middleware(_Between, service=self)
        self.forms: list[dict[str, str]] = []
        self.discoveries = 0
        #: What to answer in the service's place.
        self.answer: dict[str, Any] | None = None
        self.addresses: Addresses

    def credentials(self, **changes: Any) -> GraphCredentials:
        given = {
            "app_id": self.simulator.settings.bot_app_id,
            "authority": self.addresses.login_url,
            "graph_base_url": self.addresses.graph_url,
            "client_secret": SECRET,
            "now": self.clock.now,
        }
        return GraphCredentials(**{**given, **changes})

    def break_off(self, times: int = 1_000) -> None:
        """Drop the connections of whoever asks for a token."""
        self.simulator.fault({"operation": "token"}, "reset", times=times)


class _Between:
    """Notes the forms that pass by, and answers them where the test says how."""

    def __init__(self, app: Any, service: TokenService) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.service.discoveries += scope["path"].endswith("openid-configuration")
        if not scope["path"].endswith("/token"):
            await self.app(scope, receive, send)
            return
        message = await receive()
        form = parse_qs(message["body"].decode())
        self.service.forms.append({name: values[0] for name, values in form.items()})
        if self.service.answer is None:
            seen = [message]
            await self.app(scope, lambda: asyncio.sleep(0, seen.pop()) if seen else receive(), send)
            return
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(self.service.answer).encode()})


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TokenService]:
    service = TokenService()
    async with serve(service.simulator) as service.addresses:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(service.addresses.ca_file))  # as the bot is started
        yield service


async def refusal(credentials: GraphCredentials, tenant_id: str = TENANT) -> str:
    """The code of the error, whose every trace is free of secrets."""
    with pytest.raises(TokenUnavailable) as raised:
        await credentials.token(tenant_id)
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value) + repr(vars(raised.value))
    for secret in (SECRET, "guess", "eyJ", "localhost", "header-secret", "a.b.c"):
        assert secret not in told
    return raised.value.code


# --- with a secret ----------------------------------------------------------------------------------------------------


async def test_graph_takes_the_token(service: TokenService) -> None:
    call_id = service.simulator.ring()
    credentials = service.credentials()
    async with httpx.AsyncClient() as http:
        client = GraphClient(
            http, service.addresses.graph_url, credentials.token, now=service.clock.now, sleep=service.clock.sleep
        )
        answer = await client.send(GetCall(call_id=call_id), TENANT, budget_s=5.0)
        assert answer is not None
        assert answer["id"] == call_id
        service.simulator.fault({"operation": "getCall"}, {"status": 401, "code": "InvalidAuthenticationToken"})
        assert await client.send(GetCall(call_id=call_id), TENANT, budget_s=5.0) == answer
    assert len(service.forms) == 2  # and a fresh one, once the first was refused


async def test_every_tenant_has_a_token_of_its_own(service: TokenService) -> None:
    credentials = service.credentials()
    tokens = await asyncio.gather(*(credentials.token(tenant) for tenant in (TENANT, OTHER, TENANT)))
    claims = [jwt.decode(token, options={"verify_signature": False}) for token in tokens]
    assert [each["tid"] for each in claims] == [TENANT, OTHER, TENANT]
    await credentials.token(TENANT, refused=tokens[0])
    assert service.discoveries == 2  # each tenant is looked up once only
    assert {each["aud"] for each in claims} == {"https://graph.microsoft.com"}
    assert len(service.forms) == 3


async def test_twenty_calls_at_once_cause_one_request(service: TokenService) -> None:
    credentials = service.credentials()
    assert len(set(await asyncio.gather(*(credentials.token(TENANT) for _ in range(20))))) == 1
    assert len(service.forms) == 1


async def test_it_is_renewed_at_half_its_life_without_anybody_waiting(service: TokenService) -> None:
    credentials = service.credentials()
    old = await credentials.token(TENANT)
    await service.clock.advance(service.simulator.settings.access_token_life_s / 2 - 1)
    assert await credentials.token(TENANT) == old
    assert len(service.forms) == 1
    await service.clock.advance(1)
    assert await credentials.token(TENANT) == old
    fresh = await credentials.token(TENANT, refused=old)  # joins the renewal that is under way
    assert fresh != old
    assert await credentials.token(TENANT) == fresh
    assert len(service.forms) == 2


async def test_msals_own_cache_never_gives_a_refused_token_again(service: TokenService) -> None:
    credentials = service.credentials()
    tokens = [await credentials.token(TENANT)]
    for _ in range(3):
        tokens.append(await credentials.token(TENANT, refused=tokens[-1]))
    assert len(set(tokens)) == 4


async def test_a_token_outlives_an_outage_of_the_token_service(service: TokenService) -> None:
    credentials = service.credentials()
    old = await credentials.token(TENANT)
    service.break_off()
    await service.clock.advance(service.simulator.settings.access_token_life_s - 70)
    assert await credentials.token(TENANT) == old
    await service.clock.advance(30)
    assert await refusal(credentials) == "ConnectionError"


async def test_an_outage_at_the_start_is_over_when_it_is_over(service: TokenService) -> None:
    credentials = service.credentials()
    service.break_off(times=1)
    assert await refusal(credentials) == "ConnectionError"
    assert await credentials.token(TENANT)


async def test_a_wrong_secret_is_named_by_its_code_alone(service: TokenService) -> None:
    assert await refusal(service.credentials(client_secret="guess")) == "invalid_client AADSTS7000215"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"error": "invalid_client", "error_codes": [7000215, "eyJ", None]}, "invalid_client AADSTS7000215"),
        ({"error": "no localhost eyJ", "error_codes": "eyJ"}, "no token"),
        ({"error": ["eyJ"]}, "no token"),
        ({"access_token": "", "token_type": "Bearer"}, "no token"),
        ({"access_token": 7, "token_type": "Bearer"}, "no token"),
        ({}, "no token"),
    ],
    ids=range(6),
)
async def test_an_answer_without_a_token_is_named_by_its_code_alone(
    service: TokenService, answer: dict[str, Any], code: str
) -> None:
    service.answer = answer
    assert await refusal(service.credentials()) == code


async def test_an_unknown_application_is_named_by_its_code_alone(service: TokenService) -> None:
    assert (await refusal(service.credentials(app_id=IDENTITY))).startswith("unauthorized_client")


async def test_a_tenant_that_is_not_there_has_no_token(service: TokenService) -> None:
    assert await refusal(service.credentials(), IDENTITY) == "the authority knows no such tenant"


@pytest.mark.parametrize("tenant_id", ["", "..", "a/b", "a?b", "a b", "-a", "a\n", "ä", "x" * 129, "http://x"])
async def test_a_malformed_tenant_is_asked_for_nowhere(service: TokenService, tenant_id: str) -> None:
    assert await refusal(service.credentials(), tenant_id) == "the tenant id is malformed"
    assert service.forms == []


async def test_a_token_service_with_the_wrong_certificate_is_not_told_the_secret(
    service: TokenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert await refusal(service.credentials()) == "SSLError"
    assert service.forms == []


@pytest.mark.parametrize(
    ("root", "scope"),
    [
        ("http://127.0.0.1:7071/v1.0", "https://graph.microsoft.com/.default"),
        ("https://graph.microsoft.com/v1.0", "https://graph.microsoft.com/.default"),
        ("https://graph.microsoft.us/v1.0", "https://graph.microsoft.us/.default"),
    ],
)
async def test_tokens_are_asked_for_the_graph_in_use(service: TokenService, root: str, scope: str) -> None:
    credentials = service.credentials(graph_base_url=root)
    if scope.startswith("https://graph.microsoft.com"):
        await credentials.token(TENANT)
    else:  # the simulator is of the global cloud only
        assert await refusal(credentials) == "invalid_scope AADSTS70011"
    (form,) = service.forms
    assert form["scope"].split(" ")[0] == scope
    assert (form["grant_type"], form["client_secret"]) == ("client_credentials", SECRET)


# --- with a managed identity ------------------------------------------------------------------------------------------


class IdentityEndpoint:
    """What App Service puts at `IDENTITY_ENDPOINT`."""

    def __init__(self, expires_on: float) -> None:
        self.asked: list[web.Request] = []
        self.body: str | dict[str, Any] = {
            "access_token": "a.b.c",
            "expires_on": str(int(expires_on)),
            "resource": "api://AzureADTokenExchange",
            "token_type": "Bearer",
        }
        self.status = 200

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return web.Response(status=self.status, text=text, content_type="application/json")


@pytest.fixture
async def identity(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[IdentityEndpoint]:
    endpoint = IdentityEndpoint(4_000_000_000)  # MSAL holds it against the wall clock
    app = web.Application()
    app.router.add_get("/msi/token", endpoint.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{runner.addresses[0][1]}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header-secret")
    yield endpoint
    await runner.cleanup()


def federated(service: TokenService) -> GraphCredentials:
    return service.credentials(client_secret=None, identity_client_id=IDENTITY)


async def test_a_managed_identity_vouches_for_the_application(
    service: TokenService, identity: IdentityEndpoint
) -> None:
    credentials = federated(service)
    assert len(set(await asyncio.gather(*(credentials.token(TENANT) for _ in range(5))))) == 1
    (asked,) = identity.asked
    assert asked.query["resource"] == "api://AzureADTokenExchange"
    assert asked.query["client_id"] == IDENTITY
    assert asked.headers["X-IDENTITY-HEADER"] == "header-secret"
    (form,) = service.forms
    assert form["client_assertion"] == "a.b.c"
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert form["client_id"] == service.simulator.settings.bot_app_id
    assert "client_secret" not in form


async def test_one_assertion_serves_every_tenant(service: TokenService, identity: IdentityEndpoint) -> None:
    credentials = federated(service)
    await asyncio.gather(credentials.token(TENANT), credentials.token(OTHER))
    await credentials.token(TENANT, refused=await credentials.token(TENANT))
    assert (len(identity.asked), len(service.forms)) == (1, 3)


async def test_an_application_that_does_not_trust_the_identity_gets_no_token(
    service: TokenService, identity: IdentityEndpoint
) -> None:
    service.simulator.change_settings(accept_client_assertions=False)
    assert await refusal(federated(service)) == "invalid_client AADSTS7000215"


async def test_the_secret_comes_first(service: TokenService, identity: IdentityEndpoint) -> None:
    await service.credentials(identity_client_id=IDENTITY).token(TENANT)
    assert identity.asked == []
    assert service.forms[0]["client_secret"] == SECRET


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"statusCode": 400, "message": "No identity a.b.c at https://localhost"}, "invalid_scope"),
        (500, {}, "invalid_scope"),
        (500, "a.b.c is no JSON", "JSONDecodeError"),
        (200, {"access_token": "a.b.c"}, "invalid_scope"),
        (200, {"access_token": "a.b.c", "expires_on": "soon"}, "ValueError"),
        (200, [], "AttributeError"),
    ],
    ids=range(6),
)
async def test_an_identity_that_vouches_for_nothing_is_named_by_a_code_alone(
    service: TokenService, identity: IdentityEndpoint, status: int, body: Any, code: str
) -> None:
    identity.status, identity.body = status, body
    assert await refusal(federated(service)) == code
    assert service.forms == []


async def test_an_identity_endpoint_that_is_away_is_named_by_a_code_alone(
    service: TokenService, identity: IdentityEndpoint, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{unused_tcp_port}/msi/token")
    assert await refusal(federated(service)) == "ConnectionError"


# --- neither ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [None, ""])
def test_without_secret_and_identity_there_are_no_credentials(secret: str | None) -> None:
    with pytest.raises(ValueError, match="secret"):
        GraphCredentials(
            app_id="x", authority="https://login", graph_base_url="https://graph", client_secret=secret, now=lambda: 0.0
        )


@pytest.mark.parametrize("attribute", ["__repr__", "__str__"])
def test_no_form_of_the_credentials_shows_the_secret(attribute: str) -> None:
    credentials = GraphCredentials(
        app_id="x", authority="https://login", graph_base_url="https://graph", client_secret=SECRET, now=lambda: 0.0
    )
    assert SECRET not in getattr(credentials, attribute)()
