"""What tests of several rooms share, in which order they run, and how long each room took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from localhost.azurite import Azurite

#: What takes longest goes first, so that no core is left waiting for the last of it at the end.
LONGEST_FIRST = (
    "tests/privacy/test_canaries.py",
    "tests/nemesis/",
    "tests/delivery/test_kill_points.py",
    "tests/delivery/test_every_event.py",
    "tests/conformance/",
    "tests/delivery/test_sigkill.py",
    "tests/browser/",
    "tests/calls/",
    "tests/delivery/",
    "tests/security/",
)


def pytest_configure(config: pytest.Config) -> None:
    missing = [place for place in LONGEST_FIRST if not (Path(__file__).parents[1] / place).exists()]
    if missing:
        raise pytest.UsageError(f"tests/conftest.py puts first what is not there: {missing}")
    if not hasattr(config, "workerinput"):  # the process that hears of all tests
        config.pluginmanager.register(_RoomTimes())


class _RoomTimes:
    """Adds up what the tests of each room took, and tells where there was more than one."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds["/".join(report.nodeid.partition("::")[0].split("/")[:2])] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len(self._seconds) > 1:
            rooms = sorted(self._seconds.items(), key=lambda each: -each[1])
            terminalreporter.write_line("seconds: " + ", ".join(f"{room} {seconds:.0f}" for room, seconds in rooms))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort tests by how long their modules take; those of one module stay in their order."""

    def rank(item: pytest.Item) -> int:
        matches = (i for i, place in enumerate(LONGEST_FIRST) if item.nodeid.startswith(place))
        return next(matches, len(LONGEST_FIRST))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def azurite() -> Iterator[str]:
    """Connection string of an Azurite that is empty at first and lasts as long as the tests."""
    server = Azurite()
    try:
        yield server.start()
    finally:
        server.stop()
