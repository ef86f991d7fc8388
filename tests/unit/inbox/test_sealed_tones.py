"""The tones of a call that asks for something secret: opaque to whoever reads storage, gone when the call is."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from bots import TENANT, Bot, notification

from inbox import CannotOpen, Inbox, InboxClosed, KeyDestroyed, Sealer
from inbox.tone_keys import KEY_ROW, TONES, CallKey
from storage import Row

GRAPH_CALL = "0c1f5b00-2222-4a2b-9c3d-00000000000a"
CALL = f"call-{GRAPH_CALL.replace('-', '')}"
KEY = "k" * 40
JSON = dict[str, Any]


async def born(bot: Bot) -> Bot:
    await bot.delivery.take(notification("01_incoming_p2p", GRAPH_CALL), TENANT, None, "m1")
    return bot


def tone(sequence: int, name: str) -> JSON:
    return {"kind": "tone", "state": "established", "sequence": sequence, "tone": name}


async def press(inbox: Inbox, sequence: int, name: str) -> JSON:
    raw = {"resourceData": {"toneInfo": {"sequenceId": sequence, "tone": name}}}
    return (await inbox.append(CALL, tone(sequence, name), raw, f"tone:{sequence}:{name}")).digest


async def rows_of(bot: Bot) -> list[Row]:
    return await bot.table.query(CALL, "!", "~")


async def test_a_sealed_call_stores_no_tone_in_the_clear_and_the_key_gives_them_all_back(bot: Bot) -> None:
    await born(bot)
    await bot.inbox.seal_tones(CALL)
    digests = [await press(bot.inbox, number, name) for number, name in enumerate(TONES, start=1)]
    key = await bot.inbox.tone_key(CALL)
    assert [key.open_tone(each["sealed"]) for each in digests] == list(TONES)
    assert all("tone" not in each for each in digests)
    assert len({len(each["sealed"]) for each in digests}) == 1  # not even the length tells them apart
    assert await bot.inbox.raw(CALL, digests[0]["n"]) == {}


async def test_a_process_that_knew_the_call_before_it_was_sealed_stores_nothing_in_the_clear(bot: Bot) -> None:
    await born(bot)
    late = Inbox(bot.table, bot.blobs, Sealer([KEY]), lambda: bot.now)
    await late.append(CALL, {"kind": "call", "state": "established"}, {}, "message:2")
    await bot.inbox.seal_tones(CALL)
    assert "sealed" in await press(late, 1, "tone7")
    assert "sealed" in await press(bot.inbox, 2, "tone7")


async def test_a_large_tone_of_a_stale_process_leaves_no_blob(bot: Bot) -> None:
    await born(bot)
    late = Inbox(bot.table, bot.blobs, Sealer([KEY]), lambda: bot.now)
    await late.append(CALL, {"kind": "call", "state": "established"}, {}, "message:2")
    await bot.inbox.seal_tones(CALL)
    await late.append(CALL, tone(1, "tone7"), {"padding": "7" * 70_000}, "tone:1:tone7")
    assert await bot.blobs.names("") == []


async def test_a_duplicate_of_a_sealed_tone_is_known_again_by_any_process(bot: Bot) -> None:
    await born(bot)
    await bot.inbox.seal_tones(CALL)
    other = Inbox(bot.table, bot.blobs, Sealer([KEY]), lambda: bot.now)
    first = await press(bot.inbox, 4, "tone7")
    assert await press(other, 4, "tone7") == first
    assert (await press(other, 4, "tone8"))["n"] == first["n"] + 1
    bot.now += 11
    assert (await press(other, 4, "tone7"))["n"] == first["n"] + 2


async def test_rows_cannot_be_guessed_without_the_key_of_the_call(bot: Bot) -> None:
    """Whoever has all of storage, and the callback keys too, but not the row of the key: nothing opens or matches."""
    await born(bot)
    await bot.inbox.seal_tones(CALL)
    for number, name in enumerate(("tone4", "tone9", "pound"), start=1):
        await press(bot.inbox, number, name)
    rows = [row for row in await rows_of(bot) if row.row != KEY_ROW]
    guesses = {
        hashlib.sha256(f"tone:{sequence}:{name}".encode()).hexdigest()[:40] for sequence in range(20) for name in TONES
    }
    assert not guesses & {row.row.removeprefix("i:") for row in rows}
    sealer, opened = Sealer([KEY]), ""
    for row in rows:
        opened += json.dumps(row.values, default=str)
        if sealed := row.values.get("sealed"):
            assert isinstance(sealed, bytes)
            opened += sealer.open(sealed, CALL, row.row).decode()
    assert not any(name in opened for name in (*TONES[:10], "pound"))


async def test_the_key_goes_with_the_call_and_nothing_opens_any_more(bot: Bot) -> None:
    await born(bot)
    await bot.inbox.seal_tones(CALL)
    await press(bot.inbox, 1, "tone4")
    await bot.inbox.forget_payloads(CALL)
    assert await bot.table.get(CALL, KEY_ROW) is None
    with pytest.raises(KeyDestroyed):
        await bot.inbox.tone_key(CALL)
    with pytest.raises(InboxClosed):
        await bot.inbox.seal_tones(CALL)


async def test_sealing_twice_keeps_the_key(bot: Bot) -> None:
    await born(bot)
    await bot.inbox.seal_tones(CALL)
    digest = await press(bot.inbox, 1, "tone4")
    await Inbox(bot.table, bot.blobs, Sealer([KEY]), lambda: bot.now).seal_tones(CALL)
    other = Inbox(bot.table, bot.blobs, Sealer([KEY]), lambda: bot.now)
    assert (await other.tone_key(CALL)).open_tone(digest["sealed"]) == "tone4"


async def test_the_key_opens_under_a_callback_key_that_is_being_retired(bot: Bot) -> None:
    await born(bot)
    await bot.inbox.seal_tones(CALL)
    digest = await press(bot.inbox, 1, "star")
    rotated = Inbox(bot.table, bot.blobs, Sealer(["n" * 40, KEY]), lambda: bot.now)
    assert (await rotated.tone_key(CALL)).open_tone(digest["sealed"]) == "star"
    retired = Inbox(bot.table, bot.blobs, Sealer(["n" * 40]), lambda: bot.now)
    with pytest.raises(CannotOpen):
        await retired.tone_key(CALL)


async def test_no_text_of_a_strangers_is_taken_over_as_a_tone(bot: Bot) -> None:
    await born(bot)
    await bot.inbox.seal_tones(CALL)
    digest = await press(bot.inbox, 1, "4929 1234 5678")
    assert (digest["tone"], "sealed" in digest) == ("unknown", False)


def test_what_is_sealed_for_one_call_or_purpose_opens_for_no_other() -> None:
    mine, theirs = CallKey(b"1" * 32, "call-1"), CallKey(b"1" * 32, "call-2")
    token = mine.seal_entry("4929")
    assert mine.open_entry(token) == "4929"
    for key, opens in ((theirs, CallKey.open_entry), (mine, CallKey.open_tone)):
        with pytest.raises(CannotOpen):
            opens(key, token)
    with pytest.raises(CannotOpen):
        mine.open_entry("no token")
