"""What the terminal shows when an audit is done."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from report_store import AS_OF, ZONE, poison
from rich.cells import cell_len
from rich.console import Console

from fulfil_analytics.report import console_summary

Store = Callable[[int], duckdb.DuckDBPyConnection]


@pytest.fixture
def show(manifest: dict[str, Any], policy: dict[str, Any]) -> Callable[..., str]:
    def shown(con: duckdb.DuckDBPyConnection, *, colour: bool = False, width: int = 140, **changes: Any) -> str:
        asked: dict[str, Any] = {"lang": "en", "zone": ZONE, "as_of": AS_OF, "policy": policy, **changes}
        renderable = console_summary(con, manifest, **asked)
        console = Console(
            width=width, file=io.StringIO(), force_terminal=colour, color_system="truecolor" if colour else None
        )
        console.print(renderable)
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue()

    return shown


def test_it_says_what_matters(con: duckdb.DuckDBPyConnection, show: Callable[..., str]) -> None:
    text = " ".join(show(con, paths=[("report", "out/report.html")]).split())
    assert "603 rows in = 600 loaded + 1 merged + 2 quarantined" in text
    assert "Standard Holiday Extension Effective" in text
    rate = con.execute(
        "SELECT rate, numerator, denominator FROM rates "
        "WHERE metric = 'on_time_dispatch' AND mode = 'standard' AND slice = '{}'"
    ).fetchone()
    assert rate is not None
    assert f"Dispatched on time {rate[0]:.1%}" in text
    assert f"{rate[1]}/{rate[2]}" in text
    assert "The 10 worst of 43 orders with a finding" in text
    assert "weight_mismatch: not testable (no value in journeys.weight_g: 200)" in text
    assert "my_rule: failed" in text
    assert (
        "late_dispatch: 8 of 200 not testable (carrier not in the tracking input: 5, no value in parcels.given_at: 3)"
        in text
    )
    assert "out/report.html" in text
    assert "Passed over: readme.txt (no format fits)" in text


def test_ten_worst_orders_the_gravest_first_each_with_its_reason(
    con: duckdb.DuckDBPyConnection, show: Callable[..., str]
) -> None:
    text = show(con)
    worst = text.split("worst of 43")[1].split("Not tested")[0]
    assert worst.count("critical") == 10


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_fits_a_hundred_columns(con: duckdb.DuckDBPyConnection, show: Callable[..., str], lang: str) -> None:
    text = show(con, lang=lang, paths=[("x", "y" * 30)])
    assert max(cell_len(line) for line in text.splitlines()) <= 100
    assert "\x1b" not in text
    assert "\x1b[" in show(con, lang=lang, colour=True)


def test_no_finding_is_not_all_is_well_when_something_was_not_tested(store: Store, show: Callable[..., str]) -> None:
    con = store(10)
    con.execute("DELETE FROM findings")
    assert "No finding in what could be tested" in show(con)
    con.execute("DELETE FROM coverage WHERE status <> 'done'")
    con.execute("UPDATE coverage SET not_testable = 0")
    text = show(con)
    assert "No finding." in text
    assert "Every rule could be run." in text


def test_an_empty_store_can_be_summed_up(store: Store, show: Callable[..., str]) -> None:
    assert "0 rows in = 0 loaded + 0 merged + 0 quarantined" in show(store(0))


def test_flat_reasons_are_understood(store: Store, show: Callable[..., str]) -> None:
    con = store(10)
    con.execute("""UPDATE coverage SET why = '{"carrier_not_covered": 5, "missing parcels.given_at": 3}'""")
    assert "carrier not in the tracking input: 5" in show(con)


def test_markup_of_rich_in_the_data_is_text(store: Store, show: Callable[..., str]) -> None:
    con = store(40)
    poison(con)
    con.execute("UPDATE risk_of_order SET risk = 'high', reason = '[red]boo[/red] [/]'")
    con.execute("UPDATE findings SET message = '[red]boo[/red] [/]', rule_id = '[/]'")
    con.execute("UPDATE coverage SET rule_id = '[/]' || rule_id")
    con.execute("UPDATE rates SET metric = '[/]' || metric")
    text = show(con, policy={"id": "x", "title": "[/]"}, paths=[("[/]", "[/]")])
    assert "[red]boo[/red] [/]" in text


def test_no_number_is_broken_on_eighty_columns(store: Store, show: Callable[..., str]) -> None:
    con = store(10)
    con.execute("UPDATE rates SET numerator = 7845839, denominator = 7952101, rate = 0.987 WHERE numerator IS NOT NULL")
    words = show(con, width=80).split()
    assert words.count("7,845,839") == words.count("/7,952,101") >= 4
