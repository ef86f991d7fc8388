"""The shipped incident line: a caller has the responders called into a meeting."""

from __future__ import annotations

from pathlib import Path

from callers import finish, hears, is_recorded, laptop_with_flows, ring, speech
from placing import behaves, finish_placed

from cli.laptop import APP_FOLDER

BRIDGE = (APP_FOLDER / "flows" / "definitions" / "incident-bridge.yaml").read_text(encoding="utf-8")
ROUTES = "schema: 1\nroutes: [{name: line, flow: incident-bridge, customer: northwind, recording: kept}]\n"
ALICE, *RESPONDERS = [f"0c1f5b00-{part}-4a2b-9c3d-00000000a11c" for part in ("5555", "7777", "8888", "9999")]


async def test_responders_who_press_1_are_in_the_meeting_and_the_report_is_kept(tmp_path: Path) -> None:
    flows = {"incident-bridge": BRIDGE}
    async with laptop_with_flows(tmp_path, routes=ROUTES, **flows) as laptop:
        first, second, third = RESPONDERS
        behaves(laptop, first, "answers", hears("gathering-leg", press="1"))
        behaves(laptop, second, "answers", hears("gathering-leg", press="2"))
        behaves(laptop, third, "answers", hears("gathering-leg", press="1"))
        call_id = ring(laptop, hears("incident-menu", press="1"), is_recorded(say=speech(2.0)))
        (call,) = await finish(laptop, call_id)
        (gathering,) = laptop.host.engine.instances(prefix="gathering-")
        placed = await finish_placed(laptop, gathering.id)
        (noted,) = [each for each in call.events if each["what"] == "gathering"]
        history = str(laptop.host.engine.history(gathering.id))
    assert call.record["outcome"] == "completed"
    assert call.heard[:3] == ["incident-welcome", "incident-menu", "incident-called"]
    assert noted["id"] == gathering.id
    assert placed.output["outcome"] == "completed"
    assert [each["outcome"] for each in placed.output["people"]] == ["joined", "declined", "joined"]
    assert placed.record["customer"] == "northwind"
    assert not any(person in history for person in RESPONDERS)
