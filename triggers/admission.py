"""Whether a sound request may be carried out: what it dials is allowed, and its key is its own."""

from __future__ import annotations

import json
import logging
from typing import Any

import connections
from api.dialling import SETTING, forbidden, most_dials
from api.shapes import Wrong
from prompts.catalogue import PromptError
from records import CapReached, KeyReused
from triggers.problems import Refused, problem, wrong_fields

log = logging.getLogger("callwright.operators")

JSON = dict[str, Any]


def check_flow(request: JSON) -> None:
    """Refuse a flow that is not there, or that nobody could hear as it is."""
    from flows import FlowErrors  # late: an instance that only takes webhooks starts without flows

    library = connections.current().library
    if not library.has(request["flow"]):
        raise wrong_fields([Wrong(field="flow", detail="is no flow of this deployment")])
    try:
        library.pin_request(request)
    except PromptError as failure:
        log.error("a flow was asked for that cannot be heard: %s", failure)
        raise wrong_fields([Wrong(field="locale", detail="is no language that this flow's prompts are in")]) from None
    except (FlowErrors, OSError, UnicodeError) as failure:
        log.error("a flow was asked for that cannot be read: %s", failure)
        raise wrong_fields([Wrong(field="flow", detail="is a flow with mistakes in it; the log has them")]) from None


def check_prompt(arguments: JSON) -> None:
    """Refuse a prompt that is in the catalogue of no language."""
    catalogue = connections.current().catalogue
    prompt = arguments.get("prompt")
    if prompt is not None and not any(prompt in catalogue.ids(locale) for locale in catalogue.locales):
        raise wrong_fields([Wrong(field="prompt", detail="is no prompt of the catalogue")])


async def admit(request: JSON, *, customer: str | None, path: str, key: str | None) -> None:
    """Let a sound request through: 403 when a setting forbids what it dials, 422 when its key is another request's."""
    here = connections.current()
    if wrong := forbidden(request, here.settings.dial_allow):
        errors = [each.to_json() for each in wrong]
        detail = f"{SETTING} of this deployment does not list how these numbers begin."
        raise Refused(problem(403, "Not to be dialled", detail, setting=SETTING, errors=errors))
    try:
        await here.admissions.admit(
            customer=customer or "",
            dials=most_dials(request),
            key=None if key is None else f"{customer or ''}\n{path}\n{key}",
            request=json.dumps(request, sort_keys=True),
        )
    except CapReached as reached:
        detail = f"{reached.setting} of this deployment allows no more telephone calls within this hour."
        raise Refused(problem(403, "Dialled too often", detail, setting=reached.setting)) from None
    except KeyReused:
        raise key_reused() from None


def key_reused() -> Refused:
    """422."""
    detail = "This Idempotency-Key was sent with another request before; a new request needs a new one."
    return Refused(problem(422, "Key used before", detail))
