"""Make the pictures of phone and console: `python -m docs.screenshots.make`, with a Chromium on PATH.

A real call in real time: about a minute.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import warnings
from pathlib import Path

from playwright.async_api import Page, async_playwright

from cli.demo_call import DemoCall
from cli.laptop import DEVELOPMENT_KEY, BotOptions, Laptop, open_laptop
from cli.transcript import captions
from clock import RealClock
from docs.screenshots.past import fill

HERE = Path(__file__).resolve().parent
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
PRICED = {"PRICES": "USD,execution=0.00005,telephone_minute=0.01"}
FLAGS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]


async def main() -> None:
    """All of them."""
    os.environ["AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"] = "1"
    warnings.filterwarnings("ignore", message="Potential duplicate Task completion")
    chromium = next(path for name in BROWSERS if (path := shutil.which(name)))
    laptops = open_laptop(RealClock(), simulator_settings=DemoCall.settings(), options=BotOptions(settings=PRICED))
    async with laptops as laptop, async_playwright() as driver:
        laptop.simulator.captions = captions(laptop.connections.catalogue)
        browser = await driver.chromium.launch(executable_path=chromium, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1360, "height": 900}, locale="en-GB")
        demo = DemoCall(laptop)
        await phone(page, laptop)
        await meeting(page, laptop)
        await laptop.host.engine.wait_until_ended(laptop.instance_of(demo.id))
        await console(page, laptop, demo.id)
        await browser.close()


async def take(page: Page, name: str, *, whole: bool = False) -> None:
    """One picture in the light, one in the dark."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=HERE / f"{name}-{scheme}.png", full_page=whole)
    await page.emulate_media(color_scheme="light")


async def phone(page: Page, laptop: Laptop) -> None:
    """A caller in the menu."""
    await page.goto(f"{laptop.addresses.base_url}/phone")
    await page.locator("#connection[data-state=live]").wait_for()
    await page.evaluate("import('/phone/control.js').then(({ring}) => ring({caller: {phone: '+442079460123'}}))")
    await page.locator("#lines button").first.click()
    await page.get_by_text("For our opening hours").first.wait_for()
    await page.keyboard.press("1")
    await page.get_by_text("We are open Monday").first.wait_for()
    await take(page, "phone")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.screenshot(path=HERE / "phone-small.png")
    await page.set_viewport_size({"width": 1360, "height": 900})


async def meeting(page: Page, laptop: Laptop) -> None:
    """The bot in a meeting."""
    del laptop
    await page.get_by_role("button", name="Hang up").click()
    await page.get_by_role("button", name="Meet, and call the bot in").click()
    await page.locator("#participants li").nth(2).wait_for()
    await page.get_by_role("button", name="Somebody waits in the lobby").click()
    await page.locator("#participants").get_by_text("in the lobby").wait_for()
    await take(page, "phone-meeting", whole=True)


async def console(page: Page, laptop: Laptop, call_id: str) -> None:
    """Live calls, past ones, and one of them."""
    for number in range(3):
        laptop.simulator.ring({"phone": f"+4420794601{number:02}"})
    await page.goto(f"{laptop.host.base_url}/api/console")
    await page.get_by_label("Development key").fill(DEVELOPMENT_KEY)
    await page.get_by_role("button", name="Go in").click()
    await page.locator("tbody").nth(1).wait_for()
    await take(page, "console-live")
    await page.locator(f"a[href='#/call/{laptop.instance_of(call_id)}']").click()
    await page.get_by_role("button", name="Play").click()
    await page.wait_for_timeout(2000)
    await take(page, "console-call", whole=True)
    await page.get_by_role("link", name="Search").click()
    await page.locator("tbody tr").first.wait_for()
    await take(page, "console-search")
    await counting(page, laptop)


async def counting(page: Page, laptop: Laptop) -> None:
    """What calls of some weeks come to."""
    await fill(laptop.connections.records, laptop.connections.now())
    await page.get_by_role("link", name="Flow map").click()
    await page.locator(".map svg").wait_for()
    await take(page, "console-map")
    await page.get_by_role("link", name="Usage").click()
    await page.get_by_role("heading", name="By month").wait_for()
    await take(page, "console-usage", whole=True)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.screenshot(path=HERE / "console-usage-small.png")
    await page.set_viewport_size({"width": 1360, "height": 900})


if __name__ == "__main__":
    asyncio.run(main())
