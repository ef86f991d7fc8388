"""Usage and figures of 5,000 calls against a recount that knows the summaries only, written apart from the code."""

from __future__ import annotations

import csv
import io
import random
import statistics
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks.reference_call import counted_call, reference_laptop
from localhost.memory_storage import MemoryTable
from records import Prices, Records, Usage, as_csv, kpis, walked
from records.kpis import CLASSES
from records.usage import KEEP_S, MOST_MONTHS, months_between

JSON = dict[str, Any]

MANY = 5000
FIRST = datetime(2026, 10, 20, tzinfo=UTC).timestamp()
SPAN_S = 40 * 24 * 3600
BROKEN = {"failed", "dropped", "media_lost", "keepalive_lost", "permission_missing", "refused", "unreachable"}
OUTCOMES = ["completed", "hung_up", "abandoned", "transferred", *sorted(BROKEN), "busy", "declined", "moved", "no_host"]
NODES = ["pick-up", "greeting", "menu", "hours", "account", "voicemail", "operator", "goodbye"]


def ended_call(number: int, chance: random.Random) -> JSON:
    outcome = chance.choices(OUTCOMES, weights=[30, 20, 5, 15, *[2] * len(BROKEN), 2, 2, 2, 1])[0]
    answered = outcome not in ("abandoned", "busy", "declined", "unreachable") or chance.random() < 0.1
    started = FIRST + chance.random() * SPAN_S
    seconds = round(chance.expovariate(1 / 90), 3) if answered else 0.0
    recorded = answered and chance.random() < 0.2
    return {
        "id": f"call-{number:032x}",
        "started": started,
        "customer": chance.choice(["northwind", "harbour", None, "=cmd|' /C calc'!A0"]),
        "route": chance.choice(["main", "sales", "night"]),
        "flow": chance.choice(["small-business", "bank"]),
        "direction": chance.choice(["incoming", "outgoing"]),
        "caller": chance.choice(["user", "phone", "guest"]),
        "called": chance.choice(["phone", "application", "user"]),
        "outcome": outcome,
        "code": chance.choice([None, 0, 200, 487, 500]),
        "subcode": chance.choice([None, 7015, 8541]),
        "answered": started + 1 if answered else None,
        "answer_ms": chance.randrange(10, 4000) if answered else None,
        "duration_s": seconds,
        "nodes": [chance.choice(NODES) for _ in range(chance.randrange(8))] if answered else [],
        "transfer": {"target": "user", "state": "completed"} if outcome == "transferred" else None,
        "recordings": [{"n": 1, "status": "saved", "bytes": 32_044, "blob": None}] if recorded else [],
        "meter": {"notifications": chance.randrange(3, 40), "activities": chance.randrange(2, 30)},
    }


@pytest.fixture(scope="module")
def calls() -> list[JSON]:
    chance = random.Random(8)
    return [ended_call(number, chance) for number in range(MANY)]


async def recorded(calls: list[JSON], now: float = FIRST + SPAN_S) -> tuple[MemoryTable, Records, Usage]:
    table = MemoryTable()
    records = Records(table, lambda: now)
    for number, call in enumerate(calls):
        if number % 3:
            await records.open(call["id"], {"customer": call["customer"], "started": call["started"]})
        await records.close(call["id"], call)
        if number % 5 == 0:  # an activity that ran twice, a hold, a recording that was let go
            await records.close(call["id"], {**call, "outcome": "failed"})
            await records.revise(call["id"], lambda found: {**found, "hold": {"at": 1.0, "reason": None}})
            await records.recordings_gone(call["id"], lambda each: True)
    await records.open("call-" + "f" * 32, {"customer": "northwind", "started": FIRST + 5})  # lives
    await records.close("gathering-" + "f" * 32, {"customer": "northwind", "started": FIRST + 5})
    return table, records, Usage(table, lambda: now)


def month(call: JSON) -> str:
    return datetime.fromtimestamp(call["started"], UTC).isoformat()[:7]


