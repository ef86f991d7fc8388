"""The bot dies at every event of every golden call's history, and each call goes on as if it had not.

`pytest tests/delivery -k every_event --delivery-kills 1.0` dies at all points; the suite at a share of them.
"""

from __future__ import annotations

import pytest
from every_event import ACTED, AT_ONCE, LATE, SCHEDULED, SOON, TAKEN, kill_everywhere
from golden_calls import SCENARIOS

SEED = 5
LEAST = 500
AMONG = ("ExecutionStarted", "TaskScheduled", "TaskCompleted", "TimerFired", "EventRaised")


async def test_nothing_is_done_twice_and_every_call_ends(request: pytest.FixtureRequest) -> None:
    share: float = request.config.getoption("--delivery-kills")
    toll = await kill_everywhere(SEED, share, (AT_ONCE, LATE, SOON) if share == 1.0 else (AT_ONCE, LATE))
    print(toll.report())
    assert not toll.problems, "\n".join([f"seed {SEED}:", *toll.problems])
    assert toll.points.total() >= (2_000 if share == 1.0 else LEAST)
    assert min(toll.points[each] for each in (SCHEDULED, ACTED, TAKEN)) >= 50
    assert min(toll.events[each] for each in AMONG) >= 5
    assert {name.partition(",")[0] for name in toll.kills} == set(SCENARIOS)
    assert [name for name in SCENARIOS if not toll.compared[name]] == []  # none was merely survived
