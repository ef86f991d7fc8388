"""What operators read over HTTP, and who may; what Graph fetches; whether the app is alive."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from callers import MOBILE, clock_of, finish, hears, play, ring

from cli.laptop import DEVELOPMENT_KEY, Laptop
from storage import StorageUnavailable

READER, OTHER = "0c1f5b00-9999-4a2b-9c3d-000000000001", "0c1f5b00-9999-4a2b-9c3d-000000000002"
ROUTES = ("/api/calls", "/api/calls/call-{}", "/api/calls/call-{}/events")


@pytest.fixture
async def http(laptop: Laptop) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=laptop.host.base_url) as client:
        yield client


@pytest.fixture
async def operator(laptop: Laptop) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"x-development-key": DEVELOPMENT_KEY}
    async with httpx.AsyncClient(base_url=laptop.host.base_url, headers=headers) as client:
        yield client


def entra_token(laptop: Laptop, *roles: str, **changes: Any) -> dict[str, str]:
    """The header of an operator's tool, as the token service of the simulator signs it for the bot's own API."""
    told = laptop.simulator.settings
    claims = {
        "tenant_id": told.tenant_id,
        "client_id": READER,
        "audience": told.bot_app_id,
        "roles": roles,
        "issuer": f"{laptop.addresses.login_url}/{told.tenant_id}/v2.0",
        **changes,
    }
    return {"Authorization": f"Bearer {laptop.simulator.tokens.access_token(**claims)}"}


async def test_an_operator_reads_the_calls_of_late_newest_first(laptop: Laptop, operator: httpx.AsyncClient) -> None:
    first = await play(laptop, hears("greeting", hang_up=True))
    second = await play(laptop, hears("main-menu", press="1"), hears("opening-hours", hang_up=True))
    live = ring(laptop)
    await clock_of(laptop).advance(2)
    page = (await operator.get("/api/calls")).json()
    assert [call["id"] for call in page["calls"]] == [laptop.instance_of(live), second.instance_id, first.instance_id]
    assert [call["state"] for call in page["calls"]] == ["live", "ended", "ended"]
    assert page["next"] is None
    assert page["calls"][1] == second.record


async def test_a_long_list_is_read_page_by_page(laptop: Laptop, operator: httpx.AsyncClient) -> None:
    calls = [await play(laptop, hears("greeting", hang_up=True)) for _ in range(3)]
    seen: list[str] = []
    page: dict[str, Any] = {"next": None}
    for _ in calls:
        after = {"after": page["next"]} if page["next"] else {}
        page = (await operator.get("/api/calls", params={"limit": "1", **after})).json()
        seen += [call["id"] for call in page["calls"]]
    assert seen == [call.instance_id for call in reversed(calls)]
    assert page["next"] is None


async def test_a_list_may_be_one_customers(laptop: Laptop, operator: httpx.AsyncClient) -> None:
    await play(laptop, hears("greeting", hang_up=True))
    ours = (await operator.get("/api/calls", params={"customer": "northwind"})).json()["calls"]
    assert len(ours) == 1
    assert (await operator.get("/api/calls", params={"customer": "nobody"})).json()["calls"] == []


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "201"}, {"limit": "-1"}, {"limit": "ten"}, {"limit": "٣"}, {"after": "nonsense"}],
)
async def test_a_query_that_makes_no_sense_is_a_400(operator: httpx.AsyncClient, query: dict[str, str]) -> None:
    answer = await operator.get("/api/calls", params=query)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == 400


async def test_an_operator_reads_one_call_and_what_happened_in_it(laptop: Laptop, operator: httpx.AsyncClient) -> None:
    call = await play(laptop, hears("main-menu", press="1"), hears("opening-hours", hang_up=True), caller=MOBILE)
    answer = await operator.get(f"/api/calls/{call.instance_id}")
    assert answer.json() == call.record
    events = (await operator.get(f"/api/calls/{call.instance_id}/events")).json()["events"]
    assert events == call.events
    prompts = [event["prompt"] for event in events if event["what"] == "prompt"]
    assert prompts == ["greeting", "main-menu", "opening-hours"]
    everything = answer.text + json.dumps(events)
    assert "79460123" not in everything
    assert '"1"' not in everything


@pytest.mark.parametrize(
    "id", ["call-0", "call-" + "0" * 32, "CALL-" + "0" * 32, "call-..%2f..%2fx", "all:", "call-" + "0" * 31 + "'"]
)
@pytest.mark.parametrize("below", ["", "/events"])
async def test_a_call_that_is_not_there_is_a_404(operator: httpx.AsyncClient, id: str, below: str) -> None:
    assert (await operator.get(f"/api/calls/{id}{below}")).status_code == 404


async def test_storage_that_is_away_is_a_503(laptop: Laptop, operator: httpx.AsyncClient) -> None:
    call = await play(laptop, hears("greeting", hang_up=True))
    assert laptop.memory is not None

    def refuse(asked: str, partition: str, key: str) -> None:
        raise StorageUnavailable("away")

    laptop.memory.tables["Records"].before = refuse
    for route in ("/api/calls", f"/api/calls/{call.instance_id}", f"/api/calls/{call.instance_id}/events"):
        assert (await operator.get(route)).status_code == 503


@pytest.mark.parametrize("route", ROUTES)
async def test_an_entra_token_with_the_role_opens_the_door(laptop: Laptop, http: httpx.AsyncClient, route: str) -> None:
    call = await play(laptop, hears("greeting", hang_up=True))
    address = route.format(call.instance_id.removeprefix("call-"))
    assert (await http.get(address, headers=entra_token(laptop, "Read"))).status_code == 200
    application = f"api://{laptop.simulator.settings.bot_app_id}"
    assert (await http.get(address, headers=entra_token(laptop, "Read", audience=application))).status_code == 200
    # What is not there is told only to who may know.
    assert (await http.get(route.format("0" * 32), headers=entra_token(laptop, "Operate"))).status_code == 403


@pytest.mark.parametrize("route", ROUTES)
async def test_an_entra_token_without_the_role_is_a_403(laptop: Laptop, http: httpx.AsyncClient, route: str) -> None:
    address = route.format("0" * 32)
    for roles in ((), ("Operate",), ("Listen",), ("read",), ("Read ",)):
        answer = await http.get(address, headers=entra_token(laptop, *roles))
        assert answer.status_code == 403
        assert "Read" in answer.json()["detail"]


async def test_a_real_token_of_the_token_service_opens_the_door(laptop: Laptop, http: httpx.AsyncClient) -> None:
    """As an operator's tool gets it: client credentials, over https."""
    laptop.simulator.change_settings(clients={READER: {"secret": "s3cret", "roles": ["Read"]}})
    told = laptop.simulator.settings
    form = {
        "grant_type": "client_credentials",
        "client_id": READER,
        "client_secret": "s3cret",
        "scope": f"api://{told.bot_app_id}/.default",
    }
    async with httpx.AsyncClient() as tool:
        token = await tool.post(f"{laptop.addresses.login_url}/{told.tenant_id}/oauth2/v2.0/token", data=form)
    headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
    assert (await http.get("/api/calls", headers=headers)).status_code == 200


