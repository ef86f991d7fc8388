"""What tests of several rooms share."""

from __future__ import annotations

from collections.abc import Iterator

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
