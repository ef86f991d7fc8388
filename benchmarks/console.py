"""The console with 1,000 live and 10,000 past calls: how soon a list is there, and filtered; how soon the API answers.

On the wall, in headless Chromium, with bot, host and storage (the in-memory twin) in one process beside it: what Azure
Tables would add is not in these figures.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import httpx

from benchmarks.measuring import Figure, Result, amount, progress
from cli.laptop import DEVELOPMENT_KEY, Laptop, open_laptop
from clock import RealClock

if TYPE_CHECKING:
    from playwright.async_api import Page

LIVE, PAST = 1000, 10_000
ROUNDS = 7
DAY_S = 24 * 3600.0
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
#: Targets in ms: list first paint, filter, search API.
PAINT_MS, FILTER_MS, SEARCH_MS = 1000, 200, 500


async def run() -> Result:
    """Fill the records, then look at them as an operator does."""
    from playwright.async_api import async_playwright

    chromium = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if chromium is None:
        return Result(title="the console", notes=[f"not measured: none of {', '.join(BROWSERS)} is on PATH"])
    async with open_laptop(RealClock()) as laptop, async_playwright() as driver:
        await _fill(laptop)
        progress(f"{LIVE + PAST} calls;")
        browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1360, "height": 900})
        figures = [*await _seen(page, laptop), *await _asked(laptop)]
        await browser.close()
    progress("\n")
    return Result(
        title=f"the console with {LIVE} live and {PAST} past calls",
        figures=figures,
        notes=[
            "low and high are the quartiles; storage is the in-memory twin",
            f"wanted: a list within {PAINT_MS} ms, filtered within {FILTER_MS} ms, the API within {SEARCH_MS} ms",
        ],
    )


async def _fill(laptop: Laptop) -> None:
    records, now, chance = laptop.connections.records, laptop.connections.now(), random.Random(11)
    for number in range(LIVE + PAST):
        id, flow = f"call-{number:032x}", f"flow-{number % 7}"
        started = now - 60 - number * 0.1 if number < LIVE else now - chance.random() * 30 * DAY_S - 3600
        facts = {"customer": f"customer-{number % 20}", "flow": flow, "route": "main", "started": started}
        if number < LIVE:
            await records.open(id, facts)
        else:
            outcome = chance.choice(["completed", "hung_up", "transferred", "failed"])
            await records.close(id, {**facts, "outcome": outcome, "answered": started, "duration_s": 60.0})


async def _timed(rounds: int, act: Callable[[], Awaitable[object]]) -> list[float]:
    found: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        await act()
        found.append(1000 * (time.perf_counter() - began))
    return found


async def _seen(page: Page, laptop: Laptop) -> list[Figure]:
    address = f"{laptop.host.base_url}/api/console"
    await page.goto(address)
    await page.get_by_label("Development key").fill(DEVELOPMENT_KEY)
    await page.get_by_role("button", name="Go in").click()
    await page.locator("tbody tr").nth(100).wait_for()
    views = {"live": "live", "search": "search"}

    async def shown(view: str) -> None:
        await page.goto("about:blank")
        await page.goto(f"{address}#/{view}")
        await page.locator("tbody tr").first.wait_for()

    figures = [
        amount(f"{name}: list first painted, page load included", await _timed(ROUNDS, lambda v=view: shown(v)), "ms")
        for name, view in views.items()
    ]
    # Inside the page: from the key press to the frame in which the list has changed.
    typed = """async () => {
        const words = document.getElementById("words");
        words.value = words.value ? "" : "flow-3";
        const began = performance.now();
        words.dispatchEvent(new Event("input"));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return performance.now() - began;
    }"""
    figures.append(amount("search: filtered", [await page.evaluate(typed) for _ in range(2 * ROUNDS)], "ms"))
    return figures


async def _asked(laptop: Laptop) -> list[Figure]:
    async with httpx.AsyncClient(base_url=laptop.host.base_url, headers={"x-development-key": DEVELOPMENT_KEY}) as http:

        async def get(path: str) -> None:
            (await http.get(f"/api{path}")).raise_for_status()

        paths = {
            "API: 200 calls of one customer": "/calls?limit=200&customer=customer-3",
            "API: 200 ended calls": "/calls?limit=200&state=ended",
            "API: figures of 30 days": "/kpis",
        }
        return [amount(name, await _timed(ROUNDS, lambda p=path: get(p)), "ms") for name, path in paths.items()]
