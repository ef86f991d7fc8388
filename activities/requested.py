"""What operators and orchestrations ask of a live call: the particulars are in the call's inbox, sealed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import connections
from activities.acting import Look, act, act_once, error, with_journal
from activities.dial_allow import NotToBeDialled, called_by, check_dialled, count_dialled
from graph.requests import BadRequest, MediaInfo, Request
from inbox.errors import InboxError
from prompts.catalogue import PromptError
from storage.errors import StorageUnavailable

log = logging.getLogger("callwright.activities")

JSON = dict[str, Any]
Make = Callable[[JSON], Request]


async def act_on(given: JSON, make: Make, *, once: bool = False, look: Look = lambda answer: None) -> JSON:
    """Send the request that `make` makes of what was asked for; see `attempt`."""
    asked = await arguments(given)
    if "error" in asked:
        return await with_journal(given, asked)
    return await attempt(given, lambda: make(asked["ok"]), once=once, look=look)


async def attempt(
    given: JSON,
    make: Callable[[], Request],
    *,
    once: bool = False,
    counted: bool = False,
    look: Look = lambda answer: None,
) -> JSON:
    """Send the request that `make` makes.

    What cannot be a request, or may not be dialled, is `refused`, and nothing is sent: the call goes on as before.

    Args:
        given: what the activity was given.
        make: of what the flow or an operator wants.
        once: never send it again once it may have reached Graph.
        counted: whether the telephones that it calls are counted now; those of operators were when they asked.
        look: see `act`.
    """
    try:
        request = make()
        check_dialled(*called_by(request))
        if counted:
            await count_dialled(given, *called_by(request))
    except NotToBeDialled as failure:
        return await with_journal(given, not_dialled(failure))
    except StorageUnavailable as failure:
        return await with_journal(given, error("not_reached", message=str(failure)))
    except (BadRequest, PromptError, KeyError, TypeError, ValueError) as failure:
        return await with_journal(given, error("refused", code="badRequest", message=str(failure)))
    return await (act_once if once else act)(given, request, look=look)


async def arguments(given: JSON) -> JSON:
    """What inbox item `request_n` asks for: `{"ok": arguments}`, or an error that says that nothing was done."""
    try:
        item = await connections.current().inbox.raw(given["instance_id"], given["request_n"])
    except InboxError as failure:
        return error("refused", code="unreadable", message=str(failure))
    except StorageUnavailable as failure:
        return error("not_reached", message=str(failure))
    return {"ok": item["arguments"]}


def not_dialled(failure: NotToBeDialled) -> JSON:
    """The error for a telephone that may not be dialled; its code names the setting."""
    log.warning("a call is not sent on: %s", failure)
    return error("refused", code=failure.setting, message=str(failure))


def prompt(id: str, locale: str) -> tuple[MediaInfo, int]:
    """A prompt of the catalogue for Graph to fetch, and its length in ms. Raises `PromptError`."""
    here = connections.current()
    found = here.catalogue.prompt(id, locale)
    return here.media_info(found.key), found.duration_ms


def client_context(given: JSON) -> str:
    """Comes back on the operation's notification, and tells the session which step it belongs to."""
    mark = ".transient" if given.get("transient") else ""  # tells whoever fetches a recording how to keep it
    return f"{given['instance_id']}:{given['step']}{mark}"
