from __future__ import annotations

import asyncio
import datetime
import re
from pathlib import Path
from typing import Any

import pytest

from media_worker.windows.machine import Ending, approval, ending, library_alarm, public_port, watch

ROOT = Path(__file__).parents[3]


def event(**other: Any) -> dict[str, Any]:
    about = {
        "EventId": "e1",
        "EventType": "Terminate",
        "Resources": ["w_0"],
        "NotBefore": "Mon, 19 Sep 2022 18:29:47 GMT",
    }
    return {"DocumentIncarnation": 1, "Events": [about | other]}


def test_the_end_of_this_machine_is_seen_and_that_of_another_is_not() -> None:
    found = ending(event(), "w_0")
    assert found == Ending(event_id="e1", kind="Terminate", not_before=1663612187.0)
    assert approval(found) == {"StartRequests": [{"EventId": "e1"}]}
    assert ending(event(), "w_1") is None
    assert ending(event(EventType="Freeze"), "w_0") is None
    assert ending({}, "w_0") is None
    assert ending(event(NotBefore=""), "w_0") == Ending(event_id="e1", kind="Terminate", not_before=None)


def test_the_public_port_is_the_one_that_leads_here() -> None:
    rules = [{"frontendPort": 10_003, "backendPort": 8445}, {"frontendPort": 1, "backendPort": 2}]
    assert public_port({"loadbalancer": {"inboundRules": rules}}, 8445) == 10_003
    assert public_port({"loadbalancer": {}}, 8445) is None


def test_a_library_of_more_than_three_months_is_told_of() -> None:
    published = datetime.date(2026, 7, 2)
    assert library_alarm(published, datetime.date(2026, 9, 30)) is None
    assert "144 days" in str(library_alarm(published, datetime.date(2026, 11, 23)))


def test_script_service_and_bicep_agree_on_words_and_ports() -> None:
    script = (ROOT / "media_worker/windows/install.ps1").read_text(encoding="utf-8")
    bicep = (ROOT / "bicep/modules/media_workers.bicep").read_text(encoding="utf-8")
    said = set(re.findall(r"'-(\w+) \$\{", bicep))
    assert said == set(re.findall(r"\[string\]\$(\w+)", script))
    for port in ("8445", "9080"):
        assert port in bicep
        assert port in script
    assert "-File install.ps1" in bicep


async def test_a_machine_that_will_end_is_drained_and_its_end_approved_once_nobody_is_on_it() -> None:
    answers = iter([{"Events": []}, None, event(), event(), event(), event()])
    sessions = iter([2, 0, 0, 0])
    did: list[object] = []

    async def fetch() -> dict[str, Any]:
        answer = next(answers, ...)
        if answer is ...:
            raise asyncio.CancelledError
        if answer is None:
            raise OSError("away")
        return answer

    async def approve(body: dict[str, Any]) -> None:
        did.append(body)

    async def sleep(seconds: float) -> None:
        assert seconds == 5.0

    drain, left = lambda: did.append("drain"), lambda: next(sessions)
    with pytest.raises(asyncio.CancelledError):
        await watch("w_0", fetch=fetch, approve=approve, drain=drain, sessions=left, sleep=sleep)
    assert did == ["drain", "drain", {"StartRequests": [{"EventId": "e1"}]}, "drain", "drain"]
