"""The Bicep as it is breaks no rule, and each of a good many mistakes breaks the one it should."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from bicep_code import read_cached, read_folder
from deployment_rules import DEPLOYMENT
from language_rules import LANGUAGE, Rule, findings
from seeds import SEEDS, Seed

RULES = [*LANGUAGE, *DEPLOYMENT]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_bicep_keeps_the_rule(bicep: Path, rule: Rule) -> None:
    assert findings([rule], read_cached(bicep)) == []


def test_every_file_is_read(bicep: Path) -> None:
    files = read_cached(bicep)
    assert len(files) == 14
    assert sum(len(file.resources) for file in files.values()) == 65


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.mistake)
def test_a_mistake_is_caught(bicep: Path, tmp_path: Path, seed: Seed) -> None:
    folder = tmp_path / "bicep"
    shutil.copytree(bicep, folder)
    file = folder / seed.file
    text = file.read_text(encoding="utf-8")
    assert seed.right in text
    file.write_text(text.replace(seed.right, seed.wrong, 1), encoding="utf-8")
    found = findings(RULES, read_folder(folder))
    assert seed.rule in {each.rule for each in found}


def test_every_rule_has_a_mistake_that_only_it_must_catch() -> None:
    seeded = Counter(seed.rule for seed in SEEDS)
    assert [rule.__name__ for rule in RULES if rule.__name__ not in seeded] == []
    assert len({seed.mistake for seed in SEEDS}) == len(SEEDS) >= 20
