"""Reports of teleconferencing devices on how a call went."""

from __future__ import annotations

from datetime import timedelta

import azure.durable_functions as df

from activities.requested import act_on
from graph.requests import LogDeviceQuality, MediaQuality

bp = df.Blueprint()

_LENGTHS = frozenset({"duration", "inbound_jitter", "outbound_jitter", "round_trip"})


@bp.activity_trigger(input_name="given")
async def log_device_quality(given: dict) -> dict:
    """Report what inbox item `request_n` holds, once; how a device is called may say whose it is.

    Its arguments are the fields of `graph.requests.LogDeviceQuality`; each of `media` has those of `MediaQuality`, with
    times in seconds.
    """

    def report(asked: dict) -> LogDeviceQuality:
        return LogDeviceQuality(**{**asked, "media": tuple(map(_medium, asked["media"]))})

    return await act_on(given, report, once=True)


def _medium(asked: dict) -> MediaQuality:
    lengths = {name: timedelta(seconds=asked[name]) for name in _LENGTHS & asked.keys() if asked[name] is not None}
    return MediaQuality(**{**asked, **lengths})
