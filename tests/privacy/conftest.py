"""What is kept of people, where, and for how long.

Makes `watched` and the modules of `tests/calls` and `tests/operators` importable; `tests` itself is no package.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parent), *(str(Path(__file__).parents[1] / name) for name in ("calls", "operators"))]
