"""`POST /communications/calls`: the bot calls somebody.

Source: https://learn.microsoft.com/graph/api/application-post-calls
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simulator import dialling, identities
from simulator import notifications as notes
from simulator.actions.asked import Answer, AskedOfTenant
from simulator.actions.incoming import target
from simulator.actions.media_config import MediaConfig
from simulator.call import Birth, Call
from simulator.errors import bad_source, invalid, tenant_mismatch
from simulator.identities import Identity
from simulator.permissions import ACCESS_MEDIA, INITIATE
from simulator.settings import SimulatorSettings

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
#: What a call keeps of its request, to show it again.
_KEPT = ("callOptions", "chatInfo", "meetingInfo", "subject")
#: What the answer shows as null, as the page's sample does.
_NULLS = ("answeredBy", "ringingTimeoutInSeconds", "subject")


def create_call(asked: AskedOfTenant) -> Answer:
    """`POST /communications/calls`."""
    body = asked.body
    callback_uri = body.callback_uri()
    if callback_uri is None:
        raise invalid("callbackUri is required.")
    config = MediaConfig.of(body.raw("mediaConfig"))
    modalities = body.modalities("requestedModalities") if body.raw("requestedModalities") is not None else ("audio",)
    tenant_id = body.raw("tenantId") or asked.tenant_id
    if tenant_id != asked.tenant_id:
        raise tenant_mismatch()
    if not config.service_hosted:
        asked.needs(ACCESS_MEDIA)
    kept = {name: body.raw(name) for name in _KEPT if body.raw(name) is not None}
    targets = tuple(target(item) for item in body.items("targets", 1, 1))
    birth = Birth(
        caller=_source(asked, body.raw("source")),
        called=targets[0],
        targets=targets,
        tenant_id=tenant_id,
        modalities=modalities,
        direction="outgoing",
        more=kept,
    )
    _check_person(asked, birth)
    call = asked.simulator.open(birth)
    call.callback_url = callback_uri
    config.apply(call)
    dialling.dial(call)
    return created(call)


def created(call: Call) -> Answer:
    """The new call, and where it is found."""
    location = f"{call.exchange.base_url}/v1.0/communications/calls/{notes.url_id(call.id, call.settings)}"
    body = {**dict.fromkeys(_NULLS), **call.resource()}
    return Answer(status=201, body=body, location=location, call=call)


def _source(asked: AskedOfTenant, value: Any) -> Identity:
    """Who calls: the resource account or guest that the request names, or the application itself."""
    settings = asked.simulator.settings
    named = identities.from_graph(value.get("identity")) if isinstance(value, Mapping) else None
    if named is None or named.kind == "application":
        name = settings.bot_display_name
        return Identity(kind="application", id=settings.bot_app_id, display_name=name, tenant_id=asked.tenant_id)
    if named.kind not in ("applicationInstance", "guest"):
        raise bad_source(f"source cannot be a {named.kind}.")
    if named.kind == "applicationInstance" and named.id != settings.application_instance_id:
        raise bad_source(f"{named.id} is no application instance of this application.")
    return named


def _check_person(asked: AskedOfTenant, birth: Birth) -> None:
    """A call between two: who may be called, and what that takes."""
    asked.needs(INITIATE)
    called = birth.called
    if called.kind == "phone":
        if _E164.fullmatch(called.id) is None:
            raise invalid("A phone target must be in E.164 form: + and digits.")
        if birth.caller.kind != "applicationInstance":
            raise bad_source("A phone can be called only with source.identity.applicationInstance.")
        if asked.body.raw("tenantId") is None:
            raise invalid("tenantId is required to call a phone.")
    elif foreign(asked.simulator.settings, called, birth.tenant_id):
        raise tenant_mismatch()


def foreign(settings: SimulatorSettings, who: Identity, tenant_id: str) -> bool:
    """Whether a user is known to be of another tenant than the call."""
    home = settings.foreign_users.get(who.id) or who.tenant_id or tenant_id
    return who.kind == "user" and home != tenant_id
