"""What `http` and `notify` share: one request to another service, out of what the flow knows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flows import expressions
from flows.expressions import Value
from flows.nodes import Frame, Node
from flows.parameters import parameter
from flows.shapes import Address, Duration, Formula, Header, JsonName, Name, Table


@dataclass(frozen=True, kw_only=True)
class Fetching(Node):
    """A node that asks something of a service, whose host the setting `HTTP_ALLOW` must list."""

    url: str = parameter("url", Address(), "an https address; plain http on loopback only", missing="missing-key")
    body: dict[str, str] = parameter(
        "body", Table(JsonName(), Formula(), most=50), "JSON that is posted: field -> expression", default={}
    )
    secret: str = parameter(
        "secret", Name("name of a secret"), "what the setting `HTTP_SECRET_{NAME}` holds is sent", default=""
    )
    header: str = parameter("header", Header(), "the header that carries the secret", default="Authorization")
    timeout_ms: int = parameter("timeout", Duration(500, 15_000), "how long it may take", default=5_000)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The one of the address."""
        parts = urlsplit(self.url)
        usual = {"https": 443, "http": 80}[parts.scheme]
        return (f"{parts.hostname}" if parts.port in (None, usual) else f"{parts.hostname}:{parts.port}",)

    @property
    def unattended(self) -> tuple[str, ...]:
        """Nobody is waited for but the service."""
        return tuple(outcome.name for outcome in self.OUTCOMES if outcome.name != "hangup")


def written(formulas: dict[str, str], frame: Frame) -> dict[str, Value]:
    """The values of expressions, by name."""
    return {name: expressions.parse(formula).value(frame.variables) for name, formula in formulas.items()}
