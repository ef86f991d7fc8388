"""Modules of at most 300 lines, functions of at most 40; what is longer is listed, with its reason and its limit.

A ratchet: a limit may fall. One that rises, or a new line in these lists, is a decision for the review.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

MODULE_LINES = 300
FUNCTION_LINES = 40

LONG_MODULES = {
    "localhost/engine.py": (310, "one short method for each request a client may make of the task hub"),
    "localhost/episodes.py": (320, "taking, playing and committing an episode is one transaction"),
    "api/routes.py": (420, "one row for each route; a table reads best as one page"),
    "settings.py": (400, "one table of settings and how each is read: the only reader of the environment is one file"),
    "dev.py": (470, "one file by design: it runs before anything is installed, from a bare checkout"),
}
LONG_FUNCTIONS: dict[str, tuple[int, str]] = {
    "localhost/indexing.py._checked": (
        44,
        "the worker's checks of one function in their order, then its record",
    ),
}


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring: saying more about a function does not make it longer."""
    length = (node.end_lineno or 0) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        length -= (first.end_lineno or 0) - first.lineno + 1
    return length


def functions_of(node: ast.AST, path: str) -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path}.{child.name}", lines_of(child)
            yield from functions_of(child, f"{path}.{child.name}")
        elif isinstance(child, ast.ClassDef):
            yield from functions_of(child, f"{path}.{child.name}")


def too_long(sizes: dict[str, int], listed: dict[str, tuple[int, str]], limit: int) -> list[str]:
    longest = {name: listed.get(name, (limit, ""))[0] for name in sizes}
    long = [f"{name}: {size} lines, at most {longest[name]}" for name, size in sizes.items() if size > longest[name]]
    stale = [f"{name}: within the limit again, strike it off" for name in listed if sizes.get(name, 0) <= limit]
    return long + stale


def test_no_module_is_longer_than_300_lines_without_a_reason(root: Path, modules: list[Path]) -> None:
    sizes = {path.as_posix(): len((root / path).read_text(encoding="utf-8").splitlines()) for path in modules}
    assert too_long(sizes, LONG_MODULES, MODULE_LINES) == []


def test_no_function_is_longer_than_40_lines_without_a_reason(
    modules: list[Path], parse: Callable[[Path], ast.Module]
) -> None:
    sizes = {name: size for path in modules for name, size in functions_of(parse(path), path.as_posix())}
    assert too_long(sizes, LONG_FUNCTIONS, FUNCTION_LINES) == []


def test_function_app_only_registers(root: Path, parse: Callable[[Path], ast.Module]) -> None:
    lines = (root / "function_app.py").read_text(encoding="utf-8").splitlines()
    tree = parse(Path("function_app.py"))
    imported = [each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)]
    named = sum(len(each.names) for each in imported if each.module in {"triggers", "orchestrations", "activities"})
    assert named > 30
    assert len(lines) <= named + 25  # one for each module that it names, and little else
    assert list(functions_of(tree, "function_app")) == []


def test_every_exception_has_a_reason() -> None:
    assert all(len(reason) > 20 for _, reason in (LONG_MODULES | LONG_FUNCTIONS).values())
