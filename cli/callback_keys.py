"""`python -m cli.callback_keys FILE EXISTING`: the callback keys as a parameter file for the deployment.

EXISTING is the name of the function app when there is one: the vault then keeps the keys that it has, because live
calls were given addresses signed with them. Else a new key is made. The file is for its owner's eyes and short-lived.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Write the file."""
    path, existing = Path(arguments[0]), arguments[1] if len(arguments) > 1 else ""
    parameters = {} if existing else {"callbackKeys": {"value": secrets.token_hex(32)}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(parameters, file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
