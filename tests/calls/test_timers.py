"""What happens between calls."""

from __future__ import annotations

from cli.laptop import Laptop


async def test_a_call_that_is_long_over_leaves_its_record_and_nothing_else(laptop: Laptop):
    call_id = laptop.simulator.ring()
    await laptop.clock.advance(3)
    laptop.simulator.hang_up(call_id)
    await laptop.run_until_over(call_id)
    instance_id = laptop.instance_of(call_id)
    here = laptop.connections
    await laptop.host.fire_timer("purge_calls")
    assert await here.births.instance_of(call_id.replace("-", ""), here.settings.bot_tenant_id) == instance_id
    await laptop.clock.advance(31 * 24 * 3600)
    assert await laptop.host.fire_timer("purge_calls")
    assert await here.births.instance_of(call_id.replace("-", ""), here.settings.bot_tenant_id) is None
    assert (await here.records.get(instance_id))["outcome"] == "hung_up"
