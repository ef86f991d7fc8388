"""Two hundred callers type secrets, some before they are asked: nobody else can ever know them."""

from __future__ import annotations

import base64
import json
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from callers import clock_of, finish, hears, ring
from watched import Corpus, Logged, WatchedStorage, Written, disguises

from calls.codes import KEYS
from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from inbox.sealing import Sealer
from inbox.tone_keys import KEY_ROW, CallbackKeyWrapper, CallKey

CALLS = 200
AT_ONCE = 50
CALLBACK_KEY = "c" * 43
CANARY = "40917365"
FLOW = """
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: greeting}
  greeting: {kind: play, prompts: greeting, bargeIn: true, next: choose}
  choose: {kind: menu, prompts: main-menu, options: {1: account, 2: bye}, on: {tooMany: bye}}
  account:
    {kind: collect, SENSITIVE prompts: enter-account, again: account-retry, into: account, min: 9, max: 9,
     next: pin, on: {tooMany: bye}}
  pin:
    {kind: collect, SENSITIVE prompts: account-known, into: pin, min: 4, max: 16, next: bye, on: {tooMany: bye}}
  bye: {kind: hangup, prompts: goodbye}
"""
ROUTES = "schema: 1\nroutes: [{name: test, flow: test, customer: northwind}]\n"


def script(number: int, account: str, pin: str) -> list[Any]:
    """Asked first, ahead of everything, ahead of the second question, mistyped, and gone in the middle."""
    match number % 5:
        case 0:
            return [
                hears("main-menu", press="1"),
                hears("enter-account", press=account),
                hears("account-known", press=f"{pin}#"),
            ]
        case 1:
            return [hears("greeting", press=f"1{account}#{pin}#", interval_ms=60)]
        case 2:
            return [hears("greeting", press="1"), hears("enter-account", press=f"{account}#{pin}", interval_ms=90)]
        case 3:
            return [
                hears("main-menu", press=f"1{account[:6]}#", interval_ms=50),
                hears("account-retry", press=f"{account}#", interval_ms=50),
                hears("account-known", press=f"{pin}#"),
            ]
        case _:
            return [
                hears("greeting", press=f"1{account}{pin[:2]}", interval_ms=70),
                hears("account-known", hang_up=True),
            ]


@contextmanager
def everything_logged() -> Iterator[Logged]:
    logged, root = Logged(), logging.getLogger()
    level = root.level
    root.addHandler(logged)
    root.setLevel(logging.INFO)
    logging.getLogger("callwright").setLevel(logging.DEBUG)
    try:
        yield logged
    finally:
        root.removeHandler(logged)
        root.setLevel(level)
        logging.getLogger("callwright").setLevel(logging.NOTSET)


async def play_calls(folder: Path, flow: str, secrets: list[tuple[str, str]]) -> tuple[Corpus, WatchedStorage, int]:
    """Let them all call; what somebody would find who had everything, and how many calls went to their end."""
    for name, text in {"routes": ROUTES, "test": flow}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    database, storage, corpus = folder / "hub.sqlite", WatchedStorage(), Corpus()
    options = BotOptions(settings={"FLOWS": str(folder)}, database=database, callback_key=CALLBACK_KEY)
    completed = 0
    with everything_logged() as logged:
        async with open_laptop(VirtualClock(), storage=storage, options=options) as laptop:
            for first in range(0, len(secrets), AT_ONCE):
                some = list(enumerate(secrets))[first : first + AT_ONCE]
                ids = [ring(laptop, *script(number, *each)) for number, each in some]
                played = await finish(laptop, *ids)
                completed += sum(call.record["outcome"] == "completed" for call in played)
                corpus.add("records", *(str((call.record, call.events)) for call in played))
            await read_everything(laptop, corpus)
    corpus.add("logs", *logged.lines)
    corpus.add_storage(storage.written, CALLBACK_KEY)
    corpus.add_task_hub(database)
    return corpus, storage, completed


async def read_everything(laptop: Laptop, corpus: Corpus) -> None:
    """What operators see in any durable dashboard."""
    await clock_of(laptop).advance(600)
    for instance in laptop.host.engine.instances():
        corpus.add("dashboard", str(laptop.host.engine.status(instance.id)))


def secrets_of(count: int) -> list[tuple[str, str]]:
    """An account and a PIN each. Accounts begin as nothing else does, so that one search finds them all."""
    dice = random.Random(20260101)
    return [(CANARY + dice.choice("0123456789"), "".join(dice.choices("0123456789", k=4))) for _ in range(count)]


async def opened_with_the_key(written: list[Written], instance_id: str) -> str:
    """What a thief reads who has the row of the key, and the callback keys: the keys that were pressed, in order."""
    wrapper = CallbackKeyWrapper(Sealer([CALLBACK_KEY]))
    rows = [each for each in written if each.partition == instance_id]
    (wrapped,) = [each.values["wrapped"] for each in rows if each.row == KEY_ROW]
    key = CallKey(await wrapper.unwrap(wrapped, instance_id), instance_id)
    digests = [json.loads(each.values["digest"]) for each in rows if "digest" in each.values]
    sealed = sorted((each["sequence"], each["sealed"]) for each in digests if "sealed" in each)
    return "".join(KEYS[key.open_tone(each)] for _, each in sealed)


async def test_no_digit_of_two_hundred_secrets_is_anywhere(tmp_path: Path) -> None:
    secrets = secrets_of(CALLS)
    corpus, storage, completed = await play_calls(tmp_path, FLOW.replace("SENSITIVE", "sensitive: true,"), secrets)
    assert completed == CALLS - CALLS // 5  # all but those who hung up: their keys did what keys do
    found = {each: where for each in disguises(CANARY) if (where := corpus.hits(each))}
    assert found == {}
    assert corpus.tones() == []
    assert set(corpus.texts) >= {"storage", "opened", "history", "history file", "logs", "records", "dashboard"}
    # No key of a call outlives it, and until then it opens every tone: what was searched did hold them.
    tables = storage.tables["Inbox"]
    instances = [each.partition for each in storage.written if each.row == KEY_ROW]
    assert len(instances) == len(set(instances)) == CALLS
    assert [await tables.get(instance, KEY_ROW) for instance in instances] == [None] * CALLS
    typed = {await opened_with_the_key(storage.written, instance) for instance in instances}
    assert all(any(account in keys for keys in typed) for account, _ in secrets)


async def test_the_same_search_finds_what_an_open_flow_leaves_behind(tmp_path: Path) -> None:
    """The search can fail."""
    secrets = secrets_of(5)
    corpus, _, completed = await play_calls(tmp_path, FLOW.replace("SENSITIVE", ""), secrets)
    assert completed == 4
    assert {"storage", "opened", "history", "history file"} <= set(corpus.tones())
    for offset, disguise in enumerate(disguises(CANARY)):
        corpus.add(f"planted {offset}", b"x" + disguise + b"y")
        assert f"planted {offset}" in corpus.hits(disguise)
    corpus.add("planted base64", base64.b64encode(f"account={CANARY};".encode()))
    assert any("planted base64" in corpus.hits(each) for each in disguises(CANARY))
