"""The phone as its page sees it, without a browser."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from simulator import Target
from simulator.phone.routes import CONTENT_SECURITY_POLICY

ANSWER_S = 20.0  # on the wall; only a news stream that never speaks takes it


async def page(bot: Any, path: str) -> tuple[int, str, Any]:
    async with aiohttp.ClientSession() as http, http.get(f"{bot.addresses.base_url}{path}") as answer:
        return answer.status, await answer.text(), answer.headers


@asynccontextmanager
async def news(bot: Any) -> AsyncGenerator[AsyncIterator[tuple[str, dict[str, Any]]]]:
    async def events(answer: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        while True:
            async with asyncio.timeout(ANSWER_S):
                lines = (await answer.content.readuntil(b"\n\n")).decode().splitlines()
            yield lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))

    async with aiohttp.ClientSession() as http, http.get(f"{bot.addresses.base_url}/phone/news") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        yield events(answer)


async def test_the_page_allows_nothing_inline_and_nothing_from_elsewhere(bot: Any) -> None:
    status, html, headers = await page(bot, "/phone")
    assert (status, headers["Content-Security-Policy"]) == (200, CONTENT_SECURITY_POLICY)
    assert "unsafe" not in CONTENT_SECURITY_POLICY and "http" not in CONTENT_SECURITY_POLICY
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", html)


async def test_all_that_the_page_names_is_served_under_its_own_type(bot: Any) -> None:
    seen, waiting = set[str](), ["/phone"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        status, text, headers = await page(bot, path)
        assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff"), path
        assert ("javascript" in headers["Content-Type"]) == path.endswith(".js")
        named = set(re.findall(r'"(/phone/[\w.-]+\.(?:js|css|svg))"', text))
        waiting.extend(named - seen - set(waiting))
    assert {"/phone/phone.js", "/phone/capture.js", "/phone/phone.css", "/phone/icon.svg"} <= seen


@pytest.mark.parametrize("name", ["nothing.js", "..%2Froutes.py", "routes.py", "%2e%2e/routes.py"])
async def test_nothing_else_is_served(bot: Any, name: str) -> None:
    assert (await page(bot, f"/phone/{name}"))[0] == 404


async def test_a_prompt_that_was_played_can_be_fetched_by_its_hash(bot: Any) -> None:
    call_id = await bot.up()
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
    await bot.until(lambda: bool(bot.simulator.call(call_id).transcript.of("prompt")))
    entry = bot.simulator.call(call_id).transcript.of("prompt")[0]
    status, wav = await bot.get(f"{bot.addresses.base_url}/phone/prompts/{entry['sha256']}")
    assert (status, wav) == (200, bot.prompts["hello"])
    assert (await bot.get(f"{bot.addresses.base_url}/phone/prompts/{'0' * 64}"))[0] == 404


async def test_the_news_begins_with_the_calls_there_are(bot: Any) -> None:
    call_id = await bot.up({"user": {"id": "11111111-2222-4333-8444-555555555555", "displayName": "Dana"}})
    async with news(bot) as events:
        event, data = await anext(events)
    assert event == "hello"
    assert [(call["id"], call["state"]) for call in data["calls"]] == [(call_id, "established")]
    assert data["calls"][0]["names"]["11111111-2222-4333-8444-555555555555"] == "Dana"


async def test_the_news_tells_each_entry_with_its_place_in_the_transcript(bot: Any) -> None:
    call_id = await bot.up()
    entries = bot.simulator.call(call_id).transcript.entries
    async with news(bot) as events:
        await anext(events)
        bot.simulator.press(call_id, "5")
        event, data = await anext(events)
    place = next(index for index, entry in enumerate(entries) if entry["what"] == "tone")
    assert (event, data["index"], data["entry"]["tone"]) == ("entry", place, "tone5")
    assert data["call"]["id"] == call_id


async def test_a_webhook_is_told_again_once_it_is_answered(bot: Any) -> None:
    call_id = await bot.up()
    async with news(bot) as events:
        await anext(events)
        bot.simulator.press(call_id, "5")
        async for _, data in events:
            if data["entry"]["what"] == "notification" and data["entry"]["attempts"] == [202]:
                break


async def test_a_prompt_is_told_with_its_words(bot: Any) -> None:
    call_id = await bot.up()
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
    await bot.until(lambda: bool(bot.operations(call_id)))
    sha256 = bot.simulator.call(call_id).transcript.of("prompt")[0]["sha256"]
    bot.simulator.captions = {sha256: "Hello, caller."}
    async with news(bot) as events:
        await anext(events)
        await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")])
        async for _, data in events:
            if data["entry"]["what"] == "prompt":
                assert data["entry"]["caption"] == "Hello, caller."
                break


async def test_a_reader_who_leaves_is_told_no_more(bot: Any) -> None:
    before = len(bot.simulator.watchers)
    async with news(bot) as events:
        await anext(events)
        assert len(bot.simulator.watchers) == before + 1
    async with asyncio.timeout(ANSWER_S):
        while len(bot.simulator.watchers) > before:
            await page(bot, "/simulator/calls")


async def test_a_transfer_rings_until_its_target_answers(bot: Any) -> None:
    bot.simulator.change_settings(anyone_else={"outcome": "waits"})
    call_id = await bot.up()
    target = "22222222-2222-4333-8444-555555555555"
    assert (await bot.act(call_id, "transfer", transferTarget={"identity": {"user": {"id": target}}}))[0] == 202
    assert (await bot.control("GET", f"/calls/{call_id}"))[1]["rings"] == [target]
    assert (await bot.control("POST", f"/calls/{call_id}/answer", {"who": target}))[0] == 202
    await bot.until(lambda: bot.simulator.call(call_id).over)
    assert "transferAccepted" in bot.states(call_id)


async def test_a_transfer_that_is_declined_gives_the_call_back(bot: Any) -> None:
    bot.simulator.change_settings(anyone_else={"outcome": "waits"})
    call_id = await bot.up()
    await bot.act(call_id, "transfer", transferTarget={"identity": {"user": {"id": "2" * 8}}})
    assert (await bot.control("POST", f"/calls/{call_id}/decline"))[0] == 202
    await bot.until(lambda: bot.states(call_id)[-1] == "established")


async def test_a_caller_who_is_put_through_may_hang_up(bot: Any) -> None:
    bot.simulator.change_settings(anyone_else={"outcome": "waits"})
    call_id = await bot.up()
    await bot.act(call_id, "transfer", transferTarget={"identity": {"user": {"id": "2" * 8}}})
    assert (await bot.control("POST", f"/calls/{call_id}/hangup"))[0] == 202
    assert bot.simulator.call(call_id).over


async def test_anyone_else_can_be_told_how_to_behave(bot: Any) -> None:
    settings = bot.simulator.change_settings(anyone_else={"outcome": "busy"}, targets={"bob": {"outcome": "declines"}})
    assert (settings.target("carol"), settings.target("bob").outcome) == (Target(outcome="busy"), "declines")


async def test_faults_can_be_called_off(bot: Any) -> None:
    await bot.control("POST", "/faults", {"match": {"operation": "*"}, "fail": {"status": 503}})
    assert (await bot.control("DELETE", "/faults"))[0] == 204
    assert (await bot.control("GET", "/faults"))[1] == {"faults": []}
