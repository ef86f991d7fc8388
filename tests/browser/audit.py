"""What axe, the accessibility engine, finds on a page, and whether the page fits its window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


async def serious_findings(page: Page) -> list[str]:
    """`rule: what is wrong (where)` of everything serious or critical."""
    if not _AXE.exists():
        pytest.skip("axe-core is not in node_modules (python dev.py setup)")
    await page.evaluate(_AXE.read_text(encoding="utf-8"))  # as the tester, not as the page: its policy would refuse
    found: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {rule['help']} ({', '.join(str(node['target'][0]) for node in rule['nodes'][:4])})"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
    ]


async def overflow_px(page: Page) -> int:
    """How much wider the page is than its window."""
    return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
