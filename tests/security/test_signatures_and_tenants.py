"""A valid token speaks for its tenant only, and a signature for one call only."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from callers import clock_of, finish, hears, ring
from doors import CALLBACK_KEY, OTHER_TENANT, STRANGE_CALL, Door, incoming, notifications, open_door, tone

from cli.laptop import BotOptions, open_laptop
from clock import VirtualClock
from graph.webhook_tokens import TokenRefused

ANY_TENANT = {"CALLING_TENANTS": "*"}
NEW_KEY = "a-new-key-of-these-tests-" * 2


def other_signature(address: str) -> str:
    head, _, signature = address.rpartition("/")
    return f"{head}/{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


WRONG: dict[str, Callable[[str], str]] = {
    "another letter": other_signature,
    "cut short": lambda address: address[:-1],
    "longer": lambda address: address + "A",
    "padded": lambda address: address + "=",
    "empty but for a space": lambda address: address.rpartition("/")[0] + "/%20",
    "not ASCII": lambda address: address[:-1] + "%C3%A9",
    "a zero byte": lambda address: address + "%00",
    "upper case": lambda address: address.rpartition("/")[0] + "/" + address.rpartition("/")[2].swapcase(),
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
async def test_a_valid_token_with_a_wrong_signature_is_refused_like_a_bad_token(
    door: Door, spoil: Callable[[str], str]
) -> None:
    before = door.done()
    answer = await door.post(spoil(door.callback), notifications(tone(door.call_id)))
    assert (answer.status_code, answer.content) == (403, b"Forbidden")
    assert door.done() == before
    await door.goes_on()


@pytest.mark.parametrize("path", ["", "/"])
async def test_an_address_without_a_signature_is_no_address(door: Door, path: str) -> None:
    before = door.done()
    address = door.callback.rpartition("/")[0] + path
    assert (await door.post(address, notifications(tone(door.call_id)))).status_code in (403, 404)
    assert door.done() == before


@pytest.mark.parametrize("prefix", ["call-0", "recording-", "closing-", "..", "CALL", " "])
async def test_the_signature_of_one_instance_is_not_that_of_another(door: Door, prefix: str) -> None:
    own = door.laptop.instance_of(door.call_id)
    name = own.replace("call", "CALL") if prefix == "CALL" else prefix + own
    signature = door.callback.rpartition("/")[2]
    before = door.done()
    answer = await door.post(f"{door.public}/{name}/{signature}", notifications(tone(door.call_id)))
    assert answer.status_code in (403, 404, 405)
    assert door.done() == before


async def test_the_right_signature_with_another_calls_id_is_taken_and_nothing_is_done(door: Door) -> None:
    """Another live call's, one that nobody knows, one that names none, and one that names both."""
    other = ring(door.laptop, hears("main-menu", hang_up=True))
    await clock_of(door.laptop).advance(2)
    rows, instances = {id: door.stored(id) for id in (door.call_id, other)}, door.done().instances
    both = tone(other)
    both["resourceData"]["id"] = door.call_id
    neither = tone("")
    del neither["resourceData"]["id"]
    for item in (tone(other), tone(STRANGE_CALL), incoming(), incoming(other), both, neither, tone("../" + other)):
        answer = await door.post(door.callback, notifications(item))
        assert answer.status_code == 202
    assert rows == {id: door.stored(id) for id in (door.call_id, other)}
    assert door.stored(STRANGE_CALL) == []
    assert door.done().instances == instances
    await door.goes_on()
    (played,) = await finish(door.laptop, other)
    assert (played.record["outcome"], played.record["keys"]) == ("hung_up", 0)


async def test_the_address_of_one_call_begins_no_other(door: Door) -> None:
    assert (await door.post(door.callback, notifications(incoming()))).status_code == 202
    await clock_of(door.laptop).advance(1)
    assert door.laptop.host.engine.instance(door.laptop.instance_of(STRANGE_CALL)) is None


async def test_a_tenant_that_may_not_call_is_refused_like_a_bad_token(door: Door) -> None:
    before, token = door.done(), door.token(tid=OTHER_TENANT)
    for address, item in ((door.public, incoming()), (door.callback, tone(door.call_id))):
        answer = await door.post(address, notifications(item), token)
        assert (answer.status_code, answer.content) == (403, b"Forbidden")
    assert door.done() == before


