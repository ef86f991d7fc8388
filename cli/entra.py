"""The bot's application in Entra: which permissions of Graph it asks for, and which roles it gives others.

`python -m cli.entra` writes both as az takes them, into `bicep/entra/`.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.permissions import INITIATE, INITIATE_GROUP, JOIN, JOIN_AS_GUEST, MEDIA, READ_MEETINGS, WRITE_MEETINGS

FOLDER = Path(__file__).resolve().parent.parent / "bicep" / "entra"
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"

#: Ids of Graph's application permissions; the same in every tenant and cloud.
#: Source: https://learn.microsoft.com/graph/permissions-reference
PERMISSION_IDS = {
    INITIATE: "284383ee-7f6e-4e40-a2a8-e85dcb029101",
    INITIATE_GROUP: "4c277553-8a09-487b-8023-29ee378d8324",
    JOIN: "f6b49018-60ab-4f81-83bd-22caeabfed2d",
    JOIN_AS_GUEST: "fd7ccf6b-3d28-418b-9701-cd10f5cd2fd4",
    MEDIA: "a7a681dc-756e-4909-b988-f160edc6655f",
    READ_MEETINGS: "c1684f21-1984-47fa-9d61-2dc8c296bb70",
    WRITE_MEETINGS: "b8bb2037-6e08-44ac-a4ea-4674e010e2a4",
}
#: What the bot asks for. A directory user's way into meetings includes the guest's, and writing meetings reading them.
ASKED = (INITIATE, INITIATE_GROUP, JOIN, MEDIA, WRITE_MEETINGS)

_ROLE_NAMESPACE = uuid.UUID("6f1c2c1e-9c0b-5f53-8a5c-3b1f6a1d7c55")


@dataclass(frozen=True, kw_only=True, slots=True)
class AppRole:
    """A role that people or applications are given on the bot's application."""

    value: str
    who: tuple[str, ...]
    title: str
    description: str

    @property
    def id(self) -> str:
        """The same at every deployment, as assignments refer to it."""
        return str(uuid.uuid5(_ROLE_NAMESPACE, self.value))


_ANYBODY = ("User", "Application")
_PROGRAM = ("Application",)
APP_ROLES = (
    AppRole(value="Read", who=_ANYBODY, title="Read calls", description="Read records and events of calls."),
    AppRole(value="Listen", who=_ANYBODY, title="Listen to recordings", description="Fetch recordings of calls."),
    AppRole(value="Operate", who=_ANYBODY, title="Operate calls", description="Place calls and act on live ones."),
    AppRole(value="Erase", who=_ANYBODY, title="Erase", description="Erase what is kept of a caller or a customer."),
    AppRole(
        value="Media.Control",
        who=_PROGRAM,
        title="Control media workers",
        description="Tell media workers what to do. For the function app's identity.",
    ),
    AppRole(
        value="Media.Events",
        who=_PROGRAM,
        title="Report media events",
        description="Tell the function app what happens in media. For the identity of media workers.",
    ),
)


def app_roles() -> list[dict[str, Any]]:
    """For `az ad app create --app-roles`."""
    return [
        {
            "allowedMemberTypes": list(role.who),
            "description": role.description,
            "displayName": role.title,
            "id": role.id,
            "isEnabled": True,
            "value": role.value,
        }
        for role in APP_ROLES
    ]


def required_resource_accesses() -> list[dict[str, Any]]:
    """For `az ad app create --required-resource-accesses`."""
    access = [{"id": PERMISSION_IDS[name], "type": "Role"} for name in ASKED]
    return [{"resourceAppId": GRAPH_APP_ID, "resourceAccess": access}]


def files() -> dict[str, str]:
    """The files of `bicep/entra/`, by name."""
    content = {"app-roles.json": app_roles(), "graph-permissions.json": required_resource_accesses()}
    return {name: json.dumps(value, indent=2) + "\n" for name, value in content.items()}


def main() -> None:
    """Write the files."""
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
