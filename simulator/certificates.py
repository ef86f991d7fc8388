"""A certificate authority for loopback: MSAL speaks https only.

`python -m simulator --write-certificates DIR` writes `ca.pem` (the system's roots and this authority: what the bot's
`SSL_CERT_FILE` and `REQUESTS_CA_BUNDLE` name), and `server.pem` and `server-key.pem` for `python -m simulator`.
"""

from __future__ import annotations

import functools
import ssl
from dataclasses import dataclass
from pathlib import Path

import certifi
import trustme

_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class CertificateFiles:
    """Where the certificates lie."""

    ca: Path
    server: Path
    key: Path

    @classmethod
    def of(cls, folder: Path) -> CertificateFiles:
        """The files of a folder that `write` filled."""
        return cls(ca=folder / "ca.pem", server=folder / "server.pem", key=folder / "server-key.pem")


def write(folder: Path, *, roots: bool = True) -> CertificateFiles:
    """Make an authority and a certificate for loopback, and write them; the key readable by the owner only.

    `roots`: whether the system's roots stand before the authority. Whoever speaks to the simulator alone needs none,
    and is spared reading 140 certificates.
    """
    files = CertificateFiles.of(folder)
    authority, certificate = _authority()
    folder.mkdir(parents=True, exist_ok=True)
    system = Path(certifi.where()).read_bytes() + b"\n" if roots else b""
    files.ca.write_bytes(system + authority.cert_pem.bytes())
    files.server.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    files.key.touch(mode=0o600)
    files.key.write_bytes(certificate.private_key_pem.bytes())
    return files


def server_context(files: CertificateFiles | None = None) -> ssl.SSLContext:
    """How the https listener proves itself: with these files, or with a certificate made for this process."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if files is None:
        _authority()[1].configure_cert(context)
    else:
        context.load_cert_chain(files.server, files.key)
    return context


@functools.cache
def _authority() -> tuple[trustme.CA, trustme.LeafCert]:
    authority = trustme.CA(organization_name="Callwright simulator")
    return authority, authority.issue_cert(*_NAMES)
