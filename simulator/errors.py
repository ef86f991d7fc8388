"""Errors as Graph sends them.

Source: https://learn.microsoft.com/graph/errors and the calling service's numeric codes, which Graph passes on as the
text of `code`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any


class GraphError(Exception):
    """A refusal: HTTP status, Graph's `code` (text) and a message."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: float | str | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def body(self, now: float, request_id: str, client_request_id: str) -> dict[str, Any]:
        """The error envelope."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "innerError": {
                    "date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
                    "request-id": request_id,
                    "client-request-id": client_request_id,
                },
            }
        }


def new_request_id() -> str:
    """A fresh id for a response's `request-id`."""
    return str(uuid.uuid4())


def not_found() -> GraphError:
    """The call (or operation) never was, is over, or was answered too late."""
    return GraphError(404, "8522", "Call not found.")


def operation_not_found() -> GraphError:
    """The call lives, the operation does not."""
    return GraphError(404, "8522", "Operation not found.")


def invalid(message: str) -> GraphError:
    """An argument is missing or out of range."""
    return GraphError(400, "8523", message)


def wrong_state(message: str) -> GraphError:
    """The action is not valid in the state the call is in."""
    return GraphError(400, "8585", message)


def not_established() -> GraphError:
    """A media action before the call is established."""
    return GraphError(400, "8501", "The call is not established.")


def media_inactive() -> GraphError:
    """A media action while the audio is not active."""
    return GraphError(400, "8503", "The audio media state is inactive.")


def not_service_hosted() -> GraphError:
    """An IVR action on a call whose media the application hosts."""
    return GraphError(400, "8500", "The media mode of the call is invalid for this action.")


def unauthenticated(message: str) -> GraphError:
    """No token, or one that does not hold."""
    return GraphError(401, "InvalidAuthenticationToken", message)


def no_permission() -> GraphError:
    """The token's roles do not allow the action."""
    return GraphError(403, "7504", "Insufficient enterprise tenant permissions, cannot access this API.")


def no_meeting_permission(needed: Iterable[str], roles: Iterable[str]) -> GraphError:
    """The token's roles do not allow the request about an online meeting: another service, other words."""
    has = ", ".join(sorted(roles))
    text = f"Missing role permissions on the request. API requires one of '{', '.join(needed)}'. Roles on the request"
    return GraphError(403, "Forbidden", f"{text} '{has}'.")


def no_such_segment(name: str) -> GraphError:
    """This cloud does not have the resource or action."""
    return GraphError(400, "BadRequest", f"Resource not found for the segment '{name}'.")


def tenant_mismatch() -> GraphError:
    """The token is of another tenant than the call."""
    return GraphError(403, "7505", "Request authorization tenant mismatch.")


def conflict(message: str) -> GraphError:
    """It cannot be while something else is."""
    return GraphError(409, "8519", message)


def not_a_group_call() -> GraphError:
    """The action is for group calls and meetings."""
    return GraphError(400, "8548", "The call is not a group call.")


def not_present() -> GraphError:
    """The participant is not in the call."""
    return GraphError(404, "8558", "The participant is not present.")


def bad_source(message: str) -> GraphError:
    """Who is to call cannot call."""
    return GraphError(403, "7507", message)


def not_simulated(what: str) -> GraphError:
    """Graph has it, this simulator does not."""
    return GraphError(501, "NotImplemented", f"The simulator does not play {what}.")
