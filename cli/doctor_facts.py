"""What `callwright doctor` asks of an environment: a laptop with its simulator, or a deployment in Azure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Unknown(Exception):
    """A fact cannot be had, which is a finding of its own: the message says why, `mend` what to do."""

    def __init__(self, says: str, mend: str) -> None:
        super().__init__(says)
        self.mend = mend


class NotHere(Exception):
    """A fact does not exist in this environment, for instance a scheduler on a laptop."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What an address answered."""

    status: int
    #: Unix seconds, of the header Date; None without one.
    at: float | None
    body: dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Channel:
    """The Teams channel of the bot."""

    calling: bool
    webhook: str


class Facts(Protocol):
    """What can be asked of an environment. Every method may raise `Unknown` or `NotHere`."""

    def values(self) -> dict[str, str]:
        """The app's settings."""
        ...

    async def token(self) -> dict[str, object]:
        """Claims of an access token for Graph."""
        ...

    async def granted(self) -> frozenset[str]:
        """Graph's application permissions that an administrator consented to."""
        ...

    async def fetch(self, method: str, url: str) -> Reply:
        """What an address answers to a request without a token."""
        ...

    async def certificate_days(self, host: str) -> float:
        """Days for which the certificate of an https host is still good."""
        ...

    async def channel(self) -> Channel:
        """The bot's channel."""
        ...

    async def scheduler(self) -> str:
        """Provisioning state of the Durable Task Scheduler."""
        ...

    async def storage(self) -> None:
        """Whether the app may read and write what it keeps."""
        ...

    async def media_certificate_days(self) -> float:
        """Days for which the media workers' certificate is still good."""
        ...

    async def media_library_days(self) -> float:
        """Age of the media library of the workers."""
        ...

    def flow_problems(self, folder: str) -> list[str]:
        """What is wrong with flows and routes."""
        ...

    def now(self) -> float:
        """Unix seconds."""
        ...
