"""What callers type in these tests, and what they must hear in return; `flows/spelling.yaml` is the other half.

Every key and every code has a prompt of its own. So the prompts that the simulator accepted, in their order, say which
keys the bot has taken: a lost, repeated or misplaced one shows.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FLOWS = Path(__file__).parent / "flows"
MENU = "no-input"

SINGLES = {
    "1": "greeting",
    "2": "main-menu-short",
    "3": "no-match",
    "4": "too-many-tries",
    "5": "voicemail-silent",
    "7": "voicemail-thanks",
    "8": "transfer-failed",
    "#": "goodbye",
}
CODES = {"1231": "account-known", "1321": "account-unknown", "3211": "account-retry", "1123": "main-menu"}
_ANSWERS = {*SINGLES.values(), *CODES.values(), "apology"}
_TOKEN = re.compile(r"\*(\d{4})#|([1-578#])")


@dataclass(frozen=True, kw_only=True)
class Burst:
    """Keys pressed one after another, some time after the menu was heard to begin."""

    keys: str
    after_s: float
    interval_ms: int

    def steps(self, menu: str) -> list[dict[str, Any]]:
        """As steps of the simulator's far end; `menu` is what the address of the menu's prompt contains."""
        press = {"after_s": self.after_s, "press": self.keys, "interval_ms": self.interval_ms}
        return [{"when": "prompt_started", "prompt": menu, **press}]


def random_bursts(dice: random.Random, count: int, *, length: int | None = None) -> list[Burst]:
    """So many bursts; the last one ends with the key that ends the call.

    With a `length`, each has so many keys, and more than ten seconds pass before it: the tone counter may begin again
    between any two of them, and what then looks like an earlier press is none.
    """
    bursts: list[Burst] = []
    for number in range(count):
        keys = _random_keys(dice) if length is None else _keys_of_length(dice, length)
        if number == count - 1:
            keys = keys + "#" if length is None else _singles(dice, length - 1) + "#"
        after_s = dice.uniform(0.0, 3.0) + (0.0 if length is None else 11.0)
        bursts.append(Burst(keys=keys, after_s=after_s, interval_ms=dice.choice((20, 60, 120, 250, 400))))
    return bursts


def _random_keys(dice: random.Random) -> str:
    return "".join(_code(dice) if dice.random() < 0.25 else _singles(dice, 1) for _ in range(dice.choice((1, 1, 2, 3))))


def _keys_of_length(dice: random.Random, length: int) -> str:
    return _code(dice) if length == 6 and dice.random() < 0.5 else _singles(dice, length)


def _singles(dice: random.Random, count: int) -> str:
    return "".join(dice.choice("12345") for _ in range(count))


def _code(dice: random.Random) -> str:
    return f"*{dice.choice(sorted(CODES))}#"


def answers_to(keys: str) -> list[str]:
    """The prompts that answer these keys."""
    assert re.fullmatch(f"({_TOKEN.pattern})*", keys), keys
    return [CODES[code] if code else SINGLES[single] for code, single in _TOKEN.findall(keys)]


def answers_among(prompts: Iterable[str]) -> list[str]:
    """Those of the prompts that answer a key; menus and questions are left out."""
    return [prompt for prompt in prompts if prompt in _ANSWERS]


@dataclass(frozen=True, kw_only=True)
class Played:
    """The prompts of one call that the simulator accepted, in their order."""

    prompts: list[str]
    #: Steps of the bot's that asked for more than one prompt: each is a prompt heard twice.
    repeated: list[str]

    @classmethod
    def on(cls, requests: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Played:
        """From the transcript's requests; `names` are the ids of prompts by their keys."""
        accepted = [entry["body"] for entry in requests if entry["action"] == "playPrompt" and entry["status"] == 200]
        steps = Counter(body["clientContext"] for body in accepted)
        return cls(
            prompts=[names[item["mediaInfo"]["resourceId"]] for body in accepted for item in body["prompts"]],
            repeated=[step for step, times in steps.items() if times > 1],
        )
