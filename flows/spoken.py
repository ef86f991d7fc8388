"""Prompts in other languages than the call's own: `fr-FR/greeting` is the prompt `greeting` in French."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

T = TypeVar("T")


def in_language(locale: str, prompt: str) -> str:
    """Name a prompt in a language."""
    return f"{locale}/{prompt}"


def split(prompt: str) -> tuple[str | None, str]:
    """Give the language that a prompt's name says, or None for the call's own, and the name without it."""
    locale, _, name = prompt.rpartition("/")
    return locale or None, name


def spoken(act: T, locale: str) -> T:
    """Give an act with all that is said in it in a language."""
    changed: dict[str, Any] = {
        name: tuple(in_language(locale, prompt) for prompt in getattr(act, name))
        for name in ("prompts", "hold")
        if hasattr(act, name)
    }
    return dataclasses.replace(act, **changed) if changed else act  # type: ignore[type-var]
