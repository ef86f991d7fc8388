"""Makes `manifest_seeds` importable; `tests` itself is no package."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
