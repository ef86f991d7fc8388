"""What calls come to: usage for bills, how well they went, and how flows were walked through.

Only calls that have ended are counted, each on the UTC day, and in the month, in which it began.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import connections
from api.routes import USUAL_DAYS
from api.shapes import Wrong
from records import Prices, Usage, as_csv, kpis, walked
from records.usage import MOST_DAYS, MOST_MONTHS, day_of, days_between, months_between
from triggers.authorization import require_role
from triggers.problems import Refused, answer, answered, problem, wrong_fields

bp = df.Blueprint()

JSON = dict[str, Any]

_COLUMNS = (
    *("month", "customer", "route", "calls", "answered", "minutes", "notifications", "activities", "executions"),
    *("storage_operations", "recorded_s", "telephone_s", "cost"),
)
_DAY_S = 24 * 3600.0


@bp.route(route="usage", methods=["GET"])
async def get_usage(req: func.HttpRequest) -> func.HttpResponse:
    """`{"months": [...], "currency": str}`, see `records.usage.totals`; query: `from`, `to`, `customer`."""
    return await answered(_usage(req))


@bp.route(route="usage/export", methods=["GET"])
async def export_usage(req: func.HttpRequest) -> func.HttpResponse:
    """The same as CSV."""
    return await answered(_export(req))


@bp.route(route="kpis", methods=["GET"])
async def get_kpis(req: func.HttpRequest) -> func.HttpResponse:
    """See `records.kpis.kpis`; query: `since`, `until`, `customer`."""
    return await answered(_kpis(req))


@bp.route(route="flows", methods=["GET"])
async def list_flows(req: func.HttpRequest) -> func.HttpResponse:
    """`{"flows": [id]}`: the flows that routes lead to."""
    return await answered(_flows(req))


@bp.route(route="flows/{flow}/walks", methods=["GET"])
async def get_walks(req: func.HttpRequest) -> func.HttpResponse:
    """A flow as it is drawn, and how calls went through it; query: `since`, `until`, `customer`."""
    return await answered(_walks(req))


def _reader() -> Usage:
    return connections.current().usage


async def _months(req: func.HttpRequest) -> tuple[list[JSON], str]:
    scope = await require_role(req, "Read")
    customer = scope.customer(req.params.get("customer"))
    this_month = day_of(connections.current().now())[:7]
    first, last = req.params.get("from", this_month), req.params.get("to", this_month)
    for field, month in (("from", first), ("to", last)):
        _written(months_between, field, month, "2026-11")
    many = len(months_between(first, last))
    if not 1 <= many <= MOST_MONTHS:
        raise wrong_fields([Wrong(field="to", detail=f"must be 1 to {MOST_MONTHS} months from the first")])
    prices = Prices.parse(connections.current().settings.prices)
    months = await _reader().months(first, last, customer=customer)
    return [{**each, "cost": prices.cost(each)} for each in months], prices.currency


async def _usage(req: func.HttpRequest) -> func.HttpResponse:
    months, currency = await _months(req)
    return answer({"months": months, "currency": currency})


async def _export(req: func.HttpRequest) -> func.HttpResponse:
    months, _ = await _months(req)
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'attachment; filename="usage.csv"'}
    return func.HttpResponse(as_csv(_COLUMNS, months), headers=headers, mimetype="text/csv")


def _days(req: func.HttpRequest) -> tuple[str, str]:
    now = connections.current().now()
    first = req.params.get("since", day_of(now - (USUAL_DAYS - 1) * _DAY_S))
    last = req.params.get("until", day_of(now))
    for field, day in (("since", first), ("until", last)):
        _written(days_between, field, day, "2026-11-24")
    many = days_between(first, last)
    if not 1 <= many <= MOST_DAYS:
        raise wrong_fields([Wrong(field="until", detail=f"must be 1 to {MOST_DAYS} days from the first")])
    return first, last


def _written(read: Callable[[str, str], object], field: str, value: str, example: str) -> None:
    try:
        read(value, value)
    except ValueError:
        raise wrong_fields([Wrong(field=field, detail=f"is written like {example}")]) from None


async def _kpis(req: func.HttpRequest) -> func.HttpResponse:
    scope = await require_role(req, "Read")
    customer = scope.customer(req.params.get("customer"))
    first, last = _days(req)
    return answer(kpis(await _reader().facts(first, last, customer=customer)))


async def _flows(req: func.HttpRequest) -> func.HttpResponse:
    scope = await require_role(req, "Read")
    return answer({"flows": await _routed(scope.customer(req.params.get("customer")))})


async def _routed(customer: str | None) -> list[str]:
    return await asyncio.to_thread(connections.current().library.routed, customer)


async def _walks(req: func.HttpRequest) -> func.HttpResponse:
    scope = await require_role(req, "Read")
    customer, flow = scope.customer(req.params.get("customer")), req.route_params["flow"]
    first, last = _days(req)
    if flow not in await _routed(customer):
        raise Refused(problem(404, "No such flow", "No route leads to a flow of this id."))
    drawn = await asyncio.to_thread(connections.current().library.drawn, flow)
    facts = await _reader().facts(first, last, customer=customer, paths=True)
    return answer({"flow": flow, "drawn": drawn, **walked(each for each in facts if each.flow == flow)})
