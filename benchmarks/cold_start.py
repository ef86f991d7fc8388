"""A fresh interpreter that starts cold; run by `benchmarks.cold`. Prints what it cost, as JSON.

`python -m benchmarks.cold_start WHAT HIDDEN`, with the first webhook (`webhook`) or module names (`imports`) as JSON on
standard input. `HIDDEN` are packages that only a developer has: some libraries import them when they are there.
"""

from __future__ import annotations

import sys
import time


def main() -> None:
    """Do one of: `baseline`, `app`, `webhook`, `imports`."""
    what, hidden = sys.argv[1], sys.argv[2].split(",")
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment] - importing it now fails
    given = sys.stdin.read()
    before = set(sys.modules)
    began = time.process_time()
    if what == "imports":
        import json

        for name in json.loads(given):
            __import__(name)
    else:
        import azure.durable_functions  # noqa: F401 - imports azure.functions
    if what in ("app", "webhook"):
        import function_app  # noqa: F401
    if what == "webhook":
        _first_webhook(given)
    cpu_s = time.process_time() - began
    import json

    print(json.dumps({"cpu_s": cpu_s, "modules": [name for name in sys.modules if name not in before]}))


def _first_webhook(given: str) -> None:
    """Take the webhook as the worker would: request and client are made of what the host sends."""
    import asyncio
    import json

    import azure.durable_functions as df
    import azure.functions as func

    from triggers.callbacks import receive

    webhook = json.loads(given)

    async def take() -> int:
        client = df.DurableOrchestrationClient(webhook["client"])
        request = func.HttpRequest(
            method="POST",
            url="http://127.0.0.1/api/callbacks",
            headers=webhook["headers"],
            body=json.dumps(webhook["body"]).encode(),
        )
        return (await receive(request, client, None)).status_code

    status = asyncio.run(take())
    assert status == 202, status


if __name__ == "__main__":
    main()
