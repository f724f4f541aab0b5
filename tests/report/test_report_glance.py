"""The first screen: what it claims holds of what was judged, and it passes over nothing that it counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from report_store import AS_OF, ZONE

from fulfil_analytics.report import terms
from fulfil_analytics.report.change import Change
from fulfil_analytics.report.glance import _fake, _fallen, _limits, _on_time, _worse
from fulfil_analytics.report.period import Measured
from fulfil_analytics.report.sections import coverage, rule_files
from fulfil_analytics.report.view import view
from fulfil_analytics.report.words import Words

EN = Words("en")
SAME = Change("dispatch", (9, 10), (9, 10), 0, [])


def metric(name: str, status: str | None = "ok", rate: float | None = 0.9, room: int | None = 3) -> dict[str, Any]:
    return {
        "metric": name, "mode": "effective", "slice": "{}", "status": status, "rate": rate, "headroom": room,
        "target": 0.8, "enforce": 0.8,
    }  # fmt: skip


def test_limits_that_nobody_could_judge_are_not_called_kept() -> None:
    few = [metric(name, "too_few", None, None) for name in ("on_time_dispatch", "on_time_delivery")]
    one = metric("seller_fault_cancellation_rate", "ok", 0.0, 1)
    answer = _limits(EN, [*few, one])["answer"]
    assert answer.startswith("1 of 3 limits can be judged, and it is kept. The tightest: Seller-fault cancellation")
    assert _limits(EN, [one])["answer"].startswith("The limit is kept.")
    assert _limits(EN, [one, metric("valid_tracking_rate")])["answer"].startswith("All 2 limits are kept.")


def test_a_metric_of_the_platform_that_fell_is_told_though_no_stage_did() -> None:
    now = [metric("on_time_delivery_rate", rate=0.946), metric("late_dispatch_rate", rate=0.01)]
    before = [metric("on_time_delivery_rate", rate=1.0), metric("late_dispatch_rate", rate=0.02)]
    measured = Measured(now, before, {"on_time_delivery_rate": "higher", "late_dispatch_rate": "lower"})
    item = _worse(EN, [SAME], _fallen(EN, now, measured))
    assert item["kind"] == "watch"
    assert item["answer"] == "Worse than before: On-time delivery rate, platform's measure 94.6%, from 100.0%."
    assert _worse(EN, [SAME], [])["answer"] == "Nothing: neither dispatch nor delivery on time fell."


def test_rules_beyond_the_named_ones_are_told_as_one_number() -> None:
    rules = [{"rule_id": rule, "n": n} for rule, n in zip("abcdef", (6, 5, 4, 3, 2, 1), strict=True)]
    answer = _fake(EN, {"suspect_parcels": 21, "suspect_rules": rules}, {})["answer"]
    assert answer == "21 parcels with hard evidence. a: 6; b: 5; c: 4; d: 3; other rules: 3."
    alone = _fake(EN, {"suspect_parcels": 1, "suspect_rules": rules[-1:]}, {})["answer"]
    assert alone == "1 parcel with hard evidence. f: 1."


def test_an_order_that_left_nobody_knows_when_need_not_move_today(
    store: Callable[[int], duckdb.DuckDBPyConnection],
) -> None:
    con = store(30)
    con.execute("UPDATE deadlines SET outcome = 'overdue', stopped_at = NULL WHERE stage = 'dispatch'")
    con.execute("UPDATE orders SET cancelled_at = NULL")

    def counted() -> tuple[int, int]:
        with view(con, as_of=AS_OF, zone=ZONE) as seen:
            return seen.one("urgent")["overdue"], seen.one("headline")["left_unknown"]

    assert counted() == (30, 0)
    unknown = '{"not_applicable":"stop_time_unknown"}'
    con.execute(f"UPDATE deadlines SET outcome = 'not_applicable', why = '{unknown}' WHERE stage = 'dispatch'")
    assert counted() == (0, 30)
    judged = [metric("on_time_dispatch", "breach", 0.0) | {"numerator": 0, "denominator": 30, "pending": 0}]
    answer = _on_time(EN, judged, {"orders": 30, "left_unknown": 30})["answer"]
    assert "30 orders went out or arrived by their status, and no file says when: they are not judged." in answer


def test_an_excused_finding_is_in_no_count_but_its_own(store: Callable[[int], duckdb.DuckDBPyConnection]) -> None:
    con = store(60)
    con.execute("UPDATE findings SET verdict = 'excused', root_finding_id = 'F0'")
    with view(con, as_of=AS_OF, zone=ZONE) as seen:
        assert {(row["findings"], row["explained"]) for row in seen.rows("findings_by_rule")} == {(0, 0)}


def test_a_rule_without_anything_to_judge_is_not_called_tested() -> None:
    row = {"rule_id": "r", "family": "f", "status": "done", "grain": "order", "why": "{}"}
    counts = dict.fromkeys(("tested", "flagged", "excused", "not_testable"), 0)
    assert "nothing in scope" in coverage(EN, [{**row, **counts, "in_scope": 0}])
    assert "nothing in scope" not in coverage(EN, [{**row, **counts, "in_scope": 2}])


def test_values_of_files_are_shown_as_people_write_them() -> None:
    rule = {"rule_id": "r", "parameters": {"caps": ("15000", "200000"), "names": (), "on": True}, "sha256": "0"}
    shown = rule_files(EN, {"rules": [rule]}, {})
    assert "caps = 15000, 200000, names = –, on = true" in shown
    selected = {"stage": "rts", "amount": 1, "unit": "business_day", "select": {"above_capacity": [True]}}
    line = terms.lines(EN, {"lines": [selected]})
    assert "1 business day<" in line
    assert "orders above the seller&#39;s daily capacity" in line


@pytest.mark.parametrize(("n", "said"), [(1, "1 order is overdue"), ("1,234", "1,234 orders are overdue")])
def test_a_number_has_its_form(n: object, said: str) -> None:
    assert EN("glance.urgent_overdue", overdue=n).startswith(said)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sentences_about_the_policy_do_not_run_into_one_another(lang: str) -> None:
    policy = {"id": "p", "holiday_reading": "closed", "lines": [{"confidence": "unverified"}]}
    text = terms.lead(Words(lang), policy, "0" * 64)  # type: ignore[arg-type]
    assert not re.search(r"\.\S|。 ", text)
