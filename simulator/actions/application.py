"""What an application asks without naming a call: which calls it has, and how a device fared.

Sources: https://learn.microsoft.com/graph/api/resources/call,
https://learn.microsoft.com/graph/api/call-logteleconferencedevicequality
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from simulator.actions.asked import Answer, AskedOfTenant
from simulator.errors import invalid

_IDS = ("callChainId", "mediaLegId", "participantId")
_NAMES = ("deviceName", "deviceDescription")


def list_calls(asked: AskedOfTenant) -> Answer:
    """`GET /communications/calls`: no page describes it; the calls of the token's tenant that are not over."""
    simulator = asked.simulator
    live = [call for call in simulator.live if call.birth.tenant_id == asked.tenant_id]
    context = f"{simulator.base_url}/v1.0/$metadata#communications/calls"
    value = [{name: part for name, part in call.resource().items() if name != "@odata.context"} for call in live]
    return Answer(status=200, body={"@odata.context": context, "value": value})


def log_device_quality(asked: AskedOfTenant) -> Answer:
    """`POST /communications/calls/logTeleconferenceDeviceQuality`. Nothing is done with it."""
    quality = asked.body.raw("quality")
    if not isinstance(quality, Mapping):
        raise invalid("quality must be a teleconferenceDeviceQuality.")
    if not asked.headers.get("user-agent"):
        raise invalid("The User-Agent header must name the partner.")
    for name in _IDS:
        if not _is_guid(quality.get(name)):
            raise invalid(f"quality.{name} must be a GUID.")
    for name in _NAMES:
        if not isinstance(quality.get(name), str):
            raise invalid(f"quality.{name} must be a text.")
    media = quality.get("mediaQualityList")
    if not isinstance(media, list) or not all(isinstance(one, Mapping) and "@odata.type" in one for one in media):
        raise invalid("quality.mediaQualityList must hold media qualities, each with its @odata.type.")
    return Answer(status=200)


def _is_guid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False
