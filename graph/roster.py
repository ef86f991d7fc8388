"""Who is in a group call, without saying who they are: ids, kinds and states, no names and no numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graph import wire
from graph.ids import normalised
from graph.resources import Participant
from graph.wire import JSON

_WORD = re.compile(r"[A-Za-z]{1,64}")


def participants(document: object) -> tuple[Participant, ...]:
    """The participants in a response, or in the `resourceData` of a roster notification in any of its forms.

    A list, `{"value": [...]}`, `{"participants": [...]}` (delta), or one participant alone.
    """
    given = wire.mapping(document)
    for member in ("value", "participants"):
        if isinstance(given.get(member), list):
            return participants(given[member])
    values = wire.sequence(document) or ((document,) if "info" in given else ())
    return tuple(Participant.parse(value) for value in values)


def roster(document: object) -> list[JSON]:
    """Every participant of what `participants` reads, as `entry` writes it."""
    return entries(participants(document))


def entries(present: Iterable[Participant]) -> list[JSON]:
    """Write participants as `entry` does."""
    return [_entry(one) for one in present]


def entry(document: object) -> JSON:
    """Write one participant.

    `{"id", "kind", "muted", "lobby", "recording", "removed"}`: `id` is normalised, null for somebody just invited;
    `kind` is Graph's word for the identity, `unknown` where there is none; `recording` is a recording status or null.
    Graph does not say who is on hold.
    """
    return _entry(Participant.parse(document))


def _entry(one: Participant) -> JSON:
    recording = one.recording_status
    return {
        "id": normalised(one.participant_id),
        "kind": one.info.identity.kind,
        "muted": one.is_muted,
        "lobby": one.is_in_lobby,
        "recording": recording if recording and _WORD.fullmatch(recording) else None,
        "removed": one.removed,
    }
