"""What a worker is told by its environment, which `install.ps1` writes for the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsWrong(ValueError):
    """A variable is missing or malformed; the message names it."""


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    """One field for each variable, which has the field's name in capitals after `MEDIA_`."""

    worker_id: str
    #: https root of the function app: events go there, prompts come from there.
    functions_url: str
    bot_app_id: str
    tenant_id: str
    #: Client id of the worker's managed identity.
    identity_client_id: str
    storage_account: str
    service_fqdn: str
    certificate_thumbprint: str
    #: PEM files of the control API's certificate and key.
    tls_certificate: Path
    tls_key: Path
    #: Folder of the media library, published flat for win-x64; empty for the stand-in in Python.
    library: str = ""
    runtime_config: str = ""
    control_address: str = "0.0.0.0"
    control_port: int = 8443
    health_port: int = 9080
    internal_port: int = 8445
    public_port: int = 8445
    first_media_port: int = 50_000
    last_media_port: int = 50_999
    capacity: int = 25
    #: Hosts to which voice streams may go, comma separated.
    stream_hosts: str = ""
    #: Name of this machine in Azure; empty: nobody asks whether it will end.
    machine: str = ""
    login_authority: str = "https://login.microsoftonline.com"

    @classmethod
    def from_mapping(cls, environment: Mapping[str, str]) -> WorkerSettings:
        """Read them. Raises `SettingsWrong`."""
        given: dict[str, object] = {}
        for name, kind in cls.__annotations__.items():
            variable = f"MEDIA_{name.upper()}"
            text = environment.get(variable, "")
            if not text:
                if not hasattr(cls, name):
                    raise SettingsWrong(f"{variable} is missing")
                continue
            if kind == "int":
                if not text.isdigit():
                    raise SettingsWrong(f"{variable} must be a whole number")
                given[name] = int(text)
            else:
                given[name] = Path(text) if kind == "Path" else text
        settings = cls(**given)  # type: ignore[arg-type]
        if not settings.functions_url.startswith("https://"):
            raise SettingsWrong("MEDIA_FUNCTIONS_URL must be https")
        return settings
