"""A caller who goes through everything that `flows/spelling.yaml` offers, and waits for the bot as long as it takes."""

from __future__ import annotations

import functools
import math
import random
from array import array
from collections.abc import Callable
from typing import Any

from spelling import Burst, random_bursts

from simulator import Simulator
from simulator.audio import RATE_HZ, wav_of

#: Whom the flow transfers to, in vain.
BUSY = "0c1f5b00-5555-4a2b-9c3d-00000000b0b0"


class Caller:
    """Presses the next burst whenever the menu begins, and leaves a message when asked for one."""

    def __init__(self, simulator: Simulator, menu: str, dice: random.Random, *, more: int) -> None:
        """`menu` is the key of the menu's prompt; `more` bursts of keys make the call a long one."""
        self._simulator = simulator
        self._menu = menu
        bursts = [Burst(keys=keys, after_s=dice.uniform(0.0, 2.0), interval_ms=150) for keys in ("7", "8", "*1231#")]
        bursts += random_bursts(dice, more + 1)[:-1]
        dice.shuffle(bursts)
        self._bursts = [*bursts, Burst(keys="#", after_s=1.0, interval_ms=150)]
        self.typed = "".join(burst.keys for burst in self._bursts)
        self.call_id = ""

    def ring(self) -> None:
        """Call the bot."""
        self.call_id = self._simulator.ring()
        self._simulator.call(self.call_id).transcript.watchers.append(self._see)

    def _see(self, call_id: str, entry: dict[str, Any]) -> None:
        if entry["what"] == "prompt" and entry["ended_at"] is None and entry["resource_id"] == self._menu:
            if self._bursts:
                burst = self._bursts.pop(0)
                self._later(burst.after_s, lambda: self._simulator.press(call_id, burst.keys, burst.interval_ms))
        elif entry["what"] == "recording" and entry["state"] == "listening":
            self._simulator.say(call_id, _speech())
            self._later(1.5, lambda: self._simulator.press(call_id, "#"))

    def _later(self, seconds: float, does: Callable[[], None]) -> None:
        clock = self._simulator.clock
        clock.at(clock.now() + seconds, does)


@functools.cache
def _speech() -> bytes:
    """A second of sound."""
    return wav_of(array("h", (round(12_000 * math.sin(step / 6)) for step in range(RATE_HZ))).tobytes())
