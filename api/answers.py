"""What the operators' API answers, as JSON Schema. Records may grow fields: what is not told here may be there too."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]

_TEXT: JSON = {"type": "string"}
_TEXT_OR_NULL: JSON = {"type": ["string", "null"]}
_TIME: JSON = {"type": "number", "description": "Unix seconds."}
_WHOLE_OR_NULL: JSON = {"type": ["integer", "null"]}
INSTANCE_ID = "^(call|gathering|consultation)-[0-9a-f]{32}$"
_CALL_ID: JSON = {"type": "string", "pattern": INSTANCE_ID}


def _object(required: JSON, optional: JSON | None = None) -> JSON:
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


CALL = _object(
    {
        "id": _CALL_ID,
        "state": {"type": "string", "enum": ["live", "ended"]},
        "customer": _TEXT_OR_NULL,
        "started": _TIME,
        "recordings": {"type": "array", "items": {"type": "object"}},
    },
    {
        "direction": {"type": "string", "enum": ["incoming", "outgoing"]},
        "flow": _TEXT_OR_NULL,
        "route": _TEXT_OR_NULL,
        "outcome": _TEXT_OR_NULL,
        "reason": {
            "type": ["string", "null"],
            "description": "Why; of a permission, which consent is missing.",
        },
        "code": _WHOLE_OR_NULL,
        "subcode": _WHOLE_OR_NULL,
    },
)
CALLS = _object({"calls": {"type": "array", "items": CALL}, "next": _TEXT_OR_NULL})
EVENTS = _object(
    {
        "events": {
            "type": "array",
            "items": _object({"seq": {"type": "integer"}, "at": _TIME, "what": _TEXT}),
        }
    }
)
PARTICIPANTS = _object(
    {
        "participants": {
            "type": "array",
            "items": _object(
                {
                    "id": _TEXT_OR_NULL,
                    "kind": {**_TEXT, "description": "user, phone, guest, application, ... or unknown."},
                    "name": {"type": ["string", "null"], "description": "Initials, or the end of a number."},
                    "muted": {"type": "boolean"},
                    "in_lobby": {"type": "boolean"},
                }
            ),
        }
    }
)
PEAKS = _object(
    {
        "duration_s": {"type": "number", "minimum": 0},
        "peaks": {
            "type": "array",
            "items": {"type": "number", "minimum": 0, "maximum": 1},
            "description": "The loudest sample of each part; fewer parts than asked where there are fewer samples.",
        },
    }
)
_COUNT: JSON = {"type": "integer", "minimum": 0}
_AMOUNT: JSON = {"type": "number", "minimum": 0}
_SHARE: JSON = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
USAGE = _object(
    {
        "months": {
            "type": "array",
            "items": _object(
                {
                    "month": _TEXT,
                    "customer": _TEXT_OR_NULL,
                    "route": _TEXT_OR_NULL,
                    "calls": _COUNT,
                    "answered": _COUNT,
                    "minutes": {**_AMOUNT, "description": "Of answered calls."},
                    "notifications": _COUNT,
                    "activities": _COUNT,
                    "executions": {**_COUNT, "description": "Reckoned from the two before."},
                    "storage_operations": {**_COUNT, "description": "Likewise; without those of the Durable backend."},
                    "recorded_s": _AMOUNT,
                    "telephone_s": _AMOUNT,
                    "cost": {"type": ["number", "null"], "description": "By PRICES; null where none are set."},
                }
            ),
        },
        "currency": {**_TEXT, "description": "Of costs; empty where no prices are set."},
    }
)
_SPREAD: JSON = {
    **_object({"mean": _AMOUNT, "p95": _AMOUNT, "most": _AMOUNT}),
    "type": ["object", "null"],
}
_CLASSES = dict.fromkeys(("contained", "abandoned", "transferred", "failed", "others"), _COUNT)
KPIS = _object(
    {
        "calls": _COUNT,
        "answered": _COUNT,
        **_CLASSES,
        "containment": {**_SHARE, "description": "Contained calls of answered ones."},
        "abandonment": {**_SHARE, "description": "Abandoned calls of all."},
        "answer_ms": _SPREAD,
        "handle_s": _SPREAD,
        "transfers": {"type": "object", "additionalProperties": _COUNT, "description": "Calls by state."},
        "failures": {
            "type": "array",
            "items": _object({"outcome": _TEXT, "code": _WHOLE_OR_NULL, "subcode": _WHOLE_OR_NULL, "calls": _COUNT}),
        },
        "days": {"type": "array", "items": _object({"day": _TEXT, **_CLASSES})},
    }
)
AUDIT = _object(
    {
        "actions": {
            "type": "array",
            "items": _object(
                {
                    "at": _TIME,
                    "action": _TEXT,
                    "call": _TEXT_OR_NULL,
                    "customer": _TEXT_OR_NULL,
                    "who": {**_TEXT, "description": "Object id of a person or an application."},
                }
            ),
        }
    }
)
FLOWS = _object({"flows": {"type": "array", "items": _TEXT}})
WALKS = _object(
    {
        "flow": _TEXT,
        "drawn": {"type": "object", "description": "`start`, `nodes` (kind by id) and `edges`; as it is today."},
        "calls": _COUNT,
        "nodes": {
            "type": "object",
            "additionalProperties": _object({"entered": _COUNT, "abandoned": _COUNT, "failed": _COUNT}),
        },
        "edges": {"type": "array", "items": _object({"from": _TEXT, "to": _TEXT, "calls": _COUNT})},
    }
)
ERASED = _object(
    {
        "calls": {"type": "integer", "minimum": 0, "description": "How many calls were erased."},
        "held": {"type": "array", "items": _CALL_ID, "description": "Under a legal hold: they stay."},
        "live": {"type": "array", "items": _CALL_ID, "description": "Erase again when they are over."},
        "more": {"type": "boolean", "description": "Whether to ask again: there are more."},
    }
)
HELD = _object({"id": _CALL_ID, "held": {"type": "boolean"}})
STARTED = _object({"id": {**_TEXT, "description": "Its instance id; the header Location leads to it."}})
ACCEPTED = _object(
    {"id": {**_TEXT, "description": "Of the request: the event `control` of the call tells what came of it."}}
)
GATHERING = _object(
    {
        "id": {"type": "string", "pattern": "^gathering-[0-9a-f]{32}$"},
        "state": {"type": "string", "enum": ["live", "ended"]},
        "customer": _TEXT_OR_NULL,
        "started": _TIME,
    },
    {
        "outcome": {
            **_TEXT,
            "description": "completed, nobody_joined, ended_by_operator, ...",
        },
        "people": {
            "type": "array",
            "items": _object(
                {
                    "person": {"type": "integer", "description": "Place in the request, from 0."},
                    "id": {"type": ["string", "null"], "description": "Instance id of the last call to them."},
                    "outcome": {
                        **_TEXT,
                        "description": "joined, declined, not_accepted, busy, no_answer, ...",
                    },
                }
            ),
        },
    },
)
PROBLEM = _object(
    {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
    },
    {
        "errors": {
            "type": "array",
            "items": _object({"field": _TEXT, "detail": _TEXT}),
            "description": "What is wrong, field by field.",
        },
        "setting": {**_TEXT, "description": "The setting of the deployment that forbids it."},
    },
)
