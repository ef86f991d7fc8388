"""`callwright reference`: the pages that are written from code: flows, the API, Graph, the deployment."""

from __future__ import annotations

import argparse
import inspect
import json
import re
from pathlib import Path
from typing import Any

from api.openapi import document
from cli import deployment_tables, graph_table
from cli.markdown import table
from flows import expressions
from flows.flow import Defaults
from flows.kinds import KINDS
from flows.nodes import AGAIN, END, ON_ERROR, ON_HANGUP, REQUIRED, Node, Outcome
from flows.parameters import Parameter, default_written, parameters
from flows.rules import RULES
from flows.schema import flow_schema
from triggers.health import VERSION

JSON = dict[str, Any]

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
PAGE, SCHEMA, API, GRAPH = "flows.md", "flow.schema.json", "api.json", "graph.md"
BICEP, CODES = "bicep.md", "result-codes.md"
_LEADS = {
    REQUIRED: "the author must say",
    END: "the flow ends",
    AGAIN: "the node goes on by itself",
    ON_ERROR: "`onError`, else the flow ends as failed",
    ON_HANGUP: "`onHangup`, else the flow ends",
}
_REFERENCES = {"nodeName": "a node", "promptName": "a prompt", "expression": "an expression"}
_DOCUMENT = (
    ("schema", "`1`: the version of this language"),
    ("id", "the flow's name; its file is `{id}.yaml`"),
    ("locale", "the language of its prompts, such as `en-US`"),
    ("start", "the first node"),
    ("variables", "variables with the values they begin with; `caller` is given: " + "`user`, `phone`, `guest`, ..."),
    ("defaults", "what nodes inherit"),
    ("nodes", "the nodes by name, 1 to 1000"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--to", type=Path, default=FOLDER, help="the folder that is written to")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write them all."""
    options.to.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (options.to / name).write_text(text, encoding="utf-8")
    return 0


def files() -> dict[str, str]:
    """The files of the reference by name."""
    return {
        PAGE: page(),
        SCHEMA: _json(flow_schema()),
        API: _json(document(VERSION)),
        GRAPH: graph_table.page(),
        BICEP: deployment_tables.bicep_page(),
        CODES: deployment_tables.codes_page(),
    }


def _json(document: JSON) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def page() -> str:
    """The reference of flows, in Markdown."""
    parts = [_HEAD, table(("key", "what"), ((f"`{key}`", about) for key, about in _DOCUMENT))]
    parts += ["## Defaults", _doc(Defaults), _parameters(Defaults)]
    parts += ["## Kinds of nodes", ", ".join(f"[{name}](#{name})" for name in KINDS) + "."]
    for name, kind in KINDS.items():
        parts += [f"### {name}", _doc(kind), _parameters(kind), _outcomes(kind)]
    parts += ["## Expressions", _markdown(expressions.__doc__ or "")]
    rules = ((f"`{each.id}`", each.level, each.what, each.why, each.mend) for each in RULES.values())
    parts += ["## What the checker asks", _CHECKER, table(("rule", "level", "what", "why", "how to mend"), rules)]
    return "\n\n".join(part for part in parts if part) + "\n"


_HEAD = """\
# Flows

<!-- Written by `python -m cli reference`; changes belong into `flows/`. -->

A flow is one YAML document: nodes, and where each of their outcomes leads. It is written by hand, checked by
`python -m cli check FOLDER`, and an editor that knows [its JSON Schema](flow.schema.json) completes it:

```yaml
# yaml-language-server: $schema=../../docs/reference/flow.schema.json
```

Times are `500ms`, `5s`, `2m`, `1h`. Keys of the telephone are text: `"#"`. A single value may stand for a list of one.

## The document"""

_CHECKER = """\
`python -m cli check FOLDER` names every place where one of these does not hold, as text, `--format json` or
`--format sarif`. It exits with 0 when there is none, 1 when there are some, 2 when there was nothing to check."""


def _doc(kind: type[Any]) -> str:
    return _markdown(inspect.getdoc(kind) or "")


def _markdown(text: str) -> str:
    """A docstring as Markdown: its indented lines are code."""
    lines = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        code = block.startswith("    ")
        lines.append("```\n" + inspect.cleandoc(block) + "\n```" if code else block)
    return "\n\n".join(lines)


def _parameters(kind: type[Any]) -> str:
    found = parameters(kind)
    rows = ((f"`{each.key}`", form(each.shape.schema()), _default(each), each.about) for each in found)
    return table(("key", "value", "when left out", "what"), rows) if found else ""


def _default(each: Parameter) -> str:
    if each.inherited:
        return "as in `defaults`"
    written = default_written(each)
    if written is not None:
        return f"`{json.dumps(written) if isinstance(written, bool) else written}`"
    return "**required**" if repr(each.default) == "REQUIRED" else "nothing"


def _outcomes(kind: type[Node]) -> str:
    rows = [
        (f"`{each.name}`" + (" (`next`)" if each.name == kind.NEXT else ""), _leads(each)) for each in kind.OUTCOMES
    ]
    return table(("outcome", "leads, unless told otherwise, to"), rows) if rows else ""


def _leads(outcome: Outcome) -> str:
    return _LEADS.get(outcome.otherwise) or f"where `{outcome.otherwise}` leads"


def form(schema: JSON) -> str:
    """A value's form in words."""
    match schema:
        case {"$ref": reference}:
            return _REFERENCES[reference.rpartition("/")[2]]
        case {"description": text}:
            return text
        case {"anyOf": [item, {"type": "array", "minItems": least, "maxItems": most}, *_]}:
            return f"{form(item)}, or a list of {least} to {most}"
        case {"anyOf": [first, *others]}:
            return ", or ".join(dict.fromkeys(form(each) for each in (first, *others)))
        case {"enum": words}:
            return " or ".join(f"`{word}`" for word in words)
        case {"const": word}:
            return f"`{word}`"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"a whole number from {least} to {most}"
        case {"type": "object", "additionalProperties": {} as item, "propertyNames": key} if item:
            return f"{form(key)} -> {form(item)}"
        case {"type": "object", "properties": properties}:
            return "{" + ", ".join(f"{name}: ..." for name in properties) + "}"
        case {"type": "boolean"}:
            return "`true` or `false`"
        case {"type": "null"}:
            return "nothing"
        case _:
            return "a text"
