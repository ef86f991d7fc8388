"""Builds the package: the manifest filled in, beside its icons, in a zip that Teams takes."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from teams_app import checks
from teams_app.icons import SIZES
from triggers.health import VERSION

HERE = Path(__file__).resolve().parent
_SAME_TIME = (1980, 1, 1, 0, 0, 0)


class NotATeamsApp(Exception):
    """What was given makes no app that Teams would take; the message says everything that is wrong."""


@dataclass(frozen=True, kw_only=True)
class App:
    """What one deployment's app is filled in with."""

    #: Application (client) id of the bot in Entra.
    bot_app_id: str
    #: Host name of the function app.
    host_name: str
    #: Name that people see, at most 30 characters.
    name: str = "Callwright"
    developer_name: str = "Callwright"
    #: https address with the developer's privacy statement and terms.
    developer_url: str = "https://example.com"
    version: str = VERSION


def manifest(app: App) -> dict[str, Any]:
    """The manifest of an app."""
    template = Template((HERE / "manifest.json").read_text(encoding="utf-8"))
    fields = {
        "BOT_APP_ID": app.bot_app_id,
        "HOST_NAME": app.host_name,
        "NAME": app.name,
        "DEVELOPER_NAME": app.developer_name,
        "DEVELOPER_URL": app.developer_url,
        "VERSION": app.version,
    }
    return json.loads(template.safe_substitute({name: json.dumps(value)[1:-1] for name, value in fields.items()}))


def write_package(app: App, out: Path) -> None:
    """Write the package; the same app gives the same bytes. Raises `NotATeamsApp`."""
    filled = manifest(app)
    icons = {name: (HERE / name).read_bytes() for name in SIZES}
    wrong = checks.problems(filled, icons)
    if wrong:
        raise NotATeamsApp("\n".join(wrong))
    members = {"manifest.json": json.dumps(filled, indent=2, ensure_ascii=False).encode(), **icons}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, _SAME_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data)
