"""Live clients, made from settings once per process.

Triggers and activities ask `current()`; a test hands in its own with `use(...)`.
"""

from __future__ import annotations

from connections.connections import Connections
from connections.telemetry import write_json
from settings import Settings

__all__ = ["Connections", "configure", "current", "use"]

_settings: Settings | None = None
_current: Connections | None = None


def configure(settings: Settings) -> None:
    """Fix the settings from which `current()` makes its clients. Makes none yet: a cold start pays for what it uses."""
    global _settings  # noqa: PLW0603 - one per process is what this room is for
    _settings = settings
    if not settings.on_loopback:
        write_json()


def current() -> Connections:
    """This process's connections, made on first use."""
    global _current  # noqa: PLW0603
    if _current is None:
        if _settings is None:
            raise RuntimeError("connections.configure(settings) has not been called; function_app.py does so")
        _current = Connections.from_settings(_settings)
    return _current


def use(connections: Connections | None) -> None:
    """Put other connections in place, or none, so that the next `current()` makes new ones."""
    global _current  # noqa: PLW0603
    _current = connections
