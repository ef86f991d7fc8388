"""How the worker is, for the scale set's health extension, and in numbers for Prometheus.

Source: https://learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-health-extension
"""

from __future__ import annotations

import json
from typing import Any

from media_worker.worker import Worker


def health(worker: Worker) -> dict[str, Any]:
    """The body of `GET /health`: rich state, and `SkipUpgrade` while there are sessions.

    The metrics are a string of JSON within the JSON: so the extension wants it.
    """
    busy = bool(worker.sessions)
    upgrade = {"RollingUpgrade": {"SkipUpgrade": busy, "PhaseOrderingNumber": int(busy)}}
    overloaded = worker.engine.health() == "overloaded" and not busy
    return {
        "ApplicationHealthState": "Unhealthy" if overloaded else "Healthy",
        "CustomMetrics": json.dumps(upgrade),
    }


def metrics(worker: Worker) -> str:
    """`GET /metrics`: counters and gauges in Prometheus' text form."""
    drops = [worker.engine.drops(session.opened.stream) for session in worker.sessions.values()]
    numbers: dict[str, float] = {
        "sessions": len(worker.sessions),
        "capacity": worker.capacity,
        "draining": worker.draining,
        "ticks_total": worker.ticks,
        "late_ticks_total": worker.late_ticks,
        "events_waiting": worker.outbox.waiting,
        "events_delivered_total": worker.outbox.delivered,
        "events_dropped_total": worker.outbox.dropped,
        "frames_in": sum(session.frames_in for session in worker.sessions.values()),
        "frames_out": sum(session.frames_out for session in worker.sessions.values()),
        "audio_dropped": sum(each.audio for each in drops),
        "video_dropped": sum(each.video for each in drops),
        "sent_dropped": sum(each.sent for each in drops),
        "blocks_lost": sum(s.recording.lost_blocks for s in worker.sessions.values() if s.recording is not None),
    }
    return "".join(f"callwright_media_{name} {float(value):g}\n" for name, value in numbers.items())
