"""What may be told of keys that nobody may know: the only place where a sealed tone is opened."""

from __future__ import annotations

import logging
from typing import Any

import azure.durable_functions as df

import connections
from activities.acting import error, with_journal
from activities.patience import patiently
from inbox import InboxError
from inbox.tone_keys import CallKey
from storage import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.activities")

JSON = dict[str, Any]
# How long a caller waits for storage: one who has pressed a key, or whose call begins.
BUDGET_S = 6.0


@bp.activity_trigger(input_name="given")
async def judge_keys(given: dict) -> dict:
    """Judge the keys of the notifications `keys`, by number.

    With `among`, whether the only one is one of these: `{"ok": {"among": bool}}`. Else how far they are an entry of
    `node`: what `calls.entries.judge` says and, when the node takes it, a `token` that stands for it. Nothing that is
    returned, logged or noted tells a key.
    """
    deadline = connections.current().now() + BUDGET_S
    try:
        result: JSON = {"ok": await patiently(deadline, lambda: _judge(given))}
    except InboxError as failure:  # the call is over, or its key cannot be opened here
        log.error("the keys of %s cannot be read: %s", given["instance_id"], type(failure).__name__)
        result = error("internal", message=type(failure).__name__)
    except StorageUnavailable as failure:
        result = error("not_reached", message=str(failure))
    return await with_journal(given, result)


async def keys_are_safe(instance_id: str, pinned: JSON) -> bool:
    """See to it that no key of a call that asks for a secret is ever stored in the clear.

    To be called before the call is answered. False when that cannot be promised: the secret must not be asked for.
    """
    from flows import Flow  # late: an instance that only takes webhooks starts without flows
    from flows.sensitive import is_sensitive

    if not is_sensitive(Flow.pinned(pinned["flow"], pinned["hash"])):
        return True
    here = connections.current()
    try:
        await patiently(here.now() + BUDGET_S, lambda: here.inbox.seal_tones(instance_id))
    except (InboxError, StorageUnavailable) as failure:
        log.error("%s is not asked for its secret: %s", instance_id, failure)
        return False
    return True


async def _judge(given: JSON) -> JSON:
    from calls.entries import judge  # late: an instance that only takes webhooks starts without flows

    call_key = await connections.current().inbox.tone_key(given["instance_id"])
    keys = await _opened(given, call_key)
    if "among" in given:
        return {"among": all(key in given["among"] for key in keys)}
    asked = {name: given[name] for name in ("node", "maximum", "terminators", "pause")}
    answer, digits = judge(keys, **asked)
    taken = answer["outcome"] is not None and given["node"]["kind"] == "collect"
    return {**answer, "token": call_key.seal_entry(digits) if taken else None}


async def _opened(given: JSON, call_key: CallKey) -> list[str]:
    from calls.codes import KEYS

    numbers: list[int] = given["keys"]
    items = await connections.current().inbox.read(given["instance_id"], min(numbers), max(numbers))
    sealed = {item["n"]: item["sealed"] for item in items if "sealed" in item}
    return [KEYS[call_key.open_tone(sealed[number])] for number in numbers]
