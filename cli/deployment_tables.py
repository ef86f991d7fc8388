"""Two pages of the reference: the parameters of `bicep/main.bicep`, and what result codes mean."""

from __future__ import annotations

import re
from pathlib import Path

from cli.explain import Row, rows
from cli.markdown import table

MAIN = Path(__file__).resolve().parent.parent / "bicep" / "main.bicep"
_DECORATORS = r"@description\('((?:[^'\\]|\\.)*)'\)\n((?:@[^\n]*\n(?:  [^\n]*\n|\]\)\n)*)*)"
_PARAMETER = re.compile(_DECORATORS + r"param (\w+) (\w+)(?: = ((?:\[\n(?:[^\n]*\n)*?\])|[^\n]*))?\n")
_OUTPUT = re.compile(_DECORATORS + r"output (\w+) (\w+) = ")

_BICEP = """\
# Parameters of the deployment

<!-- Written by `python -m cli reference`; changes belong into `bicep/main.bicep`. -->

What a parameter file for [`callwright deploy`](../how-to/deploy.md) can set. A parameter without a default must be set;
`botAppId` and `callbackKeys` are set by `deploy` itself."""
_CODES = """\
# Result codes

<!-- Written by `python -m cli reference`; changes belong into `cli/result_codes.yaml`. -->

What a call, an operation or an error of Graph means by its code and subcode. `python -m cli doctor --code 480/10037`,
`--log FILE` and `--call ID` look them up. A subcode alone stands beside any code without a row of its own. *Same back
end*: published for Azure Communication Services, plausible for Graph, not confirmed there. *Reported*: by somebody in
an issue. Fixes are ours."""


def bicep_page() -> str:
    """Parameters and outputs, in Markdown."""
    text = MAIN.read_text(encoding="utf-8")
    parameters = [
        (f"`{name}`", kind, _plain(about), _default(default, secure="@secure()" in more))
        for about, more, name, kind, default in _PARAMETER.findall(text)
    ]
    outputs = [(f"`{name}`", _plain(about)) for about, _, name, _ in _OUTPUT.findall(text)]
    head = table(("parameter", "type", "what", "default"), parameters)
    return "\n\n".join((_BICEP, head, "## Outputs", table(("output", "what"), outputs))) + "\n"


def codes_page() -> str:
    """The table of result codes, in Markdown."""
    body = [(_name(row), row.cause, row.fix, f"[{row.confidence}]({row.source})") for row in rows()]
    return "\n\n".join((_CODES, table(("code", "what happened", "what to do", "source"), body))) + "\n"


def _name(row: Row) -> str:
    if row.words:
        return f"“{row.words}”"
    return f"{row.code}/{row.subcode}" if row.code is not None else str(row.subcode)


def _default(written: str, *, secure: bool) -> str:
    if not written:
        return "none"
    if secure:
        return "empty" if written == "''" else "made anew"
    return f"`{' '.join(written.split())}`"


def _plain(about: str) -> str:
    return about.replace("\\'", "'")
