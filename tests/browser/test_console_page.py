"""The console, in a browser: an operator goes in, watches a call, hears what was recorded, and ends a call."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed: python dev.py test installs it")

from audit import overflow_px, serious_findings
from playwright.async_api import Browser, Page, expect

from cli.laptop import DEVELOPMENT_KEY, Laptop

expect.set_options(timeout=30_000)

SCHEMES = ["light", "dark"]


async def go_in(page: Page, laptop: Laptop, key: str = DEVELOPMENT_KEY) -> None:
    await page.goto(f"{laptop.host.base_url}/api/console")
    await page.get_by_label("Development key").fill(key)
    await page.get_by_role("button", name="Go in").click()


@pytest.fixture
async def console(page: Page, laptop: Laptop) -> Page:
    await go_in(page, laptop)
    await expect(page.get_by_role("heading", name="0 calls in progress")).to_be_visible()
    return page


async def open_call(console: Page, laptop: Laptop, call_id: str) -> None:
    await console.locator(f"a[href='#/call/{laptop.instance_of(call_id)}']").click()
    await expect(console.get_by_role("heading", name="Timeline")).to_be_visible()


async def test_a_wrong_key_opens_nothing(page: Page, laptop: Laptop, complaints: list[str]) -> None:
    await go_in(page, laptop, "wrong")
    await expect(page.locator("#notice")).to_contain_text("not taken")
    await expect(page.get_by_label("Development key")).to_be_visible()
    complaints.clear()  # the browser notes the 401


async def test_a_message_left_at_the_phone_is_seen_and_heard_without_a_reload(
    console: Page, browser: Browser, laptop: Laptop
) -> None:
    phone = await browser.new_page()
    await phone.goto(f"{laptop.addresses.base_url}/phone")
    await phone.get_by_role("button", name="Call", exact=True).click()
    await expect(phone.locator("#state")).to_have_text("Connected")
    call_id = next(iter(laptop.simulator.calls))
    await expect(console.get_by_role("heading", name="1 call in progress")).to_be_visible()
    await open_call(console, laptop, call_id)
    await phone.keyboard.press("3")
    await phone.get_by_role("button", name="Microphone").click()
    await expect(phone.locator("#recording")).to_be_visible()
    await phone.wait_for_timeout(1500)  # speech takes time
    await phone.keyboard.press("#")
    await expect(console.locator("[data-recording='1']")).to_be_visible()
    await expect(console.locator("[data-lane=caller] >> nth=0")).to_be_visible()
    await console.get_by_role("button", name="Play").click()
    await expect(console.get_by_role("button", name="Stop")).to_be_visible()
    await expect(console.locator("[data-recording='1'] input")).not_to_have_value("0")  # it really goes on
    await phone.close()


async def test_a_call_is_hung_up_only_after_it_is_typed(console: Page, laptop: Laptop) -> None:
    call_id = laptop.simulator.ring()
    await open_call(console, laptop, call_id)
    await console.get_by_role("button", name="Hang up").click()
    yes = console.get_by_role("button", name="Go ahead")
    await expect(yes).to_be_disabled()
    await console.get_by_label("Type hang up to go ahead").fill("hang")
    await expect(yes).to_be_disabled()
    await console.get_by_role("button", name="Do nothing").click()
    assert not laptop.simulator.call(call_id).over
    await console.get_by_role("button", name="Hang up").click()
    await console.get_by_label("Type hang up to go ahead").fill("hang up")
    await yes.click()
    await expect(console.locator(".events [data-what=control]")).to_be_visible()
    await expect(console.locator(".chip").last).not_to_have_text("live")
    assert laptop.simulator.call(call_id).over


async def test_a_call_is_transferred_to_whom_the_operator_names(console: Page, laptop: Laptop) -> None:
    laptop.simulator.change_settings(anyone_else={"outcome": "waits"}, targets={})
    call_id = laptop.simulator.ring()
    await open_call(console, laptop, call_id)
    await expect(console.locator(".events")).to_contain_text("main-menu")
    await console.get_by_role("button", name="Transfer").click()
    await console.get_by_label("Id or number").fill("0c1f5b00-5555-4a2b-9c3d-0000000000b0")
    await console.get_by_label("Type transfer to go ahead").fill("transfer")
    await console.get_by_role("button", name="Go ahead").click()
    await expect(console.locator(".events [data-what=transfer]").first).to_be_visible()
    assert [one.who.id for one in laptop.simulator.call(call_id).ringing] == ["0c1f5b00-5555-4a2b-9c3d-0000000000b0"]


async def test_past_calls_are_found_by_words(console: Page, laptop: Laptop) -> None:
    records = laptop.connections.records
    for number, outcome in enumerate(("completed", "failed", "completed")):
        await records.open(f"call-{number:032x}", {"customer": "northwind", "flow": f"flow-{number}"})
        await records.close(f"call-{number:032x}", {"customer": "northwind", "outcome": outcome})
    await console.get_by_role("link", name="Search").click()
    await expect(console.get_by_role("heading", name="3 of 3 calls")).to_be_visible()
    await console.get_by_label("Words").fill("flow-1")
    await expect(console.get_by_role("heading", name="1 of 3 calls")).to_be_visible()
    await console.get_by_label("Words").fill("")
    await console.get_by_label("Outcome").select_option("completed")
    await expect(console.locator("tbody tr")).to_have_count(2)


HOSTILE = '"><img src=x onerror="document.title=1"><script>document.title=2</script>'


async def test_what_stands_in_a_record_is_shown_and_never_run(console: Page, laptop: Laptop) -> None:
    call_id = f"call-{1:032x}"
    await laptop.connections.records.open(call_id, {"customer": HOSTILE, "flow": HOSTILE})
    await laptop.connections.records.append(call_id, [{"seq": 1, "at": 1.0, "what": "node_entered", "node": HOSTILE}])
    await laptop.connections.records.close(call_id, {"customer": HOSTILE, "outcome": HOSTILE})
    await console.goto(f"{laptop.host.base_url}/api/console#/call/{call_id}")
    await expect(console.locator(".events")).to_contain_text(HOSTILE)
    await console.get_by_role("link", name="Search").click()
    await expect(console.locator("tbody")).to_contain_text(HOSTILE)
    await console.get_by_role("link", name="Usage").click()
    await expect(console.get_by_label("Usage").last).to_contain_text(HOSTILE)
    assert await console.title() == "Callwright console"


async def counted(laptop: Laptop) -> None:
    """Four calls that have ended: two that the flow took to its end, one that hung up, one transferred."""
    now = laptop.connections.now()
    for number, outcome in enumerate(("completed", "completed", "hung_up", "transferred")):
        nodes = ["pick-up", "greeting", *(["main-menu"] if number else [])]
        facts = {"route": "main", "flow": "small-business", "outcome": outcome, "nodes": nodes, "answered": now}
        await laptop.connections.records.close(
            f"call-{number:032x}", {"customer": "northwind", "started": now, **facts}
        )


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_every_view_passes_an_accessibility_audit(console: Page, laptop: Laptop, scheme: Any) -> None:
    await console.emulate_media(color_scheme=scheme)
    call_id = laptop.simulator.ring()
    await expect(console.locator("tbody tr")).to_have_count(1)
    findings = {"live": await serious_findings(console)}
    await open_call(console, laptop, call_id)
    await expect(console.locator("[data-lane=heard]").first).to_be_visible()
    findings["call"] = await serious_findings(console)
    await console.get_by_role("button", name="Hang up").click()
    findings["dialog"] = await serious_findings(console)
    await console.get_by_role("button", name="Do nothing").click()
    await console.get_by_role("link", name="Search").click()
    await expect(console.locator("tbody tr")).to_have_count(1)
    findings["search"] = await serious_findings(console)
    await counted(laptop)
    await console.get_by_role("link", name="Flow map").click()
    await expect(console.locator("[data-node=main-menu] .about").last).to_have_text("3, 1 left")
    await expect(console.locator(".map .edge.taken .count")).to_have_text(["4", "3"])
    findings["map"] = await serious_findings(console)
    await console.get_by_role("link", name="Usage").click()
    await expect(console.locator(".tiles .big").nth(1)).to_have_text("50.0 %")
    await expect(console.locator(".chart canvas")).to_have_count(2)
    findings["usage"] = await serious_findings(console)
    async with console.expect_download() as saved:
        await console.get_by_role("button", name="Save as CSV").press("Enter")
    table = await asyncio.to_thread(Path(await (await saved.value).path()).read_text, "utf-8-sig")
    assert "northwind,main,4,4," in table
    await console.get_by_role("button", name="Sign out").click()
    findings["sign-in"] = await serious_findings(console)
    assert [finding for found in findings.values() for finding in found] == []


async def test_the_console_fits_a_small_screen(console: Page, laptop: Laptop) -> None:
    await console.set_viewport_size({"width": 360, "height": 740})
    call_id = laptop.simulator.ring()
    await expect(console.locator("tbody tr")).to_have_count(1)
    assert await overflow_px(console) == 0
    await open_call(console, laptop, call_id)
    assert await overflow_px(console) == 0
    for view, ready in (("Flow map", ".map svg"), ("Usage", ".chart canvas >> nth=0")):
        await console.get_by_role("link", name=view).click()
        await expect(console.locator(ready)).to_be_visible()
        assert await overflow_px(console) == 0, view
