"""What the app says of itself: log lines as JSON objects, with what they are about, masked; measurements too.

Only the standard library: Azure Functions takes log lines to Application Insights by itself. On a laptop they stay
plain lines. A measurement is a line with `metric` and `value`, and in Application Insights a query over them.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from typing import Any

from records import masked

JSON = dict[str, Any]

#: Every logger of this project is below it.
ROOT = "callwright"
_about: ContextVar[JSON | None] = ContextVar("about", default=None)
log = logging.getLogger(f"{ROOT}.metrics")


def about(**facts: object) -> None:
    """Say what this invocation is about; every line it logs from now on says so too.

    `call`, `instance`, `message`, `scenario`, `step`: ids, nothing personal.
    """
    _about.set({**(_about.get() or {}), **{name: value for name, value in facts.items() if value is not None}})


def measure(metric: str, value: float, **of: object) -> None:
    """Log a measurement: a duration in seconds, or a count; `of` says of what."""
    log.info("%s %s", metric, value, extra={"facts": {"metric": metric, "value": value, **of}})


class AsJson(logging.Formatter):
    """One JSON object for each line, masked like records are."""

    def format(self, record: logging.LogRecord) -> str:
        """`{"level", "logger", "message", "error"?, ...}` with what the invocation is about; others' as ever."""
        if record.name.partition(".")[0] != ROOT:
            return super().format(record)
        told: JSON = {
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **(_about.get() or {}),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(masked(told), default=str)


def write_json() -> None:
    """Have this project's lines written as JSON: by the host's handlers, else on the console."""
    root = logging.getLogger()
    logging.getLogger(ROOT).setLevel(logging.INFO)
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        handler.setFormatter(AsJson())
