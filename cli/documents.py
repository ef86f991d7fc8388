"""`python -m cli.documents`: write the pages of `docs/reference` that follow from data in the code.

A test fails when one of them is stale.
"""

from __future__ import annotations

import json
from pathlib import Path

from api.openapi import document
from triggers.health import VERSION

ROOT = Path(__file__).resolve().parent.parent


def pages() -> dict[str, str]:
    """Every page that is written, by its path."""
    return {"docs/reference/api.json": json.dumps(document(VERSION), indent=2) + "\n"}


def main() -> int:
    """Write them all."""
    for path, text in pages().items():
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
