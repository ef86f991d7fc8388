"""A real browser before a real simulator and bot, in real time; everything here is skipped where there is none.

Chromium is looked for on PATH: Debian's `chromium-headless-shell` or `chromium`, or Google's `google-chrome`.
Playwright downloads no browser of its own.
"""

from __future__ import annotations

import math
import shutil
import sys
import wave
from array import array
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.demo_call import DemoCall
from cli.laptop import Laptop, open_laptop
from cli.transcript import captions
from clock import RealClock

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

sys.path.append(str(Path(__file__).parent))  # `tests` is no package

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
VOICE_HZ, VOICE_S = 440, 3.0
_FLAGS = (
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is on PATH (apt-get install chromium-headless-shell)")
    return found


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the fake microphone hears: a tone."""
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        turn = 2 * math.pi * VOICE_HZ / 48_000
        file.writeframes(array("h", (round(12_000 * math.sin(n * turn)) for n in range(int(48_000 * VOICE_S)))))
    return path


@pytest.fixture
async def browser(chromium: str, voice: Path) -> AsyncIterator[Browser]:
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        flags = [*_FLAGS, f"--use-file-for-fake-audio-capture={voice}"]
        browser = await driver.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        await browser.close()


@pytest.fixture
async def laptop(chromium: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Laptop]:
    """The bot and its simulator, in real time."""
    monkeypatch.setenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")
    async with open_laptop(RealClock(), simulator_settings=DemoCall.settings()) as laptop:
        laptop.simulator.captions = captions(laptop.connections.catalogue)
        yield laptop


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What browsers complained of, which should be nothing: errors of scripts, refusals of the content policy."""
    told: list[str] = []
    yield told
    assert told == []


@pytest.fixture
async def page(browser: Browser, laptop: Laptop, complaints: list[str]) -> AsyncIterator[Page]:
    """A window of its own, closed before the laptop is."""
    del laptop
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.set_default_timeout(30_000)
    yield page
    await page.close()
