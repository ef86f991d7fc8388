"""A valid token and a right signature speak for one call: a thousand mutated bodies do nothing to another."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from callers import clock_of, finish, ring
from doors import HOURS, OTHER_TENANT, STRANGE_CALL, Door, incoming, notifications, tone

JSON = dict[str, Any]

SEED = 4
BODIES = 1_000


def recorded(call_id: str) -> JSON:
    """News of a recording, which lies elsewhere."""
    operation = {
        "@odata.type": "#microsoft.graph.recordOperation",
        "id": "0c1f5b00-2222-4a2b-9c3d-00000000beef",
        "status": "completed",
        "recordingLocation": "http://169.254.169.254/x",
        "recordingAccessToken": "secret",
    }
    path = f"/communications/calls/{call_id}/operations/{operation['id']}"
    return {"changeType": "deleted", "resourceUrl": path, "resourceData": operation}


def ended(call_id: str) -> JSON:
    """The end of a call."""
    item = tone(call_id)
    item["changeType"], item["resourceData"] = "deleted", {"state": "terminated", "id": call_id}
    return item


def roster(call_id: str) -> JSON:
    """Who is in a call."""
    path = f"/communications/calls/{call_id}/participants"
    return {"changeType": "updated", "resourceUrl": path, "resourceData": [{"id": "x"}]}


class Mutations:
    """Bodies about other calls, each said in some of the ways in which a call can be named."""

    def __init__(self, others: list[str], dice: random.Random) -> None:
        self._names = [name for other in others for name in self._spellings(other)]
        self._dice = dice

    @staticmethod
    def _spellings(call_id: str) -> list[str]:
        plain = call_id.replace("-", "")
        return [
            call_id,
            plain,
            call_id.upper(),
            f"{{{call_id}}}",
            f"call-{plain}",
            f"../{call_id}",
            f"{call_id}/..",
            f" {call_id}",
        ]

    def body(self) -> JSON:
        """One to three items, none of which names the call whose address it comes to."""
        makes = (tone, ended, incoming, recorded, roster)
        items = [self._changed(self._dice.choice(makes)(self._name())) for _ in range(self._dice.randint(1, 3))]
        return notifications(*items)

    def _name(self) -> str:
        return self._dice.choice(self._names)

    def _changed(self, item: JSON) -> JSON:
        item = copy.deepcopy(item)
        data = item["resourceData"]
        for change in self._dice.sample(range(7), 2):
            if change == 0:
                item["resource"] = item.get("resourceUrl")
            elif change == 1:
                item["resourceUrl"] = f"/app/calls/{self._name()}"
            elif change == 2 and isinstance(data, dict):
                data["id"] = self._name()
            elif change == 3 and isinstance(data, dict):
                data["callChainId"], data["tenantId"] = STRANGE_CALL, OTHER_TENANT
            elif change == 4 and isinstance(data, dict):
                data["clientContext"] = f"call-{self._name()}:1"
            elif change == 5:
                item["resourceData"] = [data, data] if isinstance(data, dict) else data
            elif change == 6:
                item["@odata.type"] = self._dice.choice(("#microsoft.graph.call", "", None, 7))
        return item


async def test_a_thousand_bodies_do_nothing_to_another_call(door: Door) -> None:
    laptop, dice = door.laptop, random.Random(SEED)
    other = ring(laptop, *HOURS)
    await clock_of(laptop).advance(2)
    before, rows = door.done(), door.stored(other)
    history = laptop.host.engine.history(laptop.instance_of(other))
    mutations = Mutations([other, STRANGE_CALL], dice)
    for _ in range(BODIES):
        body = mutations.body()
        answer = await door.post(door.callback, body)
        assert answer.status_code in (200, 202, 400), json.dumps(body)
    assert door.stored(other) == rows, f"seed {SEED}"
    assert door.stored(STRANGE_CALL) == []
    assert laptop.host.engine.history(laptop.instance_of(other)) == history
    assert {each.id for each in door.done().instances} == {each.id for each in before.instances}
    assert door.done().requests == before.requests
    assert door.hosts == {"127.0.0.1"}
    (played,) = await finish(laptop, other)
    assert (played.record["outcome"], played.record["keys"]) == ("hung_up", 1)
    await door.goes_on()
