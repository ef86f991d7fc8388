"""Runs `function_app.py` on a laptop: Functions host and Durable Functions in one process, on SQLite.

For development, tests and demonstration; deployed code never imports this room.
"""

from localhost.host import Host
from localhost.knobs import Knobs

__all__ = ["Host", "Knobs"]
