"""The shapes a value in a document can have: how it is read, written as JSON, and what it refers to.

A node kind is a dataclass whose fields are `parameter`s, each with one of these shapes. Reading a document, writing
and reading JSON, listing the prompts of a flow and checking its references all follow from the fields, so a new kind
needs no code for any of them. Plain frozen dataclasses rather than msgspec or pydantic: every value must report its
line, column and key with all other errors, which neither does, and durations, keys and references need their own
readers anyway.
"""

from __future__ import annotations

from flows.shapes.calendar import Date, Days, Times, TimeZone
from flows.shapes.scalars import (
    Constant,
    Duration,
    Flag,
    Formula,
    Integer,
    Locale,
    Name,
    NodeName,
    PromptName,
    Text,
    Variable,
    Word,
)
from flows.shapes.several import Items, Maybe, Table
from flows.shapes.shape import Mention, MentionKind, Shape, mapping
from flows.shapes.telephone import KEYS, DigitPattern, Identity, JoinId, Keys, OneKey, PhoneNumber, Prefix, TargetShape
from flows.shapes.web import LOOPBACK, Address, Header, JsonName, JsonPath

__all__ = [
    "KEYS",
    "LOOPBACK",
    "Address",
    "Constant",
    "Date",
    "Days",
    "DigitPattern",
    "Duration",
    "Flag",
    "Formula",
    "Header",
    "Identity",
    "Integer",
    "Items",
    "JoinId",
    "JsonName",
    "JsonPath",
    "Keys",
    "Locale",
    "Maybe",
    "Mention",
    "MentionKind",
    "Name",
    "NodeName",
    "OneKey",
    "PhoneNumber",
    "Prefix",
    "PromptName",
    "Shape",
    "Table",
    "TargetShape",
    "Text",
    "TimeZone",
    "Times",
    "Variable",
    "Word",
    "mapping",
]
