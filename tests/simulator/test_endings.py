"""Every way in which a call of Graph's may end, by name."""

from __future__ import annotations

import pytest

from simulator.results import ENDINGS

BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0bb"
CAROL = "0c1f5b00-5555-4a2b-9c3d-0000000ca401"
#: Codes and subcodes that Graph's page of DELETE publishes, and those of the calling service's list for calls.
PUBLISHED = (
    (200, 4097), (200, 4521), (200, 5000), (200, 5300), (200, 5001), (200, 5003), (200, 5002), (200, 5007), (200, 5010),
    (200, 5012), (200, 5013), (200, 5014), (200, 5020), (200, 5030), (200, 5855), (200, 7000), (200, 10550),
    (200, 18503), (200, 540000), (200, 560000), (408, 1106), (408, 8537), (408, 10057), (410, 301005), (480, 10037),
    (480, 10076), (480, 10134), (480, 10199), (500, 1005), (500, 7106), (500, 560500), (487, 0), (603, 0), (487, 10003),
    (487, 10004), (487, 10024), (0, 5003), (480, 10077), (480, 10078), (486, 560486), (487, 540487), (410, 301004),
    (410, 3100), (410, 3101), (410, 3111), (410, 3112), (403, 510403), (408, 4506), (401, 10009),
)  # fmt: skip


def test_every_published_ending_has_a_name():
    assert set(PUBLISHED) <= set(ENDINGS.values())


async def test_whoever_is_called_may_end_it_in_any_way(bot):
    for name, result in ENDINGS.items():
        bot.simulator.change_settings(targets={BOB: {"outcome": name}}, ring_s=5)
        _, value, _ = await bot.ask("POST", "", bot.call_body({"user": BOB}))
        await bot.until(lambda call_id=value["id"]: bot.ended(call_id) is not None)
        assert bot.result(value["id"]) == tuple(result), name


async def test_graph_may_drop_a_call_in_any_way(bot):
    for name, result in ENDINGS.items():
        call_id = await bot.up(tones=False)
        bot.simulator.drop(call_id, name)
        await bot.until(lambda call_id=call_id: bot.ended(call_id) is not None)
        assert bot.result(call_id) == tuple(result), name


async def test_somebody_is_busy_at_first_and_answers_later(bot):
    bot.simulator.change_settings(targets={BOB: {"first": ["busy", "declines"]}})
    results = []
    for _ in range(3):
        _, value, _ = await bot.ask("POST", "", bot.call_body({"user": BOB}))
        call_id = value["id"]
        await bot.until(lambda call_id=call_id: bot.ended(call_id) is not None or bot.audio(call_id) == "active")
        results.append(bot.result(call_id))
    assert results == [(486, 560486), (603, 0), None]


@pytest.mark.parametrize("target", [{"first": ["sneezes"]}, {"outcome": "sneezes"}, {"script": [{"dance": 1}]}])
async def test_nobody_behaves_in_ways_that_are_not(bot, target):
    assert (await bot.control("POST", "/settings", {"targets": {BOB: target}}))[0] == 400


@pytest.mark.parametrize(
    ("caller", "answered"), [({"phone": "+442079460000"}, True), (None, False)], ids=["resource account", "application"]
)
async def test_only_a_resource_account_redirects_to_a_phone(bot, caller, answered):
    call_id = bot.simulator.ring(caller)
    await bot.until(lambda: bool(bot.of(call_id)))
    await bot.act(call_id, "redirect", targets=[{"identity": {"phone": {"id": "+441632960000"}}}])
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert ("answeredBy" in bot.ended(call_id)) == answered


async def test_the_caller_of_a_call_that_became_a_group_call_hangs_up(bot):
    call_id = await bot.up()
    bot.simulator.people.escalate(call_id, [{"user": BOB}, {"user": CAROL}])
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    assert bot.result(call_id) == (200, 5007)
