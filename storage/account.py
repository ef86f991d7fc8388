"""Which storage account, and how to be let in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from storage.errors import StorageUnavailable

#: No retry of the client's own: a caller with 15 s to answer cannot wait for one, and every writer here may be
#: repeated by whoever asked. With the defaults a frozen service keeps a request hanging for minutes.
FAIL_FAST: dict[str, Any] = {"retry_total": 0, "connection_timeout": 2, "read_timeout": 2}
#: Upper bound of one operation, seconds: name resolution, a missing table made on the way.
OPERATION_S = 4.5


@dataclass(frozen=True, kw_only=True)
class StorageAccount:
    """A storage account: by connection string (a laptop), or by name and identity (Azure)."""

    connection_string: str | None = None
    name: str | None = None
    #: Client id of a user-assigned identity; None for the system-assigned one.
    client_id: str | None = None

    def __post_init__(self) -> None:
        if bool(self.connection_string) == bool(self.name):
            raise ValueError("a storage account is given by a connection string or by its name, one of the two")

    def url(self, service: str) -> str:
        """Address of the account's `blob` or `table` service."""
        return f"https://{self.name}.{service}.core.windows.net"

    def credential(self) -> Any:
        """The identity of this app, for accounts given by name; close it with the client."""
        from azure.identity.aio import ManagedIdentityCredential  # late: it costs every cold start otherwise

        return ManagedIdentityCredential(client_id=self.client_id)


def unavailable(service: str, error: Exception) -> StorageUnavailable:
    """What to tell of a request to the `table` or `blob` service that ended without a usable answer."""
    if isinstance(error, TimeoutError):
        return StorageUnavailable(f"the {service} service gave no answer within {OPERATION_S:g} s")
    status = getattr(error, "status_code", None)
    if status in (401, 403):
        role = f"Storage {service.capitalize()} Data Contributor"
        return StorageUnavailable(
            f"the {service} service refuses this app ({status}): give its identity the role {role}"
        )
    first_line = str(error).partition("\n")[0]
    said = status or type(error).__name__
    return StorageUnavailable(f"the {service} service did not answer usably ({said}): {first_line}")
