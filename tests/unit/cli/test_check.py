"""`callwright check` as a command: files in, findings out, exit codes."""

from __future__ import annotations

import json
import resource
import time
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.check import check_files, find, read_functions, read_voices
from flows.rules import RULES

ROOT = Path(__file__).parents[3]
FLOW = """\
schema: 1
id: shop
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: hello}
  hello: {kind: play, prompts: greting, next: person, on: {failed: person}}
  person: {kind: transfer, target: {user: 0c1f5b00-5555-4a2b-9c3d-00000000a11c}, on: {failed: bye}}
  bye: {kind: hangup, prompts: goodbye}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(FLOW, encoding="utf-8")
    return path


def test_the_shipped_definitions_have_no_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(ROOT / "flows" / "definitions")]) == 0
    assert capsys.readouterr().out == "0 findings\n"


def test_a_finding_is_printed_with_its_place_its_rule_and_how_to_mend_it(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(shop)]) == 1
    first, mend, count = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{shop}:7:32: nodes.hello.prompts: no prompt is named 'greting'; did you mean 'greeting'?")
    assert first.endswith("[unknown-prompt]")
    assert mend.strip() == RULES["unknown-prompt"].mend
    assert count == "1 finding"


def test_json_has_every_fact_of_a_finding(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(shop), "--format", "json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["line"], finding["column"], finding["rule"], finding["level"]) == (7, 32, "unknown-prompt", "error")


def test_sarif_names_the_rule_and_the_place(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(shop), "--format", "sarif"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == set(RULES)
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("unknown-prompt", "error")
    place = result["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 7, "startColumn": 32}
    assert place["artifactLocation"]["uri"] == shop.as_posix()


def test_what_may_be_asked_is_told_as_the_setting_is(capsys: pytest.CaptureFixture[str]) -> None:
    bank = str(ROOT / "flows" / "definitions" / "bank.yaml")
    assert main(["check", bank, "--http-allow", "Bank.example.com:443, x.example"]) == 0
    assert main(["check", bank, "--http-allow", ""]) == 1
    assert "'bank.example.com' is none of the hosts that the setting HTTP_ALLOW lists" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("raise SystemExit\nFUNCTIONS = {'a': 1, 'look-up': print}\n", ("a", "look-up")),
        ("FUNCTIONS = dict(a=1)\n", None),
        ("FUNCTIONS = {", None),
        ("other = 1\n", ()),
        (None, ()),
    ],
)
def test_functions_are_known_without_running_them(shop: Path, text: str | None, names: tuple[str, ...] | None) -> None:
    if text is not None:
        (shop.parent / "functions.py").write_text(text, encoding="utf-8")
    assert read_functions([shop]) == names


def test_nothing_to_check_and_no_prompts_are_no_findings_but_errors_of_use(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["check", str(empty)]) == 2
    assert main(["check", str(shop), "--prompts", str(empty)]) == 2
    assert "no .yaml file" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    (finding,) = check_files([tmp_path / "none.yaml"], voices=None)
    assert finding.rule == "unreadable"


def test_a_folder_is_its_yaml_files_and_not_those_below(shop: Path) -> None:
    below = shop.parent / "scenarios"
    below.mkdir()
    (below / "shop.yaml").write_text("schema: 1", encoding="utf-8")
    assert find([shop.parent, shop]) == [shop]


def test_a_broken_prompt_file_is_found(shop: Path, tmp_path: Path) -> None:
    audio = tmp_path / "audio" / "en-US"
    audio.mkdir(parents=True)
    (audio / "greting.wav").write_bytes(b"RIFF")
    good = ROOT / "prompts" / "audio" / "en-US" / "goodbye.wav"
    (audio / "goodbye.wav").write_bytes(good.read_bytes())
    (finding,) = check_files([shop], voices=read_voices(tmp_path))
    assert (finding.rule, "shorter than a WAV header" in finding.message) == ("prompt-format", True)


BOMBS = {
    "large": "schema: 1\n" + "# " + "x" * 10_000_000,
    "large-values": "a: [" + "1, " * 3_000_000 + "1]",
    "deep": "[" * 500_000,
    "deep-mapping": "".join(" " * depth + "a:\n" for depth in range(1000)),
    "aliases": "a: &a [1, 1]\n" + "".join(f"{chr(98 + n)}: [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_bounded_time_and_memory(bomb: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(BOMBS[bomb], encoding="utf-8")
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    findings = check_files([path], voices=None)
    assert {finding.rule for finding in findings} & {"too-large", "too-deep", "alias"}
    assert time.process_time() - begun < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB
