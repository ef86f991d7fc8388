"""Who may use the operators' API: Entra tokens with app roles, or on loopback a development key.

A role is held for every customer (`Operate`) or for one (`Operate.customer.northwind`). Platform headers such as
`X-MS-CLIENT-PRINCIPAL` are ignored: anybody can send them where the platform does not.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterable
from dataclasses import dataclass

import azure.functions as func

import connections
from api.routes import Role
from api.shapes import Wrong
from graph.signing_keys import KeysUnavailable
from graph.webhook_tokens import TokenRefused
from triggers.problems import Refused, problem, wrong_fields

log = logging.getLogger("callwright.authorization")

DEVELOPMENT_KEY_HEADER = "x-development-key"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The customers for whom a caller holds a role; None: every one."""

    role: Role
    #: Object id of the person, or the application's; on a laptop, that it was the development key.
    who: str
    customers: frozenset[str] | None

    def covers(self, customer: object) -> bool:
        """Whether a call of this customer (or of none) is within it."""
        return self.customers is None or customer in self.customers

    def customer(self, asked: str | None) -> str | None:
        """The customer that a request is for: the one it names, else the only one there is; None for every one.

        Raises `Refused` for another's, and where a caller with several has to say which.
        """
        if asked is not None:
            if not self.covers(asked):
                raise Refused(_role_missing(f"{self.role} for this customer"))
            return asked
        if self.customers is None:
            return None
        if len(self.customers) > 1:
            detail = "is missing: the token holds the role for several customers"
            raise wrong_fields([Wrong(field="customer", detail=detail)])
        return next(iter(self.customers))


async def require_role(req: func.HttpRequest, role: Role) -> Scope:
    """The customers for whom the caller holds `role`, at least one; raises `Refused` with 401, 403 or 503."""
    here = connections.current()
    key = here.settings.development_key
    given = req.headers.get(DEVELOPMENT_KEY_HEADER)
    if key and given and here.settings.on_loopback and hmac.compare_digest(key.encode(), given.encode()):
        return Scope(role=role, who="development key", customers=None)
    try:
        claims = await here.api_tokens.validate(req.headers.get("Authorization"))
    except TokenRefused as refusal:
        log.warning("a token was refused: %s", refusal.cause)
        raise Refused(
            problem(401, "Not signed in", "Send an Entra access token for this application as a bearer token.")
        ) from None
    except KeysUnavailable as failure:
        log.warning("no token can be checked: %s", failure)
        raise Refused(problem(503, "Keys are away", "No token can be checked at the moment; try again.")) from None
    scope = _scope(role, claims.oid or claims.appid or "unknown", claims.roles)
    if scope.customers is not None and not scope.customers:
        raise Refused(_role_missing(role))
    return scope


def _scope(role: Role, who: str, held: Iterable[str]) -> Scope:
    prefix, held = f"{role}.customer.", tuple(held)
    if role in held:
        return Scope(role=role, who=who, customers=None)
    customers = {each.removeprefix(prefix) for each in held if each.startswith(prefix)}
    return Scope(role=role, who=who, customers=frozenset(customers - {""}))


def _role_missing(role: str) -> func.HttpResponse:
    return problem(403, "Role missing", f"This needs the app role {role}; the token does not hold it.")
