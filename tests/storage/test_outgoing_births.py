"""Who binds a call that we place, and who watches it, on both kinds of tables."""

from __future__ import annotations

import asyncio

import pytest

from inbox import Births, BoundElsewhere, Watcher
from storage import Table

CALL, GRAPH, OTHER_GRAPH, TENANT = f"call-{'a' * 32}", "1" * 32, "2" * 32, "tenant-1"


async def test_of_many_who_bind_at_once_all_agree_or_are_refused(table: Table) -> None:
    processes = [Births(table, lambda: 1_767_603_600.0) for _ in range(6)]
    await processes[0].claim_outgoing(CALL, TENANT)
    ids = [GRAPH, OTHER_GRAPH] * 3
    results = await asyncio.gather(
        *(births.bind(CALL, call_id, TENANT) for births, call_id in zip(processes, ids, strict=True)),
        return_exceptions=True,
    )
    birth = await processes[0].get(CALL)
    assert birth is not None
    for call_id, result in zip(ids, results, strict=True):
        assert result is True if call_id == birth.call_id else isinstance(result, BoundElsewhere)


async def test_a_call_is_placed_again_ends_and_is_walked_when_it_turns_up_late(table: Table) -> None:
    births, watcher = Births(table, lambda: 1_767_603_600.0), Watcher(instance_id="gathering-1", leg=3)
    await births.claim_outgoing(CALL, TENANT, watcher=watcher)
    await births.bind(CALL, GRAPH, TENANT)
    await births.unbind(CALL, GRAPH)
    assert await births.ended(CALL) == (watcher,)
    assert not await births.bind(CALL, OTHER_GRAPH, TENANT)
    assert [(birth.instance_id, birth.call_id) async for birth in births.live()] == [(CALL, OTHER_GRAPH)]
    with pytest.raises(BoundElsewhere):
        await births.bind(CALL, "3" * 32, TENANT)
    await births.purge(CALL)
    assert await table.query("births", "!", "~") == []
