"""Which calls ask for something that nobody but the caller may know."""

from __future__ import annotations

from flows import paths
from flows.flow import Flow
from flows.kinds.asking import Asking


def is_sensitive(flow: Flow) -> bool:
    """Whether a call can come to a node that asks for a secret: then no key of the call is anybody's to read.

    All of them, because callers type ahead: what is meant for such a node is pressed while another one listens.
    """
    nodes = (flow.nodes[name] for name in paths.reached(flow))
    return any(isinstance(node, Asking) and node.sensitive for node in nodes)
