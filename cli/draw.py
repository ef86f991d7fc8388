"""`callwright draw`: a picture of a flow, as Mermaid (text that code hosts show), DOT, or SVG."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from flows import Flow, FlowErrors, load_file
from flows.drawing import edges
from localhost.azurite import AzuriteFailed, find_node

_MODULE = Path(__file__).resolve().parent.parent / "node_modules" / "@hpcc-js" / "wasm-graphviz" / "dist" / "index.js"
# Graphviz compiled to WebAssembly: the same on every system, and nothing to install beside what `dev.py` does.
_SCRIPT = """
const { Graphviz } = await import(process.argv[1]);
let text = "";
for await (const piece of process.stdin) text += piece;
process.stdout.write((await Graphviz.load()).dot(text));
"""
_TIMEOUT_S = 60
START, END = "start", "stop"  # `end` is a word of Mermaid's
# Kinds by what they are to a caller: asked, moved on, decided about.
_ASKS = ("menu", "collect", "record", "voicemail")
_MOVES = ("transfer", "queue", "redirect", "reject", "hangup")
_DECIDES = ("branch", "hours", "loop")


class NotDrawn(Exception):
    """Graphviz cannot be run; the message says what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("flow", type=Path, help="the flow's file")
    parser.add_argument("--format", choices=("mermaid", "dot", "svg"), default="mermaid", help="what is written")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to; standard output when left out")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draw; 0, or 2 when the flow cannot be read or Graphviz not be run."""
    try:
        flow = load_file(options.flow)
        text = {"mermaid": mermaid, "dot": dot, "svg": svg}[options.format](flow)
    except (FlowErrors, OSError, NotDrawn) as error:
        print(f"draw: {error}", file=sys.stderr)
        return 2
    if options.out is None:
        sys.stdout.write(text)
    else:
        options.out.write_text(text, encoding="utf-8")
    return 0


def mermaid(flow: Flow) -> str:
    """The flow as a Mermaid flowchart."""
    number = {name: f"n{at}" for at, name in enumerate(flow.nodes)}

    def lines() -> Iterator[str]:
        yield "flowchart TD"
        yield f"    {START}(( )) --> {number[flow.start]}"
        for name, node in flow.nodes.items():
            left, right = _mermaid_form(node.KIND)
            yield f'    {number[name]}{left}"{name}<br/><i>{node.KIND}</i>"{right}'
        for each in edges(flow):
            label = _quoted(", ".join(each.outcomes))
            arrow = "-.->" if each.aside else "-->"
            yield f"    {number[each.source]} {arrow}|{label}| {END if each.target is None else number[each.target]}"
        if any(each.target is None for each in edges(flow)):
            yield f"    {END}((( )))"
        for what, target in _handlers(flow):
            yield f"    {what}>{what}] -.-> {number[target]}"

    return "\n".join(lines()) + "\n"


def _mermaid_form(kind: str) -> tuple[str, str]:
    if kind in _ASKS:
        return "[/", "/]"
    if kind in _MOVES:
        return "([", "])"
    return ("{{", "}}") if kind in _DECIDES else ("[", "]")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


def dot(flow: Flow) -> str:
    """The flow in Graphviz's language."""

    def lines() -> Iterator[str]:
        yield "digraph flow {"
        yield '    graph [rankdir=TB, fontname="sans-serif", nodesep=0.4, ranksep=0.5];'
        yield '    node [fontname="sans-serif", fontsize=11, shape=box, style="rounded,filled", fillcolor="#f4f6f8"];'
        yield '    edge [fontname="sans-serif", fontsize=9, color="#5a6570"];'
        yield f'    "@{START}" [shape=point, width=0.15]; "@{START}" -> {_quoted(flow.start)};'
        for name, node in flow.nodes.items():
            yield f'    {_quoted(name)} [label="{name}\\n{node.KIND}"{_dot_form(node.KIND)}];'
        for each in edges(flow):
            target = f'"@{END}"' if each.target is None else _quoted(each.target)
            style = ", style=dashed" if each.aside else ""
            yield f"    {_quoted(each.source)} -> {target} [label={_quoted(', '.join(each.outcomes))}{style}];"
        if any(each.target is None for each in edges(flow)):
            yield f'    "@{END}" [label="", shape=doublecircle, width=0.15, fillcolor="#5a6570"];'
        for what, target in _handlers(flow):
            yield f'    "@{what}" [label="{what}", shape=cds, fillcolor="#fdf1e3"];'
            yield f'    "@{what}" -> {_quoted(target)} [style=dashed];'
        yield "}"

    return "\n".join(lines()) + "\n"


def _dot_form(kind: str) -> str:
    if kind in _ASKS:
        return ', fillcolor="#e3eefb"'
    if kind in _MOVES:
        return ', fillcolor="#e6f4e8"'
    return ', shape=diamond, style=filled, fillcolor="#fbf6dc"' if kind in _DECIDES else ""


def _handlers(flow: Flow) -> Iterator[tuple[str, str]]:
    for what, handler in (("onError", flow.defaults.on_error), ("onHangup", flow.defaults.on_hangup)):
        if handler is not None:
            yield what, handler.next


def svg(flow: Flow) -> str:
    """The flow drawn by Graphviz. Raises `NotDrawn`."""
    if not _MODULE.exists():
        raise NotDrawn("Graphviz is not installed; run `python dev.py`, or draw --format mermaid, which needs nothing")
    try:
        done = subprocess.run(
            [find_node(), "--input-type=module", "-e", _SCRIPT, _MODULE.as_uri()],
            input=dot(flow),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_TIMEOUT_S,
            check=True,
        )
    except AzuriteFailed as error:
        raise NotDrawn(str(error)) from error
    except subprocess.SubprocessError as error:
        raise NotDrawn(f"Graphviz failed: {getattr(error, 'stderr', '') or error}") from error
    return done.stdout
