"""The HTTP side: routes, keys, bodies, the loopback interface."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from clock import VirtualClock
from localhost import Host

APP = Path(__file__).parent / "app"
KEY = {"x-functions-key": "secret"}


async def status_of(http: aiohttp.ClientSession, method: str, url: str, **options: Any) -> int:
    async with http.request(method, url, **options) as response:
        return response.status


async def test_a_function_sees_the_request_as_it_was_sent(host: Host, http: aiohttp.ClientSession):
    url = f"{host.base_url}/api/ECHO/a%2Fb/12?q=1&q=2&r=x%20y"
    async with http.put(url, data="Grüße", headers={"X-Custom": "c"}) as response:
        assert (response.status, response.headers["X-Reply"]) == (200, "yes")
        seen = await response.json()
    assert seen == {
        "method": "PUT",
        "params": {"first": "a/b", "second": "12"},
        "query": {"q": "1,2", "r": "x y"},
        "x": "c",
        "body": "Grüße",
        "thread": True,
    }


async def test_an_optional_parameter_may_be_absent_and_a_constraint_is_kept(host: Host, http: aiohttp.ClientSession):
    async with http.get(f"{host.base_url}/api/echo/a") as response:
        assert (await response.json())["params"] == {"first": "a"}
    assert await status_of(http, "GET", f"{host.base_url}/api/echo/a/b") == 404


async def test_a_literal_route_wins_over_a_parameter(host: Host, http: aiohttp.ClientSession):
    async with http.get(f"{host.base_url}/api/echo/fixed") as response:
        assert await response.text() == "fixed"


async def test_paths_and_methods_that_no_function_has_are_404(host: Host, http: aiohttp.ClientSession):
    assert await status_of(http, "GET", f"{host.base_url}/api/nobody") == 404
    assert await status_of(http, "GET", f"{host.base_url}/api/calls/1") == 404
    assert await status_of(http, "GET", f"{host.base_url}/echo/a") == 404


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, 401),
        ({"params": {"code": "wrong"}}, 401),
        ({"headers": {"x-functions-key": ""}}, 401),
        ({"params": {"code": "secret"}}, 200),
        ({"headers": KEY}, 200),
    ],
)
async def test_a_function_at_level_function_needs_the_key(
    host: Host, http: aiohttp.ClientSession, options: dict[str, Any], expected: int
):
    assert await status_of(http, "GET", f"{host.base_url}/api/locked", **options) == expected


async def test_the_durable_webhooks_need_the_key(host: Host, http: aiohttp.ClientSession):
    url = f"{host.base_url}/runtime/webhooks/durabletask/instances/"
    assert await status_of(http, "GET", url) == 401
    assert await status_of(http, "GET", url, headers=KEY) == 200


async def test_admin_needs_the_key(host: Host, http: aiohttp.ClientSession):
    url = f"{host.base_url}/admin/functions/every_five_minutes"
    assert await status_of(http, "POST", url) == 401
    assert host.module.RAN["every_five_minutes"] == 0
    assert await status_of(http, "POST", url, headers=KEY) == 202
    assert host.module.RAN["every_five_minutes"] == 1
    assert await status_of(http, "POST", f"{host.base_url}/admin/functions/echo", headers=KEY) == 404


async def test_the_rpc_needs_no_key_but_serves_no_web_page(host: Host, http: aiohttp.ClientSession):
    url = f"{host.base_url}/durabletask/instances/"
    assert await status_of(http, "GET", url) == 200
    assert await status_of(http, "GET", url, headers={"Origin": "http://evil.example"}) == 403
    assert await status_of(http, "GET", url, headers={"Host": "evil.example"}) == 403


async def test_a_random_key_is_made_where_none_is_given(clock: VirtualClock):
    other = await Host.start(APP, clock=clock, schedules=False)
    assert len(other.key) >= 16
    await other.stop()


async def test_it_listens_on_the_loopback_interface_only(host: Host):
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    port = int(host.base_url.rpartition(":")[2])
    for address in addresses - {"127.0.0.1"}:
        with socket.socket() as probe, pytest.raises(OSError):
            probe.settimeout(1)
            probe.connect((address, port))
    assert host.base_url.startswith("http://127.0.0.1:")


async def test_a_raising_function_is_a_500_that_tells_nothing(
    host: Host, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
):
    async with http.get(f"{host.base_url}/api/raises") as response:
        assert (response.status, await response.text()) == (500, "")
    assert "not for the outside" in caplog.text


async def test_a_function_that_returns_no_response_is_a_500_as_in_the_worker(host: Host, http: aiohttp.ClientSession):
    assert await status_of(http, "GET", f"{host.base_url}/api/nothing") == 500


async def test_a_body_over_the_limit_is_a_413(start_host: Any, http: aiohttp.ClientSession):
    host = await start_host(body_limit=1000)
    url = f"{host.base_url}/api/echo/a"
    assert await status_of(http, "POST", url, data="x" * 1000) == 200
    assert await status_of(http, "POST", url, data="x" * 1001) == 413
    assert await status_of(http, "POST", f"{host.base_url}/durabletask/orchestrators/chain", data="1" * 2000) == 413


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b"nonsense"])
async def test_a_body_that_is_no_json_is_a_400(host: Host, http: aiohttp.ClientSession, body: bytes):
    host.engine.start_new("numbered", "i", 1)
    headers = {"Content-Type": "application/json"}
    for path in ("orchestrators/chain", "instances/i/raiseEvent/notification.0", "entities/counter/k"):
        async with http.post(f"{host.base_url}/durabletask/{path}", data=body, headers=headers) as response:
            assert response.status == 400, path
            assert "not JSON" in (await response.json())["ExceptionMessage"]
    assert not host.engine.has_ended("i")
