"""Every fact about Graph can be looked up where it was found."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator

import pytest

import graph

SOURCE = re.compile(r"^Source: https://learn\.microsoft\.com/[a-z]\S+$", re.MULTILINE)


def public_dataclasses() -> Iterator[tuple[str, type]]:
    for module in pkgutil.iter_modules(graph.__path__):
        for name, found in vars(importlib.import_module(f"graph.{module.name}")).items():
            if (
                isinstance(found, type)
                and found.__module__ == f"graph.{module.name}"
                and "__dataclass_fields__" in vars(found)
                and not name.startswith("_")
            ):
                yield f"{module.name}.{name}", found


FOUND = dict(public_dataclasses())


def test_they_are_found() -> None:
    assert {"media_requests.PlayPrompt", "kinds.IncomingCall", "operations.RecordEnded", "targets.Target"} <= set(FOUND)
    assert len(FOUND) > 40


@pytest.mark.parametrize("name", FOUND)
def test_every_resource_and_action_says_where_it_is_described(name: str) -> None:
    assert SOURCE.search(inspect.cleandoc(FOUND[name].__doc__ or ""))


#: Functions and bases that state a fact about Graph, beside the resources and actions.
STATING = (
    *("call_setup.media_config", "call_setup.check_media", "join_urls.parse_join_url", "targets.identity_set"),
    *("request.StartsOperation", "request.check_client_context", "operations.read_operation"),
    *("meeting_info.meeting_from_wire", "resources.audio_state"),
)


@pytest.mark.parametrize("place", STATING)
def test_every_function_that_states_a_fact_says_where_it_is_from(place: str) -> None:
    module, _, name = place.partition(".")
    found = getattr(importlib.import_module(f"graph.{module}"), name)
    assert SOURCE.search(inspect.cleandoc(found.__doc__ or ""))


@pytest.mark.parametrize("name", FOUND)
def test_every_resource_and_action_is_frozen_and_made_by_names(name: str) -> None:
    assert vars(FOUND[name])["__dataclass_params__"].frozen
    assert all(field.kw_only for field in dataclasses.fields(FOUND[name]))
