"""Which function answers a path: the route templates of HTTP triggers, with ASP.NET's rules.

Literals win over parameters, parameters over catch-alls; case does not count; `{name:constraint}` is honoured for
int, long, guid, bool and alpha, any other constraint is ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from localhost.indexing import IndexedFunction

_PARAMETER = re.compile(r"\{(?P<star>\*{0,2})(?P<name>\w+)(?::(?P<constraint>[^}?]+))?(?P<optional>\??)\}")
_CONSTRAINTS = {
    "int": r"-?\d+",
    "long": r"-?\d+",
    "bool": "true|false",
    "alpha": "[a-z]+",
    "guid": r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
}


@dataclass(frozen=True, kw_only=True)
class Route:
    """One function's template, compiled."""

    function: IndexedFunction
    template: str
    methods: frozenset[str]  # empty: all
    pattern: re.Pattern[str]
    precedence: tuple[int, ...]


class RouteTable:
    """The routes of an app below its prefix (`api`)."""

    def __init__(self, functions: list[IndexedFunction], prefix: str) -> None:
        routes = [_route(function, prefix) for function in functions if function.kind == "http"]
        self.routes = sorted(routes, key=lambda route: route.precedence)

    def find(self, method: str, raw_path: str) -> tuple[IndexedFunction, dict[str, str]] | None:
        """The function and its route parameters, percent-decoded; None is a 404."""
        for route in self.routes:
            if route.methods and method not in route.methods:
                continue
            if match := route.pattern.fullmatch(raw_path):
                found = match.groupdict()
                return route.function, {name: unquote(value) for name, value in found.items() if value is not None}
        return None


def _route(function: IndexedFunction, prefix: str) -> Route:
    template = function.trigger.route if function.trigger.route is not None else function.name
    segments = [segment for segment in f"{prefix}/{template}".split("/") if segment]
    methods = frozenset(str(getattr(m, "value", m)).upper() for m in function.trigger.methods or ())
    return Route(
        function=function,
        template="/" + "/".join(segments),
        methods=methods,
        pattern=re.compile("".join(map(_pattern, segments)) + "/?", re.IGNORECASE),
        precedence=tuple(map(_precedence, segments)),
    )


def _pattern(segment: str) -> str:
    """The expression for one segment with its leading slash."""
    whole = _PARAMETER.fullmatch(segment)
    if whole and whole["star"]:
        return f"(?:/(?P<{whole['name']}>.*))?"
    if whole and whole["optional"]:
        return f"(?:/{_group(whole)})?"
    parts, end = ["/"], 0
    for match in _PARAMETER.finditer(segment):
        parts += [re.escape(segment[end : match.start()]), _group(match)]
        end = match.end()
    return "".join([*parts, re.escape(segment[end:])])


def _group(match: re.Match[str]) -> str:
    return f"(?P<{match['name']}>{_CONSTRAINTS.get(match['constraint'] or '', '[^/]+')})"


def _precedence(segment: str) -> int:
    match = _PARAMETER.search(segment)
    if match is None:
        return 0
    if match["star"]:
        return 4
    return 1 if match.group() != segment else 2 if match["constraint"] else 3
