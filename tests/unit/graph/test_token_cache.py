from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import TokenUnavailable
from graph.token_cache import AccessToken, TokenCache

TENANT, OTHER = "tenant-a", "tenant-b"
LIFE_S = 3600.0


class TokenService:
    """Gives `token-1`, `token-2`, ...; each request waits at the gate, which stands open unless a test closes it."""

    def __init__(self, life_s: float = LIFE_S) -> None:
        self.life_s = life_s
        self.asked: list[str] = []
        self.away = False
        self.gate = threading.Event()
        self.gate.set()
        self.time = 1_000_000.0
        self.born: dict[str, float] = {}
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=1))
        self.cache = TokenCache(self._obtain, now=lambda: self.time)

    def _obtain(self, tenant_id: str) -> AccessToken:
        self.asked.append(tenant_id)
        assert self.gate.wait(5)
        if self.away:
            raise TokenUnavailable("ConnectionError")
        token = f"token-{len(self.born) + 1}"
        self.born[token] = self.time
        return AccessToken(token=token, life_s=self.life_s)

    async def landed(self) -> None:
        """Open the gate, and return once no renewal is under way."""
        self.gate.set()
        await asyncio.sleep(0)  # one that has just begun gets to the only thread first
        await asyncio.to_thread(int)
        await asyncio.sleep(0)


async def held(service: TokenService, age_s: float) -> str:
    """Let the cache hold a token of that age; then close the gate."""
    token = await service.cache.token(TENANT)
    service.time += age_s
    service.gate.clear()
    return token


async def test_a_token_is_fetched_once() -> None:
    service = TokenService()
    tokens = {await service.cache.token(TENANT) for _ in range(20)}
    assert tokens == {"token-1"}
    assert service.asked == [TENANT]


async def test_fifty_calls_at_once_cause_one_request() -> None:
    service = TokenService()
    service.gate.clear()
    waiting = [asyncio.create_task(service.cache.token(TENANT)) for _ in range(50)]
    await asyncio.sleep(0)
    service.gate.set()
    assert set(await asyncio.gather(*waiting)) == {"token-1"}
    assert service.asked == [TENANT]


async def test_every_tenant_has_its_own_token() -> None:
    service = TokenService()
    tokens = await asyncio.gather(*(service.cache.token(tenant) for tenant in (TENANT, OTHER, TENANT, OTHER)))
    assert tokens == ["token-1", "token-2"] * 2
    assert await service.cache.token(OTHER) == "token-2"


async def test_no_tenant_waits_for_another() -> None:
    service = TokenService()
    await service.cache.token(TENANT)
    service.gate.clear()
    other = asyncio.create_task(service.cache.token(OTHER))
    await asyncio.sleep(0)
    assert await service.cache.token(TENANT) == "token-1"
    service.gate.set()
    assert await other == "token-2"
    assert service.asked == [TENANT, OTHER]


async def test_a_token_is_not_renewed_before_half_its_life() -> None:
    service = TokenService()
    await held(service, LIFE_S / 2 - 1)
    assert await service.cache.token(TENANT) == "token-1"
    await service.landed()
    assert service.asked == [TENANT]


async def test_from_half_its_life_on_it_is_renewed_while_everybody_goes_on_with_it() -> None:
    service = TokenService()
    old = await held(service, LIFE_S / 2)
    for _ in range(5):  # the gate is closed: whoever waited for the renewal would wait for ever
        assert await service.cache.token(TENANT) == old
    await service.landed()
    assert await service.cache.token(TENANT) == "token-2"
    assert service.asked == [TENANT] * 2


async def test_a_held_token_outlives_an_outage_to_its_last_minute() -> None:
    service = TokenService()
    old = await held(service, LIFE_S / 2)
    service.away = True
    born = service.time - LIFE_S / 2
    while service.time - born < LIFE_S - 60:
        service.gate.clear()
        assert await service.cache.token(TENANT) == old
        await service.landed()
        service.time += 10
    assert len(service.asked) == 1 + (LIFE_S / 2 - 60) / 30  # at most every 30 s
    with pytest.raises(TokenUnavailable, match="ConnectionError"):
        await service.cache.token(TENANT)
    service.away = False
    assert await service.cache.token(TENANT) == "token-2"


async def test_a_refused_token_is_not_given_again() -> None:
    service = TokenService()
    old = await service.cache.token(TENANT)
    assert await service.cache.token(TENANT, refused=old) == "token-2"
    assert await service.cache.token(TENANT) == "token-2"


async def test_whoever_reports_an_older_token_gets_the_one_that_replaced_it() -> None:
    service = TokenService()
    old = await service.cache.token(TENANT)
    answers = await asyncio.gather(*(service.cache.token(TENANT, refused=old) for _ in range(10)))
    assert set(answers) == {"token-2"}
    assert await service.cache.token(TENANT, refused=old) == "token-2"
    assert service.asked == [TENANT] * 2


async def test_a_refused_token_is_not_given_again_in_an_outage_either() -> None:
    service = TokenService()
    old = await service.cache.token(TENANT)
    service.away = True
    with pytest.raises(TokenUnavailable):
        await service.cache.token(TENANT, refused=old)


async def test_a_failure_is_shared_and_not_kept() -> None:
    service = TokenService()
    service.away = True
    service.gate.clear()
    waiting = [asyncio.create_task(service.cache.token(TENANT)) for _ in range(10)]
    await asyncio.sleep(0)
    service.gate.set()
    assert {type(outcome) for outcome in await asyncio.gather(*waiting, return_exceptions=True)} == {TokenUnavailable}
    assert service.asked == [TENANT]
    service.away = False
    assert await service.cache.token(TENANT) == "token-1"


@pytest.mark.parametrize("life_s", [0.0, 30.0, 60.0, -5.0])
async def test_a_token_that_may_die_on_its_way_is_used_once_only(life_s: float) -> None:
    service = TokenService(life_s)
    assert [await service.cache.token(TENANT) for _ in range(3)] == ["token-1", "token-2", "token-3"]


def test_no_repr_shows_a_token() -> None:
    assert "secret" not in repr(AccessToken(token="secret", life_s=1.0))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2_000), st.booleans(), st.booleans()), max_size=12))
def test_no_token_is_given_out_in_its_last_minute_or_after_it_was_refused(steps: list[tuple[int, bool, bool]]) -> None:
    async def live() -> None:
        service = TokenService()
        last: str | None = None
        refused: set[str] = set()
        for pause, away, refuse in steps:
            service.time += pause
            service.away = away
            try:
                token = await service.cache.token(TENANT, refused=last if refuse else None)
            except TokenUnavailable:
                assert away
                assert last is None or refuse or service.time >= service.born[last] + LIFE_S - 60
                continue
            refused |= {last} if refuse and last else set()
            assert token not in refused
            assert service.time < service.born[token] + LIFE_S - 60
            last = token
            await service.landed()

    asyncio.run(live())
