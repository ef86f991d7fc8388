"""`callwright deploy` and `destroy`: the commands they come to, and what is left when one of them fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.callback_keys import main as callback_keys
from cli.deploy_plan import Deployment, ParametersUnusable, deploy_steps
from cli.destroy import destroy_steps
from cli.steps import Step, script

GOLDEN = Path(__file__).parent / "golden"
SETS = {
    "main": "bicep/main.parameters.json",
    "private": "bicep/parameters/private.parameters.json",
    "media": "bicep/parameters/media.parameters.json",
}
SUBSCRIPTION = "5b5c7a6e-0000-4000-8000-00000000f00d"


def deployment(name: str) -> Deployment:
    root = Path(__file__).resolve().parents[3]
    read = Deployment.read(root / SETS[name], location="westeurope", resource_group=None, build="local")
    return Deployment(**{**vars(read), "parameters": Path(SETS[name])})


def commands(calls: list[tuple[bool, list[str]]]) -> list[list[str]]:
    """What went well, but for the question which subscription it is."""
    return [words for well, words in calls if well and "[id, name]" not in words]


@pytest.mark.parametrize("name", SETS)
def test_a_dry_run_prints_every_command_and_runs_none(machine, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert machine.run("deploy", "--dry-run", "--location", "westeurope", "--parameters", SETS[name]) == 0
    assert capsys.readouterr().out == (GOLDEN / f"deploy-{name}.sh").read_text(encoding="utf-8")
    assert machine.calls() == []


@pytest.mark.parametrize("name", SETS)
def test_a_run_comes_to_the_commands_of_the_dry_run(machine, name: str) -> None:
    arguments = ("deploy", "--location", "westeurope", "--parameters", SETS[name], "--subscription", SUBSCRIPTION)
    assert machine.run(*arguments) == 0
    ran = commands(machine.calls())
    planned = deploy_steps(deployment(name))
    assert [words[:3] for words in ran if not questions(words, planned)] == [list(step.command[:3]) for step in planned]
    assert not any("$" in word for words in ran for word in words)


def questions(words: list[str], steps: list[Step]) -> bool:
    return any(step.unless is not None and words[:5] == list(step.unless[:5]) for step in steps)


def test_a_run_that_fails_at_any_command_goes_on_from_there(machine, capsys: pytest.CaptureFixture[str]) -> None:
    steps = deploy_steps(deployment("media"))  # the longest of them
    arguments = ("deploy", "--location", "westeurope", "--parameters", SETS["media"], "--yes")
    machine.run(*arguments)
    whole = commands(machine.calls())
    again = [step.command[:4] for step in steps if step.again]
    for number in range(1, len(whole) + 1):  # call 0 asks for the subscription
        (machine.folder / ".local/deploy/callwright.json").unlink()
        machine.fail(number)
        retried = whole[number - 1][:2] == ["az", "rest"]
        assert machine.run(*arguments) == (0 if retried else 1)
        first = commands(machine.calls())
        said = capsys.readouterr().err
        assert machine.secrets == [] or whole[number - 1][:3] != ["az", "deployment", "group"]
        if retried:  # one failure of the health check is waited out
            continue
        assert "the cloud says no" in said
        assert "FAILED" in said
        assert whole[: number - 1] == first  # nothing after the failure
        machine.fail(None)
        assert machine.run(*arguments) == 0
        second = commands(machine.calls())
        expected = whole[number - 1 :]
        repeated = second[: len(second) - len(expected)]
        assert second[len(repeated) :] == expected
        assert all(questions(words, steps) or tuple(words[:4]) in again for words in repeated)
        assert machine.secrets == []


def test_a_failed_step_says_what_to_do(machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.fail(1)
    assert machine.run("deploy", "--location", "westeurope", "--yes") == 1
    said = capsys.readouterr().err
    assert "az login" in said
    assert "Run the same command again to go on from here" in said


def test_a_run_after_a_finished_one_begins_anew(machine) -> None:
    arguments = ("deploy", "--location", "westeurope", "--yes")
    machine.run(*arguments)
    once = machine.calls()
    machine.fail(None)
    machine.run(*arguments)
    assert machine.calls() == once


def test_other_parameters_do_not_go_on_with_an_unfinished_run(machine) -> None:
    machine.fail(12)
    assert machine.run("deploy", "--location", "westeurope", "--yes") == 1
    machine.fail(None)
    assert machine.run("deploy", "--location", "northeurope", "--yes") == 0
    assert any(words[:3] == ["az", "group", "create"] for words in commands(machine.calls()))


def test_keys_of_an_app_that_is_there_are_left_alone(machine) -> None:
    machine.answer(["az functionapp list", "callwright-abc"])
    machine.run("deploy", "--location", "westeurope", "--yes")
    made = next(words for words in commands(machine.calls()) if "cli.callback_keys" in words)
    assert made[-1] == "callwright-abc"


def test_what_is_there_is_not_made_again(machine) -> None:
    machine.answer(["az ad sp list", "an id"], ["federated-credential list", "an id"])
    machine.run("deploy", "--location", "westeurope", "--yes")
    ran = [words[:4] for words in commands(machine.calls())]
    assert ["az", "ad", "sp", "create"] not in ran


def test_the_state_of_a_run_holds_no_secret(machine) -> None:
    machine.fail(20)
    machine.run("deploy", "--location", "westeurope", "--yes")
    state = json.loads((machine.folder / ".local/deploy/callwright.json").read_text(encoding="utf-8"))
    assert set(state["values"]) <= {
        *("SUBSCRIPTION_ID", "BOT_TENANT_ID", "BOT_APP_ID", "EXISTING_APP"),
        *("FUNCTION_APP", "HOST_NAME", "IDENTITY_ID"),
    }


@pytest.mark.parametrize("more", [(), ("--subscription", "another")])
def test_nothing_is_done_in_a_subscription_that_nobody_named(
    machine, more: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert machine.run("deploy", "--location", "westeurope", *more) == 1
    assert "Production" in capsys.readouterr().err
    assert commands(machine.calls()) == []


@pytest.mark.parametrize("named", [SUBSCRIPTION, "Production"])
def test_a_subscription_is_named_by_id_or_name_and_remembered(machine, named: str) -> None:
    assert machine.run("deploy", "--location", "westeurope", "--subscription", named) == 0
    assert machine.run("deploy", "--location", "westeurope") == 0


def test_without_az_it_says_where_to_get_it(machine, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    assert machine.run("deploy", "--location", "westeurope", "--yes") == 1
    assert "install-azure-cli" in capsys.readouterr().err


def test_the_consent_link_is_printed_at_the_end(machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.run("deploy", "--location", "westeurope", "--yes")
    assert (
        "https://login.microsoftonline.com/0c1f5b00-5555-4a2b-9c3d-000000007e4a/adminconsent"
        "?client_id=0c1f5b00-5555-4a2b-9c3d-00000000b070" in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"parameters": {}}', '{"parameters": {"name": {"value": "x"}, "durableBackend": {"value": "y"}}}'],
)
def test_a_parameter_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParametersUnusable):
        Deployment.read(path, location="x", resource_group=None, build="local")


def test_new_keys_are_random_and_for_their_owner_alone(tmp_path: Path) -> None:
    keys = set()
    for name in "ab":
        path = tmp_path / name
        assert callback_keys([str(path), ""]) == 0
        assert path.stat().st_mode & 0o777 == 0o600
        keys.add(json.loads(path.read_text(encoding="utf-8"))["callbackKeys"]["value"])
    assert len(keys) == 2
    assert all(len(key) == 64 for key in keys)


def test_an_app_that_is_there_gets_no_new_key(tmp_path: Path) -> None:
    callback_keys([str(tmp_path / "a"), "callwright-abc"])
    assert json.loads((tmp_path / "a").read_text(encoding="utf-8")) == {}


def test_destroy_asks_for_the_name(machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert machine.run("destroy", "--yes") == 2
    assert "--confirm callwright" in capsys.readouterr().err
    assert machine.calls() == []


def test_destroy_deletes_the_group_with_our_tags_and_the_application(machine) -> None:
    assert machine.run("destroy", "--yes", "--confirm", "callwright") == 0
    ran = commands(machine.calls())
    assert ["az", "group", "delete", "--name", "rg-callwright", "--yes"] in ran
    assert ran[-1][:4] == ["az", "ad", "app", "delete"]


def test_destroy_leaves_a_group_without_our_tags(machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.answer(["az group list", ""])
    machine.fail(2)  # az refuses to delete a group without a name
    assert machine.run("destroy", "--yes", "--confirm", "callwright") == 1
    assert "lacks the tags" in capsys.readouterr().err


def test_destroy_can_leave_the_application() -> None:
    assert "az ad app delete" not in script(destroy_steps(deployment("main"), keep_application=True))