@pytest.mark.parametrize("route", ROUTES)
async def test_without_a_valid_token_there_is_nothing_to_see(
    laptop: Laptop, http: httpx.AsyncClient, route: str
) -> None:
    told = laptop.simulator.settings
    graphs = f"Bearer {laptop.simulator.tokens.webhook_token(told.tenant_id)}"
    refused: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic Og=="},
        {"Authorization": graphs},  # Graph's own, for the webhook
        {"x-development-key": "wrong"},
        {"x-development-key": ""},
        {"X-MS-CLIENT-PRINCIPAL": "eyJyb2xlcyI6WyJSZWFkIl19", "X-MS-CLIENT-PRINCIPAL-ID": READER},
        entra_token(laptop, "Read", audience="https://graph.microsoft.com"),
        entra_token(laptop, "Read", audience="00000003-0000-0000-c000-000000000000"),
        entra_token(laptop, "Read", tenant_id=OTHER),
        entra_token(laptop, "Read", issuer=f"{laptop.addresses.login_url}/{OTHER}/v2.0"),
        entra_token(laptop, "Read", issuer="https://sts.windows.net/"),
    ]
    answers = [await http.get(route.format("0" * 32), headers=headers) for headers in refused]
    assert [answer.status_code for answer in answers] == [401] * len(refused)
    assert {answer.content for answer in answers} == {answers[0].content}
    assert all(answer.headers["www-authenticate"] == "Bearer" for answer in answers)


