"""What operators have done, for those who may read."""

from __future__ import annotations

import azure.durable_functions as df
import azure.functions as func

import connections
from records import Audit
from triggers.authorization import require_role
from triggers.problems import answer, answered

bp = df.Blueprint()

MOST_SHOWN = 200


def audit() -> Audit:
    """Where actions are noted."""
    here = connections.current()
    return Audit(here.storage.table("Records"), here.now)


@bp.route(route="audit", methods=["GET"])
async def get_audit(req: func.HttpRequest) -> func.HttpResponse:
    """`{"actions": [...]}`: the newest 200, see `records.audit`; query: `customer`."""
    return await answered(_audit(req))


async def _audit(req: func.HttpRequest) -> func.HttpResponse:
    scope = await require_role(req, "Read")
    customer = scope.customer(req.params.get("customer"))
    return answer({"actions": await audit().newest(MOST_SHOWN, customer=customer)})
