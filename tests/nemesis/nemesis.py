"""What goes wrong around a bot: Graph, the token service, storage, clocks and what is sent between them; all seeded."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from fault_proxy import FaultProxy

from cli.laptop import Laptop
from clock import VirtualClock
from localhost.memory_storage import MemoryStorage
from simulator.faults import Fault
from storage import StorageUnavailable

#: What is asked of Graph, and goes wrong. The token service is away for a while besides; after a 5xx or 429 of its own
#: MSAL asks no more for 5 s of the clock on the wall.
REQUESTS = (
    *("answer", "reject", "createCall", "subscribeToTone", "playPrompt", "recordResponse", "cancelMediaProcessing"),
    *("transfer", "hangUp", "getCall", "keepAlive"),
)
#: How likely each request fails in each of these ways.
REFUSALS: tuple[tuple[str, Any, float], ...] = (
    ("429, seconds", {"status": 429, "retry_after": 1}, 0.02),
    ("429, a fraction", {"status": 429, "retry_after": 0.628}, 0.02),
    ("429, a date", {"status": 429, "retry_after": 2, "as_date": True}, 0.02),
    ("503 with Retry-After", {"status": 503, "retry_after": 1.5}, 0.02),
    ("500", {"status": 500}, 0.012),
    ("502", {"status": 502}, 0.012),
    ("504", {"status": 504}, 0.012),
    ("reset", "reset", 0.02),
    ("reset after acting", "reset_after_acting", 0.02),
)
#: Each of these waits on the wall clock for a time-out: few, and at most so many in a round.
TIME_OUTS: tuple[tuple[str, Any, int], ...] = (("time-out after acting", "time_out_after_acting", 1),)
#: How likely each notification suffers.
SENDINGS: tuple[tuple[str, dict[str, str], Any, float], ...] = (
    ("duplicate", {"notification": "*"}, "duplicate", 0.06),
    ("reorder", {"notification": "tone"}, "reorder", 0.04),
    ("late", {"notification": "*"}, {"delay": 2.0}, 0.02),
    ("termination lost", {"notification": "ended"}, "drop", 0.2),
)
OFTEN = 10**6
OUTAGE_S = 30.0
#: How long tokens live here, and how long there are none.
TOKEN_LIFE_S, TOKENS_AWAY_S = 120.0, 45.0
#: How likely storage acts, and its answer is lost.
ANSWERS_LOST = 0.004
CLOCK_ERRORS_S = (0.0, 300.0, -300.0)


class Nemesis:
    """Plans the faults of one round on a laptop; `hits` counts those that came about."""

    def __init__(self, laptop: Laptop, dice: random.Random, hits: Counter[str]) -> None:
        assert isinstance(laptop.clock, VirtualClock)
        self._laptop = laptop
        self._clock = laptop.clock
        self._dice = dice
        self._faults: list[tuple[str, Fault, int]] = []
        for name, fail, likely in REFUSALS:
            for request in REQUESTS:
                self._plan(name, {"operation": request}, fail, likely)
        for name, match, fail, likely in SENDINGS:
            self._plan(name, match, fail, likely)
        for name, fail, most in TIME_OUTS:
            self._plan(name, {"operation": "playPrompt"}, fail, 0.05, most)
        self.hits = hits

    def _plan(self, name: str, match: dict[str, str], fail: Any, likely: float, times: int = OFTEN) -> None:
        spec = {"match": match, "fail": fail, "times": times, "probability": likely}
        self._faults.append((name, self._laptop.simulator.faults.add(spec), times))

    def plan(self, over_s: float, storage: Callable[[bool], None], clock: Callable[[float], None]) -> None:
        """Let storage and the token service be away once, and the bot's clock jump, some time in these seconds."""
        away = self._dice.uniform(5.0, over_s - OUTAGE_S)
        self._at(away, "storage stopped", lambda: storage(True))
        self._at(away + OUTAGE_S, "storage back", lambda: storage(False))
        tokens = self._dice.uniform(0.0, over_s - TOKENS_AWAY_S)
        self._at(tokens, "token endpoint down", self._no_tokens)
        for _ in range(3):
            error_s = self._dice.choice(CLOCK_ERRORS_S)
            self._at(self._dice.uniform(0.0, over_s), f"clock {error_s:+g} s", lambda error_s=error_s: clock(error_s))

    def _no_tokens(self) -> None:
        """For so long that tokens run out."""
        fault = self._laptop.simulator.faults.add({"match": {"operation": "token"}, "fail": "reset", "times": OFTEN})
        self._clock.at(self._clock.now() + TOKENS_AWAY_S, lambda: setattr(fault, "left", 0))

    def _at(self, after_s: float, name: str, does: Callable[[], None]) -> None:
        def happen() -> None:
            self.hits[name] += 1
            does()

        self._clock.at(self._clock.now() + after_s, happen)

    def leave(self) -> None:
        """Add up what came about, and let nothing more go wrong with Graph."""
        self._laptop.simulator.faults.clear()
        for name, fault, times in self._faults:
            self.hits[name] += times - fault.left


class TwinTrouble:
    """Storage of the twin that is away for a while, and that now and then does a thing and does not say so."""

    def __init__(self, memory: MemoryStorage, dice: random.Random, hits: Counter[str]) -> None:
        self._dice = dice
        self._hits = hits
        self._likely = ANSWERS_LOST
        self._down = False
        for store in (*memory.tables.values(), *memory.containers.values()):
            store.before, store.after = self._before, self._after

    def stop(self, down: bool) -> None:
        """Let it be away, or back."""
        self._down = down

    def cease(self) -> None:
        """Let it be as good as it is."""
        self._down, self._likely = False, 0.0

    def _before(self, operation: str, partition: str, row: str) -> None:
        if self._down:
            self._fail("storage away")

    def _after(self, operation: str, partition: str, row: str) -> None:
        if self._dice.random() < self._likely:
            self._fail("answer of storage lost")

    def _fail(self, what: str) -> None:
        self._hits[what] += 1
        raise StorageUnavailable(what)


class ProxyTrouble:
    """The same for storage that is reached through proxies."""

    def __init__(self, proxies: Sequence[FaultProxy]) -> None:
        self._proxies = proxies
        self._each(down=False, cut=ANSWERS_LOST)

    def stop(self, down: bool) -> None:
        """Let it be away, or back."""
        self._each(down=down, cut=ANSWERS_LOST)

    def cease(self) -> None:
        """Let it be as good as it is."""
        self._each(down=False, cut=0.0)

    def _each(self, *, down: bool, cut: float) -> None:
        for proxy in self._proxies:
            proxy.down, proxy.cut = down, cut
