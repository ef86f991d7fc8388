"""What the tests of Microsoft's SDK share. `python dev.py test` installs it; nothing else of the project needs it.

It meets the operations, scenes and examples of `tests/contract/`, made importable here (`tests` itself is no package).
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "contract"))
sys.path.append(str(Path(__file__).parent))

if find_spec("msgraph") is None:
    pytest.exit("tests/sdk needs Microsoft's Graph SDK; `python dev.py test` installs it", returncode=2)
