"""Every forged token at both addresses: the same 403 for all of them, and nothing done."""

from __future__ import annotations

import forged_tokens
import pytest
from callers import clock_of
from doors import OTHER_TENANT, STRANGE_CALL, Door, incoming, notifications, tone

# HTTP takes white space off the ends of a header: what two of these forgeries add never arrives. The third is longer
# than the laptop's HTTP server takes any header to be.
NEVER_ARRIVE = {"trailing space", "trailing newline", "16 KB"}


def forgeries(door: Door) -> list[forged_tokens.Forgery]:
    kid, key = door.laptop.simulator.tokens.webhook_keys._keys[-1]
    made = forged_tokens.forgeries(key, kid, door.claims(), other_tenant=OTHER_TENANT)
    return [each for each in made if each.name not in NEVER_ARRIVE]


async def test_every_forged_token_is_refused_in_the_same_words_and_does_nothing(door: Door) -> None:
    addresses = {
        "public": (door.public, notifications(incoming())),
        "of the call": (door.callback, notifications(tone(door.call_id))),
    }
    before, answers = door.done(), {}
    for forgery in forgeries(door):
        for where, (address, body) in addresses.items():
            answer = await door.post(address, body, forgery.token)
            headers = {name: value for name, value in answer.headers.items() if name != "date"}
            answers[f"{forgery.name}, {where}"] = (answer.status_code, answer.content, headers)
    assert len(answers) > 160
    first = next(iter(answers.values()))
    assert {name: answer for name, answer in answers.items() if answer != first} == {}
    assert first[:2] == (403, b"Forbidden")
    assert door.done() == before
    assert door.metadata_fetches <= 2
    await door.goes_on()


async def test_the_valid_token_that_they_are_made_from_does_something(door: Door) -> None:
    """Otherwise the test above would prove nothing."""
    kid, key = door.laptop.simulator.tokens.webhook_keys._keys[-1]
    token = forged_tokens.signed(key, kid, door.claims())
    before = door.done()
    assert (await door.post(door.public, notifications(incoming()), token)).status_code == 202
    assert door.done() != before
    assert door.stored(STRANGE_CALL) != []
    rows = len(door.stored(door.call_id))
    assert (await door.post(door.callback, notifications(tone(door.call_id)), token)).status_code == 202
    assert len(door.stored(door.call_id)) == rows + 2


async def test_a_token_too_long_for_a_header_is_refused_by_whoever_reads_it_first(door: Door) -> None:
    before = door.done()
    for address in (door.public, door.callback):
        assert (await door.post(address, notifications(incoming()), "x" * 16_000)).status_code in (400, 403, 431)
    answer = await door.post(door.public, notifications(incoming()), "x" * 8_100)
    assert (answer.status_code, answer.content) == (403, b"Forbidden")
    assert door.done() == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic Og=="},
        {"Authorization": "Bearer null"},
        {"X-MS-CLIENT-PRINCIPAL": "eyJyb2xlcyI6W119", "X-MS-CLIENT-PRINCIPAL-ID": "x"},
        {"x-development-key": "development"},
        {"x-functions-key": "x"},
    ],
    ids=str,
)
async def test_no_token_at_all_is_refused_in_the_same_words(door: Door, headers: dict[str, str]) -> None:
    before = door.done()
    for address in (door.public, door.callback):
        answer = await door.http.post(address, json=notifications(incoming()), headers=headers)
        assert (answer.status_code, answer.content) == (403, b"Forbidden")
    assert door.done() == before


async def test_a_key_in_the_query_opens_nothing(door: Door) -> None:
    before = door.done()
    for query in (f"?code={door.laptop.host.key}", f"?access_token={door.token()}", "?token=x"):
        answer = await door.http.post(door.public + query, json=notifications(incoming()))
        assert (answer.status_code, answer.content) == (403, b"Forbidden")
    assert door.done() == before


async def test_a_refused_request_is_not_even_read(door: Door) -> None:
    """Bodies that would be refused for themselves are refused for the token first."""
    for body in (b"", b"{", b"[" * 100_000, b"x" * 2_000_000):
        answer = await door.post(door.public, body, "x.y.z")
        assert (answer.status_code, answer.content) == (403, b"Forbidden")


async def test_a_token_that_was_good_is_refused_once_it_has_run_out(door: Door) -> None:
    token = door.token()
    assert (await door.post(door.callback, notifications(), token)).status_code == 202
    await door.goes_on()
    await clock_of(door.laptop).advance(4300)
    before = door.done()
    assert (await door.post(door.public, notifications(incoming()), token)).status_code == 403
    assert door.done() == before
