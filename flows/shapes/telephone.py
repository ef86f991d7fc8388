"""Shapes that only a telephone system has: keys, patterns of keys, and whom to call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flows.problems import Problems, unknown_name
from flows.shapes.shape import Shape, raw_text
from flows.source import Located
from flows.targets import PHONE_NUMBER, Target, TargetKind

KEYS = "0123456789*#ABCD"

_IDENTITY = re.compile(r"[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}")
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")


@dataclass(frozen=True)
class Keys(Shape[str]):
    """Telephone keys, each once: `"#"`, `"*#"`; `none` for no key."""

    most: int = 16

    def read(self, source: Located, problems: Problems) -> str:
        """Read a string of keys."""
        raw = "" if source.raw == "none" else raw_text(source, problems).upper()
        if len(set(raw)) != len(raw) or not set(raw) <= set(KEYS) or len(raw) > self.most:
            raise problems.refuse(source.place, f"'{raw[:20]}' is not at most {self.most} different keys of {KEYS}")
        return raw

    def schema(self) -> dict[str, Any]:
        """Keys, or the number that YAML makes of digits."""
        return {
            "type": ["string", "integer"],
            "pattern": f"^(none|[0-9*#A-Da-d]{{0,{self.most}}})$",
            "minimum": 0,
            "description": "keys",
        }


class OneKey(Shape[str]):
    """One telephone key."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a key."""
        raw = raw_text(source, problems).upper()
        if len(raw) != 1 or raw not in KEYS:
            raise problems.refuse(source.place, f"'{raw[:20]}' is not one key of {KEYS}")
        return raw

    def schema(self) -> dict[str, Any]:
        """One key; as the key of a mapping it is always text."""
        return {"type": "string", "pattern": "^[0-9*#A-Da-d]$", "description": "a key"}


class DigitPattern(Shape[str]):
    r"""A regular expression over keys, of a form that cannot run long: `\d{4}`, `0?[1-9]\d*`, `1|2|30`.

    Allowed are keys, `.`, `\d`, `[...]`, `{m,n}`, `?`, `*`, `+`, `|` and groups that are not repeated; at most four of
    the parts may vary in length, which keeps the worst case on 32 keys under 60,000 steps.
    """

    _ELEMENT = re.compile(r"[0-9#A-D.()|]|\\[d*#]|\[\^?[0-9*#A-D-]+\]|[?*+]|\{[0-9]{1,2}(,[0-9]{0,2})?\}")

    def read(self, source: Located, problems: Problems) -> str:
        """Read a pattern and check its form."""
        raw = raw_text(source, problems)
        elements = [match[0] for match in self._ELEMENT.finditer(raw)]
        complaint = ""
        if "".join(elements) != raw or not 0 < len(raw) <= 100:
            complaint = r"use keys, \d, [...], ., ?, *, +, {m,n}, | and (...), 100 characters at most"
        elif any(a == ")" and b[0] in "*+{?" for a, b in pairwise(elements)):
            complaint = "a group cannot be repeated"
        elif sum(element[0] in "?*+|" or "," in element for element in elements) > 4:
            complaint = "at most four parts may vary: ? * + {m,n} |"
        else:
            try:
                re.compile(raw)
            except re.error as error:
                complaint = str(error)
        if complaint:
            raise problems.refuse(source.place, f"'{raw[:60]}' is no digit pattern: {complaint}", "bad-pattern")
        return raw

    def schema(self) -> dict[str, Any]:
        """A text; its form is checked when it is read."""
        return {"type": ["string", "integer"], "minLength": 1, "maxLength": 100, "description": "a digit pattern"}


class Identity(Shape[str]):
    """The id of something in Microsoft Entra: a GUID."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a GUID."""
        raw = raw_text(source, problems)
        if not _IDENTITY.fullmatch(raw):
            raise problems.refuse(source.place, f"'{raw[:40]}' is not an Entra object id (a GUID)", "bad-target")
        return raw.lower()

    def schema(self) -> dict[str, Any]:
        """A GUID."""
        return {"type": "string", "pattern": f"^{_IDENTITY.pattern}$"}


class PhoneNumber(Shape[str]):
    """A number with its country code: `+442071234567`."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read a number in E.164 form."""
        raw = raw_text(source, problems)
        if not re.fullmatch(PHONE_NUMBER, raw):
            raise problems.refuse(source.place, f"'{raw[:20]}' is not a number in the form +442071234567", "bad-target")
        return raw

    def schema(self) -> dict[str, Any]:
        """A number in E.164 form."""
        return {"type": "string", "pattern": "^" + PHONE_NUMBER.replace("\\+", "[+]") + "$"}


class JoinId(Shape[str]):
    """The id by which anybody may join a meeting: 9 to 20 digits, with blanks or without."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read the digits."""
        raw = raw_text(source, problems).replace(" ", "")
        if not re.fullmatch("[0-9]{9,20}", raw):
            raise problems.refuse(source.place, f"'{raw[:30]}' is no id of a meeting: 9 to 20 digits")
        return raw

    def schema(self) -> dict[str, Any]:
        """Digits."""
        return {"type": ["string", "integer"], "pattern": "^[0-9 ]{9,40}$", "description": "the id of a meeting"}


class Prefix(Shape[str]):
    """What numbers begin with: a country code, and more of the number where that is wanted."""

    def read(self, source: Located, problems: Problems) -> str:
        """Read the beginning of a number in E.164 form."""
        raw = raw_text(source, problems)
        if not _PREFIX.fullmatch(raw):
            raise problems.refuse(source.place, f"'{raw[:20]}' is not a prefix such as +4420", "bad-target")
        return raw

    def schema(self) -> dict[str, Any]:
        """The beginning of a number."""
        return {"type": "string", "pattern": "^[+][1-9][0-9]{0,14}$", "description": "a prefix such as +4420"}


@dataclass(frozen=True)
class TargetShape(Shape[Target]):
    """Where to send a call: `{user: id}`, `{phone: "+..."}`, `{applicationInstance: id}`; some take voicemail too."""

    voicemail: bool = False

    @property
    def _forms(self) -> dict[str, tuple[TargetKind, Shape[str]]]:
        forms: dict[str, tuple[TargetKind, Shape[str]]] = {
            "user": ("user", Identity()),
            "phone": ("phone", PhoneNumber()),
            "applicationInstance": ("application_instance", Identity()),
        }
        return {**forms, "voicemail": ("voicemail", Identity())} if self.voicemail else forms

    def read(self, source: Located, problems: Problems) -> Target:
        """Read a mapping with exactly one of the keys."""
        forms = self._forms
        if not isinstance(source.value, dict) or len(source.value) != 1:
            allowed = ", ".join(f"{key}: ..." for key in forms)
            raise problems.refuse(source.place, f"{source.kind} is not one target (allowed: {allowed})", "bad-target")
        ((key, identity),) = source.value.items()
        if key not in forms:
            raise problems.refuse(source.place, unknown_name("kind of target", key, list(forms)), "bad-target")
        kind, shape = forms[key]
        return Target(kind=kind, id=shape.read(identity, problems))

    def to_json(self, value: Target) -> Any:
        """Give the kind and the id."""
        return value.to_json()

    def from_json(self, document: Any) -> Target:
        """Read what `to_json` gave."""
        return Target.from_json(document)

    def schema(self) -> dict[str, Any]:
        """Exactly one of the kinds."""
        return {
            "type": "object",
            "properties": {key: shape.schema() for key, (_, shape) in self._forms.items()},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }
