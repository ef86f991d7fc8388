from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.problems import FlowErrors, Problems
from flows.source import Located, read_document, resolve_scalar


def read(text: str) -> Any:
    problems = Problems("f.yaml")
    root = read_document(text, problems)
    problems.raise_if_any()
    return plain(root)


def plain(source: Located) -> Any:
    if isinstance(source.value, dict):
        return {key: plain(each) for key, each in source.value.items()}
    if isinstance(source.value, list):
        return [plain(each) for each in source.value]
    return source.value


def refusal(text: str) -> str:
    with pytest.raises(FlowErrors) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("1:30", "1:30"),
        ("0123", "0123"),
        ("+442071234567", "+442071234567"),
        ("2026-01-01", "2026-01-01"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("12", 12),
        ("-3", -3),
        ("1.5", 1.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("1234567890123456", "1234567890123456"),
    ],
)
def test_scalars_mean_what_they_look_like_on_a_telephone(written: str, meant: Any) -> None:
    assert resolve_scalar(written) == meant
    assert type(resolve_scalar(written)) is type(meant)


def test_quoted_scalars_are_text() -> None:
    assert read("a: '12'\nb: \"true\"\nc: |\n  x\n") == {"a": "12", "b": "true", "c": "x\n"}


def test_every_value_knows_its_line_column_and_path() -> None:
    problems = Problems("f.yaml")
    root = read_document("a:\n  b: [1, two]\n", problems)
    assert isinstance(root.value, dict) and isinstance(root.value["a"].value, dict)
    inner = root.value["a"].value["b"]
    assert isinstance(inner.value, list)
    place = inner.value[1].place
    assert (place.line, place.column, place.path) == (2, 10, "a.b[1]")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "f.yaml:3:1: a: the key is here twice; the first is on line 1"),
        ("a: &x 1\nb: *x", "f.yaml:2:4: b: aliases are not used in flows"),
        ("a: !!python/object:os.system x", "f.yaml:1:4: a: the tag tag:yaml.org,2002:python/object:os.system"),
        ("a: !!map {}", "f.yaml:1:4: a: the tag"),
        ("? [a]\n: b", "f.yaml:1:3: a key must be plain text"),
        ("a: 1\n---\nb: 2", "f.yaml:2:1: a file holds one document"),
        ("", "f.yaml:1:1: the document is empty"),
        ("# nothing", "the document is empty"),
        ("a: [1", "f.yaml:2:1: this is not YAML"),
        ("a: b: c", "f.yaml:1:5: this is not YAML"),
        ("*: x", "quote the key '*'"),
        ("a: \x00", "this is not YAML"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_place(text: str, message: str) -> None:
    assert message in refusal(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: " + "x" * 10_000_000, "larger than 512 KiB"),
        ("é" * 300_000, "larger than 512 KiB"),
        ("[" * 5000 + "]" * 5000, "nested deeper than 30 levels"),
        ("{a: " * 5000 + "1" + "}" * 5000, "nested deeper than 30 levels"),
        (
            "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)),
            "aliases are not used",
        ),
    ],
)
def test_hostile_files_are_refused_quickly(text: str, message: str) -> None:
    started = time.process_time()
    assert message in refusal(text)
    assert time.process_time() - started < 0.2


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    problems = Problems("f.yaml")
    try:
        read_document(text, problems)
    except FlowErrors as errors:
        assert errors.problems
