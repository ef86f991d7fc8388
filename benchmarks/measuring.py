"""How things are measured on a machine that is never quiet: side by side, in turns, by CPU time.

Absolute times differ by a third from one run to the next on a shared machine; the ratio of two candidates that are
measured in turns in one process does not. So a claim is a ratio of medians, and times are for orientation.
"""

from __future__ import annotations

import gc
import statistics
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

Samples = Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the report: a median, between which values half of the rounds lay, and what it is held against."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    #: At most this; None for what is only reported.
    target: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is kept; None without one."""
        return None if self.target is None else self.value <= self.target


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a benchmark found. `counts` are exact, whatever the machine; `notes` say what a reader must know."""

    title: str
    figures: Sequence[Figure] = ()
    counts: Mapping[str, object] | None = None
    notes: Sequence[str] = ()


async def in_turns(sides: Mapping[str, Callable[[], Awaitable[float]]], *, rounds: int) -> dict[str, list[float]]:
    """Run each side once per round and return what each of its runs gave.

    Every other round goes backwards, so that none is always first; one round before them warms up and does not count.
    Many short rounds are better than few long ones: what else the machine does then falls on all sides alike.
    """
    found: dict[str, list[float]] = {name: [] for name in sides}
    order = list(sides)
    gc.collect()
    gc.freeze()  # what lives already is looked through by nobody's collections
    try:
        for number in range(rounds + 1):
            for name in order:
                gc.collect()  # each pays for its own garbage only
                sample = await sides[name]()
                if number:
                    found[name].append(sample)
            order.reverse()
            if number * 10 // rounds > (number - 1) * 10 // rounds:
                progress(f"{number * 100 // rounds} %")
    finally:
        gc.unfreeze()
    progress("\n")
    return found


def amount(name: str, samples: Samples, unit: str, *, scale: float = 1.0) -> Figure:
    """A median of samples, each multiplied by `scale`."""
    scaled = [sample * scale for sample in samples]
    low, value, high = statistics.quantiles(scaled, n=4)
    return Figure(name=name, value=value, unit=unit, low=low, high=high)


def ratio(name: str, ours: Samples, theirs: Samples, *, target: float | None = None) -> Figure:
    """The ratio of two medians; low and high are of the ratios round by round."""
    low, _, high = statistics.quantiles([one / other for one, other in zip(ours, theirs, strict=True)], n=4)
    value = statistics.median(ours) / statistics.median(theirs)
    return Figure(name=name, value=value, unit="x", low=low, high=high, target=target)


def progress(text: str) -> None:
    """Say on standard error how far it is; standard output is the report's."""
    sys.stderr.write(text if text == "\n" else f" {text}")
    sys.stderr.flush()
