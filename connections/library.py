"""The flow documents of this deployment, and what a call is pinned to when it begins."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from flows import Flow, load_file, routes
from graph.kinds import IncomingCall
from graph.notifications import parse_item
from prompts.catalogue import Catalogue

JSON = dict[str, Any]
KEEP_ALIVE_S = 840  # Graph ends a call after 45 min without one and recommends 15
MAX_CALL_S = 4 * 3600


class FlowLibrary:
    """A folder with `*.yaml` flows and `routes.yaml`; read when the first call needs it."""

    def __init__(self, folder: Path, catalogue: Catalogue, *, tone_reorder_ms: int) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._tone_reorder_ms = tone_reorder_ms

    def pin(self, raw: JSON, tenant_id: str) -> JSON:
        """What a call keeps to its end, whatever is deployed meanwhile.

        Args:
            raw: the notification that announced the call, as it came.
            tenant_id: of the token it came with.

        Raises `FlowErrors` when the routes, or the flow that they lead to, cannot be read.
        """
        route = self._routes.match(_called(raw), tenant_id)
        flow = self._flow(route.flow)
        locale = route.locale or flow.locale
        prompts = {id: self._catalogue.prompt(id, locale) for id in flow.prompts}
        return {
            "flow": flow.to_json(),
            "hash": flow.hash,
            "locale": locale,
            "route": route.to_json(),
            "prompts": {id: {"key": prompt.key, "ms": prompt.duration_ms} for id, prompt in prompts.items()},
            "settings": {
                "tone_reorder_ms": self._tone_reorder_ms,
                "keep_alive_s": KEEP_ALIVE_S,
                "max_call_s": MAX_CALL_S,
            },
        }

    @cached_property
    def _routes(self) -> routes.Routes:
        path = self._folder / "routes.yaml"
        return routes.load(path.read_text(encoding="utf-8"), str(path))

    def _flow(self, id: str) -> Flow:
        return load_file(self._folder / f"{id}.yaml")


def _called(raw: JSON) -> dict[str, str | None]:
    """Who is called, as routes ask for it."""
    notification = parse_item(raw)
    if not isinstance(notification, IncomingCall):
        return {}
    ids = {identity.kind: identity.id for identity in notification.called.identities}
    return {
        "application": ids.get("application"),
        "application_instance": ids.get("applicationInstance"),
        "phone": ids.get("phone"),
    }
