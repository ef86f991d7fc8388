"""Whether the app is alive, and which one it is."""

from __future__ import annotations

import json

import azure.durable_functions as df
import azure.functions as func

bp = df.Blueprint()

VERSION = "0.1.0"


@bp.route(route="health", methods=["GET", "HEAD"])
async def get_health(req: func.HttpRequest) -> func.HttpResponse:
    """`{"status": "alive", "version": str}`; asks nothing of storage or Graph, and tells no secrets."""
    return func.HttpResponse(json.dumps({"status": "alive", "version": VERSION}), mimetype="application/json")
