"""What the product is held against: the least that does the same kind of thing in the same host."""

from __future__ import annotations

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="bare", methods=["POST"])
async def bare(req: func.HttpRequest) -> func.HttpResponse:
    """Nothing."""
    return func.HttpResponse(status_code=202)


@app.route(route="bound/{instance_id}/{signature}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def bound(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Nothing, under the webhook's route and with its binding."""
    return func.HttpResponse(status_code=202)