async def test_a_tenant_that_may_call_has_no_say_in_another_tenants_calls() -> None:
    """Neither at the address registered with the bot nor, did it know it, at the call's own."""
    options = BotOptions(callback_key=CALLBACK_KEY, settings=ANY_TENANT)
    async with open_laptop(VirtualClock(), options=options) as laptop, open_door(laptop) as door:
        token, before = door.token(tid=OTHER_TENANT), door.done()
        rows = door.stored(door.call_id)
        ended = tone(door.call_id)
        ended["changeType"], ended["resourceData"] = "deleted", {"state": "terminated", "id": door.call_id}
        for address in (door.public, door.callback):
            for item in (tone(door.call_id), incoming(door.call_id), ended):
                answer = await door.post(address, notifications(item), token)
                assert answer.status_code == 202
        after = door.done()
        assert door.stored(door.call_id) == rows
        assert (after.instances, after.requests) == (before.instances, before.requests)
        await door.goes_on()
        # Its own calls it may begin.
        assert (await door.post(door.public, notifications(incoming()), token)).status_code == 202
        assert door.stored(STRANGE_CALL) != []


@pytest.mark.parametrize("keep_old", [True, False])
async def test_a_new_signing_key_is_fetched_and_believed(door: Door, keep_old: bool) -> None:
    fetches, keys = door.metadata_fetches, door.laptop.simulator.tokens.webhook_keys
    old = door.token()
    keys.rotate(keep_old=keep_old)
    await door.goes_on()  # the rest of the call is told under the new key
    assert door.metadata_fetches == fetches + 1
    answer = await door.post(door.public, notifications(tone(STRANGE_CALL)), old)
    assert answer.status_code == (202 if keep_old else 403)


async def test_keys_that_nobody_announces_cost_one_fetch_a_minute(door: Door) -> None:
    """Ten minutes of forged tokens, each with a key id of its own."""
    keys, fetches = door.laptop.simulator.tokens.webhook_keys, door.metadata_fetches
    _, payload, signature = keys.sign(door.claims()).split(".")
    number = 0
    for _ in range(10):
        for _ in range(100):
            number += 1
            token = f"{_header(f'kid-{number}')}.{payload}.{signature}"
            assert (await door.post(door.public, notifications(incoming()), token)).status_code == 403
        await clock_of(door.laptop).advance(60)
    assert door.metadata_fetches - fetches <= 11
    assert (await door.post(door.public, notifications())).status_code == 202


async def test_ten_thousand_unknown_keys_in_one_minute_cost_one_fetch(door: Door) -> None:
    """At the validator that the webhook asks, which is quicker than ten thousand requests."""
    fetches, (_, payload, signature) = door.metadata_fetches, door.token().split(".")
    validator = door.laptop.connections.webhook_tokens
    for number in range(10_000):
        with pytest.raises(TokenRefused, match="kid"):
            await validator.validate(f"Bearer {_header(f'kid-{number}')}.{payload}.{signature}")
    assert door.metadata_fetches <= fetches + 1


async def test_signing_keys_that_cannot_be_fetched_keep_the_known_ones_good(door: Door) -> None:
    door.laptop.simulator.fault({"operation": "openidMetadata"}, {"status": 503}, times=99)
    door.laptop.simulator.fault({"operation": "keys"}, {"status": 503}, times=99)
    assert (await door.post(door.public, notifications(incoming()), _unknown(door))).status_code == 403
    assert (await door.post(door.public, notifications())).status_code == 202
    await door.goes_on()


async def test_a_callback_key_may_change_under_a_live_call(tmp_path: Path) -> None:
    """Graph keeps the address it was given; the bot takes the key it was signed with for a while longer."""
    settings: dict[str, str] = {}
    options = BotOptions(database=tmp_path / "hub.db", callback_key=CALLBACK_KEY, settings=settings)
    async with open_laptop(VirtualClock(), options=options) as laptop, open_door(laptop) as door:
        old = door.callback
        await laptop.stop_bot()
        settings["CALLBACK_KEYS"] = f"{NEW_KEY},{CALLBACK_KEY}"
        await laptop.start_bot()
        assert (await door.post(old, notifications())).status_code == 202
        new = laptop.connections.callback_uri(laptop.instance_of(door.call_id))
        assert new != old
        assert (await door.post(new, notifications())).status_code == 202
        await door.goes_on()
        fresh = ring(laptop)
        await clock_of(laptop).advance(2)
        assert laptop.simulator.call(fresh).callback_url == laptop.connections.callback_uri(laptop.instance_of(fresh))
        await laptop.stop_bot()
        settings["CALLBACK_KEYS"] = NEW_KEY
        await laptop.start_bot()
        assert (await door.post(old, notifications())).status_code == 403


def _header(kid: str) -> str:
    text = json.dumps({"alg": "RS256", "typ": "JWT", "kid": kid}).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _unknown(door: Door) -> str:
    _, payload, signature = door.token().split(".")
    return f"{_header('nobody-announces-this')}.{payload}.{signature}"
