"""The page of parameters has every one of them, by another reading of the file."""

from __future__ import annotations

import re
from pathlib import Path

from bicep_code import read_cached

from cli.deployment_tables import bicep_page


def test_every_parameter_and_output_is_on_the_page(bicep: Path) -> None:
    main = read_cached(bicep)["main.bicep"]
    page = bicep_page()
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [*main.parameters, *main.outputs]
    required = {name for name, one in main.parameters.items() if not one.has_default}
    assert set(re.findall(r"^\| `(\w+)` \|.*\| none \|$", page, re.MULTILINE)) == required
