"""Real MSAL against the token service, and keys that change."""

from __future__ import annotations

import asyncio
import json
import ssl

import aiohttp
import jwt
import msal
import pytest

from clock import VirtualClock
from simulator import Client, Simulator, SimulatorSettings, serve

GRAPH = "https://graph.microsoft.com/.default"


@pytest.fixture
async def served(monkeypatch):
    settings = SimulatorSettings(
        unacknowledged_call_ends=False,
        other_tenants=("0c1f5b00-4444-4a2b-9c3d-0000000000dd",),
        clients={"tool": Client(secret="s3cret", roles=("Read", "Operate"))},
    )
    simulator = Simulator(VirtualClock(), settings)
    async with serve(simulator) as addresses:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(addresses.ca_file))  # as the bot is started
        yield simulator, addresses


async def acquire(served, *, client_id=None, credential="simulator-secret", tenant=None, scope=GRAPH):
    simulator, addresses = served

    def blocking():
        app = msal.ConfidentialClientApplication(
            client_id or simulator.settings.bot_app_id,
            client_credential=credential,
            authority=f"{addresses.login_url}/{tenant or simulator.settings.tenant_id}",
            instance_discovery=False,
        )
        try:
            return app.acquire_token_for_client([scope])
        finally:
            app.http_client.close()

    return await asyncio.to_thread(blocking)


@pytest.mark.parametrize("credential", ["simulator-secret", {"client_assertion": lambda: "a.federated.assertion"}])
async def test_real_msal_gets_a_token_that_graph_takes(served, credential):
    simulator, addresses = served
    answer = await acquire(served, credential=credential)
    assert answer["expires_in"] == 3599
    call_id = simulator.ring()
    async with aiohttp.ClientSession() as http:
        url = f"{addresses.graph_url}/communications/calls/{call_id}"
        async with http.get(url, headers={"Authorization": f"Bearer {answer['access_token']}"}) as response:
            assert (response.status, (await response.json())["id"]) == (200, call_id)


async def test_a_token_names_tenant_application_and_permissions(served):
    simulator, addresses = served
    tenant = simulator.settings.other_tenants[0]
    answer = await acquire(served, tenant=tenant)
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert (claims["tid"], claims["appid"]) == (tenant, simulator.settings.bot_app_id)
    assert claims["roles"] == list(simulator.settings.permissions)
    assert claims["iss"] == f"{addresses.login_url}/{tenant}/v2.0"


async def test_a_tool_gets_a_token_with_roles_for_the_bots_own_api(served):
    simulator, addresses = served
    scope = f"api://{simulator.settings.bot_app_id}/.default"
    answer = await acquire(served, client_id="tool", credential="s3cret", scope=scope)
    trusted = ssl.create_default_context(cafile=str(addresses.ca_file))
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{addresses.login_url}/{simulator.settings.tenant_id}/discovery/v2.0/keys", ssl=trusted) as got,
    ):
        keys = await got.json()
    claims = jwt.decode(
        answer["access_token"],
        jwt.PyJWK(keys["keys"][0]),
        algorithms=["RS256"],
        audience=simulator.settings.bot_app_id,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert claims["roles"] == ["Read", "Operate"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"credential": "guess"}, "invalid_client"),
        ({"client_id": "nobody"}, "unauthorized_client"),
        ({"scope": "https://example.test/.default"}, "invalid_scope"),
        ({"client_id": "tool", "credential": {"client_assertion": lambda: "a.b.c"}}, "invalid_client"),
    ],
)
async def test_who_cannot_prove_it_gets_no_token(served, wrong, error):
    answer = await acquire(served, **wrong)
    assert answer["error"] == error
    assert answer["error_description"].startswith("AADSTS")


async def test_a_tenant_that_is_not_there_is_refused(served):
    with pytest.raises(ValueError, match="tenant"):
        await acquire(served, tenant="0c1f5b00-4444-4a2b-9c3d-0000000000ee")


async def test_keys_rotate_with_or_without_the_old_one(bot):
    async def published():
        return [
            key["kid"] for key in json.loads((await bot.get(f"{bot.addresses.base_url}/.well-known/keys"))[1])["keys"]
        ]

    (first,) = await published()
    old = bot.simulator.tokens.webhook_token("t")
    second = (await bot.control("POST", "/keys", {}))[1]["kid"]
    assert await published() == [first, second]
    fresh = bot.simulator.tokens.webhook_token("t")
    assert [jwt.get_unverified_header(token)["kid"] for token in (old, fresh)] == [first, second]
    third = (await bot.control("POST", "/keys", {"keep_old": False}))[1]["kid"]
    assert await published() == [third]


async def test_the_metadata_of_the_calling_service_is_where_the_bot_looks(bot):
    status, text = await bot.get(bot.addresses.openid_metadata_url)
    metadata = json.loads(text)
    assert status == 200
    assert metadata["issuer"] == "https://api.botframework.com"
    assert metadata["id_token_signing_alg_values_supported"] == ["RS256"]
