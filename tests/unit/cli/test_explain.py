"""Every row of the table of result codes is found in a text as one meets it; nothing else is taken for a code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.explain import Row, explained, meaning, rows

TEXTS = json.loads((Path(__file__).parent / "result_texts.json").read_text(encoding="utf-8"))


def name_of(row: Row) -> str:
    return row.words or (f"{row.code}/{row.subcode}" if row.code is not None else str(row.subcode))


ROWS = {name_of(row): row for row in rows()}


def test_every_row_has_one_text_and_every_text_a_row() -> None:
    assert [text["row"] for text in TEXTS] == list(ROWS)
    assert len(ROWS) == len(rows()) >= 160


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text["row"])
def test_a_code_is_recognised(text: dict[str, str]) -> None:
    assert ROWS[text["row"]] in [seen.row for seen in explained(text["text"])]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text["row"])
def test_a_code_is_recognised_in_json_within_json(text: dict[str, str]) -> None:
    assert ROWS[text["row"]] in [seen.row for seen in explained(json.dumps({"Message": text["text"]}))]


@pytest.mark.parametrize("row", rows(), ids=name_of)
def test_a_row_says_why_what_to_do_and_who_says_so(row: Row) -> None:
    assert row.cause
    assert row.fix.endswith((".", "ID", "outside, and GET /api/prompts/{key}."))
    assert re.fullmatch(r"https://(learn\.microsoft\.com|github\.com)/\S+", row.source)
    assert row.confidence in {"published", "same back end", "reported"}


def test_a_pair_that_is_known_wins_over_its_subcode_alone() -> None:
    assert meaning(500, 7000) != meaning(None, 7000)
    assert meaning(403, 7504) == meaning(None, 7504)
    assert meaning(200, 1) is None


@pytest.mark.parametrize(
    "text",
    [
        "24/11/2026 09:12:44",
        "HTTP/1.1 200 OK",
        "GET /api/calls/200/5000x",
        "0c1f5b00-5555-4a2b-9c3d-00000000a1ce",
        "version 4.32.0, 5.0.0",
        "192.168.200/4097",
        '"code": "invalid_client"',
        "",
    ],
)
def test_what_is_no_result_code_is_left_alone(text: str) -> None:
    assert explained(text) == []


def test_a_code_that_nobody_explains_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--code", "499#1234"]) == 1
    assert "nobody has published" in capsys.readouterr().out


def test_a_saved_log_is_explained_in_its_order_each_code_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "saved.log"
    log.write_text("a 500#7112\nb 408/8537\nc 500#7112\n", encoding="utf-8")
    assert main(["doctor", "--log", str(log), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in told] == ["500/7112", "408/8537"]
    assert all(each["fix"] and each["source"] for each in told)


def test_a_call_is_explained_from_its_record(machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.answer(["az rest --method get", '{"outcome": "failed", "code": 480, "subcode": 10037}'])
    assert machine.run("doctor", "--call", "0C1F5B00-5555-4A2B-9C3D-00000000A1CE") == 0
    assert "480/10037" in capsys.readouterr().out
    assert "/api/calls/call-0c1f5b0055554a2b9c3d00000000a1ce" in " ".join(machine.calls()[-1][1])
