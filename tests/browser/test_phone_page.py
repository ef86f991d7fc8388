"""The phone, in a browser: a caller rings, hears, presses, speaks, is put through, and hangs up."""

from __future__ import annotations

import io
import wave
from array import array
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed: python dev.py test installs it")

from audit import overflow_px, serious_findings
from playwright.async_api import Page, expect

from cli.laptop import Laptop

expect.set_options(timeout=30_000)  # prompts take their time, and so may a loaded machine

EAR = Path(__file__).parent / "ear.js"
STEP_S = 0.01


@pytest.fixture
async def phone(page: Page, laptop: Laptop) -> Page:
    await page.add_init_script(path=EAR)
    await page.goto(f"{laptop.addresses.base_url}/phone")
    await expect(page.locator("#connection")).to_have_text("live")
    return page


async def ring(phone: Page, laptop: Laptop) -> Any:
    """A call that is up: as the simulator knows it."""
    await phone.get_by_role("button", name="Call", exact=True).click()
    await expect(phone.locator("#state")).to_have_text("Connected")
    return next(iter(laptop.simulator.calls.values()))


def loudness(samples: list[float], rate_hz: float) -> list[float]:
    """The root mean square of 50 ms around each 10 ms."""
    width = round(rate_hz * STEP_S)
    energy = [sum(value * value for value in samples[at : at + width]) for at in range(0, len(samples) - width, width)]
    return [(sum(energy[at : at + 5]) / width / 5) ** 0.5 for at in range(len(energy) - 5)]


def likeness(one: list[float], other: list[float]) -> float:
    """Pearson's correlation."""
    count = min(len(one), len(other))
    one, other = one[:count], other[:count]
    a, b = sum(one) / count, sum(other) / count
    both = sum((x - a) * (y - b) for x, y in zip(one, other, strict=True))
    return both / (sum((x - a) ** 2 for x in one) * sum((y - b) ** 2 for y in other)) ** 0.5


async def saved(phone: Page, laptop: Laptop, call_id: str) -> bytes:
    """The first recording of a call, once the bot has stored it."""
    for _ in range(100):
        record = await laptop.connections.records.get(laptop.instance_of(call_id)) or {}
        stored = [one for one in record.get("recordings", []) if one.get("status") == "saved"]
        if stored:
            return await laptop.connections.recordings.read(stored[0]["blob"])
        await phone.wait_for_timeout(100)
    raise AssertionError("the bot saved no recording")


async def test_the_caller_hears_the_samples_of_the_prompt_when_the_simulator_plays_them(
    phone: Page, laptop: Laptop
) -> None:
    call = await ring(phone, laptop)
    await expect(phone.locator("#caption")).to_have_text("“Thank you for calling Northwind Garden Supplies.”")
    await expect(phone.locator("#caption")).to_contain_text("For our opening hours")  # the greeting is over
    heard = await phone.evaluate("window.heard")
    greeting = call.transcript.of("prompt")[0]
    wav = laptop.simulator.sound(greeting["sha256"])
    assert wav is not None
    with wave.open(io.BytesIO(wav)) as file:
        played = loudness([value / 32768 for value in array("h", file.readframes(file.getnframes()))], 16_000)
    samples = [sample for piece in heard for sample in piece["samples"]]
    rate_hz = heard[0]["rate"]
    begun_at = heard[0]["at"] - len(heard[0]["samples"]) / rate_hz
    listened = loudness(samples, rate_hz)
    matches = [likeness(played, listened[at : at + len(played)]) for at in range(len(listened) - len(played))]
    best = max(range(len(matches)), key=matches.__getitem__)
    assert matches[best] > 0.9
    assert abs(begun_at + best * STEP_S - greeting["at"]) < 0.75  # a loaded machine; idle, it is a tenth of that


async def test_a_key_cuts_the_prompt_short_and_the_next_one_is_heard(phone: Page, laptop: Laptop) -> None:
    call = await ring(phone, laptop)
    await expect(phone.locator("#caption")).to_contain_text("For our opening hours")
    await phone.locator("[data-key='1']").click()
    await expect(phone.locator("#caption")).to_contain_text("We are open Monday to Friday")
    assert [entry["cut_short_by"] for entry in call.transcript.of("prompt")[1:2]] == ["cancelled"]
    assert [(entry["tone"], entry["heard_by"]) for entry in call.transcript.of("tone")] == [("tone1", "bot")]
    await expect(phone.locator("#pressed")).to_have_text("1")


