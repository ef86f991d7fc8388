"""The table of states, and that nothing leaves it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from clock import VirtualClock
from simulator import Simulator, SimulatorSettings
from simulator.actions.asked import Asked, Body
from simulator.call import NEXT, NotInThisState
from simulator.errors import GraphError
from simulator.permissions import EVERY_PERMISSION
from simulator.rows import CallRow
from simulator.urls import ROWS

BODIES = {
    "answer": {
        "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
        "acceptedModalities": ["audio"],
    },
    "redirect": {"targets": [{"identity": {"user": {"id": "b"}}}]},
    "transfer": {"transferTarget": {"identity": {"user": {"id": "b"}}}},
    "playPrompt": {"prompts": [{"@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": {"uri": "ftp://x"}}]},
}


def test_terminated_is_for_ever_and_every_state_gets_there():
    states = {state for state, _ in NEXT} | set(NEXT.values())
    ways = {(state, following) for (state, _), following in NEXT.items()}
    assert "terminated" not in {state for state, _ in ways}
    reached = {"terminated"}
    while grown := {state for state, following in ways if following in reached} - reached:
        reached |= grown
    assert reached == states


def test_states_are_graphs_words():
    contract = json.loads((Path(__file__).parents[1] / "contract" / "openapi.json").read_text())
    words = set(contract["components"]["schemas"]["microsoft.graph.callState"]["enum"])
    assert {state for state, _ in NEXT} | set(NEXT.values()) <= words | {"ringing"}  # a word of the pages only


class Silent(Simulator):
    """A simulator whose notifications go nowhere: only its states matter here."""

    def __init__(self, clock):
        super().__init__(clock, SimulatorSettings.from_json({"targets": {"b": {"outcome": "busy", "after_s": 1}}}))
        self.told = []

    def send(self, line, outgoing):
        self.told.append(outgoing.notification)


CALL_ROWS = [row for row in ROWS if isinstance(row, CallRow)]
ACTIONS = [row.action for row in CALL_ROWS]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*ACTIONS, "far_end", "press", "wait", "wait long"]), max_size=25))
def test_whatever_is_asked_in_whatever_order_the_call_stays_in_its_table(acts):
    asyncio.run(run(acts))


def asked(call, act):
    path = dict.fromkeys(("operation_id", "participant_id", "session_id", "group_id"), "none")
    roles = frozenset(EVERY_PERMISSION)
    return Asked(call=call, body=Body(BODIES.get(act, {})), path=path, query={}, headers={}, roles=roles)


async def run(acts):
    clock = VirtualClock()
    simulator = Silent(clock)
    call = simulator.call(simulator.ring())
    handlers = {row.action: row.handler for row in CALL_ROWS}
    for act in acts:
        if act.startswith("wait"):
            await clock.advance(0.3 if act == "wait" else 3.0)
        elif call.over:
            continue
        elif act == "far_end":
            simulator.hang_up(call.id)
        elif act == "press":
            simulator.press(call.id, "1")
        else:
            with contextlib.suppress(GraphError, NotInThisState):
                handlers[act](asked(call, act))
    await clock.advance(3700 * 3)
    assert call.over
    states = ["incoming", *(entry["state"] for entry in call.transcript.of("state"))]
    moves = [(one, two) for one, two in itertools.pairwise(states) if one != two]
    assert set(moves) <= {(state, following) for (state, _), following in NEXT.items()}
    kinds = [note.kind for note in simulator.told]
    assert kinds.count("ended") == 1
    assert kinds[-1] == "ended"
    await simulator.close()
