"""What the function app asks of a worker: its control API, over https, with a token of its own identity."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

JSON = dict[str, Any]

#: A worker that does not answer by then is passed over.
PATIENCE_S = 1.5


class ControlFailed(Exception):
    """A worker did not do it. `status` is None where it was not reached, or did not answer in time."""

    def __init__(self, status: int | None, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.status = status
        self.code = code


class WorkerControl:
    """Asks workers. `token` gives an access token with the role `Media.Control`."""

    def __init__(self, http: httpx.AsyncClient, token: Callable[[], Awaitable[str]]) -> None:
        self._http = http
        self._token = token

    async def ask(self, root: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> JSON:
        """The answer's body, {} where it has none. Raises `ControlFailed`. Every request may be repeated."""
        headers = {"Authorization": f"Bearer {await self._token()}"}
        try:
            response = await self._http.request(method, f"{root}{path}", json=body, headers=headers, timeout=PATIENCE_S)
        except httpx.HTTPError as failure:
            raise ControlFailed(None, "notReached", type(failure).__name__) from None
        told: JSON = response.json() if response.content else {}
        if response.is_success:
            return told
        error = told.get("error", {})
        raise ControlFailed(response.status_code, str(error.get("code", "unknown")), str(error.get("message", "")))