def kind(call: JSON) -> str:
    """The classes again, from their description."""
    outcome = call["outcome"]
    if outcome in BROKEN or outcome == "no_host":
        return "failed"
    if outcome == "hung_up":
        return "contained" if call["recordings"] else "abandoned"
    named = {"completed": "contained", "transferred": "transferred", "abandoned": "abandoned"}
    return named.get(outcome, "others")


async def test_usage_and_figures_equal_a_recount(calls: list[JSON]) -> None:
    table, _, usage = await recorded(calls)
    months = await usage.months("2026-10", "2026-11")
    counted: defaultdict[tuple[str, str, str], JSON] = defaultdict(Counter)
    for call in calls:
        sums = counted[month(call), call["customer"] or "", call["route"]]
        by = "called" if call["direction"] == "outgoing" else "caller"
        sums["calls"] += 1
        sums["answered"] += call["answered"] is not None
        sums["seconds"] += call["duration_s"]
        sums["telephone_s"] += call["duration_s"] * (call[by] == "phone")
        sums["recorded_s"] += len(call["recordings"])
        sums["notifications"] += call["meter"]["notifications"]
    assert [(each["month"], each["customer"] or "", each["route"]) for each in months] == sorted(counted)
    for each in months:
        sums = counted[each["month"], each["customer"] or "", each["route"]]
        assert (each["calls"], each["answered"]) == (sums["calls"], sums["answered"])
        assert each["minutes"] == pytest.approx(sums["seconds"] / 60, abs=0.01)
        assert each["telephone_s"] == pytest.approx(sums["telephone_s"], abs=0.1)
        assert (each["recorded_s"], each["notifications"]) == (sums["recorded_s"], sums["notifications"])
    assert sum(each["calls"] for each in months) == MANY

    figures = kpis(await usage.facts("2026-10-01", "2026-11-30"))
    kinds, answered = Counter(map(kind, calls)), [call for call in calls if call["answered"]]
    unanswered = sum(kind(call) == "contained" and not call["answered"] for call in calls)
    assert {name: figures[name] for name in CLASSES} == {name: kinds[name] for name in CLASSES}
    assert unanswered == 0 and sum(figures[name] for name in CLASSES) == figures["calls"] == MANY
    assert figures["containment"] == pytest.approx(kinds["contained"] / len(answered), abs=1e-4)
    assert figures["abandonment"] == pytest.approx(kinds["abandoned"] / MANY, abs=1e-4)
    assert figures["answer_ms"]["mean"] == pytest.approx(statistics.mean(call["answer_ms"] for call in answered))
    assert figures["handle_s"]["mean"] == pytest.approx(statistics.mean(c["duration_s"] for c in answered), abs=1e-3)
    later = sum(call["duration_s"] > figures["handle_s"]["p95"] for call in answered)
    assert len(answered) * 0.045 <= later <= len(answered) * 0.05
    assert figures["transfers"] == {"completed": kinds["transferred"]}
    assert {(each["outcome"], each["code"], each["subcode"]): each["calls"] for each in figures["failures"]} == Counter(
        (call["outcome"], call["code"], call["subcode"]) for call in calls if kind(call) == "failed"
    )
    assert sum(day[name] for day in figures["days"] for name in CLASSES) == MANY

    facts = await usage.facts("2026-10-01", "2026-11-30", paths=True)
    walk = walked(each for each in facts if each.flow == "bank")
    of_bank = [call for call in calls if call["flow"] == "bank"]
    assert walk["calls"] == len(of_bank)
    for node in NODES:
        told, last = walk["nodes"][node], [call for call in of_bank if call["nodes"][-1:] == [node]]
        assert told["entered"] == sum(call["nodes"].count(node) for call in of_bank)
        assert told["abandoned"] == sum(kind(call) == "abandoned" for call in last)
        assert told["failed"] == sum(kind(call) == "failed" for call in last)
    assert sum(each["calls"] for each in walk["edges"]) == sum(max(0, len(call["nodes"]) - 1) for call in of_bank)

    table.counts.clear()
    assert await usage.months("2026-11", "2026-11", customer="harbour") == [
        each for each in months if each["month"] == "2026-11" and each["customer"] == "harbour"
    ]
    assert table.counts == {"query": 1}


