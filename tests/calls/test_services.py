"""Flows that ask another service, in whole calls: over the wire, with secrets, and with everything that goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from callers import Played, hears, laptop_with_flows, play

from cli.laptop import Laptop
from storage import StorageUnavailable

JSON = dict[str, Any]

FLOW = """
schema: 1
id: test
locale: en-US
start: pick-up
defaults: {onError: {next: sorry}}
nodes:
  pick-up: {kind: answer, next: account}
  account:
    {kind: collect, SENSITIVE prompts: enter-account, into: account, max: 6, next: look-up, on: {tooMany: sorry}}
  look-up:
    kind: http
    url: URL/accounts
    ACCEPTS
    secret: bank
    header: X-Key
    timeout: 2s
    hold: hold
    into: {known: known, again: echo, number: number, deep: list.1.name}
    next: which
    on: {refused: unknown}
  which:
    {kind: branch, cases: [{when: known and deep == 'b', next: tell}], default: unknown}
  tell: {kind: notify, url: URL/notices, body: {known: known, again: again, number: number, who: caller}, next: known}
  known: {kind: hangup, prompts: account-known}
  unknown: {kind: hangup, prompts: account-unknown}
  sorry: {kind: hangup, prompts: apology, outcome: failed}
"""
ROUTES = "schema: 1\nroutes: [{name: test, flow: test, customer: northwind}]\n"
DIGITS = "409173"


class Service:
    """A bank that knows one account, and whatever else a test wants of it."""

    def __init__(self) -> None:
        self.asked: list[JSON] = []
        self.answer: web.StreamResponse | None = None
        self.late_s = 0.0

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.method == "POST" else dict(request.query)
        self.asked.append({"method": request.method, "path": request.path, "body": body, **request.headers})
        await asyncio.sleep(self.late_s)
        if self.answer is not None:
            return self.answer
        number = str(body.get("id", ""))
        echo = {"echo": f"account {number}", "number": int(number or 0)}
        return web.json_response({"known": number == DIGITS, "list": [{}, {"name": "b"}], **echo})


@asynccontextmanager
async def answered(folder: Path, *, sensitive: bool = False, **settings: str) -> AsyncIterator[tuple[Laptop, Service]]:
    service, app = Service(), web.Application()
    app.router.add_route("*", "/{path:.*}", service.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    place = f"127.0.0.1:{runner.addresses[0][1]}"
    asks = "body: {id: account}\n    accepts: sensitive" if sensitive else "query: {id: account}"
    flow = FLOW.replace("ACCEPTS", asks).replace("SENSITIVE", "sensitive: true," if sensitive else "")
    flow = flow.replace("URL", f"http://{place}")
    told = {"HTTP_ALLOW": place, "HTTP_SECRET_BANK": "Bearer key-of-the-bank", **settings}
    try:
        async with laptop_with_flows(folder, routes=ROUTES, settings=told, test=flow) as laptop:
            yield laptop, service
    finally:
        await runner.cleanup()


async def enter(laptop: Laptop, digits: str = DIGITS) -> Played:
    return await play(laptop, hears("enter-account", press=digits))


async def test_an_account_is_looked_up_and_somebody_told(tmp_path: Path) -> None:
    async with answered(tmp_path) as (laptop, service):
        call = await enter(laptop)
    assert call.heard == ["enter-account", "hold", "account-known"]
    looked, told = service.asked
    assert (looked["method"], looked["path"], looked["body"]) == ("GET", "/accounts", {"id": DIGITS})
    assert looked["X-Key"] == "Bearer key-of-the-bank"
    assert (told["method"], told["path"]) == ("POST", "/notices")
    assert told["body"] == {"known": True, "again": f"account {DIGITS}", "number": int(DIGITS), "who": "user"}
    assert "X-Key" not in told
    assert DIGITS not in str(call.events)


async def test_a_secret_is_opened_on_its_way_to_the_service_and_an_echo_of_it_is_not_read(tmp_path: Path) -> None:
    async with answered(tmp_path, sensitive=True) as (laptop, service):
        call = await enter(laptop)
        assert laptop.memory is not None
        (history,) = [str(laptop.host.engine.history(call.instance_id))]
    assert call.heard[-1] == "account-known"
    looked, told = service.asked
    assert looked["body"] == {"id": DIGITS}
    assert told["body"] == {"known": True, "again": None, "number": None, "who": "user"}
    assert DIGITS not in history
    assert DIGITS not in str(call.events)


WRONG = {
    "refused": (web.Response, {"status": 404}, "refused", "account-unknown"),
    "broken": (web.Response, {"status": 500}, "failed", "apology"),
    "elsewhere": (
        web.Response,
        {"status": 302, "headers": {"Location": "https://elsewhere.example"}},
        "failed",
        "apology",
    ),
    "no JSON": (web.Response, {"text": "<html>"}, "failed", "apology"),
    "too long": (web.Response, {"text": '"' + "x" * 70_000 + '"'}, "failed", "apology"),
    "deep": (web.Response, {"text": "[" * 60_000}, "failed", "apology"),
    "other things": (web.Response, {"text": '{"known": {}, "list": 7}'}, "ok", "account-unknown"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_an_answer_of_no_use_is_an_outcome(tmp_path: Path, what: str) -> None:
    kind, facts, outcome, heard = WRONG[what]
    async with answered(tmp_path) as (laptop, service):
        service.answer = kind(**facts)
        call = await enter(laptop)
    assert ("look-up", outcome) in call.outcomes
    assert call.heard[-1] == heard
    assert len(service.asked) == 1


async def test_a_service_that_is_late_is_not_waited_for(tmp_path: Path) -> None:
    async with answered(tmp_path) as (laptop, service):
        service.late_s = 2.5
        call = await enter(laptop)
    assert ("look-up", "timeout") in call.outcomes


@pytest.mark.parametrize("allow", ["127.0.0.1", "", "localhost"])
async def test_a_host_that_is_not_allowed_is_not_asked(tmp_path: Path, allow: str) -> None:
    async with answered(tmp_path, HTTP_ALLOW=allow) as (laptop, service):
        call = await enter(laptop)
    assert ("look-up", "failed") in call.outcomes
    assert service.asked == []


async def test_what_was_posted_and_cannot_be_noted_was_posted_all_the_same(tmp_path: Path) -> None:
    async with answered(tmp_path) as (laptop, service):
        assert laptop.memory is not None
        away = iter(range(3))

        def refuse(asked: str, partition: str, key: str) -> None:
            posted = any(each["method"] == "POST" for each in service.asked)
            begins = asked == "insert" and len(service.asked) == 1 and next(away, None) is not None
            if key.startswith("step:") and (begins or (asked == "upsert" and posted)):
                raise StorageUnavailable("away")

        laptop.memory.tables["Inbox"].before = refuse
        call = await play(laptop, hears("enter-account", press=DIGITS + "#"))
    assert [each["method"] for each in service.asked].count("POST") == 1
    assert ("tell", "done") in call.outcomes, call.outcomes
