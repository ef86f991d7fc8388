"""A call as its caller had it, from what the simulator wrote down."""

from __future__ import annotations

from typing import Any

import yaml

from cli.laptop import APP_FOLDER
from prompts.catalogue import Catalogue

JSON = dict[str, Any]


def prompt_ids(catalogue: Catalogue) -> dict[str, str]:
    """The id of every prompt, by the SHA-256 of its audio."""
    every = [catalogue.prompt(id, locale) for locale in catalogue.locales for id in catalogue.ids(locale)]
    return {prompt.sha256: prompt.id for prompt in every}


def captions(catalogue: Catalogue) -> dict[str, str]:
    """What every prompt says, by the SHA-256 of its audio; its id where nobody wrote that down."""
    words: dict[str, str] = {}
    for locale in catalogue.locales:
        written = APP_FOLDER / "prompts" / "texts" / f"{locale}.yaml"
        texts = yaml.safe_load(written.read_text(encoding="utf-8")) if written.exists() else {}
        prompts = [catalogue.prompt(id, locale) for id in catalogue.ids(locale)]
        words.update({prompt.sha256: texts.get(prompt.id, prompt.id) for prompt in prompts})
    return words


def line_of(entry: JSON, ids: dict[str, str]) -> JSON | None:
    """What is told of an entry: `{"what": "prompt" | "key" | "request" | "recording" | "state", ...}`, if anything."""
    match entry["what"]:
        case "prompt":
            id = ids.get(entry["sha256"], "?")
            heard = {"ms": entry["duration_ms"], "heard_ms": entry["heard_ms"], "ended": entry["ended_at"] is not None}
            return {"what": "prompt", "prompt": id, **heard}
        case "tone":
            return {"what": "key", "tone": entry["tone"], "heard_by": entry["heard_by"]}
        case "request":
            return {"what": "request", "action": entry["action"], "status": entry["status"]}
        case "recording":
            return {"what": "recording", "state": entry["state"], "ms": entry.get("recorded_ms")}
        case "state":
            return {"what": "state", "state": entry["state"], "audio": entry["audio"], "why": entry["why"]}
    return None


def words(line: JSON) -> str:
    """One line in words."""
    match line["what"]:
        case "prompt":
            if not line["ended"]:
                return f"{line['prompt']}  ..."
            whole = line["heard_ms"] >= line["ms"] - 1
            return line["prompt"] + ("" if whole else f"  (heard for {line['heard_ms'] / 1000:.1f} s)")
        case "key":
            return f"{line['tone']}  (heard by the {line['heard_by']})"
        case "request":
            return f"{line['action']} -> {line['status']}"
        case "recording":
            return line["state"] + (f", {line['ms'] / 1000:.1f} s" if line["ms"] else "")
        case _:
            return line["state"] + (f", audio {line['audio']}" if line["audio"] else "") + f"  ({line['why']})"
