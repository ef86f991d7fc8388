"""The JSON Schema (2020-12) of flow documents, made of the same parameters that read them.

An editor completes and underlines from it. It says what form a document has; what the parts of one say about each other
(that a node exists, that a call comes to an end), the checker says.
"""

from __future__ import annotations

from typing import Any

from flows.expressions import MAX_LENGTH
from flows.flow import MOST_NODES, SCHEMA, VARIABLES, Defaults
from flows.kinds import KINDS
from flows.nodes import REQUIRED, Node
from flows.parameters import Group, fields_schema
from flows.shapes import Locale, Name

JSON = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def flow_schema() -> JSON:
    """The schema of a flow document."""
    return {
        "$schema": DIALECT,
        "title": "Callwright flow",
        "description": "One IVR: what a caller hears, what they may press, and where it leads.",
        "type": "object",
        "properties": {
            "schema": {"const": SCHEMA, "description": "the version of this language"},
            "id": {**Name().schema(), "description": "the flow's name, and that of its file"},
            "locale": {**Locale().schema(), "description": "the language of its prompts"},
            "start": {"$ref": "#/$defs/nodeName", "description": "the first node"},
            "variables": {
                **VARIABLES.schema(),
                "description": "variables with the values they begin with",
            },
            "defaults": {**Group(Defaults).schema(), "description": "what nodes inherit"},
            "nodes": {
                "type": "object",
                "propertyNames": {"$ref": "#/$defs/nodeName"},
                "additionalProperties": {"$ref": "#/$defs/node"},
                "minProperties": 1,
                "maxProperties": MOST_NODES,
                "description": "the nodes by name",
            },
        },
        "required": ["schema", "id", "locale", "start", "nodes"],
        "additionalProperties": False,
        "$defs": {**_common(), "node": _node(), **{name: kind_schema(kind) for name, kind in KINDS.items()}},
    }


def kind_schema(kind: type[Node]) -> JSON:
    """The schema of a node of one kind."""
    fields = fields_schema(kind)
    required = ["kind", *fields.get("required", ())]
    outcomes = [each for each in kind.OUTCOMES if each.name != kind.NEXT]
    node_name: JSON = {"$ref": "#/$defs/nodeName"}
    properties: JSON = {"kind": {"const": kind.KIND}}
    if kind.NEXT is not None:
        properties["next"] = {**node_name, "description": f"the node that follows '{kind.NEXT}'"}
        if (
            any(each.name == kind.NEXT and each.otherwise == REQUIRED for each in kind.OUTCOMES)
            and not kind.NAMES_OUTCOMES
        ):
            required.append("next")
    owed = [each.name for each in outcomes if each.otherwise == REQUIRED]
    if outcomes or kind.NAMES_OUTCOMES:
        properties["on"] = {
            "type": "object",
            "description": "outcome -> the node that follows",
            "properties": {each.name: node_name for each in outcomes},
            "additionalProperties": node_name if kind.NAMES_OUTCOMES else False,
            **({"required": owed} if owed else {}),
        }
        required += ["on"] if owed else []
    return {
        "type": "object",
        "description": (kind.__doc__ or "").strip().splitlines()[0],
        "properties": {**properties, **fields["properties"]},
        "required": required,
        "additionalProperties": False,
    }


def _node() -> JSON:
    kinds = [{"if": {"properties": {"kind": {"const": name}}}, "then": {"$ref": f"#/$defs/{name}"}} for name in KINDS]
    return {
        "type": "object",
        "properties": {"kind": {"enum": list(KINDS), "description": "what the node does"}},
        "required": ["kind"],
        "allOf": kinds,
    }


def _common() -> JSON:
    name = Name().schema()
    return {
        "nodeName": {**name, "description": "the name of a node of this flow"},
        "promptName": {**name, "description": "the id of a prompt"},
        "expression": {
            "type": ["string", "number", "boolean"],
            "maxLength": MAX_LENGTH,
            "description": "an expression",
        },
    }
