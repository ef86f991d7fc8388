"""Whom a call can be sent to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: A number with its country code, in E.164 form. Seven digits are the fewest that a subscriber's number has: what is
#: shorter is an emergency, service or extension number, which a bot has no business dialling. The API says the same
#: (`api.fields.PHONE`; a test holds the two together).
PHONE_NUMBER = r"\+[1-9][0-9]{6,14}"

TargetKind = Literal["user", "phone", "application_instance", "voicemail"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Somebody a call can be sent to: an E.164 number, or the id of an Entra user or a resource account.

    For `voicemail`, it is the id of the user whose voicemail takes the call.
    """

    kind: TargetKind
    id: str

    def to_json(self) -> dict[str, str]:
        """Give `{"user" | "phone" | "application_instance" | "voicemail": id}`."""
        return {self.kind: self.id}

    @classmethod
    def from_json(cls, document: dict[str, str]) -> Target:
        """Read what `to_json` gave."""
        ((kind, identity),) = document.items()
        return cls(kind=kind, id=identity)  # type: ignore[arg-type]
