from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import forged_tokens
import pytest
from token_issuer import METADATA_URL, TokenIssuer, jwk, new_key

from clock import VirtualClock
from graph.webhook_tokens import TokenRefused, TokenValidator

APP = "0c1f5b00-6666-4a2b-9c3d-00000000b070"
TENANT = "0c1f5b00-4444-4a2b-9c3d-0000000000cc"
OTHER_TENANT = "0c1f5b00-4444-4a2b-9c3d-0000000000dd"
ISSUER = "https://api.botframework.com"

KEY = new_key()
NEXT_KEY = new_key()


class Door:
    """A validator, the issuer it believes, and the time."""

    def __init__(self, *, tenants: tuple[str, ...] = (TENANT,)) -> None:
        self.clock = VirtualClock()
        self.issuer = TokenIssuer([jwk(KEY, "k1")])
        self.validator = TokenValidator(
            metadata_url=METADATA_URL,
            issuers=(ISSUER, "https://graph.microsoft.com"),
            audiences=(APP,),
            tenants=tenants,
            http=self.issuer.http,
            now=self.clock.now,
        )

    def claims(self, **changes: Any) -> dict[str, Any]:
        valid = forged_tokens.webhook_claims(app_id=APP, tenant_id=TENANT, issuer=ISSUER, now=self.clock.now())
        return {**valid, **changes}

    def token(self, key: Any = KEY, kid: str = "k1", **changes: Any) -> str:
        return forged_tokens.signed(key, kid, self.claims(**changes))

    async def refusal(self, authorization: str | None) -> str:
        with pytest.raises(TokenRefused) as refused:
            await self.validator.validate(authorization)
        return refused.value.cause


@pytest.fixture
def door() -> Iterator[Door]:
    yield Door()


def _forgeries() -> list[forged_tokens.Forgery]:
    clock = VirtualClock()
    claims = forged_tokens.webhook_claims(app_id=APP, tenant_id=TENANT, issuer=ISSUER, now=clock.now())
    return list(forged_tokens.forgeries(KEY, "k1", claims, other_tenant=OTHER_TENANT))


async def test_every_forgery_is_refused_for_its_own_cause(door: Door) -> None:
    forgeries = _forgeries()
    assert len({forgery.name for forgery in forgeries}) == len(forgeries) > 80
    wrong = []
    for forgery in forgeries:
        try:
            await door.validator.validate(f"Bearer {forgery.token}")
            wrong.append(f"{forgery.name}: accepted")
        except TokenRefused as refused:
            if not refused.cause.startswith(forgery.cause):
                wrong.append(f"{forgery.name}: {refused.cause!r} instead of {forgery.cause!r}")
    assert not wrong


async def test_a_valid_token_gives_its_claims(door: Door) -> None:
    claims = await door.validator.validate(f"Bearer {door.token()}")
    assert (claims.tid, claims.iss, claims.aud, claims.roles, claims.oid) == (TENANT, ISSUER, APP, (), None)
    assert claims.raw["tid"] == TENANT


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
async def test_the_scheme_may_be_written_in_any_case(door: Door, scheme: str) -> None:
    assert (await door.validator.validate(f"{scheme} {door.token()}")).tid == TENANT


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic eDp5", "Token abc", "Bearer  {}", "Bearer\t{}"]
)
async def test_what_is_no_bearer_token_is_refused(door: Door, header: str | None) -> None:
    await door.refusal(header.format(door.token()) if header else header)
    assert door.issuer.fetches == 0


async def test_a_token_of_two_roles_gives_them(door: Door) -> None:
    claims = await door.validator.validate("Bearer " + door.token(roles=["Read", 5, "Operate"], oid="o", azp="a"))
    assert (claims.roles, claims.oid, claims.appid) == (("Read", "Operate"), "o", "a")


async def test_the_leeway_is_five_minutes_on_both_sides(door: Door) -> None:
    now = int(door.clock.now())
    assert await door.validator.validate("Bearer " + door.token(nbf=now - 3900, exp=now - 299))
    assert await door.validator.validate("Bearer " + door.token(nbf=now + 300, exp=now + 3900))


async def test_a_managed_identitys_day_long_token_is_not_too_long(door: Door) -> None:
    now = int(door.clock.now())
    assert await door.validator.validate("Bearer " + door.token(nbf=now - 300, exp=now + 86400))


async def test_a_star_allows_every_tenant() -> None:
    door = Door(tenants=("*",))
    assert (await door.validator.validate("Bearer " + door.token(tid=OTHER_TENANT))).tid == OTHER_TENANT


async def test_a_token_verified_before_still_expires(door: Door) -> None:
    token = f"Bearer {door.token()}"
    await door.validator.validate(token)
    await door.clock.advance(3900 + 299)
    assert await door.validator.validate(token)
    await door.clock.advance(1)
    assert await door.refusal(token) == "exp: expired"


async def test_a_token_verified_before_dies_with_its_key(door: Door) -> None:
    token = "Bearer " + door.token(exp=int(door.clock.now()) + 80_000)
    await door.validator.validate(token)
    door.issuer.keys = [jwk(NEXT_KEY, "k2")]
    await door.clock.advance(7199)
    assert await door.validator.validate(token)
    await door.clock.advance(1)
    assert await door.refusal(token) == "kid: no such key is announced"


async def test_a_token_verified_before_dies_when_its_kid_gets_another_key(door: Door) -> None:
    token = "Bearer " + door.token(exp=int(door.clock.now()) + 80_000)
    await door.validator.validate(token)
    door.issuer.keys = [jwk(NEXT_KEY, "k1")]
    await door.clock.advance(7200)
    assert await door.refusal(token) == "the signature is not the key's"


async def test_no_more_than_the_newest_verified_tokens_are_remembered(door: Door) -> None:
    first = f"Bearer {door.token()}"
    await door.validator.validate(first)
    for number in range(1024):
        await door.validator.validate("Bearer " + door.token(jti=number))
    assert len(door.validator._verified) == 1024
    assert await door.validator.validate(first)


async def test_a_warm_check_is_far_cheaper_than_a_cold_one(door: Door) -> None:
    tokens = [f"Bearer {door.token(jti=number)}" for number in range(50)]
    await door.validator.validate(tokens[0])
    begun = time.process_time()
    for token in tokens[1:]:
        await door.validator.validate(token)
    cold = (time.process_time() - begun) / 49
    begun = time.process_time()
    for _ in range(20):
        for token in tokens:
            await door.validator.validate(token)
    assert (time.process_time() - begun) / 1000 < cold / 4


def test_a_validator_that_would_accept_everybody_cannot_be_made() -> None:
    for empty in ({"issuers": ()}, {"audiences": ("",)}, {"tenants": ()}):
        settings: dict[str, Any] = {"issuers": (ISSUER,), "audiences": (APP,), "tenants": ("*",), **empty}
        with pytest.raises(ValueError, match="must each name at least one"):
            TokenValidator(metadata_url=METADATA_URL, http=TokenIssuer([]).http, now=time.time, **settings)
