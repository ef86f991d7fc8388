"""`callwright consent` and `callwright logs`."""

from __future__ import annotations

import json

import pytest

from cli.entra import ASKED
from cli.logs import query, rows


def test_consent_prints_the_address_the_permissions_and_the_powershell(machine, capsys) -> None:
    assert machine.run("consent") == 0
    page = capsys.readouterr().out
    assert "/0c1f5b00-5555-4a2b-9c3d-000000007e4a/adminconsent?client_id=0c1f5b00-5555-4a2b-9c3d-00000000b070" in page
    assert all(name in page for name in ASKED)
    assert "New-CsOnlineApplicationInstance" in page
    assert "New-CsApplicationAccessPolicy" in page


def test_consent_for_another_tenant_asks_az_nothing(machine, capsys) -> None:
    assert machine.run("consent", "--app-id", "an-app", "--tenant", "a-tenant") == 0
    assert "/a-tenant/adminconsent?client_id=an-app" in capsys.readouterr().out
    assert machine.calls() == []


def test_consent_is_granted_when_asked_to(machine) -> None:
    assert machine.run("consent", "--grant") == 0
    assert machine.calls()[-1][1][:5] == ["az", "ad", "app", "permission", "admin-consent"]


def test_consent_without_an_application_says_so(machine, capsys) -> None:
    machine.answer(["az ad app list", ""])
    assert machine.run("consent") == 1
    assert "deploy first" in capsys.readouterr().err


def test_logs_print_one_line_for_each_row(machine, capsys) -> None:
    answer = {"tables": [{"rows": [["2026-01-01T00:00:00Z", 2, "a token was refused: expired"]]}]}
    machine.answer(["az rest --method post", json.dumps(answer)])
    assert machine.run("logs") == 0
    assert capsys.readouterr().out == "2026-01-01T00:00:00Z warning a token was refused: expired\n"
    assert "/workspaces/99999999-2222-4333-8444-555555555555/query" in " ".join(machine.calls()[-1][1])


def test_logs_of_one_call_are_asked_for_by_its_id() -> None:
    asked = query(call_id="call-0C1F5B00-5555-4A2B-9C3D-00000000A1CE", since="7d", everything=False)
    assert 'Message has "0c1f5b0055554a2b9c3d00000000a1ce"' in asked
    assert "ago(7d)" in asked
    assert "SeverityLevel" not in asked.split("| project")[0]


@pytest.mark.parametrize(
    ("call_id", "since"), [('x" or true //', "1h"), (None, "1h) | take 1"), (None, "0h"), ("12", "1h")]
)
def test_what_is_no_id_and_no_time_never_reaches_the_query(call_id: str | None, since: str) -> None:
    with pytest.raises(ValueError, match="is "):
        query(call_id=call_id, since=since, everything=False)


def test_an_exception_without_a_level_is_an_error() -> None:
    assert rows({"tables": [{"rows": [["t", None, " it broke \n"]]}]}) == ["t error it broke"]
