"""`callwright doctor`: all green on a healthy laptop and in a healthy deployment; one red line for each fault."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from healthy_cloud import APP_SETTINGS, HOST, OUTPUTS, Cloud

from cli.doctor_checks import CHECKS, Finding, examine
from cli.doctor_facts import Channel, NotHere, Unknown
from cli.laptop import Laptop, open_laptop
from cli.running import CommandFailed
from cli.settings_facts import SettingsFacts
from clock import RealClock
from localhost.memory_storage import MemoryStorage
from storage import StorageUnavailable

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing answers there
#: Nothing on a laptop tells these.
ABSENT = {"clock", "tls", "scheduler", "media-certificate", "media-library"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def laptop() -> AsyncIterator[Laptop]:
    async with open_laptop(RealClock()) as opened:
        yield opened


class LaptopFacts(SettingsFacts):
    """Of the running laptop, some settings changed."""

    def __init__(self, laptop: Laptop, http: httpx.AsyncClient, **changed: str) -> None:
        values = {**laptop.environment(laptop.host.base_url), **changed}
        broken = not values["AzureWebJobsStorage"].startswith("UseDevelopmentStorage")
        super().__init__(
            {name: value for name, value in values.items() if value},
            http=http,
            storage=None if broken else laptop.memory,
            channel=self._where_calls_go,
        )
        self._laptop = laptop

    async def _where_calls_go(self) -> Channel:
        return Channel(calling=True, webhook=self._laptop.simulator.settings.bot_callback_url)


async def on_laptop(laptop: Laptop, **changed: str) -> list[Finding]:
    async with httpx.AsyncClient() as http:
        return await examine(LaptopFacts(laptop, http, **changed))


def of_status(findings: list[Finding], status: str) -> set[str]:
    return {finding.check for finding in findings if finding.status == status}


@pytest.mark.asyncio(loop_scope="module")
async def test_a_healthy_laptop_is_all_green(laptop: Laptop) -> None:
    findings = await on_laptop(laptop)
    assert [finding for finding in findings if finding.status == "wrong"] == []
    assert of_status(findings, "skipped") == ABSENT


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("BOT_APP_ID", "0c1f5b00-0000-4a2b-9c3d-000000000bad", "token"),
        ("BOT_TENANT_ID", "0c1f5b00-0000-4a2b-9c3d-000000000bad", "token"),
        ("BOT_CLIENT_SECRET", "wrong", "token"),
        ("BOT_CLIENT_SECRET", "", "settings"),
        ("GRAPH_BASE_URL", f"{NOBODY}/v1.0", "graph"),
        ("GRAPH_BASE_URL", "http://graph.example", "settings"),
        ("LOGIN_AUTHORITY", NOBODY, "token"),
        ("CALLING_OPENID_METADATA", f"{NOBODY}/keys", "keys"),
        ("CALLING_TOKEN_ISSUERS", "https://login.example", "issuers"),
        ("CALLING_TENANTS", "0c1f5b00-0000-4a2b-9c3d-000000000bad", "tenants"),
        ("PUBLIC_BASE_URL", NOBODY, "health"),
        ("PUBLIC_BASE_URL", "ftp://x", "settings"),
        ("CALLBACK_KEYS", "short", "settings"),
        ("AzureWebJobsStorage", "nonsense", "storage"),
        ("AzureWebJobsStorage", "", "settings"),
        ("FLOWS", "flows/nowhere", "flows"),
        ("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "0", "settings"),
        ("DIAL_ALLOW", "44", "settings"),
        ("TONE_REORDER_MS", "soon", "settings"),
    ],
)
async def test_a_broken_setting_gives_one_red_line(laptop: Laptop, name: str, value: str, check: str) -> None:
    findings = await on_laptop(laptop, **{name: value})
    (red,) = [finding for finding in findings if finding.status == "wrong"]
    assert red.check == check
    assert red.says
    assert red.mend


@pytest.mark.asyncio(loop_scope="module")
async def test_a_missing_consent_is_named(laptop: Laptop) -> None:
    settings = laptop.simulator.settings
    laptop.simulator.change_settings(permissions=tuple(set(settings.permissions) - {"Calls.AccessMedia.All"}))
    try:
        (red,) = [each for each in await on_laptop(laptop) if each.status == "wrong"]
    finally:
        laptop.simulator.change_settings(permissions=settings.permissions)
    assert (red.check, red.mend) == ("consent", "python -m cli consent")
    assert "Calls.AccessMedia.All" in red.says


@pytest.mark.asyncio(loop_scope="module")
async def test_a_channel_that_leads_elsewhere_is_seen(laptop: Laptop) -> None:
    there = laptop.simulator.settings.bot_callback_url
    laptop.simulator.change_settings(bot_callback_url="http://127.0.0.1:7071/api/other")
    try:
        assert of_status(await on_laptop(laptop), "wrong") == {"channel"}
    finally:
        laptop.simulator.change_settings(bot_callback_url=there)


@pytest.mark.asyncio(loop_scope="module")
async def test_storage_that_is_away_is_seen(laptop: Laptop) -> None:
    async with httpx.AsyncClient() as http:
        facts = LaptopFacts(laptop, http)
        facts._storage = away = MemoryStorage()
        away.table("Inbox").before = _away
        assert of_status(await examine(facts), "wrong") == {"storage"}


async def _away(*_: str) -> None:
    raise StorageUnavailable("the table service refuses this app (403)")


def test_every_check_comes_after_those_it_needs() -> None:
    before: set[str] = set()
    for check in CHECKS:
        assert set(check.after) <= before
        before.add(check.name)


# --- a deployment in Azure, as az would tell of it


async def test_a_healthy_deployment_is_all_green() -> None:
    findings = await Cloud().examined()
    assert [finding for finding in findings if finding.status == "wrong"] == []
    assert of_status(findings, "skipped") == {"media-library"}


@pytest.mark.parametrize(
    ("what", "value", "check"),
    [
        ("credentials", [], "token"),
        ("granted", [], "consent"),
        ("channel", {"enableCalling": False, "isEnabled": True, "callingWebhook": f"{HOST}/api/callbacks"}, "channel"),
        ("channel", {"enableCalling": True, "isEnabled": True, "callingWebhook": "https://old/api"}, "channel"),
        ("scheduler", "Failed", "scheduler"),
        ("roles", ["Storage Blob Data Owner"], "storage"),
        ("certificate", "2020-01-01T00:00:00+00:00", "media-certificate"),
        ("days", 3.0, "tls"),
        ("skew_s", 900.0, "clock"),
        ("keys", False, "keys"),
        ("statuses", {"/api/health": 503, "/communications/calls": 401}, "health"),
        ("statuses", {"/api/callbacks": 404, "/communications/calls": 401}, "webhook"),
        ("settings", {**APP_SETTINGS, "BOT_TENANT_ID": ""}, "settings"),
        ("settings", {**APP_SETTINGS, "LOGIN_AUTHORITY": "https://login.microsoftonline.us"}, "cloud"),
    ],
)
async def test_a_fault_of_a_deployment_gives_one_red_line(what: str, value: object, check: str) -> None:
    cloud = Cloud()
    setattr(cloud, what, value)
    assert of_status(await cloud.examined(), "wrong") == {check}


async def test_az_that_fails_is_a_finding_with_what_it_said() -> None:
    cloud = Cloud()
    well = cloud.ask

    def ask(words: tuple[str, ...]) -> str:
        if "role" in words:
            raise CommandFailed(words, "ERROR: AuthorizationFailed")
        return well(words)

    cloud.ask = ask
    (red,) = [each for each in await cloud.examined() if each.status == "wrong"]
    assert red.check == "storage"
    assert "AuthorizationFailed" in red.says


async def test_media_workers_and_scheduler_are_not_missed_where_there_are_none(monkeypatch) -> None:
    monkeypatch.setitem(OUTPUTS, "scaleSetName", "")
    monkeypatch.setitem(OUTPUTS, "schedulerName", "")
    assert of_status(await Cloud().examined(), "skipped") == {"media-library", "media-certificate", "scheduler"}


async def test_an_old_media_library_is_seen() -> None:
    class Old(SettingsFacts):
        async def media_library_days(self) -> float:
            return 120.0

    async with httpx.AsyncClient() as http:
        facts = Old({}, http=http)
        library = [check for check in CHECKS if check.name == "media-library"]
        (finding,) = await examine(facts, library)
    assert finding.status == "wrong"
    assert "120 days old" in finding.says


def test_the_command_prints_findings_for_machines(machine, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")
    for name in ("BOT_APP_ID", "BOT_TENANT_ID", "CALLBACK_KEYS"):
        monkeypatch.delenv(name, raising=False)
    assert machine.run("doctor", "--local", "--format", "json") == 1
    told = {each["check"]: each for each in json.loads(capsys.readouterr().out)}
    assert told["settings"]["status"] == "wrong"
    assert told["token"] == {
        "check": "token",
        "title": "Token for Graph",
        "status": "skipped",
        "says": "mend settings first",
        "mend": "",
    }


def test_without_a_deployment_it_says_so(machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.fail(0)
    assert machine.run("doctor") == 2
    assert "the cloud says no" in capsys.readouterr().err


def test_facts_that_are_absent_and_facts_that_are_unknown_differ() -> None:
    assert not issubclass(NotHere, Unknown)
