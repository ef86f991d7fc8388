"""What can be wrong with a Teams app package that Microsoft's schema of the manifest does not see.

Source: https://learn.microsoft.com/microsoft-365/extensibility/schema/root
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from graph.permissions import RSC_JOIN, RSC_MEDIA, RSC_MEETING
from teams_app.icons import SIZES

JSON = dict[str, Any]

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_VERSION = re.compile(r"(0|[1-9]\d{0,4})(\.(0|[1-9]\d{0,4})){2}")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)
_RESOURCE_SPECIFIC = frozenset({RSC_JOIN, RSC_MEDIA, RSC_MEETING})


def problems(manifest: JSON, icons: Mapping[str, bytes]) -> list[str]:
    """Everything that is wrong, each in a sentence; `icons` are the files beside the manifest, by name."""
    return [
        *_identity(manifest),
        *_calling(manifest),
        *_permissions(manifest),
        *_addresses(manifest),
        *_icons(manifest, icons),
    ]


def _identity(manifest: JSON) -> Iterator[str]:
    bot_ids = [bot.get("botId") for bot in manifest.get("bots", [])]
    application = manifest.get("webApplicationInfo") or {}
    for name, value in (("id", manifest.get("id")), *(("bots.botId", each) for each in bot_ids)):
        if not isinstance(value, str) or not _GUID.fullmatch(value) or not value.strip("0-"):
            yield f"{name} is {value!r}: the application (client) id of the bot belongs there"
    if application.get("id") not in bot_ids:
        yield "webApplicationInfo.id is not the bot's: resource-specific consent would be given to another application"
    if not application.get("resource"):
        yield "webApplicationInfo.resource is missing: it has no function, but consent is not asked for without it"
    if not _VERSION.fullmatch(str(manifest.get("version"))):
        yield f"version is {manifest.get('version')!r}: three numbers; Teams takes an update only when they rise"
    if "${" in str(manifest):
        yield "a ${PLACEHOLDER} is not filled in"


def _calling(manifest: JSON) -> Iterator[str]:
    for bot in manifest.get("bots", []):
        if bot.get("supportsCalling") is not True:
            yield "bots.supportsCalling is not true: nobody can call the bot"
        if "personal" not in bot.get("scopes", []):
            yield "bots.scopes lacks personal: calls of two go to the personal app"
        if not {"groupChat", "team"} & set(bot.get("scopes", [])):
            yield "bots.scopes lacks groupChat and team: the bot cannot be added to a meeting"
        if bot.get("isNotificationOnly"):
            yield "bots.isNotificationOnly is true: such a bot takes nothing from people"


def _permissions(manifest: JSON) -> Iterator[str]:
    asked = ((manifest.get("authorization") or {}).get("permissions") or {}).get("resourceSpecific") or []
    for permission in asked:
        name = permission.get("name")
        if name not in _RESOURCE_SPECIFIC:
            yield f"the resource-specific permission {name} is none that the bot uses"
        if permission.get("type") != "Application":
            yield f"{name} exists for applications only, not {permission.get('type')}"
    if len({permission.get("name") for permission in asked}) < len(asked):
        yield "a resource-specific permission is there twice"
    if RSC_JOIN not in {permission.get("name") for permission in asked}:
        yield f"{RSC_JOIN} is missing: the bot could join no meeting of a chat that has the app"


def _addresses(manifest: JSON) -> Iterator[str]:
    for name, value in (manifest.get("developer") or {}).items():
        if name.endswith("Url") and (urlsplit(str(value)).scheme != "https" or not urlsplit(str(value)).hostname):
            yield f"developer.{name} is {value!r}: it must be an https address"
    domains = manifest.get("validDomains") or []
    if not domains:
        yield "validDomains is empty: the host name of the function app belongs there"
    for domain in domains:
        if not _DOMAIN.fullmatch(domain):
            yield f"validDomains has {domain!r}: a host name alone, without scheme, path or wildcard"


def _icons(manifest: JSON, icons: Mapping[str, bytes]) -> Iterator[str]:
    for role, size in (("color", SIZES["color.png"]), ("outline", SIZES["outline.png"])):
        name = (manifest.get("icons") or {}).get(role)
        data = icons.get(str(name))
        if data is None:
            yield f"icons.{role} is {name!r}: no such file is in the package"
            continue
        try:
            width, height, pixels = _decoded(data)
        except (ValueError, struct.error, zlib.error):
            yield f"{name} is not a PNG with 8 bits a channel and transparency"
            continue
        if (width, height) != (size, size):
            yield f"{name} is {width} x {height}: Teams wants {size} x {size}"
        elif role == "outline" and any(pixel[3] and pixel[:3] != b"\xff\xff\xff" for pixel in pixels):
            yield f"{name} has a colour: white and transparent is all that an outline may have"


def _decoded(data: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height, and pixels of four bytes, of a PNG as `teams_app.icons` writes it (no filters)."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("not a PNG")
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    if (depth, kind) != (8, 6) or max(width, height) > 1024:
        raise ValueError("another kind of PNG")
    length = struct.unpack(">I", data[33:37])[0]
    rows = zlib.decompress(data[41 : 41 + length])
    stride = 1 + 4 * width
    if len(rows) != stride * height or any(rows[::stride]):
        raise ValueError("filtered, or cut off")
    flat = [rows[y * stride + 1 + 4 * x :][:4] for y in range(height) for x in range(width)]
    return width, height, flat
