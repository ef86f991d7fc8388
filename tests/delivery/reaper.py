"""Ends the bot of a laptop as SIGKILL would, and has it back after a pause at the same address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Never

import httpx

from cli.laptop import Laptop
from clock import VirtualClock


class Reaper:
    """Kills when told to. `fits` is called with each bot that lives, to watch what it does."""

    def __init__(self, laptop: Laptop, fits: Callable[[], None]) -> None:
        assert isinstance(laptop.clock, VirtualClock)
        self._laptop = laptop
        self._clock = laptop.clock
        self._fits = fits
        self._work: asyncio.Task[None] | None = None
        #: When the bot was last started, on the laptop's clock.
        self.alive_since = self._clock.now()
        fits()

    @property
    def at_work(self) -> bool:
        """Whether the bot is dead or dying."""
        return self._work is not None

    def kill(self, dead_s: float) -> None:
        """Let the bot die now, and be back `dead_s` later."""
        assert self._work is None
        self._laptop.connections.http.event_hooks = {"request": [_stand_still]}  # the dead ask for nothing more
        self._work = asyncio.get_running_loop().create_task(self._reap(dead_s))

    async def _reap(self, dead_s: float) -> None:
        with self._clock:
            await self._laptop.kill_bot()
            await self._clock.sleep(dead_s)
            await self._laptop.start_bot()
            self._fits()
            self.alive_since = self._clock.now()
            self._work = None


async def _stand_still(request: httpx.Request) -> None:
    await asyncio.Future[Never]()
