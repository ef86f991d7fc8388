"""Mistakes in a manifest, each made by setting one value, with a word of what must be said of it."""

from __future__ import annotations

from typing import Any

REMOVE = object()

#: mistake -> path of keys and indices, the wrong value, who finds it (`schema` or `checks`), a word of the finding.
SEEDS: dict[str, tuple[tuple[str | int, ...], Any, str, str]] = {
    "a misspelt property": (("bots", 0, "supportsCaling"), True, "schema", "supportsCaling"),
    "an unknown property at the root": (("callings",), True, "schema", "callings"),
    "no accent colour": (("accentColor",), REMOVE, "schema", "accentColor"),
    "a colour that is none": (("accentColor",), "blue", "schema", "blue"),
    "a name of more than 30 characters": (("name", "short"), "x" * 31, "schema", "too long"),
    "a description of more than 80 characters": (("description", "short"), "x" * 81, "schema", "too long"),
    "a scope in the wrong case": (("bots", 0, "scopes"), ["personal", "groupchat"], "schema", "groupchat"),
    "another version of the schema": (("manifestVersion",), "1.99", "schema", "1.22"),
    "a bot id that is no GUID": (("bots", 0, "botId"), "callwright", "schema", "callwright"),
    "two bots": (
        ("bots",),
        [{"botId": "0c1f5b00-5555-4a2b-9c3d-00000000b070", "scopes": ["personal"]}] * 2,
        "schema",
        "too long",
    ),
    "a text where true belongs": (("bots", 0, "supportsCalling"), "true", "schema", "boolean"),
    "calling left off": (("bots", 0, "supportsCalling"), False, "checks", "nobody can call"),
    "no personal scope": (("bots", 0, "scopes"), ["team"], "checks", "personal"),
    "no scope with meetings": (("bots", 0, "scopes"), ["personal"], "checks", "meeting"),
    "a permission that does not exist": (
        ("authorization", "permissions", "resourceSpecific", 0, "name"),
        "Calls.JoinGroupCall.Chat",
        "checks",
        "none that the bot uses",
    ),
    "a delegated permission": (
        ("authorization", "permissions", "resourceSpecific", 0, "type"),
        "Delegated",
        "checks",
        "applications only",
    ),
    "another application's consent": (
        ("webApplicationInfo", "id"),
        "0c1f5b00-5555-4a2b-9c3d-00000000b071",
        "checks",
        "another application",
    ),
    "no resource": (("webApplicationInfo", "resource"), REMOVE, "checks", "resource is missing"),
    "plain http": (("developer", "privacyUrl"), "http://example.com", "checks", "https"),
    "a domain with its scheme": (("validDomains",), ["https://x.azurewebsites.net"], "checks", "without scheme"),
    "every domain of Azure": (("validDomains",), ["*.azurewebsites.net"], "checks", "wildcard"),
    "no domain": (("validDomains",), [], "checks", "empty"),
    "a version of two numbers": (("version",), "1.0", "checks", "three numbers"),
    "an id of zeros": (("id",), "00000000-0000-0000-0000-000000000000", "checks", "application (client) id"),
    "a place left to fill in": (("name", "full"), "${NAME}", "checks", "not filled in"),
    "an icon that is not there": (("icons", "color"), "colour.png", "checks", "no such file"),
}
