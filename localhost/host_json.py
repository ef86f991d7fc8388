"""The part of host.json that this host obeys."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class HostJson:
    """Route prefix, task hub and how much runs at once; the extension's defaults, with 10 of each at a time."""

    route_prefix: str = "api"
    hub: str = "TestHubName"
    orchestrators: int = 10
    activities: int = 10

    @classmethod
    def read(cls, file: Path) -> HostJson:
        """Read the file; one that is absent means the defaults.

        Raises:
            ValueError: it is not JSON, or a limit is not a positive number.
        """
        if not file.is_file():
            return cls()
        try:
            extensions = json.loads(file.read_text("utf-8")).get("extensions", {})
        except ValueError as error:
            raise ValueError(f"{file} is not JSON: {error}") from error
        durable, http = extensions.get("durableTask", {}), extensions.get("http", {})
        return cls(
            route_prefix=http.get("routePrefix", cls.route_prefix).strip("/"),
            hub=durable.get("hubName", cls.hub),
            orchestrators=_positive(file, durable, "maxConcurrentOrchestratorFunctions", cls.orchestrators),
            activities=_positive(file, durable, "maxConcurrentActivityFunctions", cls.activities),
        )


def _positive(file: Path, section: dict[str, object], name: str, default: int) -> int:
    value = section.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{file}: {name} must be a positive number, not {value!r}.")
    return value
