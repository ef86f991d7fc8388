"""The application's own identity towards Graph: client credentials per tenant, through MSAL.

A secret for development; in Azure a user-assigned managed identity that the application trusts as a federated
credential, so that there is no secret to keep.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from graph.errors import TokenUnavailable
from graph.targets import LOOPBACK
from graph.token_cache import AccessToken, TokenCache

# MSAL knows these and asks them about themselves; any other authority it must be told to take as it is.
_MICROSOFT_AUTHORITIES = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.chinacloudapi.cn",
        "login.partner.microsoftonline.cn",
    }
)
_TOKEN_EXCHANGE = "api://AzureADTokenExchange"
_PATIENCE_S = 5
_TENANT = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,127}")
_CODE = re.compile(r"[0-9A-Za-z_]{1,64}")


class GraphCredentials:
    """Gives access tokens for Graph. Exactly one of `client_secret` and `identity_client_id` is used, the secret first.

    `authority`: root of the token service, for instance `https://login.microsoftonline.com`. `graph_base_url`: the
    Graph that tokens are for (a simulator on loopback takes those of the real one). `now`: Unix seconds.
    """

    def __init__(
        self,
        *,
        app_id: str,
        authority: str,
        graph_base_url: str,
        client_secret: str | None = None,
        identity_client_id: str | None = None,
        now: Callable[[], float],
    ) -> None:
        if not (client_secret or identity_client_id):
            raise ValueError("a client secret, or the client id of a managed identity, is needed to ask for tokens")
        self._app_id = app_id
        self._authority = authority.rstrip("/")
        self._scope = _scope(graph_base_url)
        self._client_secret = client_secret
        self._identity_client_id = identity_client_id
        self._applications: dict[str, Any] = {}
        self._identity: Any = None
        self._making = threading.Lock()
        self._cache = TokenCache(self._obtain, now=now)

    async def token(self, tenant_id: str, *, refused: str | None = None) -> str:
        """An access token for Graph on behalf of a tenant; never `refused`, which Graph has not taken.

        Raises `TokenUnavailable` with the token service's error code.
        """
        if not _TENANT.fullmatch(tenant_id):
            raise TokenUnavailable("the tenant id is malformed")
        return await self._cache.token(tenant_id, refused=refused)

    def _obtain(self, tenant_id: str) -> AccessToken:
        """Ask the token service, never MSAL's own cache. Blocks; runs in a thread."""
        try:
            application = self._application(tenant_id)
            application.remove_tokens_for_client()
            return _token_in(application.acquire_token_for_client(scopes=[self._scope]))
        except TokenUnavailable:
            raise
        except Exception as failure:  # MSAL lets its transport's errors through; their texts may quote requests
            raise TokenUnavailable(type(failure).__name__) from None

    def _application(self, tenant_id: str) -> Any:
        application = self._applications.get(tenant_id)
        if application is None:
            import msal  # pyright: ignore[reportMissingTypeStubs]

            host = urlsplit(self._authority).hostname
            try:
                application = cast("Any", msal).ConfidentialClientApplication(
                    self._app_id,
                    client_credential=self._client_secret or {"client_assertion": self._assertion},
                    authority=f"{self._authority}/{tenant_id}",
                    instance_discovery=None if host in _MICROSOFT_AUTHORITIES else False,
                    timeout=_PATIENCE_S,
                )
            except ValueError:  # how MSAL says that the tenant has no OpenID metadata
                raise TokenUnavailable("the authority knows no such tenant") from None
            self._applications[tenant_id] = application
        return application

    def _assertion(self) -> str:
        """A token of the managed identity, which the application's federated credential trusts. MSAL caches it."""
        with self._making:
            if self._identity is None:
                self._identity = _managed_identity(self._identity_client_id)
            return _token_in(self._identity.acquire_token_for_client(resource=_TOKEN_EXCHANGE)).token


def _managed_identity(client_id: str | None) -> Any:
    import msal  # pyright: ignore[reportMissingTypeStubs]
    import requests

    session: Any = requests.Session()
    session.request = functools.partial(session.request, timeout=_PATIENCE_S)  # it has none of its own
    library = cast("Any", msal)
    identity = library.UserAssignedManagedIdentity(client_id=client_id)
    return library.ManagedIdentityClient(identity, http_client=session)


def _token_in(result: object) -> AccessToken:
    """The token in MSAL's result. Raises `TokenUnavailable` with its error code; descriptions are left out."""
    given = cast("dict[str, Any]", result) if isinstance(result, dict) else {}
    token = given.get("access_token")
    if isinstance(token, str) and token:
        return AccessToken(token=token, life_s=float(given.get("expires_in") or 0))
    error = given.get("error")
    parts = [error] if isinstance(error, str) and _CODE.fullmatch(error) else ["no token"]
    codes = given.get("error_codes")
    if isinstance(codes, list):
        parts += [f"AADSTS{code}" for code in cast("list[object]", codes) if isinstance(code, int)]
    raise TokenUnavailable(" ".join(parts))


def _scope(graph_base_url: str) -> str:
    host = urlsplit(graph_base_url).hostname
    return f"https://{'graph.microsoft.com' if host in LOOPBACK or not host else host}/.default"