async def test_keys_are_pressed_on_the_keyboard_but_not_while_one_types(phone: Page, laptop: Laptop) -> None:
    await phone.locator("#caller-id").press("5")
    call = await ring(phone, laptop)
    await phone.keyboard.press("2")
    await expect(phone.locator("#pressed")).to_have_text("2")
    assert [entry["tone"] for entry in call.transcript.of("tone")] == ["tone2"]


async def test_a_message_spoken_into_the_microphone_is_recorded(phone: Page, laptop: Laptop) -> None:
    call = await ring(phone, laptop)
    await phone.keyboard.press("3")
    await phone.get_by_role("button", name="Microphone").click()
    await expect(phone.locator("#recording")).to_be_visible()
    await expect(phone.locator("#level")).to_be_visible()
    await phone.wait_for_timeout(1500)  # speech takes time
    await phone.keyboard.press("#")
    await expect(phone.locator("#recording")).to_be_hidden()
    with wave.open(io.BytesIO(await saved(phone, laptop, call.id))) as file:
        samples = [value / 32768 for value in array("h", file.readframes(file.getnframes()))]
    loud = [level for level in loudness(samples, 16_000) if level > 0.02]
    assert len(loud) * STEP_S > 0.8  # of 1.5 s: the fake device begins when it is opened, and repeats
    assert call.transcript.of("speech")


async def test_a_sound_file_of_another_form_is_what_the_caller_says(phone: Page, laptop: Laptop, voice: Path) -> None:
    call = await ring(phone, laptop)
    await phone.locator("#file").set_input_files(voice)  # 48 kHz
    await expect(phone.locator(".entry[data-what=speech]")).to_contain_text("3.0 s")
    assert call.transcript.of("speech")[0]["duration_ms"] == pytest.approx(3000, abs=2)


async def test_another_telephone_rings_and_is_answered_by_hand(phone: Page, laptop: Laptop) -> None:
    await phone.get_by_label("I answer them myself").check()
    await ring(phone, laptop)
    await phone.keyboard.press("0")
    await expect(phone.locator("[data-rings]")).to_be_visible()
    await expect(phone.locator("#state")).to_have_text("Being put through")
    await phone.locator("[data-rings]").get_by_role("button", name="Answer").click()
    await expect(phone.locator("#state")).to_have_text("Ended (0/7015)")


async def test_a_caller_who_hangs_up_is_told_how_the_call_ended(phone: Page, laptop: Laptop) -> None:
    call = await ring(phone, laptop)
    await phone.get_by_role("button", name="Hang up").click()
    await expect(phone.locator("#state")).to_contain_text("Ended (200/")
    await expect(phone.get_by_role("button", name="Call", exact=True)).to_be_visible()
    assert call.over


async def test_a_planned_fault_happens_and_is_seen(phone: Page, laptop: Laptop) -> None:
    await phone.locator("#fault-kind").select_option(label="A webhook comes twice")
    await phone.get_by_role("button", name="Plan it").click()
    await expect(phone.locator("#pending")).to_contain_text("A webhook comes twice")
    await ring(phone, laptop)
    await expect(phone.locator(".entry.bad").first).to_contain_text("fault: duplicate")
    await expect(phone.locator("#pending")).to_be_empty()


async def test_names_of_callers_are_shown_and_never_run(phone: Page, laptop: Laptop) -> None:
    name = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    laptop.simulator.ring({"user": {"id": "</script><b>", "displayName": name}})
    await expect(phone.locator("#who")).to_contain_text(name)
    assert "Phone" in await phone.title()


async def test_without_a_microphone_the_page_says_what_else_there_is(page: Page, laptop: Laptop) -> None:
    refusal = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') }"
    await page.add_init_script(refusal)
    await page.goto(f"{laptop.addresses.base_url}/phone")
    await ring(page, laptop)
    await page.get_by_role("button", name="Microphone").click()
    await expect(page.locator("#notice")).to_contain_text("Use a sound file, or hum.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_phone_passes_an_accessibility_audit(phone: Page, laptop: Laptop, scheme: Any) -> None:
    await phone.emulate_media(color_scheme=scheme)
    assert await serious_findings(phone) == []
    await ring(phone, laptop)
    await expect(phone.locator("#caption")).not_to_be_empty()
    assert await serious_findings(phone) == []


async def test_the_phone_fits_a_small_screen(phone: Page, laptop: Laptop) -> None:
    await phone.set_viewport_size({"width": 360, "height": 740})
    await ring(phone, laptop)
    assert await overflow_px(phone) == 0
