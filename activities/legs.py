"""The calls that an orchestration places, and what they and it have to say to one another.

Nothing here raises: several run at once, and a fan-out that fails half-way cannot be gone on with.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import azure.durable_functions as df

import connections
from activities.acting import STEP_BUDGET_S, error, with_journal
from activities.dial_allow import NotToBeDialled, check_dialled, count_dialled
from activities.leg_requests import leg_request, most_legs, person
from activities.patience import patiently
from activities.requested import not_dialled
from graph.kinds import IncomingCall
from graph.notifications import parse_item
from graph.requests import Target
from inbox import InboxClosed, InboxError, NoSuchCall
from inbox.outgoing import leg_id
from storage.errors import StorageUnavailable

bp = df.Blueprint()
log = logging.getLogger("callwright.legs")

JSON = dict[str, Any]
#: The flow that asks who is to have a caller; a deployment may have its own document of this name.
CONSULTATION_FLOW = "consultation-leg"
#: The flow that asks who is to be brought into a meeting.
GATHERING_FLOW = "gathering-leg"


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def start_leg(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Place leg number `leg` of `instance_id`, out of its request, notification `request_n`."""

    async def start() -> JSON:
        here = connections.current()
        request = await here.inbox.raw(given["instance_id"], given["request_n"])
        leg: int = given["leg"]
        return {"id": await here.outgoing(client).place_leg(given["instance_id"], leg, leg_request(request, leg))}

    return await _settled(start)


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def control_leg(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Ask something (`action`) of leg number `leg` of `instance_id`; an error of kind `gone` when it is over."""

    request_id = f"{given['action']}:{given['leg']}"
    return await _ask_leg(given, client, given["leg"], lambda _: (given["action"], {}), request_id=request_id)


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def bring_in(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Bring whom leg number `leg` of a gathering calls (Graph call `call_id`) into its meeting, leg `into`."""

    def invitation(request: JSON) -> tuple[str, JSON]:
        return "invite", {"participants": [person(request, given["leg"])], "replaces_call_id": given["call_id"]}

    request_id = f"bring_in:{given['leg']}"
    return await _ask_leg(given, client, given["into"], invitation, of=given["request_n"], request_id=request_id)


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def forward_control(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Pass on what was asked of `instance_id` (notification `n`, `request`) to its leg number `leg`."""

    def same(asked: JSON) -> tuple[str, JSON]:
        return asked["action"], asked["arguments"]

    return await _ask_leg(given, client, given["leg"], same, of=given["n"], request_id=given["request"])


@bp.activity_trigger(input_name="given")
async def refuse_control(given: dict) -> dict:
    """Note that what was asked of `instance_id` (notification `n`, `request`, `action`) cannot be done, and why."""
    facts = {name: given[name] for name in ("action", "request", "reason", "at")}
    entry = {**facts, "seq": given["n"], "what": "control", "node": None, "result": "refused"}

    async def refuse() -> JSON:
        await connections.current().records.append(given["instance_id"], [entry])
        return {}

    return await _settled(refuse)


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def hang_up_legs(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Hang up every leg of `instance_id` that lives; the orchestration cannot any more."""

    async def hang_up() -> JSON:
        here = connections.current()
        delivery = here.delivery(client)
        try:
            request = await here.inbox.raw(given["instance_id"], given["request_n"])
        except InboxError:  # it never began, or is over
            return {}
        for leg in most_legs(request):
            try:
                await delivery.control(leg_id(given["instance_id"], leg), "hang_up", {}, "hang_up_legs")
            except (InboxClosed, NoSuchCall):
                continue
        return {}

    return await _settled(hang_up)


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def report_leg(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Tell `parent` that its leg number `leg` is `status`: ringing, established, accepted, declined.

    Or that somebody could not be brought into it (`not_invited`), as `request` wanted.
    """
    digest = {"kind": "leg", "leg": given["leg"], "status": given["status"], "call_id": given["call_id"]}
    about = given.get("request")
    if about is not None:
        digest["request"] = about

    async def report() -> JSON:
        identity = f"leg:{given['leg']}:{given['instance_id']}:{given['status']}" + (f":{about}" if about else "")
        await connections.current().delivery(client).tell(given["parent"], digest, identity)
        return {}

    return await with_journal(given, await _settled(report))


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def tell_caller(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Put the `digest` of a consultation into the inbox of `caller`: `{"ok": {"heard": bool}}`."""

    async def tell() -> JSON:
        delivery = connections.current().delivery(client)
        return {"heard": await delivery.tell(given["caller"], given["digest"], f"consultation:{given['instance_id']}")}

    return await _settled(tell)


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def start_consultation(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Call `target`, or the target of what was asked for in `request_n`, and ask whether they take the caller."""

    async def start() -> JSON:
        here = connections.current()
        target = await _target(given)
        called = Target.from_json(target)
        check_dialled(called)
        if given["request_n"] is None:  # a flow wants it; what an operator asked for was counted then
            await count_dialled(given, called)
        record = await here.records.get(given["instance_id"]) or {}
        request: JSON = {
            "consultation": True,
            "to": [target],
            "flow": CONSULTATION_FLOW,
            "tenant": given["tenant_id"],
            "ring_for_s": given["timeout_s"],
            **await _called(given["instance_id"]),
        }
        if record.get("customer"):
            request["customer"] = record["customer"]
        await here.outgoing(client).consult(given["instance_id"], given["step"], request)
        return {}

    return await with_journal(given, await _settled(start))


@bp.activity_trigger(input_name="given")
@bp.durable_client_input(client_name="client")
async def start_gathering(given: dict, client: df.DurableOrchestrationClient) -> dict:
    """Begin to call `people` and to bring those who accept into `meeting`: `{"ok": {"id": of the gathering}}`."""

    async def start() -> JSON:
        here = connections.current()
        called = [Target.from_json(each) for each in given["people"]]
        check_dialled(*called)
        await count_dialled(given, *called * given["tries"])
        record = await here.records.get(given["instance_id"]) or {}
        request: JSON = {
            **{name: given[name] for name in ("people", "meeting", "at_once", "ring_for_s", "tries")},
            **({"retry_within_s": given["retry_within_s"]} if given["tries"] > 1 else {}),
            "flow": GATHERING_FLOW,
            "tenant": given["tenant_id"],
            **await _called(given["instance_id"]),
        }
        if record.get("customer"):
            request["customer"] = record["customer"]
        return {"id": await here.outgoing(client).gather(request, f"{given['instance_id']}:{given['step']}")}

    return await with_journal(given, await _settled(start))


@bp.activity_trigger(input_name="given")
async def open_record(given: dict) -> dict:
    """Begin the record of an orchestration that places calls."""

    async def begin() -> JSON:
        here = connections.current()
        request = await here.inbox.raw(given["instance_id"], given["request_n"])
        begun = {
            "direction": "outgoing",
            "customer": request.get("customer"),
            "flow": request.get("flow"),
            "consent": request.get("consent"),
            "started": given["started"],
            "recordings": [],
        }
        await here.records.open(given["instance_id"], begun)
        return {}

    return await _settled(begin)


async def _target(given: JSON) -> JSON:
    """Who is to be asked: whom the flow names, or what was asked for in `request_n`."""
    named: JSON | None = given.get("target")
    if named is not None:
        return named
    asked = await connections.current().inbox.raw(given["instance_id"], given["request_n"])
    return asked["arguments"]["target"]


async def _called(instance_id: str) -> JSON:
    """`from` for a call to a telephone: the resource account that the caller called, or that called."""
    first = await connections.current().inbox.raw(instance_id, 1)
    if "resourceData" not in first:
        return {"from": first["from"]} if "from" in first else {}
    announced = parse_item(first)
    identities = announced.called.identities if isinstance(announced, IncomingCall) else ()
    accounts = [each.id for each in identities if each.kind == "applicationInstance" and each.id]
    return {"from": {"application_instance": accounts[0]}} if accounts else {}


async def _ask_leg(
    given: JSON,
    client: df.DurableOrchestrationClient,
    leg: int,
    make: Callable[[JSON], tuple[str, JSON]],
    *,
    of: int | None = None,
    request_id: str,
) -> JSON:
    """Ask a leg for the action, with its arguments, that `make` makes of the orchestration's inbox item `of`."""

    async def ask() -> JSON:
        here = connections.current()
        item = {} if of is None else await here.inbox.raw(given["instance_id"], of)
        await here.delivery(client).control(leg_id(given["instance_id"], leg), *make(item), request_id)
        return {}

    return await _settled(ask)


async def _settled(work: Callable[[], Awaitable[JSON]]) -> JSON:
    """`{"ok": ...}`, or an error: `gone` when it is over, `not_reached` when storage is away, `internal`."""
    try:
        return {"ok": await patiently(connections.current().now() + STEP_BUDGET_S, work)}
    except (InboxClosed, NoSuchCall) as failure:
        return error("gone", message=str(failure))
    except StorageUnavailable as failure:
        return error("not_reached", message=str(failure))
    except NotToBeDialled as failure:
        return not_dialled(failure)
    except InboxError as failure:
        return error("internal", message=str(failure))
    except Exception as failure:
        log.exception("a leg could not be seen to")
        return error("internal", message=type(failure).__name__)
