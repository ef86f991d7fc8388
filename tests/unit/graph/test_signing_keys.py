from __future__ import annotations

import asyncio
from typing import Any

import pytest
from token_issuer import METADATA_URL, TokenIssuer, jwk, new_key

from clock import VirtualClock
from graph.json_web_keys import usable_keys
from graph.signing_keys import KeysUnavailable, SigningKeys

KEY, NEXT_KEY = new_key(), new_key()
WEAK_KEY = new_key(1024)


class Ring:
    """Signing keys, who announces them, and the time."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.issuer = TokenIssuer([jwk(KEY, "k1")])
        self.keys = SigningKeys(METADATA_URL, http=self.issuer.http, now=self.clock.now)


@pytest.fixture
def ring() -> Ring:
    return Ring()


async def test_keys_are_fetched_once_for_everybody_who_asks_at_once(ring: Ring) -> None:
    found = await asyncio.gather(*(ring.keys.find("k1") for _ in range(50)))
    assert ring.issuer.fetches == 1
    assert found[0] is not None
    assert all(key is found[0] for key in found)


async def test_a_new_key_is_found_at_once(ring: Ring) -> None:
    await ring.keys.find("k1")
    ring.issuer.keys = [jwk(KEY, "k1"), jwk(NEXT_KEY, "k2")]
    assert all(await asyncio.gather(*(ring.keys.find("k2") for _ in range(10))))
    assert ring.issuer.fetches == 2


async def test_a_key_that_is_withdrawn_is_gone_after_the_next_refresh(ring: Ring) -> None:
    await ring.keys.find("k1")
    ring.issuer.keys = [jwk(NEXT_KEY, "k2")]
    await ring.keys.find("k2")
    assert await ring.keys.find("k1") is None


async def test_ten_thousand_unknown_keys_cause_one_fetch_a_minute(ring: Ring) -> None:
    await ring.keys.find("k1")
    for minute in range(1, 4):
        for number in range(3334):
            assert await ring.keys.find(f"unknown-{minute}-{number}") is None
        assert ring.issuer.fetches == 1 + minute
        await ring.clock.advance(60)


async def test_unknown_keys_that_come_first_cause_one_fetch(ring: Ring) -> None:
    assert await ring.keys.find("unknown") is None
    assert ring.issuer.fetches == 1


async def test_keys_older_than_two_hours_are_confirmed(ring: Ring) -> None:
    key = await ring.keys.find("k1")
    await ring.clock.advance(7199)
    assert ring.keys.known("k1") is key
    await ring.clock.advance(1)
    assert ring.keys.known("k1") is None
    assert await ring.keys.find("k1") is key
    assert ring.issuer.fetches == 2
    assert ring.keys.known("k1") is key


async def test_known_keys_outlive_an_outage_of_their_issuer_for_a_day(ring: Ring) -> None:
    key = await ring.keys.find("k1")
    ring.issuer.fail = True
    await ring.clock.advance(7200)
    for _ in range(100):
        assert await ring.keys.find("k1") is key
    assert ring.issuer.fetches == 2
    await ring.clock.advance(86_400 - 7200 - 1)
    assert await ring.keys.find("k1") is key
    await ring.clock.advance(1)
    with pytest.raises(KeysUnavailable):
        await ring.keys.find("k1")
    ring.issuer.fail = False
    await ring.clock.advance(5)
    assert await ring.keys.find("k1") is key


async def test_while_keys_are_confirmed_nobody_else_waits(ring: Ring) -> None:
    key = await ring.keys.find("k1")
    await ring.clock.advance(7200)
    asked = asyncio.create_task(ring.keys.find("k1"))
    await asyncio.sleep(0)
    second = ring.keys.find("k1")
    with pytest.raises(StopIteration) as returned:
        second.send(None)
    assert returned.value.value is key
    assert await asked is key


async def test_an_issuer_that_is_away_from_the_start_is_asked_again_soon_but_not_at_once(ring: Ring) -> None:
    ring.issuer.fail = True
    for _ in range(20):
        with pytest.raises(KeysUnavailable):
            await ring.keys.find("k1")
    assert ring.issuer.fetches == 1
    ring.issuer.fail = False
    await ring.clock.advance(5)
    assert await ring.keys.find("k1")


async def test_an_issuer_that_announces_nothing_usable_is_not_believed(ring: Ring) -> None:
    key = await ring.keys.find("k1")
    ring.issuer.keys = [jwk(WEAK_KEY, "k1")]
    await ring.clock.advance(7200)
    assert await ring.keys.find("k1") is key


@pytest.mark.parametrize("address", ["http://attacker.example/keys", "file:///etc/passwd", "", "https://"])
async def test_keys_are_not_fetched_from_elsewhere_than_https(ring: Ring, address: str) -> None:
    ring.issuer.keys_url = address
    with pytest.raises(KeysUnavailable):
        await ring.keys.find("k1")


async def test_an_endless_document_is_not_read(ring: Ring) -> None:
    ring.issuer.padding = 600_000
    with pytest.raises(KeysUnavailable):
        await ring.keys.find("k1")


def test_metadata_over_plain_http_is_refused_outside_loopback() -> None:
    with pytest.raises(ValueError, match="https only"):
        SigningKeys("http://login.example/metadata", http=TokenIssuer([]).http, now=lambda: 0.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "EC"},
        {"kty": None},
        {"use": "enc"},
        {"alg": "RS512"},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"kid": ""},
        {"kid": None},
        {"kid": 1},
        {"n": None},
        {"n": "AQAB"},
        {"n": "!!!"},
        {"n": "A" * 5000},
        {"e": "AQ"},
        {"e": "AA"},
        {"e": "BA"},
        {"e": None},
        {"e": 65537},
    ],
    ids=str,
)
def test_a_key_that_may_not_sign_is_left_out(changes: dict[str, Any]) -> None:
    keys = usable_keys({"keys": [jwk(KEY, "k1", **changes), jwk(NEXT_KEY, "k2"), 7]})
    assert set(keys) == {"k2"}


def test_a_key_without_a_use_may_sign() -> None:
    assert set(usable_keys({"keys": [jwk(KEY, "k1", use=None), jwk(NEXT_KEY, "k2", key_ops=["verify"])]})) == {
        "k1",
        "k2",
    }


def test_a_weak_key_is_left_out() -> None:
    assert usable_keys({"keys": [jwk(WEAK_KEY, "k1")]}) == {}


def test_a_kid_that_two_keys_share_is_nobodys() -> None:
    assert set(usable_keys({"keys": [jwk(KEY, "k1"), jwk(NEXT_KEY, "k1"), jwk(KEY, "k2")]})) == {"k2"}


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": "k1"}, {"keys": [None, [], "k1"]}])
def test_a_document_without_keys_has_none(document: dict[str, Any]) -> None:
    assert usable_keys(document) == {}
