"""Telephones that a call may be sent on to: as the setting DIAL_ALLOW says, whoever wants it.

Operators are told when they ask. A flow is told by `callwright check`; here it is held to it, and so is a request that
was sound when it was made.
"""

from __future__ import annotations

import connections
from graph.requests import Target

SETTING = "DIAL_ALLOW"


class NotToBeDialled(ValueError):
    """A telephone that the deployment does not let be dialled. The message has no number in it."""


def check_dialled(*targets: Target) -> None:
    """Raise `NotToBeDialled` unless every telephone among them may be dialled."""
    allowed = connections.current().settings.dial_allow
    if any(target.kind == "phone" and not target.id.startswith(allowed) for target in targets):
        raise NotToBeDialled(f"{SETTING} of this deployment does not list how the number begins")
