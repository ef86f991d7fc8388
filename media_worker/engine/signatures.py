"""The public members of a media library, one a line, so that the stand-in can be held against the real one.

On Windows: load the real library with `coreclr.load`, then `missing(stand_in_lines, signatures(media))`. What the real
one has besides is no harm; what it lacks, or has otherwise, breaks the shim.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

LIST = Path(__file__).parent / "library" / "signatures.txt"


def signatures(media: Any) -> list[str]:
    """`Type: member` for every public type of the library, sorted. `media`: the loaded namespace."""
    import clr  # pyright: ignore[reportMissingImports]

    lines = []
    for each in clr.GetClrType(media.AudioSocket).Assembly.GetExportedTypes():  # pyright: ignore[reportAttributeAccessIssue]
        if str(each.Namespace) == "Microsoft.Skype.Bots.Media":
            lines += [f"{each.Name}: {member}" for member in each.GetMembers() if member.DeclaringType.Equals(each)]
    return sorted(set(map(str, lines)))


def missing(expected: Iterable[str], actual: Iterable[str]) -> list[str]:
    """What the shim and the tests rely on and the other library does not have in this form."""
    there = set(actual)
    return [line for line in expected if line not in there]
