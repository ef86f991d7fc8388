"""Notifications, as Graph words them, with the quirks that real ones have.

Source: https://learn.microsoft.com/graph/api/resources/commsnotification; the quirks are from samples and logged calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.results import MESSAGES, Result
from simulator.settings import SimulatorSettings


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One change; faults match on `kind` and `state`.

    `kind` is `incoming`, `call`, `tone`, `ended`, `operation`, `roster` (whose state is how many are in it), `sharing`
    (whose state is the change's type), `joining` or `left` (of policy recording).
    """

    kind: str
    change_type: str
    #: Below the call: empty for the call itself, `/operations/{id}` for an operation, `/participants`.
    path: str
    #: A resource; for a roster or content sharing, a list of them; None where the change only says where it was.
    data: Mapping[str, Any] | list[dict[str, Any]] | None
    state: str | None = None


def url_id(guid: str, settings: SimulatorSettings) -> str:
    """An id as URLs show it."""
    return _hex(guid) if settings.id_form == "upper_hex" else guid


def body_id(guid: str, settings: SimulatorSettings) -> str:
    """An id as bodies show it."""
    return guid if settings.id_form == "dashed" else _hex(guid)


def state_word(state: str, settings: SimulatorSettings) -> str:
    """A call state as `established` or `Established`."""
    return state[:1].upper() + state[1:] if settings.state_case == "pascal" else state


def status_word(status: str, settings: SimulatorSettings) -> str:
    """An operation status as `running` or `Running`."""
    return status[:1].upper() + status[1:] if settings.operation_status_case == "pascal" else status


def result_info(result: Result, settings: SimulatorSettings) -> dict[str, Any]:
    """A `resultInfo`."""
    code, subcode = result
    return {
        "@odata.type": "#microsoft.graph.resultInfo",
        "code": str(code) if settings.result_code_form == "string" else code,
        settings.subcode_key: subcode,
        "message": MESSAGES.get(subcode, f"DiagCode: {code}#{subcode}.@"),
    }


def call_data(call_id: str, settings: SimulatorSettings, state: str | None = None, **more: Any) -> dict[str, Any]:
    """A `call` as far as a change mentions it."""
    data: dict[str, Any] = {"@odata.type": "#microsoft.graph.call"}
    if state is not None:
        data["state"] = state_word(state, settings)
    if settings.beyond_metadata:
        data.update(activeModalities=["audio"], mediaHostedRegion="EUWE", routingPolicies=[])
    data.update(more)
    data["id"] = body_id(call_id, settings)
    return data


def media_state(audio: str) -> dict[str, Any]:
    """A `callMediaState`; audio is `active` or `inactive`."""
    return {"@odata.type": "#microsoft.graph.callMediaState", "audio": audio}


def tone_info(sequence_id: int, tone: str) -> dict[str, Any]:
    """A `toneInfo`."""
    return {"@odata.type": "#microsoft.graph.toneInfo", "sequenceId": sequence_id, "tone": tone}


def call_url(call_id: str, path: str, settings: SimulatorSettings) -> str:
    """`resourceUrl` of a call, or of what lies below it."""
    slash = "/" if settings.resource_url_leading_slash else ""
    return f"{slash}communications/calls/{url_id(call_id, settings)}{path}"


def envelope(call_id: str, notifications: Sequence[Notification], settings: SimulatorSettings) -> dict[str, Any]:
    """The body of one POST."""
    return {
        "@odata.type": "#microsoft.graph.commsNotifications",
        "value": [_item(call_id, notification, settings) for notification in notifications],
    }


def legacy_body(call_id: str, notification: Notification) -> dict[str, Any]:
    """A first notification in the pre-Graph form. Its real shape is unknown: anything that is not Graph's envelope."""
    return {"id": call_id, "callState": notification.state, "links": {"call": f"/v1/calls/{call_id}"}}


def _item(call_id: str, notification: Notification, settings: SimulatorSettings) -> dict[str, Any]:
    item: dict[str, Any] = {
        "@odata.type": "#microsoft.graph.commsNotification",
        "changeType": notification.change_type,
    }
    if settings.resource_included:
        item["resource"] = f"/app/calls/{url_id(call_id, settings)}{notification.path}"
    item["resourceUrl"] = call_url(call_id, notification.path, settings)
    data = notification.data
    if data is not None:
        item["resourceData"] = [data] if settings.resource_data_as_list and isinstance(data, Mapping) else data
    return item


def _hex(guid: str) -> str:
    return guid.replace("-", "").upper()