async def test_an_entra_token_opens_no_webhook(laptop: Laptop, http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/callbacks", json={}, headers=entra_token(laptop, "Read", "Operate"))
    assert answer.status_code == 403


async def test_an_operators_token_runs_out(laptop: Laptop, http: httpx.AsyncClient) -> None:
    headers = entra_token(laptop, "Read")
    await clock_of(laptop).advance(laptop.simulator.settings.access_token_life_s + 299)
    assert (await http.get("/api/calls", headers=headers)).status_code == 200
    await clock_of(laptop).advance(2)
    assert (await http.get("/api/calls", headers=headers)).status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_what_can_only_be_read_cannot_be_written(operator: httpx.AsyncClient, method: str) -> None:
    for route in ("/api/health", "/api/prompts/x", "/api/calls/call-0/events"):
        assert (await operator.request(method, route)).status_code in (404, 405)


async def test_a_prompt_is_served_to_who_knows_its_key(laptop: Laptop, http: httpx.AsyncClient) -> None:
    prompt = laptop.connections.catalogue.prompt("greeting", "en-US")
    got = await http.get(f"/api/prompts/{prompt.key}")
    assert (got.status_code, got.headers["content-type"]) == (200, "audio/wav")
    assert got.content == prompt.path.read_bytes()
    assert got.headers["etag"] == f'"{prompt.sha256}"'
    with wave.open(io.BytesIO(got.content)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
    head = await http.head(f"/api/prompts/{prompt.key}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]


@pytest.mark.parametrize("key", ["greeting", "x", "greeting.wav", "..%2f..%2fsettings.py", "%00", "a" * 5000])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_key_that_is_none_is_a_404(http: httpx.AsyncClient, method: str, key: str) -> None:
    assert (await http.request(method, f"/api/prompts/{key}")).status_code == 404


async def test_a_key_in_another_case_is_another_key(laptop: Laptop, http: httpx.AsyncClient) -> None:
    prompt = laptop.connections.catalogue.prompt("greeting", "en-US")
    assert (await http.get(f"/api/prompts/{prompt.key.swapcase()}")).status_code == 404


async def test_health_says_that_it_is_alive_and_asks_nobody(laptop: Laptop, http: httpx.AsyncClient) -> None:
    assert laptop.memory is not None
    before = {name: sum(table.counts.values()) for name, table in laptop.memory.tables.items()}
    answer = await http.get("/api/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "alive", "version": answer.json()["version"]}
    assert (await http.head("/api/health")).status_code == 200
    assert before == {name: sum(table.counts.values()) for name, table in laptop.memory.tables.items()}


async def test_a_status_shows_where_a_live_call_is_and_no_key(laptop: Laptop) -> None:
    call_id = ring(laptop, hears("main-menu", press="2"), hears("enter-account", press="12"))
    await clock_of(laptop).run_until(lambda: len(laptop.simulator.call(call_id).transcript.of("tone")) == 3)
    await clock_of(laptop).advance(0.5)
    status = laptop.host.engine.status(laptop.instance_of(call_id))
    assert status is not None
    shown = status["customStatus"]
    assert (shown["state"], shown["node"], shown["flow"]) == ("listening", "account-number", "small-business")
    assert shown["keys"] == 3
    assert len(json.dumps(shown)) < 1000
    laptop.simulator.hang_up(call_id)
    await finish(laptop, call_id)
