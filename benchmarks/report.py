"""The report of a run: JSON for machines, a table for people."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, Result


def as_json(results: Mapping[str, Result], loads: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Everything that was found, with the machine it was found on. `loads`: load average before and after each."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": sys.version.split()[0],
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "benchmarks": {
            name: {
                **asdict(result),
                "figures": [{**asdict(figure), "met": figure.met} for figure in result.figures],
                "load_average": {"before": loads[name][0], "after": loads[name][1]},
            }
            for name, result in results.items()
        },
    }


def write(report: Mapping[str, Any], path: Path) -> None:
    """Write the report to a file, whose folder is made where it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def lines(name: str, result: Result, load: tuple[float, float]) -> Iterator[str]:
    """One benchmark as text."""
    yield f"{name}: {result.title}  [load {load[0]:.1f} to {load[1]:.1f}]"
    for figure in result.figures:
        yield f"  {figure.name:<58}{_shown(figure):>12}  {_range(figure):<20}{_verdict(figure)}".rstrip()
    for what, value in (result.counts or {}).items():
        yield f"  {what:<58}{_count(value)}"
    for note in result.notes:
        yield f"  ({note})"


def _shown(figure: Figure) -> str:
    return f"{figure.value:.2f}x" if figure.unit == "x" else f"{figure.value:,.1f} {figure.unit}"


def _range(figure: Figure) -> str:
    return f"{figure.low:,.2f} .. {figure.high:,.2f}"


def _verdict(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"target {figure.target:g}x: {'met' if figure.met else 'MISSED'}"


def _count(value: object) -> str:
    if isinstance(value, Mapping):
        total = f"{sum(value.values()):>12}  "
        return total + ", ".join(f"{name} {many}" for name, many in value.items())
    return f"{value!s:>12}"
