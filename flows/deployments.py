"""The flows of one deployment as calls have them: with their subflows, and with the calls that they have placed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from flows import paths
from flows.checks import sensitive_uses
from flows.flow import Flow
from flows.kinds.subflow import Subflow
from flows.linker import link
from flows.loader import Document
from flows.nodes import Node
from flows.problems import FlowErrors


class Deployment:
    """Documents without mistakes of their own, by the ids of their flows."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self.documents = documents
        self.linked = cache(self._linked)

    def flow(self, id: str) -> Flow:
        """One of the flows as it is written. Raises KeyError."""
        return self.documents[id].flow

    def _linked(self, id: str) -> Flow:
        """One of the flows with its subflows; as it is written where they cannot be put in, which is told elsewhere."""
        flow = self.flow(id)
        try:
            return link(flow, self.flow)
        except (FlowErrors, KeyError):
            return flow

    def nodes(self, flow: Flow) -> list[Node]:
        """The nodes that a call can come to, with those of subflows."""
        linked = self.linked(flow.id)
        return [linked.nodes[name] for name in paths.reached(linked)]

    def leg_nodes(self, nodes: Sequence[Node]) -> Iterator[Node]:
        """The nodes of the calls that are placed at some of these nodes, under names such as `consultation-leg.ask`."""
        for id in dict.fromkeys(node.leg_flow for node in nodes):
            if id is not None and id in self.documents:
                for node in self.nodes(self.documents[id].flow):
                    yield dataclasses.replace(node, id=f"{id}.{node.id}")

    def sensitive_uses(self, document: Document) -> Iterator[tuple[str, str]]:
        """(node, message) wherever a subflow and the flow around it let out what only both together make a secret."""
        told = sensitive_uses(document.flow)
        for (name, variable), message in sensitive_uses(self.linked(document.flow.id)).items():
            at, _, inner = name.partition(".")
            if not inner:
                if (name, variable) not in told:
                    yield at, message
                continue
            user = document.flow.nodes[at]
            assert isinstance(user, Subflow)
            if (inner, variable) not in sensitive_uses(self.linked(user.flow)):
                yield at, f"{message}, and '{name}' uses it"
