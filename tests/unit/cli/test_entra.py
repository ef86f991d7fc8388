"""The application in Entra asks for what the table of permissions needs, and gives the roles that the app checks."""

from __future__ import annotations

import uuid

from api.routes import ROLES
from cli.entra import APP_ROLES, ASKED, FOLDER, PERMISSION_IDS, app_roles, files, required_resource_accesses
from graph.permissions import PERMISSIONS


def test_the_files_for_az_are_what_the_code_says() -> None:
    stale = [name for name, text in files().items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert stale == [], "write them again: python -m cli.entra"


def test_every_permission_has_its_id() -> None:
    named = {name for row in PERMISSIONS for name in (row.least, *row.also) if name}
    assert named == set(PERMISSION_IDS)
    assert len({uuid.UUID(each) for each in PERMISSION_IDS.values()}) == len(PERMISSION_IDS)


def test_what_is_asked_for_allows_every_action() -> None:
    unable = [row.action for row in PERMISSIONS if row.least and not {row.least, *row.also} & set(ASKED)]
    assert unable == []


def test_nothing_is_asked_for_that_no_action_needs() -> None:
    for name in ASKED:
        others = set(ASKED) - {name}
        assert any(row.least and not {row.least, *row.also} & others for row in PERMISSIONS), name


def test_every_role_that_the_api_checks_is_given() -> None:
    values = [role.value for role in APP_ROLES]
    assert set(ROLES) <= set(values)
    assert set(values) >= {"Read", "Listen", "Operate", "Erase", "Media.Control", "Media.Events"}
    assert len({role["id"] for role in app_roles()}) == len(values)


def test_ids_of_roles_never_change() -> None:
    # Assignments refer to them.
    assert app_roles()[0]["id"] == "9fcbb31d-52c6-5aff-9485-1c9b78b2f3bb"


def test_permissions_are_application_permissions_of_graph() -> None:
    (access,) = required_resource_accesses()
    assert access["resourceAppId"] == "00000003-0000-0000-c000-000000000000"
    assert {each["type"] for each in access["resourceAccess"]} == {"Role"}
