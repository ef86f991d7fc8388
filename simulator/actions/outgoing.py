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
from simulator.actions.meeting_info import meeting_of
from simulator.call import Call
from simulator.errors import GraphError, bad_source, conflict, invalid, tenant_mismatch
from simulator.exchange import Birth
from simulator.identities import Identity
from simulator.ids import same_id
from simulator.permissions import ACCESS_MEDIA, INITIATE, INITIATE_GROUP, JOIN_GROUP, JOIN_GROUP_AS_GUEST

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
#: What a call keeps of its request, to show it again.
_KEPT = ("allowGuestToBypassLobby", "callOptions", "chatInfo", "meetingInfo", "subject")
_MOST_TARGETS = 5
#: What the answer shows as null, as the page's sample does.
_NULLS = ("answeredBy", "ringingTimeoutInSeconds", "subject")


def create_call(asked: AskedOfTenant) -> Answer:
    """`POST /communications/calls`: to a person, to several, or into a meeting."""
    body = asked.body
    callback_uri = body.callback_uri()
    if callback_uri is None:
        raise invalid("callbackUri is required.")
    config, options = MediaConfig.of(body.raw("mediaConfig")), body.object("callOptions")
    tenant_id = body.raw("tenantId")
    if not isinstance(tenant_id, str | None):
        raise invalid("tenantId must be a text.")
    if tenant_id not in (None, asked.tenant_id):
        raise tenant_mismatch()
    if not config.service_hosted:
        asked.needs(ACCESS_MEDIA)
    call = _to_people(asked) if body.raw("meetingInfo") is None else _into_meeting(asked)
    call.callback_url = callback_uri
    call.options = options
    config.apply(call)
    return created(call)


def _to_people(asked: AskedOfTenant) -> Call:
    targets = tuple(target(item) for item in asked.body.items("targets", 1, _MOST_TARGETS))
    birth = _birth(asked, targets)
    if len(targets) == 1:
        _check_person(asked, birth)
        call = asked.simulator.open(birth)
        dialling.dial(call)
        return call
    _check_group(asked, birth)
    call = asked.simulator.open(birth)
    call.conversation = asked.simulator.converse(initiator=birth.caller, tenant_id=birth.tenant_id)
    dialling.dial_group(call)
    return call


def _into_meeting(asked: AskedOfTenant) -> Call:
    if asked.body.raw("targets"):
        raise invalid("targets and meetingInfo cannot go together.")
    meeting = meeting_of(asked)
    birth = _birth(asked, ())
    asked.needs(JOIN_GROUP_AS_GUEST, *(() if birth.caller.kind == "guest" else (JOIN_GROUP,)))
    if meeting.tenant_id != birth.tenant_id:
        raise tenant_mismatch()
    conversation = asked.simulator.conversation_of(meeting)
    if conversation.locked:
        raise GraphError(403, "8560", "The meeting is locked.")
    if any(one.conversation is conversation and one.birth.caller.id == birth.caller.id for one in asked.simulator.live):
        raise conflict("The application is in this meeting: it can join again only under another identity.")
    call = asked.simulator.open(birth)
    call.conversation = conversation
    dialling.join(call)
    return call


def _birth(asked: AskedOfTenant, targets: tuple[Identity, ...]) -> Birth:
    body = asked.body
    asked_modalities = body.raw("requestedModalities") is not None
    caller = _source(asked, body.raw("source"))
    return Birth(
        caller=caller,
        called=targets[0] if targets else caller,
        targets=targets,
        tenant_id=asked.tenant_id,
        modalities=body.modalities("requestedModalities") if asked_modalities else ("audio",),
        direction="outgoing",
        more={name: body.raw(name) for name in _KEPT if body.raw(name) is not None},
    )


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
    if named.kind == "applicationInstance" and named.id != same_id(settings.application_instance_id):
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
    elif _foreign(asked, called):
        raise tenant_mismatch()


def _check_group(asked: AskedOfTenant, birth: Birth) -> None:
    """A call to several: users of the tenant, each once."""
    asked.needs(INITIATE_GROUP)
    if any(one.kind != "user" for one in birth.targets):
        raise invalid("A call to several people takes users only.")
    if len({one.id for one in birth.targets}) < len(birth.targets):
        raise invalid("targets names somebody twice.")
    if any(_foreign(asked, one) for one in birth.targets):
        raise tenant_mismatch()


def _foreign(asked: AskedOfTenant, who: Identity) -> bool:
    return who.kind == "user" and asked.simulator.settings.foreign(who.id, who.tenant_id, asked.tenant_id)
