"""Operations: what an action that takes time leaves behind.

Source: https://learn.microsoft.com/graph/api/resources/commsoperation
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simulator import notifications as notes
from simulator.ids import same_id
from simulator.notifications import Notification
from simulator.results import Result

if TYPE_CHECKING:
    from simulator.call import Call


class Operation:
    """One `commsOperation`; `kind` is its type's name, e.g. `playPromptOperation`."""

    kind = "commsOperation"

    def __init__(self, call: Call, client_context: str | None, *, status: str = "notStarted") -> None:
        self.call = call
        self.id = str(uuid.uuid4())
        self.client_context = client_context
        self.made_at = call.exchange.clock.now()
        self.status = status
        self.result: Result | None = None
        #: What this type of operation has beyond every operation.
        self.extra: dict[str, Any] = {}

    @property
    def done(self) -> bool:
        """Whether it has completed or failed."""
        return self.status in ("completed", "failed")

    @property
    def path(self) -> str:
        """Its address below the call."""
        return f"/operations/{notes.url_id(self.id, self.call.settings)}"

    def resource(self) -> dict[str, Any]:
        """The operation as responses and notifications show it."""
        settings = self.call.settings
        data: dict[str, Any] = {
            "@odata.type": f"#microsoft.graph.{self.kind}",
            **self.extra,
            "status": notes.status_word(self.status, settings),
            "clientContext": self.client_context,
            "id": notes.body_id(self.id, settings),
        }
        if settings.beyond_metadata:
            moment = datetime.fromtimestamp(self.made_at, UTC).isoformat()
            more = {"createdDateTime": moment, "lastActionDateTime": moment, "completionReason": "unknown"}
            data = {**more, **data}
        if self.result is not None:
            data["resultInfo"] = notes.result_info(self.result, settings)
        return data

    def conclude(
        self, status: str, result: Result | None, *, notified: bool = True, extra: Mapping[str, Any] | None = None
    ) -> None:
        """It is over: `completed` or `failed`. Its notification is a `deleted` one either way.

        Some kinds complete without a result.
        """
        self.status, self.result = status, result
        self.extra.update(extra or {})
        if not notified:
            return
        settings = self.call.settings
        url = notes.call_url(self.call.id, self.path, settings)
        data = {**self.resource(), "@odata.id": url, "@odata.etag": 'W/"1"'}
        self.call.notify(Notification(kind="operation", change_type="deleted", path=self.path, data=data, state=status))


class Operations:
    """The operations of one call, oldest first. How long Graph keeps finished ones is unknown: as long as the call."""

    def __init__(self) -> None:
        self._by_id: dict[str, Operation] = {}

    def add(self, operation: Operation) -> None:
        """Make an operation known."""
        self._by_id[operation.id] = operation

    def get(self, operation_id: str) -> Operation | None:
        """The operation with this id in any spelling."""
        return self._by_id.get(same_id(operation_id))

    def all(self) -> list[Operation]:
        """Every operation."""
        return list(self._by_id.values())


class Instant(Operation):
    """An operation that is completed in the response to its action and never notified."""

    def __init__(self, call: Call, client_context: str | None, kind: str) -> None:
        super().__init__(call, client_context, status="completed")
        self.kind = kind
        self.result = call.settings.result("completed")
