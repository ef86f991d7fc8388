"""`mediaConfig`: whether Graph or the application hosts the media, and what Graph is to fetch ahead.

Source: https://learn.microsoft.com/graph/api/resources/servicehostedmediaconfig and appHostedMediaConfig
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.actions.asked import media_info
from simulator.call import Call
from simulator.errors import invalid
from simulator.prompts import MediaInfo, Prompt, PromptFailed

_TYPES = {
    "#microsoft.graph.serviceHostedMediaConfig": True,
    "#microsoft.graph.appHostedMediaConfig": False,
}


@dataclass(frozen=True, kw_only=True)
class MediaConfig:
    """What an answer, or a request for a call, says of media."""

    service_hosted: bool
    prefetch: tuple[MediaInfo, ...]
    raw: Mapping[str, Any]

    @classmethod
    def of(cls, value: Any) -> MediaConfig:
        """Read it. Raises `GraphError` 400/8523."""
        kind = value.get("@odata.type") if isinstance(value, Mapping) else None
        if not isinstance(kind, str) or kind not in _TYPES:
            raise invalid("mediaConfig must have an @odata.type: serviceHostedMediaConfig or appHostedMediaConfig.")
        prefetch = value.get("preFetchMedia") or []
        if not isinstance(prefetch, list):
            raise invalid("preFetchMedia must be a list.")
        infos = tuple(media_info(item, "preFetchMedia") for item in prefetch)
        return cls(service_hosted=_TYPES[kind], prefetch=infos, raw=value)

    def apply(self, call: Call) -> None:
        """Host a call's media so, and start to fetch."""
        call.service_hosted = self.service_hosted
        call.media_config = self.raw
        for info in self.prefetch:
            _prefetch(call, info)


def _prefetch(call: Call, info: MediaInfo) -> None:
    def fetched(outcome: Prompt | Exception) -> None:
        if isinstance(outcome, Prompt):
            call.prompts.keep(outcome)
        elif isinstance(outcome, PromptFailed):
            call.transcript.add("fetch", uri=info.uri, problem=outcome.problem)
        else:
            raise outcome

    if info.resource_id is not None and call.settings.prompt_cache == "call":
        call.exchange.fetch(info, fetched)