async def test_what_a_call_has_used_outlives_its_record_names_nobody_and_goes_in_the_end(calls: list[JSON]) -> None:
    some = [{**call, "caller_hash": "ab" * 20} for call in calls[:20]]
    table, records, usage = await recorded(some)
    before = await usage.facts("2026-10-01", "2026-11-30")
    for call in some:
        await records.erase(call["id"])
    assert await usage.facts("2026-10-01", "2026-11-30") == before
    rows = str([row.values for row in await table.query("calls", "use:", "use:~")])
    assert "ab" * 20 not in rows and not any(call["id"] in rows for call in some)
    await Usage(table, lambda: FIRST + SPAN_S + KEEP_S - 3600 * 24 * 45).purge()
    assert await usage.facts("2026-10-01", "2026-11-30") == before
    await Usage(table, lambda: FIRST + SPAN_S + KEEP_S + 3600 * 24).purge()
    assert await usage.facts("2026-10-01", "2026-11-30") == []


async def test_a_month_that_is_over_is_added_up_once(calls: list[JSON]) -> None:
    table, _, usage = await recorded(calls[:50], now=datetime(2026, 12, 4, tzinfo=UTC).timestamp())
    found = await usage.months("2026-10", "2026-12")
    table.counts.clear()
    assert await usage.months("2026-10", "2026-12") == found
    assert table.counts == {"query": 1}  # December's


async def test_the_meter_is_within_a_tenth_of_what_is_counted_of_a_whole_call() -> None:
    async with reference_laptop() as laptop:
        counts, _ = await counted_call(laptop)
        (fact,) = await Usage(laptop.connections.storage.table("Records"), laptop.clock.now).facts(
            "2026-01-01", "2026-12-31"
        )
    executions = counts.webhooks + sum(counts.activities.values()) + sum(counts.episodes.values())
    assert fact.meter.activities == sum(counts.activities.values())
    assert fact.meter.notifications == counts.webhooks + 1  # what became of the recording is news of our own
    assert fact.meter.executions == pytest.approx(executions, rel=0.1)
    assert fact.meter.storage_operations == pytest.approx(sum(counts.storage_operations.values()), rel=0.1)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\ufeff=1", "|calc", "%0A=1", "=cmd|' /C calc'!A0"]


def test_no_cell_begins_like_a_formula_and_everything_else_comes_back() -> None:
    texts = [*FORMULAS, "northwind", 'a "quoted", b', "two\nlines", "", "2026-11"]
    table = as_csv(["text", "number"], [{"text": text, "number": -1.5} for text in texts])
    header, *rows = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    assert header == ["text", "number"]
    assert [text.removeprefix("'") for text, _ in rows] == texts
    assert all(text.startswith("'") == (told in FORMULAS) for (text, _), told in zip(rows, texts, strict=True))
    assert {number for _, number in rows} == {"-1.5"}


def test_prices_are_of_known_units_and_costs_are_sums() -> None:
    prices = Prices.parse("EUR,execution=0.001,telephone_minute=0.6")
    sums = {"calls": 2, "minutes": 3.0, "executions": 100, "storage_operations": 1, "recorded_s": 0, "telephone_s": 90}
    assert prices.cost(sums) == pytest.approx(0.1 + 0.9)
    assert Prices.parse("").cost(sums) is None
    for wrong in ("execution=1", "EUR,minute", "EUR,minute=-1", "EUR,day=1", "euro,call=1"):
        with pytest.raises(ValueError, match=r"currency|price"):
            Prices.parse(wrong)


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert months_between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert len(months_between("2025-01", "2026-01")) == MOST_MONTHS
    for wrong in ("2026-13", "2026-1", "26-01", "2026-01-01"):
        with pytest.raises(ValueError, match="month"):
            months_between(wrong, "2026-02")
