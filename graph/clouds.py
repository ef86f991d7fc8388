"""Microsoft's clouds: where Graph and the token service of each are, and what of calling it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from graph.permissions import PERMISSIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class Cloud:
    """One cloud. Tokens of one are worth nothing in another.

    Source: https://learn.microsoft.com/graph/deployments
    """

    #: `global`, `gcc_high`, `dod` or `china`.
    name: str
    title: str
    #: Graph's root, including the version.
    graph_root: str
    login_authority: str
    portal: str
    #: OpenID metadata that announces the keys of webhook tokens; None where Microsoft names none.
    calling_openid_metadata: str | None

    @property
    def lacks(self) -> frozenset[str]:
        """Names of the actions that this cloud does not offer."""
        return frozenset(row.action for row in PERMISSIONS if self.name not in row.clouds)


_OPENID_METADATA = "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration"

GLOBAL = Cloud(
    name="global",
    title="global and GCC",
    graph_root="https://graph.microsoft.com/v1.0",
    login_authority="https://login.microsoftonline.com",
    portal="https://portal.azure.com",
    calling_openid_metadata=_OPENID_METADATA,
)
#: For the government clouds it is an open question which keys sign webhook tokens.
GCC_HIGH = Cloud(
    name="gcc_high",
    title="US Government GCC High (L4)",
    graph_root="https://graph.microsoft.us/v1.0",
    login_authority="https://login.microsoftonline.us",
    portal="https://portal.azure.us",
    calling_openid_metadata=None,
)
DOD = Cloud(
    name="dod",
    title="US Government DoD (L5)",
    graph_root="https://dod-graph.microsoft.us/v1.0",
    login_authority="https://login.microsoftonline.us",
    portal="https://portal.azure.us",
    calling_openid_metadata=None,
)
#: Has no calling at all.
CHINA = Cloud(
    name="china",
    title="China, operated by 21Vianet",
    graph_root="https://microsoftgraph.chinacloudapi.cn/v1.0",
    login_authority="https://login.chinacloudapi.cn",
    portal="https://portal.azure.cn",
    calling_openid_metadata=None,
)

CLOUDS = (GLOBAL, GCC_HIGH, DOD, CHINA)


def cloud_of(address: str) -> Cloud | None:
    """The cloud whose Graph or token service is at an address; None for any other, for instance a simulator.

    The token service of the government clouds is shared: for its address the first of them is given.
    """
    host = urlsplit(address).hostname
    for cloud in CLOUDS:
        if host in (urlsplit(cloud.graph_root).hostname, urlsplit(cloud.login_authority).hostname):
            return cloud
    return None
