"""What tests of several rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localhost.azurite import Azurite


@pytest.fixture(scope="session")
def azurite() -> Iterator[str]:
    """Connection string of an Azurite that is empty at first and lasts as long as the tests."""
    server = Azurite()
    try:
        yield server.start()
    finally:
        server.stop()
