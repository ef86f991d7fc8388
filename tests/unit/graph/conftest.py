"""Makes the modules of `tests/contract/` importable (`forged_tokens`, `graph_schemas`, `token_issuer`).

`tests` itself is no package: a dependency ships one of that name.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "contract"))
